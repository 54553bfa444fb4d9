"""A small book written by hand, row by row, for the rules of tracing."""

from __future__ import annotations

import random

from ledger.entries.terms import RowKind
from ledger.kernel.moment import UNKNOWN, parse_moment
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import Direction, Row, Trace, TraceAsked

MILK, CAKE, TART = 100, 200, 300
DAIRY, DEALER, SHOP, BAKER, STALL = 1, 2, 3, 4, 5
EA, KGM, XCT = 3, 1, 14


class Book:
    """Rows written by hand; each call is one entry."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.next_id = 1000

    def add(self, kind: RowKind, who: int, lot: int, qty: int, at: str = "", **more: int) -> int:
        """One row with an entry number of its own, or the one given."""
        self.next_id += 1
        moment = parse_moment(at) if at else UNKNOWN
        number = more.get("id", self.next_id)
        unit = more.get("unit", EA)
        factor = 1_000_000 if unit == KGM else 1_000
        self.rows.append(
            Row(
                lot,
                moment.seconds,
                kind,
                who,
                more.get("other", who),
                qty * factor,
                number,
                more.get("doc", 0),
                unit,
                moment.precision,
                more.get("flags", 0),
            )
        )
        return number

    def made(self, who: int, lot: int, qty: int, at: str = "2026-05-01") -> int:
        return self.add(RowKind.PRODUCTION, who, lot, qty, at)

    def sent(self, who: int, to: int, lot: int, qty: int, at: str = "", **more: int) -> int:
        return self.add(RowKind.DISPATCH, who, lot, qty, at, other=to, **more)

    def got(self, who: int, frm: int, lot: int, qty: int, at: str = "", **more: int) -> int:
        return self.add(RowKind.RECEIPT, who, lot, qty, at, other=frm, **more)

    def moved(self, frm: int, to: int, lot: int, qty: int, at: str = "") -> None:
        self.sent(frm, to, lot, qty, at)
        self.got(to, frm, lot, qty, at)

    def turned(
        self, who: int, inputs: dict[int, int], outputs: dict[int, int], at: str = ""
    ) -> int:
        self.next_id += 1
        number = self.next_id
        for lot, qty in inputs.items():
            for place, made in enumerate(outputs):
                self.add(RowKind.USE, who, lot, 0 if place else qty, at, other=made, id=number)
        for lot, qty in outputs.items():
            self.add(RowKind.YIELD, who, lot, qty, at, id=number)
        return number

    def void(self, lot: int, entry: int) -> None:
        self.rows.append(Row(lot, 0, RowKind.VOID, DAIRY, 0, entry, self.next_id + 1, 0, 0, 0, 0))

    def trace(
        self,
        lot: int = MILK,
        direction: str = "down",
        operator: int | None = None,
        reading: Reading | None = None,
    ) -> Trace:
        rows = list(self.rows)
        random.Random(7).shuffle(rows)
        lots = frozenset(row.lot for row in rows)
        asked = TraceAsked(lots=(lot,), direction=Direction(direction), operator_id=operator)
        return trace_rows(rows, reading or Reading(), asked, within=lots)
