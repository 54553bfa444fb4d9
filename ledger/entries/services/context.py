"""What the book knows about the goods of a filing, read in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from ledger.entries.queries.pools import pools_of, stopped_lots
from ledger.entries.rules import amounts
from ledger.entries.services.batch import Batch, Item
from ledger.entries.services.looking import Look, Twins, in_force, look_at
from ledger.entries.services.same_goods import families
from ledger.entries.terms import EntryKind
from ledger.kernel.statements import Prepared, numbers
from ledger.products.queries import countings
from ledger.products.terms import Counting, Hold
from ledger.subjects.terms import Subject

LETTING_GO = frozenset({EntryKind.DISPATCH, EntryKind.DISPOSAL, EntryKind.TRANSFORMATION})

_STOCK = Prepared(
    "stock_held",
    "integer[], integer[], integer[], bigint[]",
    f"""
    WITH asked (op, lot, root) AS (SELECT * FROM unnest($1, $2, $3)),
    wide AS (
        SELECT op, lot, root FROM asked
        UNION
        SELECT a.op, s.other, a.root FROM asked a CROSS JOIN LATERAL (
            SELECT s.op, s.other FROM entry s
            WHERE s.lot = a.lot AND s.kind = 9 AND s.unit = 2 OFFSET 0) s
        WHERE a.op = s.op OR a.op = (SELECT merged_into FROM subject WHERE id = s.op)
    )
    SELECT w.op, w.root AS lot, e.lot AS stored, e.unit, e.kind, sum(e.qty) AS qty,
        min(e.ts + CASE e.precision WHEN 4 THEN 0 WHEN 3 THEN 86399 ELSE 2678400 END)
            FILTER (WHERE e.kind IN (1, 3) AND e.flags & 2 <> 0) AS pending_since,
        coalesce(bool_or(e.kind IN (1, 3) AND e.flags & 2 = 0), false) OR EXISTS (
            SELECT FROM lot_proof p WHERE p.lot_id = e.lot AND p.ended_at IS NULL) AS proven
    FROM wide w CROSS JOIN LATERAL (
        SELECT e.* FROM entry e
        WHERE e.lot = w.lot AND e.op = w.op AND e.kind BETWEEN 1 AND 6 {in_force("$4")}
        OFFSET 0) e
    GROUP BY w.op, w.root, e.lot, e.unit, e.kind
""",  # noqa: S608
)
_LINES = Prepared(
    "document_lines_filed",
    "text[], text[], integer[], bigint[]",
    f"""
    SELECT DISTINCT e.op, e.kind, n.document, n.document_line
    FROM unnest($1, $2) AS w (document, line)
    JOIN entry_note n ON n.document = w.document AND n.document_line = w.line
        AND n.document_line <> ''
    CROSS JOIN LATERAL (
        SELECT e.op, e.kind FROM entry e
        WHERE e.lot = n.lot AND e.id = n.id AND e.op = ANY($3) {in_force("$4")}
        OFFSET 0) e
""",  # noqa: S608
)
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
    twins: Twins
    lines: set[LineKey]
    packs: dict[int, Counting] = field(default_factory=dict)


def load_context(batch: Batch, lots: set[int]) -> Context:
    """Read everything the rules ask about; the number of statements does not grow with lines."""
    items = batch.alive
    excluded = sorted({item.corrects for item in items if item.corrects})
    return context_of(batch, items, look_at(batch, lots, excluded), lots, excluded)


def context_of(
    batch: Batch, items: list[Item], look: Look, lots: set[int], excluded: list[int]
) -> Context:
    """The same where somebody has looked; of the items only kind, operator and goods matter."""
    family = families(lots, look.same)
    links = [(it.source, it.pool) for it in batch.pooled]
    stops = look.stops if family.keys() == lots else None
    stopped = stopped_lots(batch.uow, family, links, batch.coded, stops)
    packs = _packs(batch, items, family)
    return Context(
        family=family,
        subjects=look.subjects,
        holds={family[lot]: it.hold for lot, it in stopped.items()},
        stock=_stock(batch, items, family, excluded, packs),
        twins=look.twins,
        lines=_lines(batch, items, excluded),
        packs=packs,
    )


def _packs(batch: Batch, items: Iterable[Item], lots: Iterable[int]) -> dict[int, Counting]:
    """How stored quantities of lots count; the lines' own lots were just looked up."""
    resolved = {goods.lot: goods.resolved for item in items for goods in item.all_goods}
    found = {
        lot: Counting(contains=it.product.contains, case_contains=it.case_contains)
        for lot, it in resolved.items()
        if it.case_contains is not None or it.product.contains != 1
    }
    return found | countings(batch.uow, set(lots) - resolved.keys())


def _stock(
    batch: Batch,
    items: Iterable[Item],
    family: dict[int, int],
    excluded: list[int],
    packs: dict[int, Counting],
) -> Stocks:
    """What the operators have of the lots they let go, and of what may be in these.

    Of lots that only come in nothing is asked.
    """
    out = (item for item in items if item.line.kind in LETTING_GO)
    named = {(item.operator, goods.lot) for item in out for goods in item.goods}
    if not named:
        return Stocks({})
    nameless = [it for it in named if it[1] not in batch.coded]
    links = [*pools_of(batch.uow, nameless), *batch.pooled]
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
    asked = {it for it in asked if it[1] not in batch.new}
    if not asked:
        return stocks
    columns = map(numbers, zip(*sorted(asked), strict=True))
    rows = _STOCK.rows(batch.uow.session, *columns, numbers(excluded))
    others = {row.stored for row in rows} - family.keys()
    packs = packs | countings(batch.uow, others)
    for row in rows:
        held = stocks[row.op, row.lot]
        measure, qty = amounts.measure_of(row.unit), int(row.qty)
        held.add(row.kind, *amounts.in_base(measure, qty, packs.get(row.stored)))
        held.proven = held.proven or row.proven
        if row.pending_since is not None:
            earlier = held.pending_since
            held.pending_since = min(earlier or row.pending_since, row.pending_since)
    return stocks


def _lines(batch: Batch, items: Iterable[Item], excluded: list[int]) -> set[LineKey]:
    asked = {
        (item.line.document, item.line.document_line)
        for item in items
        if item.line.document and item.line.document_line
    }
    if not asked:
        return set()
    ops = sorted({item.operator for item in items})
    batch.uow.session.execute(_LOCK, {"ops": ops})
    documents, lines = zip(*sorted(asked), strict=True)
    rows = _LINES.rows(
        batch.uow.session, list(documents), list(lines), numbers(ops), numbers(excluded)
    )
    return {(op, kind, document, line) for op, kind, document, line in rows}
