"""A purge as a leaf of the log, and its marks: which entries it took something from."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.proof.rules.merkle import leaf_hash
from ledger.proof.terms import Purge

PURGE_FORMAT = b"\x02"  # first byte of such a leaf; entries have 0x01
_PIECE = 1 << 16  # bytes of a bitmap read at once: half a million entries

Entries = npt.NDArray[np.int64]


def purge_leaf(purge: Purge, nonce: bytes) -> bytes:
    """The leaf hash of a purge: everything it says, its marks as their SHA-256."""
    words = (
        str(purge.entry),
        purge.kind.value,
        purge.before.isoformat(),
        str(purge.first_lot),
        str(purge.end_lot),
        str(purge.entries),
        str(purge.first_entry),
        sha256(purge.marks).hexdigest(),
    )
    return leaf_hash(PURGE_FORMAT + nonce + "\n".join(words).encode())


def marks_of(entries: Entries) -> tuple[int, bytes]:
    """(number of the first, deflated bitmap from it on) of entries in ascending order."""
    if not len(entries):
        return 0, zlib.compress(b"")
    first = int(entries[0])
    bits = np.zeros(int(entries[-1]) - first + 1, bool)
    bits[entries - first] = True
    return first, zlib.compress(np.packbits(bits).tobytes(), 1)


def entries_marked(first: int, marks: bytes) -> Iterator[Entries]:
    """The entries of a bitmap, some at a time, however large it is."""
    reader = zlib.decompressobj()
    rest: Any = marks
    while rest or not reader.eof:
        piece = reader.decompress(rest, _PIECE)
        rest = reader.unconsumed_tail
        if not piece and not rest:
            return
        bits = np.unpackbits(np.frombuffer(piece, np.uint8))
        yield np.flatnonzero(bits) + first
        first += len(bits)
