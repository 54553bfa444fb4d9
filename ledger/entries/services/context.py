"""What the book knows about the goods of a filing, read in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import text

from ledger.entries.rules import amounts
from ledger.entries.rules.stops import Likeness, Twin
from ledger.entries.services.batch import Batch, Item
from ledger.entries.terms import EntryKind, RowKind
from ledger.products.queries import held_lots
from ledger.products.terms import Hold
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import Subject

ROW_KINDS = {
    EntryKind.PRODUCTION: RowKind.PRODUCTION,
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.RECEIPT: RowKind.RECEIPT,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
}

# What has been put out of force counts for nothing; neither does what this filing corrects.
_IN_FORCE = """
    AND e.id <> ALL(CAST(:excluded AS bigint[]))
    AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id)
"""
_STOCK = text(f"""
    SELECT e.op, e.lot, e.unit, e.kind, sum(e.qty) AS qty,
        min(e.ts + CASE e.precision WHEN 4 THEN 0 WHEN 3 THEN 86399 ELSE 2678400 END)
            FILTER (WHERE e.kind IN (1, 3) AND e.flags & 2 <> 0) AS pending_since,
        coalesce(bool_or(e.kind IN (1, 3) AND e.flags & 2 = 0), false) AS proven
    FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.op = ANY(CAST(:ops AS integer[]))
      AND e.kind BETWEEN 1 AND 6 {_IN_FORCE}
    GROUP BY e.op, e.lot, e.unit, e.kind
""")  # noqa: S608
_TWINS = text(f"""
    SELECT e.op, e.kind, e.lot, e.other, e.qty, e.unit, e.ts, e.doc,
        coalesce(n.document_line, '') AS document_line
    FROM unnest(CAST(:lots AS integer[]), CAST(:times AS integer[]), CAST(:ops AS integer[]),
        CAST(:kinds AS smallint[]), CAST(:others AS integer[]), CAST(:quantities AS bigint[]))
        AS w (lot, ts, op, kind, other, qty)
    JOIN entry e ON e.lot = w.lot AND e.op = w.op AND e.kind = w.kind AND e.other = w.other
        AND e.qty = w.qty AND e.ts BETWEEN w.ts - :window AND w.ts + :window
    LEFT JOIN entry_note n ON n.lot = e.lot AND n.id = e.id
    WHERE true {_IN_FORCE}
""")  # noqa: S608
_LINES = text(f"""
    SELECT DISTINCT e.op, e.kind, n.document, n.document_line
    FROM unnest(CAST(:documents AS text[]), CAST(:lines AS text[])) AS w (document, line)
    JOIN entry_note n ON n.document = w.document AND n.document_line = w.line
        AND n.document_line <> ''
    JOIN entry e ON e.lot = n.lot AND e.id = n.id
    WHERE e.op = ANY(CAST(:ops AS integer[])) {_IN_FORCE}
""")  # noqa: S608
# Two filings of one operator that carry line numbers go one after the other: both would find the
# document's line free otherwise. Lines without a number never refuse each other, nor wait.
_LOCK = text("""
    SELECT pg_advisory_xact_lock(7310004, op) FROM unnest(CAST(:ops AS integer[])) AS op ORDER BY op
""")


@dataclass(slots=True)
class Stock:
    """What one operator has of one lot, by measure; thousandths of the base."""

    on_hand: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    received: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    pending_since: int | None = None
    proven: bool = False

    def add(self, kind: int, measure: int, qty: int) -> None:
        """Take in or let out; other kinds of row change nothing."""
        sign = amounts.SIGNS.get(kind, 0)
        self.on_hand[measure] += sign * qty
        if sign > 0:
            self.received[measure] += qty


LineKey = tuple[int, int, str, str]


@dataclass(slots=True)
class Context:
    """Subjects, holds, stock, and what is in the book already."""

    family: dict[int, int]
    subjects: dict[int, Subject]
    holds: dict[int, Hold]
    stock: dict[tuple[int, int], Stock]
    twins: dict[Likeness, list[Twin]]
    lines: set[LineKey]


def load_context(batch: Batch, family: dict[int, int]) -> Context:
    """Read everything the rules ask about; the number of statements does not grow with lines."""
    items = list(batch.alive)
    lots = sorted(family)
    ops = sorted({item.operator for item in items})
    partners = {item.partner for item in items if item.partner}
    excluded = sorted({item.corrects for item in items if item.corrects})
    holds = held_lots(batch.uow, lots) if lots else {}
    return Context(
        family=family,
        subjects=subjects_by_ids(batch.uow, {*ops, *partners}),
        holds={family[lot]: hold for lot, hold in holds.items()},
        stock=_stock(batch, family, ops, excluded),
        twins=_twins(batch, items, excluded),
        lines=_lines(batch, items, ops, excluded),
    )


def _stock(
    batch: Batch, family: dict[int, int], ops: list[int], excluded: list[int]
) -> dict[tuple[int, int], Stock]:
    stock: dict[tuple[int, int], Stock] = defaultdict(Stock)
    if not family:
        return stock
    asked = {"lots": sorted(family), "ops": ops, "excluded": excluded}
    for row in batch.uow.session.execute(_STOCK, asked):
        held = stock[row.op, family[row.lot]]
        held.add(row.kind, amounts.measure_of(row.unit), int(row.qty))
        held.proven = held.proven or row.proven
        if row.pending_since is not None:
            earlier = held.pending_since
            held.pending_since = min(earlier or row.pending_since, row.pending_since)
    return stock


def _twins(batch: Batch, items: Iterable[Item], excluded: list[int]) -> dict[Likeness, list[Twin]]:
    found: dict[Likeness, list[Twin]] = defaultdict(list)
    asked = {
        (
            goods.lot,
            item.line.at.seconds,
            item.operator,
            int(ROW_KINDS[item.line.kind]),
            item.operator if item.partner is None else item.partner,
            goods.qty,
        )
        for item in items
        if item.line.kind in ROW_KINDS
        for goods in item.goods
    }
    if not asked:
        return found
    names = ("lots", "times", "ops", "kinds", "others", "quantities")
    columns = (list(column) for column in zip(*sorted(asked), strict=True))
    hours = max(batch.limits(item.line.at).duplicate_hours for item in items)
    rows = batch.uow.session.execute(
        _TWINS,
        {**dict(zip(names, columns, strict=True)), "excluded": excluded, "window": hours * 3_600},
    )
    for row in rows:
        like = Likeness(row.op, row.kind, row.lot, row.other, row.qty, row.unit)
        found[like].append(Twin(row.ts, row.doc, row.document_line))
    return found


def _lines(
    batch: Batch, items: Iterable[Item], ops: list[int], excluded: list[int]
) -> set[LineKey]:
    asked = {
        (item.line.document, item.line.document_line)
        for item in items
        if item.line.document and item.line.document_line
    }
    if not asked:
        return set()
    batch.uow.session.execute(_LOCK, {"ops": ops})
    documents, lines = zip(*sorted(asked), strict=True)
    rows = batch.uow.session.execute(
        _LINES,
        {
            "documents": list(documents),
            "lines": list(lines),
            "ops": ops,
            "excluded": excluded,
        },
    )
    return {(row.op, row.kind, row.document, row.document_line) for row in rows}
