"""What has gone lawfully: marked at its place before the rows are read."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, text

from ledger.proof.queries.recheck.places import ENTRY_MAX, Places
from ledger.proof.queries.recheck.reading import Array
from ledger.proof.queries.recheck.rows import NO_ROWS, NO_WORDS, Ground
from ledger.proof.rules.purge import entries_marked, purge_leaf
from ledger.proof.terms import Purge, PurgeKind

_PURGES = text("""
    SELECT entry, kind, before, first_lot, end_lot, entries, first_entry, marks FROM purge
    ORDER BY id
""")
_RECORDS = text("SELECT entry, record FROM purged_record WHERE octet_length(record) = 76")
_MARKS = {PurgeKind.ROWS: NO_ROWS, PurgeKind.NOTES: NO_WORDS}


def mark_purges(connection: Connection, ground: Ground) -> int:
    """Mark the entries that purges took something from; how many lost all their rows.

    A purge's own leaf is hashed to its place from what the purge says, so that one that was altered
    or invented differs like a line of the book.
    """
    gone = 0
    for row in connection.execute(_PURGES):
        purge = Purge(**row._asdict() | {"kind": PurgeKind(row.kind), "marks": bytes(row.marks)})
        _hash_own(ground, purge)
        for entries in entries_marked(purge.first_entry, purge.marks):
            places = _places_of(ground.places, entries)
            ground.gone[places] |= _MARKS[purge.kind]
            gone += len(places) if purge.kind is PurgeKind.ROWS else 0
    for entry, record in connection.execute(_RECORDS):
        places = _places_of(ground.places, np.array([entry]))
        ground.put_aside(places, np.frombuffer(bytes(record), "V76")[: len(places)])
    return gone


def _hash_own(ground: Ground, purge: Purge) -> None:
    entries = np.array([purge.entry])
    places = _places_of(ground.places, entries)
    if len(places):
        batch, _ = ground.places.batches_of(entries)
        nonce = ground.places.nonce[batch[0]].item()
        ground.leaves[places] = np.void(purge_leaf(purge, nonce))
        ground.seen[places] = 1


def _places_of(places: Places, entries: Array) -> Array:
    """The places of those of the entries that have one."""
    batch, filed = places.batches_of(entries)
    filed &= (entries > 0) & (entries < ENTRY_MAX)
    start = places.place[batch] if len(places.place) else np.zeros(len(batch), np.int64)
    filed &= start >= 0
    found: Array = (start + entries - places.first[batch])[filed] if filed.any() else start[:0]
    return found
