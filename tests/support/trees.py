"""Merkle trees as RFC 6962 writes them down, recursively, and small logs to read from."""

from __future__ import annotations

from hashlib import sha256

from ledger.proof.rules import merkle
from ledger.proof.terms import TILE_WIDTH


def leaves(count, start=0):
    """Different leaf hashes, 32 bytes each in one object."""
    return b"".join(merkle.leaf_hash(n.to_bytes(8, "big")) for n in range(start, start + count))


def tree_hash(hashes):
    """MTH of section 2.1 over a list of leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = _half(len(hashes))
    return sha256(b"\x01" + tree_hash(hashes[:half]) + tree_hash(hashes[half:])).digest()


def audit_path(index, hashes):
    """PATH of section 2.1.1."""
    if len(hashes) == 1:
        return []
    half = _half(len(hashes))
    if index < half:
        return [*audit_path(index, hashes[:half]), tree_hash(hashes[half:])]
    return [*audit_path(index - half, hashes[half:]), tree_hash(hashes[:half])]


def consistency(old, hashes, known=True):
    """PROOF of section 2.1.2."""
    if old == len(hashes):
        return [] if known else [tree_hash(hashes)]
    half = _half(len(hashes))
    if old <= half:
        return [*consistency(old, hashes[:half], known), tree_hash(hashes[half:])]
    return [*consistency(old - half, hashes[half:], False), tree_hash(hashes[:half])]


def _half(count):
    half = 1
    while half * 2 < count:
        half *= 2
    return half


class Log:
    """A log in memory, grown in steps, its tiles kept by place as a store keeps them."""

    def __init__(self, *steps):
        self.size, self.partials, self.root, self.tiles = 0, (), merkle.EMPTY_ROOT, {}
        for step in steps:
            self.grow(step)

    def grow(self, count):
        grown = merkle.grow(self.size, self.partials, leaves(count, self.size))
        self.size, self.partials, self.root = grown.size, grown.partials, grown.root
        for tile in grown.tiles:
            assert len(tile.data) == tile.width * 32
            assert 1 <= tile.width <= TILE_WIDTH
            self.tiles[tile.level, tile.index] = tile.data

    def read(self, address):
        return self.tiles[address.level, address.index]
