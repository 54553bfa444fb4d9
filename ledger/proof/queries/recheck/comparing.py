"""Leaves by the rows against leaves by the log, tile by tile, and each tile against the next.

Where the two differ the tile above decides: what it was computed from is right, the other was
changed. Only the last tile that is not full has none above; there the signed root decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection

from ledger.entries.rules import canonical
from ledger.proof.queries.recheck.places import BUCKET_BITS
from ledger.proof.queries.recheck.reading import Array, raw_cursor
from ledger.proof.queries.recheck.rows import NO_ROWS, Ground, seen_of
from ledger.proof.rules.merkle import full_roots, root_of_leaves
from ledger.proof.terms import HASH_BYTES, TILE_WIDTH, Fault, Finding, ReadTile, TileAddress

DIFFER_MAX = 10_000  # lines of one bucket that are looked at closely; the rest is counted
_TILES = "SELECT index, width, data FROM log_tile WHERE level = %s AND index >= %s AND index < %s"
_WAITING = "SELECT first_entry, leaves FROM leaf_queue ORDER BY first_entry"
_WAITING_ROWS = 20  # fetched at once: a filing may have left 200,000 leaves
_TILE_BYTES = TILE_WIDTH * HASH_BYTES
_MISSING = np.void(bytes(HASH_BYTES))


@dataclass(slots=True)
class Compared:
    """What comparing a bucket found.

    ``differ`` are places whose rows do not give the sealed leaf, with the leaf by the rows and the
    sealed one; ``empty`` those of them without a row. ``roots`` are the roots of its full tiles,
    ``doubted`` the tiles (index, root in the tile above) that agree with the rows only.
    """

    count: int = 0
    differ: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    empty: set[int] = field(default_factory=set)
    faults: list[Finding] = field(default_factory=list)
    roots: bytes = b""
    doubted: list[tuple[int, bytes]] = field(default_factory=list)
    last: tuple[bytes, bytes] | None = None  # the tile that is not full: by the rows, as stored


def tile_name(level: int, index: int) -> str:
    """What a finding calls a tile."""
    return f"tile {level}/{index}"


def stored_tiles(connection: Connection, level: int, first: int, count: int) -> dict[int, bytes]:
    """The hashes of stored tiles by index, as far as width and length agree."""
    cursor = raw_cursor(connection)
    try:
        cursor.execute(_TILES, (level, first, first + count))
        return {
            index: bytes(data)
            for index, width, data in cursor.fetchall()
            if len(data) == width * HASH_BYTES
        }
    finally:
        cursor.close()


def compare_bucket(
    connection: Connection, ground: Ground, bucket: int, size: int, workers: int
) -> Compared:
    """Compare the leaves of a bucket of sealed places."""
    low = bucket << BUCKET_BITS
    high = min(low + (1 << BUCKET_BITS), size)
    mine = leaves_by_rows(ground, low, high, workers)
    first, count = low // TILE_WIDTH, -(-(high - low) // TILE_WIDTH)
    tiles = stored_tiles(connection, 0, first, count)
    above = _above(connection, first, count)
    found = Compared()
    sealed = _sealed(found, mine.hashes, tiles, low)
    mine.hashes[mine.gone] = sealed[mine.gone]  # nothing is left to say otherwise
    full = (high - low) // TILE_WIDTH * TILE_WIDTH
    roots = full_roots(mine.hashes[:full].tobytes())
    by_rows = np.frombuffer(roots, canonical.HASH).copy()
    same = (mine.hashes[:full] == sealed[:full]).reshape(-1, TILE_WIDTH).all(axis=1)
    for number in range(full // TILE_WIDTH):
        tile = slice(number * TILE_WIDTH, (number + 1) * TILE_WIDTH)
        root, over = by_rows[number].item(), above.get(first + number)
        if same[number]:
            if over not in (None, root):
                found.doubted.append((first + number, over))
        elif over == root:
            found.faults.append(_tile_fault(0, first + number))
            sealed[tile] = mine.hashes[tile]
        else:
            by_rows[number] = np.void(root_of_leaves(sealed[tile].tobytes()))
    found.roots = by_rows.tobytes()
    if full < high - low:
        found.last = (mine.hashes[full:].tobytes(), sealed[full:].tobytes())
    _differences(found, mine, sealed, low)
    ground.leaves[low:high] = sealed  # from here on what was sealed, whatever became of the rows
    return found


def _sealed(found: Compared, mine: Array, tiles: dict[int, bytes], low: int) -> Array:
    """The leaves that the tiles hold; where a tile is missing or cut, those by the rows."""
    sealed = mine.copy()
    for index in range(low // TILE_WIDTH, -(-(low + len(mine)) // TILE_WIDTH)):
        at = index * TILE_WIDTH - low
        width = min(TILE_WIDTH, len(mine) - at)
        stored = tiles.get(index, b"")
        if len(stored) < width * HASH_BYTES:
            found.faults.append(_tile_fault(0, index))
        else:
            sealed[at : at + width] = np.frombuffer(stored, canonical.HASH)[:width]
    return sealed


def _tile_fault(level: int, index: int) -> Finding:
    place = index * TILE_WIDTH ** (level + 1)
    return Finding(Fault.TILE, place, about=tile_name(level, index))


def compare_waiting(
    connection: Connection, ground: Ground, size: int, total: int, workers: int
) -> Compared:
    """Compare the leaves that still wait with those by the rows, filing by filing."""
    found = Compared()
    cursor: Any = connection.connection.cursor(name="waiting")
    cursor.itersize = _WAITING_ROWS
    try:
        cursor.execute(_WAITING)
        for first, leaves in cursor:
            (batch,), (known,) = ground.places.batches_of(np.array([first]))
            low = int(ground.places.place[batch]) if known else -1
            high = min(low + len(leaves) // HASH_BYTES, total)
            if low < size:
                continue
            sealed = np.frombuffer(bytes(leaves), canonical.HASH)[: high - low]
            _differences(found, leaves_by_rows(ground, low, high, workers), sealed, low)
    finally:
        cursor.close()
    return found


@dataclass(frozen=True, slots=True)
class ByRows:
    """The leaves of places by the rows of the book, and how many rows were seen of each."""

    hashes: Array
    rows: Array
    known: Array  # whether there is a nonce to hash with
    gone: Array  # whether a purge took all there was


def leaves_by_rows(ground: Ground, low: int, high: int, workers: int) -> ByRows:
    """The leaves that rows have been hashed to, with those of entries that have no row."""
    hashes = np.array(ground.leaves[low:high])
    rows = seen_of(ground.folder, slice(low, high), workers)
    places = np.arange(low, high)
    batch, known = ground.places.batches_at(places)
    none = np.flatnonzero((rows == 0) & known)
    if len(none):
        nonces = ground.places.nonce[batch[none]].tolist()
        empty = b"".join([canonical.leaf_hash(nonce, ()) for nonce in nonces])
        hashes[none] = np.frombuffer(empty, canonical.HASH)
    purged = (ground.gone[low:high] & NO_ROWS) > 0
    hashes[purged & (rows > 0)] = _MISSING  # rows of an entry that has none any more
    return ByRows(hashes, rows, known, purged & (rows == 0))


def _above(connection: Connection, first: int, count: int) -> dict[int, bytes]:
    """The hashes that the tiles of level 1 hold of ``count`` tiles from ``first``."""
    low = first // TILE_WIDTH
    tiles = stored_tiles(connection, 1, low, -(-(first + count) // TILE_WIDTH) - low)
    return {
        index * TILE_WIDTH + at // HASH_BYTES: data[at : at + HASH_BYTES]
        for index, data in tiles.items()
        for at in range(0, len(data), HASH_BYTES)
    }


def _differences(found: Compared, mine: ByRows, sealed: Array, low: int) -> None:
    wrong = np.flatnonzero((mine.hashes != sealed) & mine.known & ~mine.gone)
    found.count += len(wrong)
    for at in wrong[: DIFFER_MAX - len(found.differ)].tolist():
        place = at + low
        found.differ.append((place, mine.hashes[at].item(), sealed[at].item()))
        if mine.rows[at] == 0:
            found.empty.add(place)


def levels_over(roots: bytes) -> list[bytes]:
    """The hashes of each level from 1 up, from the roots of the full tiles of level 0."""
    levels = [roots]
    while len(levels[-1]) >= _TILE_BYTES:
        below = levels[-1]
        whole = len(below) - len(below) % _TILE_BYTES
        tiles = range(0, whole, _TILE_BYTES)
        levels.append(b"".join([root_of_leaves(below[at : at + _TILE_BYTES]) for at in tiles]))
    return levels


def upper_faults(connection: Connection, levels: list[bytes]) -> list[Finding]:
    """The stored tiles above level 0 that are not what ``levels`` say."""
    faults = []
    for level, hashes in enumerate(levels, 1):
        count = -(-len(hashes) // _TILE_BYTES)
        tiles = stored_tiles(connection, level, 0, count)
        for index in range(count):
            wanted = hashes[index * _TILE_BYTES : (index + 1) * _TILE_BYTES]
            if tiles.get(index, b"")[: len(wanted)] != wanted:
                faults.append(_tile_fault(level, index))
    return faults


def tile_reader(leaves: Array, levels: list[bytes]) -> ReadTile:
    """Reads tiles for roots and paths as they were recomputed."""

    def read(address: TileAddress) -> bytes:
        at = address.index * TILE_WIDTH
        if address.level == 0:
            own: bytes = leaves[at : at + address.width].tobytes()
            return own
        hashes = levels[address.level - 1] if address.level <= len(levels) else b""
        return hashes[at * HASH_BYTES : (at + address.width) * HASH_BYTES]

    return read
