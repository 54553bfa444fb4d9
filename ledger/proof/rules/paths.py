"""Paths through the tree: made from tiles, judged by the algorithms of RFC 9162 (and RFC 6962)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.proof import errors
from ledger.proof.rules import merkle
from ledger.proof.terms import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, ReadTile, TileAddress


class StoredTree:
    """A log of ``size`` leaves, read from its tiles as far as it is asked for.

    It remembers what it has read and computed, so a thousand paths cost little more than the
    tiles they share.
    """

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def root(self) -> bytes:
        """The root over all leaves. Raises TileTooShort."""
        return self._over(0, self.size) if self.size else merkle.EMPTY_ROOT

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf. Raises IndexBeyondTree, TileTooShort."""
        _check_index(index, self.size)
        return self._node(0, index)

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """The hashes from the leaf's neighbour to below the root (RFC 6962 2.1.1).

        Raises IndexBeyondTree, TileTooShort.
        """
        _check_index(index, self.size)
        path, height, node, last = [], 0, index, self.size - 1
        while last > 0:
            if node & 1:
                path.append(self._node(height, node - 1))
            elif node < last:
                end = min((node + 2) << height, self.size)
                path.append(self._over((node + 1) << height, end))
            height, node, last = height + 1, node >> 1, last >> 1
        return tuple(path)

    def consistency_path(self, old: int) -> tuple[bytes, ...]:
        """The hashes that show the first ``old`` leaves unchanged (RFC 6962 2.1.2).

        Empty for 0 and for the size itself. Raises OldTreeLarger, TileTooShort.
        """
        if not 0 <= old <= self.size:
            raise errors.OldTreeLarger(old=old, new=self.size)
        if old in (0, self.size):
            return ()
        low, high, known, path = 0, self.size, True, []
        while old != high:
            middle = low + _largest_power_below(high - low)
            if old <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low, known = middle, False
        if not known:
            path.append(self._over(low, high))
        return tuple(reversed(path))

    def _over(self, low: int, high: int) -> bytes:
        """The root over leaves low..high-1, where low is a multiple of the largest part."""
        edge = []
        while low < high:
            height = (high - low).bit_length() - 1
            edge.append(self._node(height, low >> height))
            low += 1 << height
        return merkle.folded(edge)

    def _node(self, height: int, index: int) -> bytes:
        """The root of a full subtree of 2**height leaves."""
        found = self._nodes.get((height, index))
        if found is None:
            if height % TILE_HEIGHT == 0:
                found = self._in_tile(height // TILE_HEIGHT, index)
            else:
                below = height - 1
                found = merkle.node_hash(
                    self._node(below, 2 * index), self._node(below, 2 * index + 1)
                )
            self._nodes[height, index] = found
        return found

    def _in_tile(self, level: int, index: int) -> bytes:
        tile, place = divmod(index, TILE_WIDTH)
        data = self._tiles.get((level, tile))
        if data is None:
            there = (self.size >> TILE_HEIGHT * level) - tile * TILE_WIDTH
            address = TileAddress(level, tile, min(there, TILE_WIDTH))
            data = self._tiles[level, tile] = merkle.tile_data(address, self._read_tile)
        return data[place * HASH_BYTES : (place + 1) * HASH_BYTES]


def _largest_power_below(count: int) -> int:
    """The largest power of two smaller than ``count``, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_path(index: int, size: int, read_tile: ReadTile) -> tuple[bytes, ...]:
    """The path of one leaf; see StoredTree.inclusion_path."""
    return StoredTree(size, read_tile).inclusion_path(index)


def consistency_path(old: int, new: int, read_tile: ReadTile) -> tuple[bytes, ...]:
    """The path between two sizes; see StoredTree.consistency_path."""
    return StoredTree(new, read_tile).consistency_path(old)


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Say no unless ``leaf`` (a hash) stands at ``index`` under ``root`` (RFC 9162 2.1.3.2).

    Raises HashLengthWrong, IndexBeyondTree, PathTooLong, PathTooShort, InclusionRootDiffers.
    """
    _check_lengths(leaf, root, *path)
    _check_index(index, size)
    node, last, found = index, size - 1, leaf
    for beside in path:
        if last == 0:
            raise errors.PathTooLong(hashes=len(path))
        if node & 1 or node == last:
            found = merkle.node_hash(beside, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = merkle.node_hash(found, beside)
        node, last = node >> 1, last >> 1
    if last:
        raise errors.PathTooShort(hashes=len(path))
    if found != root:
        raise errors.InclusionRootDiffers(index=index, size=size)


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Say no unless the log of ``new`` leaves begins with that of ``old`` (RFC 9162 2.1.4.2).

    Raises HashLengthWrong, OldTreeLarger, EmptyTreeRootWrong, ConsistencyPathNeedless,
    EqualTreesDiffer, ConsistencyPathEmpty, PathTooLong, PathTooShort, OldRootDiffers,
    NewRootDiffers.
    """
    _check_lengths(old_root, new_root, *path)
    if not 0 <= old <= new:
        raise errors.OldTreeLarger(old=old, new=new)
    if old in (0, new):
        _verify_without_path(old, new, old_root, new_root, path)
        return
    if not path:
        raise errors.ConsistencyPathEmpty(old=old, new=new)
    old_found, new_found = _both_roots(old, new, old_root, path)
    if old_found != old_root:
        raise errors.OldRootDiffers(old=old, new=new)
    if new_found != new_root:
        raise errors.NewRootDiffers(old=old, new=new)


def _both_roots(old: int, new: int, old_root: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots that a path gives for the older and the newer size (2.1.4.2 steps 2 to 6)."""
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    # an old tree that is one full subtree is itself the first hash and is not sent (step 2)
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    old_found = new_found = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            raise errors.PathTooLong(hashes=len(path))
        if node & 1 or node == last:
            old_found = merkle.node_hash(beside, old_found)
            new_found = merkle.node_hash(beside, new_found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_found = merkle.node_hash(new_found, beside)
        node, last = node >> 1, last >> 1
    if last:
        raise errors.PathTooShort(hashes=len(path))
    return old_found, new_found


def _verify_without_path(
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    if old == 0 and old_root != merkle.EMPTY_ROOT:
        raise errors.EmptyTreeRootWrong
    if path:
        raise errors.ConsistencyPathNeedless(old=old, new=new)
    if old == new and old_root != new_root:
        raise errors.EqualTreesDiffer(size=new)


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise errors.IndexBeyondTree(index=index, size=size)


def _check_lengths(*hashes: bytes) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            raise errors.HashLengthWrong(length=len(one))
