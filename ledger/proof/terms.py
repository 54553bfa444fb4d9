"""The words of the proof: tiles and growth of the tree, keys and notes, checkpoints, receipts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

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
class SignedCheckpoint:
    """A checkpoint of ours as it is kept; ``note`` is the signed note as it was published."""

    size: int
    root: bytes
    note: str
    signed_at: datetime
