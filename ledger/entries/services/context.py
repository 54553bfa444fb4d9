"""What the book knows about the goods of a filing, read in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from ledger.entries.queries.pools import pools_of, stopped_lots
from ledger.entries.rules import amounts
from ledger.entries.rules.stops import Likeness, Twin
from ledger.entries.services.batch import Batch, Item
from ledger.entries.terms import EntryKind, RowKind
from ledger.products.queries import countings
from ledger.products.terms import Counting, Hold
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import Subject

ROW_KINDS = {
    EntryKind.PRODUCTION: RowKind.PRODUCTION,
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.RECEIPT: RowKind.RECEIPT,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
}
LETTING_GO = frozenset({EntryKind.DISPATCH, EntryKind.DISPOSAL, EntryKind.TRANSFORMATION})

# What has been put out of force counts for nothing; neither does what this filing corrects.
_IN_FORCE = """
    AND e.id <> ALL(CAST(:excluded AS bigint[]))
    AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id)
"""
_STOCK = text(f"""
    WITH asked (op, lot, root) AS (
        SELECT * FROM unnest(CAST(:ops AS integer[]), CAST(:lots AS integer[]),
            CAST(:roots AS integer[]))
    ), wide AS (
        SELECT op, lot, root FROM asked
        UNION
        SELECT a.op, s.other, a.root FROM asked a
        JOIN entry s ON s.lot = a.lot AND s.kind = 9 AND s.unit = 2
        WHERE a.op = s.op OR a.op = (SELECT merged_into FROM subject WHERE id = s.op)
    )
    SELECT w.op, w.root AS lot, e.lot AS stored, e.unit, e.kind, sum(e.qty) AS qty,
        min(e.ts + CASE e.precision WHEN 4 THEN 0 WHEN 3 THEN 86399 ELSE 2678400 END)
            FILTER (WHERE e.kind IN (1, 3) AND e.flags & 2 <> 0) AS pending_since,
        coalesce(bool_or(e.kind IN (1, 3) AND e.flags & 2 = 0), false) AS proven
    FROM wide w CROSS JOIN LATERAL (
        SELECT e.* FROM entry e
        WHERE e.lot = w.lot AND e.op = w.op AND e.kind BETWEEN 1 AND 6 {_IN_FORCE} OFFSET 0) e
    GROUP BY w.op, w.root, e.lot, e.unit, e.kind
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


class Stocks(dict[tuple[int, int], Stock]):
    """Stock by (operator, lot); what an operator hands on as another lot is counted with that.

    ``pools`` gives, for an operator and a lot it has, the lot it is counted as.
    """

    def __init__(self, pools: dict[tuple[int, int], int]) -> None:
        super().__init__()
        self.pools = pools

    def _counted_as(self, key: tuple[int, int]) -> tuple[int, int]:
        return key[0], self.pools.get(key, key[1])

    def __getitem__(self, key: tuple[int, int]) -> Stock:
        """The stock, empty where nothing is known."""
        key = self._counted_as(key)
        if key not in self:
            self[key] = Stock()
        return super().__getitem__(key)

    def get(self, key: tuple[int, int], default: Any = None) -> Any:
        """The stock, or nothing."""
        return super().get(self._counted_as(key), default)


@dataclass(slots=True)
class Context:
    """Subjects, holds, stock, and what is in the book already."""

    family: dict[int, int]
    subjects: dict[int, Subject]
    holds: dict[int, Hold]
    stock: Stocks
    twins: dict[Likeness, list[Twin]]
    lines: set[LineKey]
    packs: dict[int, Counting] = field(default_factory=dict)


def load_context(batch: Batch, family: dict[int, int]) -> Context:
    """Read everything the rules ask about; the number of statements does not grow with lines."""
    items = list(batch.alive)
    ops = sorted({item.operator for item in items})
    partners = {item.partner for item in items if item.partner}
    excluded = sorted({item.corrects for item in items if item.corrects})
    links = [(it.source, it.pool) for it in batch.pooled]
    stopped = stopped_lots(batch.uow, family, links)
    return Context(
        family=family,
        subjects=subjects_by_ids(batch.uow, {*ops, *partners}),
        holds={family[lot]: it.hold for lot, it in stopped.items()},
        stock=_stock(batch, items, family, excluded),
        twins=_twins(batch, items, excluded),
        lines=_lines(batch, items, ops, excluded),
        packs=countings(batch.uow, family),
    )


def _stock(
    batch: Batch, items: Iterable[Item], family: dict[int, int], excluded: list[int]
) -> Stocks:
    """What the operators have of the lots they let go, and of what may be in these.

    Of lots that only come in nothing is asked.
    """
    out = (item for item in items if item.line.kind in LETTING_GO)
    named = {(item.operator, goods.lot) for item in out for goods in item.goods}
    links = [*pools_of(batch.uow, named), *batch.pooled]
    stocks = Stocks({(it.holder, family.get(it.source, it.source)): it.pool for it in links})
    members: dict[int, list[int]] = defaultdict(list)
    for lot, root in family.items():
        members[root].append(lot)
    asked: set[tuple[int, int, int]] = set()
    for op, lot in named:
        root = family[lot]
        pool = stocks.pools.get((op, root))
        if pool is not None:
            stocks.pools[op, root] = pool = family.get(pool, pool)
            asked |= {(op, one, pool) for one in members.get(pool, (pool,))}
        asked |= {(op, one, root if pool is None else pool) for one in members[root]}
    let_go = {(op, root) for op, _, root in asked}
    new = {(it.holder, it.source, family.get(it.pool, it.pool)) for it in batch.pooled}
    asked |= {it for it in new if (it[0], it[2]) in let_go}
    if not asked:
        return stocks
    columns = (list(column) for column in zip(*sorted(asked), strict=True))
    values = dict(zip(("ops", "lots", "roots"), columns, strict=True))
    rows = batch.uow.session.execute(_STOCK, {**values, "excluded": excluded}).all()
    packs = countings(batch.uow, {row.stored for row in rows})
    for row in rows:
        held = stocks[row.op, row.lot]
        measure, qty = amounts.measure_of(row.unit), int(row.qty)
        held.add(row.kind, *amounts.in_base(measure, qty, packs.get(row.stored)))
        held.proven = held.proven or row.proven
        if row.pending_since is not None:
            earlier = held.pending_since
            held.pending_since = min(earlier or row.pending_since, row.pending_since)
    return stocks


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
