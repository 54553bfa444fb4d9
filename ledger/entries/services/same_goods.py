"""Lots filed under different names that are, or may be, the same goods; the rows that say so.

A product without a GTIN whose producer nobody stated is kept under an assumed producer. So the
farm's sack of greens comes to the shop as the farm's lot and leaves it as the shop's own. Whoever
has received a lot may hand it on as its own lot of the same name and number: that way round only,
and never from one supplier's goods to another's (decision 13). Which lots these are is read from
the book alone, so it does not matter who filed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import text

from ledger.entries.queries.pools import PoolLink
from ledger.entries.rules.canonical import Row, record
from ledger.entries.services.batch import Batch, Link
from ledger.entries.services.leaves import leaves_of, queue_leaves
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.terms import Alias, EntryKind, RowKind
from ledger.entries.writer import write_rows
from ledger.kernel.statements import Prepared, numbers, together
from ledger.kernel.uow import UnitOfWork

# Locks are few on purpose: a filing may name thousands of lots, the server has room for thousands
# of locks in all. Ascending, so that filings wait instead of deadlocking.
_BUCKETS = 256
_BOOK_MAX = 200  # rows of an operator read at once; a longer book is asked lot by lot
_LOCK = """
    SELECT pg_advisory_xact_lock(7310003, bucket)
    FROM unnest(CAST(%s AS integer[])) AS bucket ORDER BY bucket"""
SAME = Prepared(
    "lots_same",
    "integer[]",
    "SELECT lot, other FROM entry WHERE kind = 9 AND unit = 0 AND lot = ANY($1)",
)
_LINKED = Prepared(
    "lots_linked",
    "integer[], integer[]",
    """
    SELECT lot, other FROM entry
    WHERE kind = 9 AND unit = 1 AND lot = ANY($1) AND other = ANY($2)
""",
)
# The next three read the products' and subjects' tables by name. A merged party counts as the
# subject it was merged into, whichever of the two a row or a product names.
_NAMES = Prepared(
    "lots_named",
    "integer[]",
    """
    SELECT l.id AS lot, p.name_key, l.lot_key,
        CASE WHEN l.assumed_producer THEN coalesce(s.merged_into, s.id) END AS pooler,
        l.assumed_producer AND NOT EXISTS (SELECT FROM entry e WHERE e.lot = l.id) AS is_new
    FROM lot l JOIN product p ON p.id = l.product_id
    LEFT JOIN subject s ON s.id = p.producer_id
    WHERE l.id = ANY($1) AND p.gtin = '' AND p.in_store = ''
""",
)
_POOLS = Prepared(
    "lots_pooling",
    "integer[], integer[]",
    """
    SELECT h.id AS holder, w.lot AS source, pool.id AS pool
    FROM unnest($1, $2) AS w (lot, holder)
    JOIN lot s ON s.id = w.lot
    JOIN product sp ON sp.id = s.product_id AND sp.gtin = '' AND sp.in_store = ''
    JOIN subject a ON a.id = w.holder
    JOIN subject h ON h.id = coalesce(a.merged_into, a.id)
    CROSS JOIN LATERAL (
        SELECT l.id FROM subject m
        JOIN product p ON p.producer_id = m.id AND p.name_key = sp.name_key
            AND p.gtin = '' AND p.in_store = ''
        JOIN lot l ON l.product_id = p.id AND l.lot_key = s.lot_key AND l.assumed_producer
        WHERE (m.id = h.id OR m.merged_into = h.id) AND l.id <> s.id
        OFFSET 0) pool
""",
)
_BOOKS = Prepared(
    "books_measured",
    "integer[], integer",
    """
    SELECT h.holder, array_agg(m.id) AS ids,
        sum((SELECT count(*) FROM (SELECT FROM entry e WHERE e.op = m.id LIMIT $2) n)
            + (SELECT count(*) FROM
               (SELECT FROM entry e
                WHERE e.other = m.id AND e.kind = 2 AND e.other <> 0 LIMIT $2) n)) AS length
    FROM unnest($1) AS h (holder)
    JOIN subject m ON m.id = h.holder OR m.merged_into = h.holder
    GROUP BY h.holder
""",
)
_ARRIVALS = """
    SELECT e.lot, e.op AS who FROM entry e WHERE e.kind = 3 AND e.op = ANY($1)
    UNION
    SELECT e.lot, e.other FROM entry e
    WHERE e.kind = 2 AND e.other = ANY($1) AND e.other <> 0
"""
_ARRIVED = Prepared("lots_arrived", "integer[]", _ARRIVALS)
_HAD_BY_BOOK = Prepared(
    "lots_had_by_book",
    "integer[]",
    f"""
    SELECT a.lot, a.who, p.name_key, l.lot_key FROM ({_ARRIVALS}) a
    JOIN lot l ON l.id = a.lot
    JOIN product p ON p.id = l.product_id AND p.gtin = '' AND p.in_store = ''
""",  # noqa: S608
)
_HAD_BY_NAME = Prepared(
    "lots_had_by_name",
    "text[], text[], integer[]",
    """
    SELECT DISTINCT l.id AS lot, had.who, w.name_key, w.lot_key
    FROM unnest($1, $2) AS w (name_key, lot_key)
    JOIN lot l ON l.lot_key = w.lot_key
    JOIN product p ON p.id = l.product_id AND p.name_key = w.name_key
        AND p.gtin = '' AND p.in_store = ''
    CROSS JOIN LATERAL (
        SELECT CASE e.kind WHEN 3 THEN e.op ELSE e.other END AS who FROM entry e
        WHERE e.lot = l.id
            AND (e.kind = 3 AND e.op = ANY($3) OR e.kind = 2 AND e.other = ANY($3))
        OFFSET 0) had
""",
)
_OWN_POOLS = text("""
    SELECT l.id FROM product p JOIN lot l ON l.product_id = p.id
    WHERE p.producer_id = :subject AND p.gtin = '' AND p.in_store = '' AND l.assumed_producer
""")


def link_goods(batch: Batch) -> set[int]:
    """Find what the lines link: ``batch.pooled``, of it ``batch.aliases`` as new rows.

    Answers the lots of the lines.
    """
    forms = {id(it): it for item in batch.alive for it in (goods.form for goods in item.all_goods)}
    lots = {form.lot for form in forms.values()}
    nameless = {form.lot for form in forms.values() if form.is_nameless}
    batch.coded = lots - nameless
    batch.new = {form.lot for form in forms.values() if form.resolved.is_new}
    if nameless:
        names = _locked(batch.uow, nameless)
        arrived = [it for it in _received_now(batch) if it[0] in nameless]
        opened = [row for row in names if row.is_new]
        batch.pooled = _pools(batch.uow, arrived)
        batch.pooled |= _sources(batch.uow, opened)
        batch.aliases = _new_links(batch.uow, batch.pooled)
    return lots


def link_same_goods(uow: UnitOfWork, pairs: Iterable[tuple[int, int]]) -> int:
    """Say that pairs of lots are the same goods, both ways; answers how many rows were new."""
    wanted = {pair for one, two in pairs if one != two for pair in ((one, two), (two, one))}
    new = sorted(wanted - _same(uow, {one for one, _ in wanted}))
    return _write(uow, [Link(one, two, Alias.SAME, 0) for one, two in new])


def lots_pooled_by(uow: UnitOfWork, subject_id: int) -> set[int]:
    """The lots that are a subject's own only because nobody stated their producer."""
    return set(uow.session.scalars(_OWN_POOLS, {"subject": subject_id}))


def link_merged_goods(uow: UnitOfWork, party_id: int, pools: set[int]) -> int:
    """Link what a merged party had with what its subject hands on, and the other way round.

    ``pools`` are the party's own lots, as ``lots_pooled_by`` gave them before the merger. Answers
    how many rows were new.
    """
    had = _ARRIVED.rows(uow.session, numbers([party_id]))
    lots = {row.lot for row in had} | pools
    if not lots:
        return 0
    names = _locked(uow, lots)
    found = _pools(uow, [(row.lot, row.who) for row in had])
    found |= _sources(uow, [row for row in names if row.lot in pools])
    return _write(uow, _new_links(uow, found))


def alias_rows(links: Sequence[Link], number: int) -> list[Row]:
    """The rows of links, under one entry number of their own."""
    return [
        (number, 0, it.lot, 0, it.op, it.other, 0, int(RowKind.ALIAS), int(it.how), 0, 0)
        for it in links
    ]


def _write(uow: UnitOfWork, links: list[Link]) -> int:
    if links:
        number = take_entry_ids(uow, 1)
        rows = alias_rows(links, number)
        write_rows(uow.session, rows)
        queue_leaves(uow, 0, leaves_of(map(record, rows), number, 1))
    return len(links)


def _locked(uow: UnitOfWork, lots: set[int]) -> list[Any]:
    """Name, number and assumed producer of lots, after whoever files goods of the same name."""
    asked = numbers(sorted(lots))
    keys = {(row.name_key, row.lot_key) for row in _NAMES.rows(uow.session, asked)}
    buckets = {crc32("\x1f".join(key).encode()) % _BUCKETS for key in keys}
    # Again under the lock: another filing may have been the first to use a lot meanwhile.
    lock = (_LOCK, (numbers(sorted(buckets)),))
    return list(together(uow.session, lock, _NAMES.asking(asked)))


def _received_now(batch: Batch) -> list[tuple[int, int]]:
    """(lot, who it comes to) of the lines."""
    holders = {EntryKind.RECEIPT: "operator", EntryKind.DISPATCH: "partner"}
    return sorted(
        {
            (goods.lot, holder)
            for item in batch.alive
            if item.line.kind in holders and (holder := getattr(item, holders[item.line.kind]))
            for goods in item.goods
        }
    )


def _pools(uow: UnitOfWork, arrived: list[tuple[int, int]]) -> set[PoolLink]:
    """The lots as which those who receive some may hand them on, as far as there are such."""
    if not arrived:
        return set()
    lots, holders = zip(*arrived, strict=True)
    return {PoolLink(*row) for row in _POOLS.rows(uow.session, numbers(lots), numbers(holders))}


def _sources(uow: UnitOfWork, opened: list[Any]) -> set[PoolLink]:
    """What those who begin to hand lots on as their own have received of that name and number.

    Read from their own book where it is short, as a small supplier's is, else lot by lot of all
    that are named alike: what is read is the lesser of the two, or nearly so.
    """
    if not opened:
        return set()
    pools: dict[tuple[int, str, str], list[int]] = {}
    for row in opened:
        pools.setdefault((row.pooler, row.name_key, row.lot_key), []).append(row.lot)
    poolers = numbers(sorted({row.pooler for row in opened}))
    holder_of: dict[int, int] = {}
    short: list[int] = []
    for row in _BOOKS.rows(uow.session, poolers, _BOOK_MAX + 1):
        holder_of |= dict.fromkeys(row.ids, row.holder)
        if row.length <= _BOOK_MAX:
            short += row.ids
    had = list(_HAD_BY_BOOK.rows(uow.session, numbers(sorted(short)))) if short else []
    long = sorted(holder_of.keys() - set(short))
    wanted = sorted({key[1:] for key in pools if key[0] in {holder_of[one] for one in long}})
    if wanted:
        names, keys = zip(*wanted, strict=True)
        had += _HAD_BY_NAME.rows(uow.session, list(names), list(keys), numbers(long))
    return {
        PoolLink(holder, row.lot, pool)
        for row in had
        if (holder := holder_of[row.who])
        for pool in pools.get((holder, row.name_key, row.lot_key), ())
        if pool != row.lot
    }


def _new_links(uow: UnitOfWork, found: set[PoolLink]) -> list[Link]:
    if not found:
        return []
    sources = numbers(sorted({it.source for it in found}))
    pools = numbers(sorted({it.pool for it in found}))
    known = {(lot, other) for lot, other in _LINKED.rows(uow.session, sources, pools)}
    new = sorted(it for it in found if (it.source, it.pool) not in known)
    there = [Link(it.source, it.pool, Alias.SOURCE, it.holder) for it in new]
    return there + [Link(it.pool, it.source, Alias.POOL, it.holder) for it in new]


def _same(uow: UnitOfWork, lots: set[int]) -> set[tuple[int, int]]:
    if not lots:
        return set()
    return {(lot, other) for lot, other in SAME.rows(uow.session, numbers(sorted(lots)))}


def families(lots: set[int], pairs: set[tuple[int, int]]) -> dict[int, int]:
    """{lot: the lowest of those that are the same goods}, for all lots and pairs given."""
    if not pairs:
        return {lot: lot for lot in lots}
    parent: dict[int, int] = {}

    def root(lot: int) -> int:
        while parent.get(lot, lot) != lot:
            lot = parent[lot]
        return lot

    for one, two in sorted(pairs):
        low, high = sorted((root(one), root(two)))
        if low != high:
            parent[high] = low
    members = lots | {lot for pair in pairs for lot in pair}
    return {lot: root(lot) for lot in members}
