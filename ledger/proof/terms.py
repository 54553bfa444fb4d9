"""The words of the proof: tiles and growth of the tree, keys and notes, checkpoints, receipts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
SIZE_MAX = (1 << 63) - 1  # what a log's size may be: int64 in the store, and C2SP's own limit
LEAF_FORMAT = 1  # first byte of a leaf's bytes; see ledger/entries/rules/canonical.py
NONCE_BYTES = 16


class ProofState(Enum):
    """How far the proof of an entry has come; every later state holds what the earlier say."""

    FILED = "filed"  # 已入账: in the book, its leaf waits
    SEALED = "sealed"  # 已封存: its leaf stands under a signed checkpoint
    PUBLISHED = "published"  # 已公布: that checkpoint is out, with the witnesses' signatures


class Algorithm(Enum):
    """What a key of a note signs with (C2SP signed-note, signature types)."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True, slots=True, order=True)
class TileAddress:
    """Where a tile lies: ``level`` of the tree in steps of 8, ``index``, ``width`` 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def full(self) -> bool:
        """Whether the tile will never change again."""
        return self.width == TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile and its hashes, 32 bytes each, ``width`` of them."""

    level: int
    index: int
    width: int
    data: bytes


ReadTile = Callable[[TileAddress], bytes]
"""Gives a tile's bytes; more than ``width`` hashes may come, the first are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """A log after leaves were added: what is new to store, and what the next growth begins with.

    ``partials[level]`` are the hashes of that level's last tile as long as it is not full.
    """

    size: int
    root: bytes
    partials: tuple[bytes, ...]
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The public half of a note's key: 32 bytes, under a name and a 4-byte number made of both."""

    name: str
    key_id: bytes
    algorithm: Algorithm
    public: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs notes; ``seed`` (32 bytes) is the secret and never shown."""

    verifier: VerifierKey
    seed: bytes

    def __repr__(self) -> str:
        """The name alone: a secret has no place in a log line."""
        return f"SigningKey({self.verifier.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line of a note; ``blob`` is what follows the key's 4 bytes."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text that ends with a newline, and who signed it, in the order of the lines."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself: its name, how many leaves, and the hash over all of them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A witness of the log, and the size and time of the last checkpoint of ours it has signed."""

    name: str
    vkey: str
    size: int
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All that is needed to see, offline, that an entry is in the log.

    ``leaf`` are the bytes the leaf is the hash of: format, nonce, and the entry's records; ``path``
    the hashes from the leaf's neighbour up; ``note`` the signed checkpoint as it was published.
    """

    leaf: bytes
    index: int
    path: tuple[bytes, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Span:
    """Entries numbered from ``first_entry`` stand at the places from ``first_leaf``."""

    first_leaf: int
    count: int
    first_entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What one sealing did: how many leaves it took, and the log as it signed it."""

    size: int
    root: bytes
    leaves: int
    batches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """How many filings from before there was a log were taken up, with how many entries."""

    filings: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint of ours as it is kept; ``note`` is the signed note as it was published."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


class Fault(StrEnum):
    """What a recheck finds wrong, worst told first within one line of the book."""

    CHANGED = "changed"  # the rows or notes of an entry are not what was sealed
    REMOVED = "removed"  # an entry has no row any more
    ADDED = "added"  # a row or note nobody filed
    SWAPPED = "swapped"  # two entries have exchanged a value, or all of them
    MOVED = "moved"  # an entry stands where another was sealed: spans or leaves were exchanged
    NONCE = "nonce"  # no entry of a filing fits: its nonce was changed
    BATCH = "batch"  # entries have a place and no nonce: their filing's was removed or overlaps
    SPAN = "span"  # the spans leave out places, or name some twice
    UNSEALED = "unsealed"  # filed, and neither sealed nor waiting
    FILING = "filing"  # a filing and its nonce do not name the same entries
    TILE = "tile"  # a stored tile is missing, cut, or not what its leaves or tiles below give
    CHECKPOINT = "checkpoint"  # a checkpoint is not ours, or says another root than the log has
    ROOT = "root"  # leaves, tiles and rows agree with each other and not with what was signed


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, and where as far as that is known.

    ``place`` is the place in the log (-1: none), ``entry`` an entry's number (0: none) and
    ``reference`` its public reference where a row of it could be found; ``count`` how many entries
    it is about; ``about`` says more: the tile, the checkpoint's size, the other entry.
    """

    fault: Fault
    place: int = -1
    entry: int = 0
    reference: str = ""
    count: int = 1
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """What a recheck read, and what it found: nothing when the book is as it was signed.

    ``purged`` entries have gone lawfully: the log holds the purges that took them. ``counts`` are
    complete; ``findings`` the first ones in the order of the log, at most a thousand.
    """

    size: int
    waiting: int
    rows: int
    notes: int
    purged: int
    checkpoints: int
    counts: dict[Fault, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def first(self) -> Finding | None:
        """The first thing that is wrong in the order of the log, None when nothing is."""
        return self.findings[0] if self.findings else None


class PurgeKind(StrEnum):
    """What a purge took: the rows of entries, or only the words of their notes."""

    ROWS = "rows"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What was done away with because it had been kept long enough: lots, entries, and when.

    ``entry`` is the number under which the purge stands in the log; ``marks`` the entries.
    """

    entry: int
    kind: PurgeKind
    before: date
    first_lot: int
    end_lot: int
    entries: int
    first_entry: int
    marks: bytes
