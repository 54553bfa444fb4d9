"""Lots filed under different names that are the same goods, and the rows that say so.

A product without a GTIN whose producer nobody stated is kept under an assumed producer, so the
same sack of greens may stand in the book as the farm's lot and as the shop's. Two lots of one name
and one number are the same goods when the assumed producer of one has received the other. That is
read from the book alone, so it does not matter who filed first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import text

from ledger.entries.rules.canonical import Row
from ledger.entries.services.batch import Batch
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.terms import EntryKind, RowKind
from ledger.entries.writer import write_rows
from ledger.kernel.uow import UnitOfWork

Pairs = set[tuple[int, int]]

# Locks are few on purpose: a filing may name thousands of lots, the server has room for thousands
# of locks in all. Ascending, so that filings wait instead of deadlocking.
_BUCKETS = 256
_LOCK = text("""
    SELECT pg_advisory_xact_lock(7310003, bucket)
    FROM unnest(CAST(:buckets AS integer[])) AS bucket ORDER BY bucket
""")
_ALIASES = text("""
    SELECT lot, other FROM entry WHERE kind = 9 AND lot = ANY(CAST(:lots AS integer[]))
""")
# Reads the products' tables by name: lots that share name and number with the lots asked.
_ALIKE = text("""
    WITH asked AS (
        SELECT DISTINCT p.name_key, l.lot_key FROM lot l JOIN product p ON p.id = l.product_id
        WHERE l.id = ANY(CAST(:lots AS integer[])) AND p.gtin = '' AND p.in_store = ''
    )
    SELECT l.id AS lot_id, p.name_key, l.lot_key,
        CASE WHEN l.assumed_producer THEN p.producer_id END AS assumed_producer_id
    FROM asked
    JOIN lot l ON l.lot_key = asked.lot_key
    JOIN product p ON p.id = l.product_id AND p.name_key = asked.name_key
    WHERE p.gtin = '' AND p.in_store = ''
    ORDER BY l.id
""")
_HAD = text("""
    SELECT lot, op AS holder FROM entry
    WHERE kind = 3 AND lot = ANY(CAST(:lots AS integer[])) AND op = ANY(CAST(:who AS integer[]))
    UNION
    SELECT lot, other FROM entry
    WHERE kind = 2 AND lot = ANY(CAST(:lots AS integer[])) AND other = ANY(CAST(:who AS integer[]))
""")


class LotAlike(NamedTuple):
    """A lot of a product without a GTIN; the producer only where it was assumed."""

    lot_id: int
    name_key: str
    lot_key: str
    assumed_producer_id: int | None


def lots_named_alike(uow: UnitOfWork, lots: set[int]) -> list[LotAlike]:
    """Every lot that shares the product's name and its number with one of the lots asked."""
    rows = uow.session.execute(_ALIKE, {"lots": sorted(lots)})
    return [LotAlike(*row) for row in rows]


def same_goods(batch: Batch) -> dict[int, int]:
    """{lot: the one lot that stands for its family}; new pairs are left in ``batch.aliases``."""
    lots = {goods.lot for item in batch.alive for goods in item.all_goods}
    nameless = {
        goods.lot
        for item in batch.alive
        for goods in item.all_goods
        if not (goods.resolved.product.gtin or goods.resolved.product.in_store)
    }
    alike = _alike(batch.uow, nameless)
    known = _known(batch.uow, lots | {it.lot_id for it in alike})
    found = _found(batch, alike)
    batch.aliases = sorted(pair for pair in found - known)
    return _families(lots, known | found)


def link_same_goods(uow: UnitOfWork, pairs: Iterable[tuple[int, int]]) -> int:
    """Say that pairs of lots are the same goods, both ways; answers how many rows were new."""
    wanted = {pair for one, two in pairs if one != two for pair in ((one, two), (two, one))}
    new = wanted - _known(uow, {one for one, _ in wanted})
    if new:
        write_rows(uow.session, alias_rows(sorted(new), take_entry_ids(uow, 1)))
    return len(new)


def alias_rows(pairs: Sequence[tuple[int, int]], number: int) -> list[Row]:
    """The rows of pairs, under one entry number of their own."""
    return [(number, 0, one, 0, 0, two, 0, int(RowKind.ALIAS), 0, 0, 0) for one, two in pairs]


def _alike(uow: UnitOfWork, lots: set[int]) -> list[LotAlike]:
    if not lots:
        return []
    keys = {(it.name_key, it.lot_key) for it in lots_named_alike(uow, lots)}
    buckets = {crc32("\x1f".join(key).encode()) % _BUCKETS for key in keys}
    uow.session.execute(_LOCK, {"buckets": sorted(buckets)})
    # Again under the lock: another filing may have opened a lot of the same name meanwhile.
    return lots_named_alike(uow, lots)


def _known(uow: UnitOfWork, lots: set[int]) -> Pairs:
    if not lots:
        return set()
    rows = uow.session.execute(_ALIASES, {"lots": sorted(lots)})
    return {(row.lot, row.other) for row in rows}


def _found(batch: Batch, alike: list[LotAlike]) -> Pairs:
    groups: dict[tuple[str, str], list[LotAlike]] = defaultdict(list)
    for lot in alike:
        groups[lot.name_key, lot.lot_key].append(lot)
    groups = {key: group for key, group in groups.items() if len(group) > 1}
    who = {it.assumed_producer_id for group in groups.values() for it in group} - {None}
    if not who:
        return set()
    lots = [it.lot_id for group in groups.values() for it in group]
    had = {
        (row.lot, row.holder)
        for row in batch.uow.session.execute(
            _HAD, {"lots": lots, "who": sorted(w or 0 for w in who)}
        )
    } | _received_now(batch)
    pairs: Pairs = set()
    for group in groups.values():
        for one in group:
            for two in group:
                if one.lot_id != two.lot_id and (two.lot_id, one.assumed_producer_id) in had:
                    pairs |= {(one.lot_id, two.lot_id), (two.lot_id, one.lot_id)}
    return pairs


def _received_now(batch: Batch) -> set[tuple[int, int | None]]:
    holders = {EntryKind.RECEIPT: "operator", EntryKind.DISPATCH: "partner"}
    return {
        (goods.lot, getattr(item, holders[item.line.kind]))
        for item in batch.alive
        if item.line.kind in holders
        for goods in item.goods
    }


def _families(lots: set[int], pairs: Pairs) -> dict[int, int]:
    parent: dict[int, int] = {}

    def root(lot: int) -> int:
        while parent.get(lot, lot) != lot:
            lot = parent[lot]
        return lot

    for one, two in sorted(pairs):
        low, high = sorted((root(one), root(two)))
        parent[high] = low
    members = lots | {lot for pair in pairs for lot in pair}
    return {lot: root(lot) for lot in members}
