"""Random towns for the trace: loops, returns, cases, vague dates, corrections, merges, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules.canonical import document_hash
from ledger.entries.terms import Alias, RowKind
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.kernel.quantity import unit_named
from support.slow_town import Filed, Town

HOLDS = 12  # base units in a case
OPERATORS = [f"o{number}" for number in range(5)]
LOTS = [f"l{number}" for number in range(4)]
SAME_OPERATOR = {"o1x": "o1", "o2x": "o2"}
SAME_LOT = {"l0c": ("l0", HOLDS), "l1c": ("l1", HOLDS)}
WHEN = st.sampled_from(
    [f"2026-05-0{day}" for day in range(1, 9)] * 3
    + ["2026-05-03T09:00:00+08:00", "2026-05-03T17:30:00+08:00", "2026-05-05T00:00:00+08:00"]
    + ["2026-05", "2026-04", "2026-06", "2026", "2025", "", ""]
)
WHO = st.sampled_from(OPERATORS * 3 + list(SAME_OPERATOR))
LOT = st.sampled_from(LOTS * 3 + list(SAME_LOT))


@dataclass
class Writer:
    """Numbers entries, and keeps quantities apart so that only one receipt answers a dispatch."""

    entries: list[Filed]
    deliveries: int = 0

    def add(self, kind: str, operator: str, **more: Any) -> None:
        self.entries.append(Filed(len(self.entries) + 1, kind, operator, **more))


def quantity_in(lot: str, cases: int) -> int:
    """So many cases' worth of a lot, counted in what the lot is filed in."""
    return cases if lot in SAME_LOT else cases * HOLDS


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """A town of 5 operators and 4 lots with up to 16 things that happened."""
    writer = Writer([])
    for _ in range(draw(st.integers(2, 16))):
        draw(st.sampled_from([_delivery] * 6 + [_change] * 3 + [_made, _lost]))(draw, writer)
    numbers = [one.number for one in writer.entries]
    withdrawn = draw(st.sets(st.sampled_from(numbers), max_size=2)) if numbers else set()
    own = draw(own_lots())
    return Town(tuple(writer.entries), frozenset(withdrawn), SAME_OPERATOR, SAME_LOT, own)


@st.composite
def own_lots(draw: st.DrawFn) -> dict[tuple[str, str], str]:
    """Goods of one name whose producers nobody stated: some lots are somebody's own."""
    alike = draw(st.lists(st.sampled_from(LOTS), max_size=4, unique=True))
    owners = draw(st.permutations(OPERATORS))[: draw(st.integers(0, len(alike)))]
    return {
        (who, lot): own
        for who, own in zip(owners, alike, strict=False)
        for lot in alike
        if lot != own
    }


def _delivery(draw: st.DrawFn, writer: Writer) -> None:
    writer.deliveries += 1
    number = writer.deliveries
    sender, receiver, lot, other_lot = draw(WHO), draw(WHO), draw(LOT), None
    sides = draw(st.sampled_from(["both"] * 5 + ["out", "back", "differs"]))
    document = f"CK-{number}" if sides == "differs" or draw(st.booleans()) else ""
    at = draw(WHEN)
    later = at if draw(st.booleans()) else draw(WHEN)
    cases = 100 + number
    if lot in ("l0", "l0c") and draw(st.booleans()):
        other_lot = "l0" if lot == "l0c" else "l0c"  # the two sides write case and unit
    if sides != "back":
        writer.add(
            "dispatch",
            sender,
            partner=receiver,
            lot=lot,
            when=at,
            document=document,
            quantity=quantity_in(lot, cases),
        )
    if sides != "out":
        lot = other_lot or lot
        writer.add(
            "receipt",
            receiver,
            partner=sender,
            lot=lot,
            when=later,
            document=document,
            quantity=quantity_in(lot, cases - (50 if sides == "differs" else 0)),
        )


def _change(draw: st.DrawFn, writer: Writer) -> None:
    by_lot: Any = {"unique_by": lambda lot: SAME_LOT.get(lot, (lot,))[0]}
    inputs = draw(st.lists(LOT, min_size=1, max_size=2, **by_lot))
    outputs = draw(st.lists(LOT, min_size=1, max_size=2, **by_lot))
    cases = draw(st.integers(1, 30))
    writer.add(
        "use",
        draw(WHO),
        when=draw(WHEN),
        inputs=tuple((lot, quantity_in(lot, cases)) for lot in inputs),
        outputs=tuple((lot, quantity_in(lot, cases)) for lot in outputs),
    )


def _made(draw: st.DrawFn, writer: Writer) -> None:
    writer.add(
        "production",
        draw(WHO),
        lot=(lot := draw(LOT)),
        when=draw(WHEN),
        quantity=quantity_in(lot, draw(st.integers(1, 400))),
    )


def _lost(draw: st.DrawFn, writer: Writer) -> None:
    kind = draw(st.sampled_from(["disposal", "sale"]))
    writer.add(
        kind,
        draw(WHO),
        lot=(lot := draw(LOT)),
        when=draw(WHEN),
        quantity=quantity_in(lot, draw(st.integers(1, 40))),
    )


_KINDS = {
    "production": RowKind.PRODUCTION,
    "dispatch": RowKind.DISPATCH,
    "sale": RowKind.DISPATCH,
    "receipt": RowKind.RECEIPT,
    "disposal": RowKind.DISPOSAL,
}


def rows_of(town: Town, ids: dict[str, int], numbers: dict[int, int]) -> list[Any]:
    """The town as stored rows in the order of ENTRY_COLUMNS.

    ``ids`` are those of operators and lots by name, ``numbers`` the stored id of each entry.
    """
    rows: list[dict[str, int]] = []
    for one in town.filed:
        moment = parse_moment(one.when) if one.when else UNKNOWN
        shared = {
            "id": numbers[one.number],
            "ts": moment.seconds,
            "op": ids[one.operator],
            "doc": document_hash(one.document),
            "precision": int(moment.precision),
            "flags": 0,
        }
        mine = _change_rows(one, ids) if one.kind == "use" else [_plain_row(one, ids)]
        rows += [shared | row for row in mine]
        if one.number in town.withdrawn:
            rows += [
                shared
                | {
                    "lot": lot,
                    "kind": RowKind.VOID,
                    "other": 0,
                    "unit": 0,
                    "qty": numbers[one.number],
                    "id": 0,
                }
                for lot in {row["lot"] for row in mine}
            ]
    for case, (base, _) in town.same_lot.items():
        rows += [
            dict.fromkeys(ENTRY_COLUMNS, 0)
            | {"lot": ids[a], "other": ids[b], "kind": RowKind.ALIAS}
            for a, b in ((case, base), (base, case))
        ]
    for (who, lot), own in town.own_lot.items():
        rows += [
            dict.fromkeys(ENTRY_COLUMNS, 0)
            | {"lot": ids[a], "other": ids[b], "kind": RowKind.ALIAS, "unit": how, "op": ids[who]}
            for a, b, how in ((lot, own, Alias.SOURCE), (own, lot, Alias.POOL))
        ]
    return [tuple(int(row[name]) for name in ENTRY_COLUMNS) for row in rows]


def _amount(lot: str, quantity: int) -> dict[str, int]:
    return {"qty": quantity * 1000, "unit": unit_named("箱" if lot in SAME_LOT else "EA").number}


def _plain_row(one: Filed, ids: dict[str, int]) -> dict[str, int]:
    own = one.kind in ("production", "disposal")
    other = ids[one.operator] if own else ids[one.partner] if one.partner else 0
    return {
        "lot": ids[one.lot],
        "kind": _KINDS[one.kind],
        "other": other,
        **_amount(one.lot, one.quantity),
    }


def _change_rows(one: Filed, ids: dict[str, int]) -> list[dict[str, int]]:
    rows = []
    for lot, quantity in one.inputs:
        for place, (made, _) in enumerate(one.outputs):
            rows.append(
                {
                    "lot": ids[lot],
                    "kind": RowKind.USE,
                    "other": ids[made],
                    **_amount(lot, 0 if place else quantity),
                }
            )
    for made, quantity in one.outputs:
        rows.append(
            {
                "lot": ids[made],
                "kind": RowKind.YIELD,
                "other": ids[one.operator],
                **_amount(made, quantity),
            }
        )
    return rows
