"""The rows and notes of the book, lots by lots, as leaves at their places.

Most entries are one row: its hash is written straight to its place. Rows of kinds that come in
company are put aside by place and hashed together afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules import canonical
from ledger.entries.terms import RowKind
from ledger.proof.queries.recheck.places import BUCKET_BITS, ENTRY_MAX, Places
from ledger.proof.queries.recheck.reading import ENTRY, Array, copy_out, raw_cursor
from ledger.proof.terms import HASH_BYTES

LOTS = 1 << 13  # lots read at once at most
ROWS = 1 << 18  # rows read at once, as far as the table's statistics tell
_PIECE = 1 << 16  # rows hashed at once, so that they stay near the processor
STRAYS_MAX = 1_000
SEVERAL = [
    RowKind.USE,
    RowKind.YIELD,
    RowKind.AGGREGATION,
    RowKind.DISAGGREGATION,
    RowKind.ALIAS,
    RowKind.VOID,
]
ASIDE = np.dtype([("place", "<i8"), ("record", "V76")])
NO_ROWS, NO_WORDS = 1, 2  # marks of what a purge took from an entry
_MANY = 3  # rows of an entry are counted no further
_NOTES = """
    SELECT lot, id, document, document_line, certificate, keep_until, said, digest FROM entry_note
    WHERE lot >= %s AND lot < %s
"""


@dataclass(slots=True)
class Read:
    """What a piece of the book held: rows and notes, and those that belong to nothing filed."""

    rows: int = 0
    notes: int = 0
    stray: int = 0
    strays: list[tuple[int, int]] = field(default_factory=list)  # (lot, entry)

    def add(self, other: Read) -> None:
        """Count another piece too."""
        self.rows += other.rows
        self.notes += other.notes
        self.stray += other.stray
        self.strays = (self.strays + other.strays)[:STRAYS_MAX]

    def add_strays(self, lots: Array, entries: Array) -> None:
        """Count rows or notes nobody filed."""
        self.stray += len(lots)
        room = STRAYS_MAX - len(self.strays)
        self.strays += zip(lots[:room].tolist(), entries[:room].tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class Notes:
    """Digests of the notes of some lots by entry and lot; ``joined`` marks those of corrections."""

    keys: Array
    digests: Array
    joined: Array
    used: Array


class Ground:
    """The files all processes write to: leaves, rows seen by each process, rows put aside."""

    def __init__(self, folder: Path, total: int, worker: int) -> None:
        self.folder, self.worker = folder, worker
        self.places = Places(folder)
        self.leaves = np.memmap(folder / "leaves", canonical.HASH, "r+", shape=(max(total, 1),))
        self.seen = np.memmap(seen_file(folder, worker), np.uint8, "r+", shape=(max(total, 1),))
        self.gone = np.memmap(folder / "gone", np.uint8, "r+", shape=(max(total, 1),))

    def without_words(self, entry: int) -> bool:
        """Whether a purge took the words of an entry's notes."""
        (batch,), (filed,) = self.places.batches_of(np.array([entry]))
        if not filed or self.places.place[batch] < 0:
            return False
        place = self.places.place[batch] + entry - self.places.first[batch]
        return bool(self.gone[place] & NO_WORDS)

    def put_aside(self, places: Array, records: Array) -> None:
        """Append records to the files of the buckets their places fall into."""
        rows = np.empty(len(places), ASIDE)
        rows["place"], rows["record"] = places, records
        buckets = places >> BUCKET_BITS
        for bucket in np.unique(buckets).tolist():
            with (self.folder / f"aside-{bucket}-{self.worker}").open("ab") as file:
                file.write(rows[buckets == bucket].tobytes())


def leaves_file(folder: Path, total: int) -> None:
    """Make the files of what is known of all places: leaves, and marks of what has gone."""
    for name, width in (("leaves", canonical.HASH.itemsize), ("gone", 1)):
        with (folder / name).open("wb") as file:
            file.truncate(max(total, 1) * width)


def seen_file(folder: Path, worker: int) -> Path:
    """Where a process counts the rows it has seen of each place."""
    return folder / f"seen-{worker}"


def read_lots(connection: Connection, ground: Ground, lots: tuple[int, int]) -> Read:
    """Hash the rows of lots, from the first to before the last, to their places."""
    first, end = lots
    found = Read()
    notes = _notes(connection, ground, lots, found)
    columns = ", ".join(ENTRY_COLUMNS)
    query = f"SELECT {columns} FROM entry WHERE lot >= {first} AND lot < {end}"  # noqa: S608
    rows = copy_out(connection, query, ENTRY)
    found.rows = len(rows)
    for at in range(0, len(rows), _PIECE):
        _hashed(ground, rows[at : at + _PIECE], notes, first, found)
    alone = notes.keys[~notes.used]
    found.add_strays(alone % LOTS + first, alone // LOTS)
    return found


def _notes(connection: Connection, ground: Ground, lots: tuple[int, int], found: Read) -> Notes:
    first, end = lots
    cursor = raw_cursor(connection)
    try:
        cursor.execute(_NOTES, (first, end))
        rows = cursor.fetchall()
    finally:
        cursor.close()
    found.notes = len(rows)
    wild = [row for row in rows if not 0 < row[1] < ENTRY_MAX]
    found.add_strays(np.array([row[0] for row in wild]), np.array([row[1] for row in wild]))
    rows = [row for row in rows if 0 < row[1] < ENTRY_MAX]
    rows.sort(key=_entry_and_lot)
    keys = [_key(row[1], row[0] - first) for row in rows]
    digests = b"".join([note_digest(ground, row) for row in rows])
    joined = ["corrects" in row[6] for row in rows]
    return Notes(
        keys=np.array(keys, np.int64),
        digests=np.frombuffer(digests, canonical.HASH),
        joined=np.array(joined, bool),
        used=np.zeros(len(rows), bool),
    )


def _entry_and_lot(row: Any) -> tuple[int, int]:
    return row[1], row[0]


def _key(entry: Any, lot: Any) -> Any:
    return entry * LOTS + lot


def note_digest(ground: Ground, row: Any) -> bytes:
    """The digest of (lot, id, document, line, certificate, keep until, said, digest) as stored.

    The digest that was kept counts only where there are no words any more and a purge says so.
    """
    _lot, entry, document, line, certificate, keep_until, said, kept = row
    wordless = not (document or line or certificate or said.keys() - STAYS)
    if kept and wordless and len(kept) == HASH_BYTES and ground.without_words(entry):
        return bytes(kept)
    return canonical.note_digest(document, line, certificate, keep_until, canonical.said_text(said))


def _hashed(ground: Ground, rows: Array, notes: Notes, first: int, found: Read) -> None:
    batch, filed = ground.places.batches_of(rows["id"])
    filed &= (rows["id"] > 0) & (rows["id"] < ENTRY_MAX)
    if not filed.all():
        stray = rows[~filed]
        found.add_strays(stray["lot"].astype(np.int64), stray["id"].astype(np.int64))
        rows, batch = rows[filed], batch[filed]
    digests, joined = _digests_of(rows, notes, first)
    places = ground.places.place[batch] + rows["id"] - ground.places.first[batch]
    placed = ground.places.place[batch] >= 0
    inputs = canonical.leaf_inputs(rows, ground.places.nonce[batch], digests)
    aside = (np.isin(rows["kind"], SEVERAL) | joined) & placed
    if aside.any():
        records = np.frombuffer(b"".join(canonical.records_in(inputs[aside])), "V76")
        ground.put_aside(places[aside], records)
    alone = placed & ~aside
    places = places[alone]
    ground.leaves[places] = canonical.hashes_of(inputs[alone])
    unique, times = np.unique(places, return_counts=True)
    times += ground.seen[unique]
    ground.seen[unique] = np.minimum(times, _MANY)


def _digests_of(rows: Array, notes: Notes, first: int) -> tuple[Array | None, Array]:
    if not len(notes.keys):
        return None, np.zeros(len(rows), bool)
    keys = _key(rows["id"].astype(np.int64), rows["lot"] - first)
    at = np.minimum(np.searchsorted(notes.keys, keys), len(notes.keys) - 1)
    there = notes.keys[at] == keys
    notes.used[at[there]] = True
    digests = np.where(there, notes.digests[at], np.void(canonical.NO_NOTE))
    return digests, notes.joined[at] & there


def hash_together(ground: Ground, bucket: int, workers: int) -> list[int]:
    """Hash what was put aside for a bucket; the entries of it that are still to be hashed again.

    Those are entries of several rows that did not look like it.
    """
    files = [ground.folder / f"aside-{bucket}-{worker}" for worker in range(workers)]
    parts = [np.fromfile(file, ASIDE) for file in files if file.exists()]
    if parts:
        _hash_groups(ground, np.concatenate(parts))
    low = bucket << BUCKET_BITS
    seen = seen_of(ground.folder, slice(low, low + (1 << BUCKET_BITS)), workers)
    entries = ground.places.entries_at(np.flatnonzero(seen > 1) + low)
    again: list[int] = entries[entries > 0].tolist()
    return again


def _hash_groups(ground: Ground, rows: Array) -> None:
    rows = rows[np.argsort(rows["place"], kind="stable")]
    starts = np.flatnonzero(np.diff(rows["place"], prepend=-1))
    places = rows["place"][starts]
    records = rows["record"].tolist()
    ends = [*starts.tolist()[1:], len(records)]
    batch, _ = ground.places.batches_at(places)
    groups = zip(ground.places.nonce[batch].tolist(), starts.tolist(), ends, strict=True)
    hashed = [canonical.leaf_hash(nonce, records[start:end]) for nonce, start, end in groups]
    ground.leaves[places] = np.frombuffer(b"".join(hashed), canonical.HASH)
    ground.seen[places] += 1


def seen_of(folder: Path, places: Array | slice, workers: int) -> Array:
    """How many rows all processes have seen of places, counted to a few."""
    files = [np.memmap(seen_file(folder, worker), np.uint8, "r") for worker in range(workers)]
    return np.asarray(np.sum([file[places] for file in files], axis=0, dtype=np.uint8))


STAYS = frozenset({"lots", "corrects"})  # of what a note says: which rows belong together
_ROWS_OF = f"SELECT {', '.join(ENTRY_COLUMNS)} FROM entry WHERE id = ANY(%s)"  # noqa: S608
_NOTES_OF = """
    SELECT lot, id, document, document_line, certificate, keep_until, said, digest FROM entry_note
    WHERE lot = ANY(%s) AND id = ANY(%s)
"""

_KEPT = text("""
    SELECT entry, record FROM purged_record WHERE entry = ANY(CAST(:entries AS bigint[]))
""")

Parts = list[tuple[canonical.Row, bytes]]
"""The rows of an entry, in the order of ENTRY_COLUMNS, each with the digest of its note."""


def rows_of(connection: Connection, ground: Ground, entries: list[int]) -> dict[int, Parts]:
    """All rows of entries by their numbers, wherever they stand: one scan of the whole book."""
    cursor = raw_cursor(connection)
    try:
        cursor.execute(_ROWS_OF, (entries,))
        rows = cursor.fetchall()
        cursor.execute(_NOTES_OF, (sorted({row[2] for row in rows}), entries))
        notes = {(row[0], row[1]): note_digest(ground, row) for row in cursor.fetchall()}
    finally:
        cursor.close()
    found: dict[int, Parts] = defaultdict(list)
    for row in rows:
        found[row[0]].append((row, notes.get((row[2], row[0]), canonical.NO_NOTE)))
    return found


def leaf_of(nonce: bytes, parts: Parts) -> bytes:
    """The leaf hash of an entry by its rows."""
    return canonical.leaf_hash(nonce, [canonical.record(row, digest) for row, digest in parts])


def kept_records(connection: Connection, entries: list[int]) -> dict[int, list[bytes]]:
    """The records of rows that a purge took while others of these entries stay."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for entry, record in connection.execute(_KEPT, {"entries": entries}):
        found[entry].append(bytes(record))
    return found


def hash_again(connection: Connection, ground: Ground, entries: list[int]) -> None:
    """Hash entries whose rows were not recognised as belonging together, by a scan for them."""
    found = rows_of(connection, ground, entries)
    kept = kept_records(connection, entries)
    numbers = np.array(sorted(found), np.int64)
    batch, _ = ground.places.batches_of(numbers)
    places = ground.places.place[batch] + numbers - ground.places.first[batch]
    for number, at, place in zip(numbers.tolist(), batch.tolist(), places.tolist(), strict=True):
        nonce = ground.places.nonce[at].item()
        records = [canonical.record(row, digest) for row, digest in found[number]]
        ground.leaves[place] = np.void(
            canonical.leaf_hash(nonce, [*records, *kept.get(number, ())])
        )
