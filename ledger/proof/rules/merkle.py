"""The Merkle tree of RFC 6962, section 2.1, grown tile by tile.

A log of n leaves is kept as C2SP tlog-tiles: level L holds, in tiles of 256, the roots of the full
subtrees of 256**L leaves. What the next leaves are added to is therefore the last, not yet full
tile of each level, the *partials*: at most 255 hashes a level and four levels for 300 million
leaves. Hashes travel as one bytes object, 32 bytes each, because a list of a million small objects
costs more than hashing them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from ledger.proof import errors
from ledger.proof.terms import (
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    Growth,
    ReadTile,
    Tile,
    TileAddress,
)

EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"
_PAIR = 2 * HASH_BYTES
_TILE_BYTES = TILE_WIDTH * HASH_BYTES


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 || data)."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two halves: SHA-256(0x01 || left || right)."""
    return sha256(_NODE + left + right).digest()


def hashes_in(data: bytes) -> Iterator[bytes]:
    """The hashes of a bytes object one by one."""
    return (data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def _halved(level: bytes) -> bytes:
    """The nodes over neighbouring pairs; the number of hashes is even."""
    # the hottest line of sealing: locals, one concatenation, no call of our own
    hashed, mark, step = sha256, _NODE, _PAIR
    return b"".join(
        [hashed(mark + level[at : at + step]).digest() for at in range(0, len(level), step)]
    )


def full_roots(tiles: bytes) -> bytes:
    """The roots of full tiles that lie behind each other, 32 bytes each."""
    for _ in range(TILE_HEIGHT):
        tiles = _halved(tiles)
    return tiles


def subtrees_of(hashes: bytes) -> list[bytes]:
    """The roots of the full subtrees over up to 255 hashes, largest first: the binary digits."""
    count, at, found = len(hashes) // HASH_BYTES, 0, []
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            end = at + (HASH_BYTES << height)
            part = hashes[at:end]
            for _ in range(height):
                part = _halved(part)
            found.append(part)
            at = end
    return found


def root_of(size: int, partials: tuple[bytes, ...]) -> bytes:
    """The root of a log of ``size`` leaves from its partials."""
    if size == 0:
        return EMPTY_ROOT
    edge = [one for hashes in reversed(partials) for one in subtrees_of(hashes)]
    return folded(edge)


def folded(edge: list[bytes]) -> bytes:
    """The root over full subtrees of falling size; there is at least one."""
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


def grow(size: int, partials: tuple[bytes, ...], leaves: bytes) -> Growth:
    """A log of ``size`` leaves after ``leaves`` (32 bytes each) were added behind them.

    The tiles that come back are all that is new or changed: the full ones, and of each level that
    grew the last one as it stands now. Raises HashLengthWrong, and TileTooShort for partials that
    are not those of a log of that size.
    """
    if len(leaves) % HASH_BYTES:
        raise errors.HashLengthWrong(length=len(leaves) % HASH_BYTES)
    _check(size, partials)
    tiles: list[Tile] = []
    left: list[bytes] = []
    level, arrived = 0, leaves
    while arrived or level < len(partials):
        before = partials[level] if level < len(partials) else b""
        index = size >> TILE_HEIGHT * (level + 1)
        whole = before + arrived
        full = len(whole) - len(whole) % _TILE_BYTES
        tiles += _full_tiles(level, index, whole[:full])
        rest = whole[full:]
        if arrived and rest:
            index += full // _TILE_BYTES
            tiles.append(Tile(level, index, len(rest) // HASH_BYTES, rest))
        left.append(rest)
        level, arrived = level + 1, full_roots(whole[:full])
    grown = size + len(leaves) // HASH_BYTES
    kept = tuple(left)
    return Growth(size=grown, root=root_of(grown, kept), partials=kept, tiles=tuple(tiles))


def _full_tiles(level: int, index: int, data: bytes) -> Iterator[Tile]:
    for number, at in enumerate(range(0, len(data), _TILE_BYTES), index):
        yield Tile(level, number, TILE_WIDTH, data[at : at + _TILE_BYTES])


def partial_addresses(size: int) -> tuple[TileAddress, ...]:
    """Where the tiles lie that a log of ``size`` leaves goes on from, lowest level first.

    A level whose last tile is just full has none.
    """
    found = []
    level = 0
    while size >> TILE_HEIGHT * level:
        width = (size >> TILE_HEIGHT * level) % TILE_WIDTH
        if width:
            found.append(TileAddress(level, size >> TILE_HEIGHT * (level + 1), width))
        level += 1
    return tuple(found)


def partials_of(size: int, read_tile: ReadTile) -> tuple[bytes, ...]:
    """The partials of a stored log of ``size`` leaves. Raises TileTooShort."""
    addresses = partial_addresses(size)
    found = [b""] * (addresses[-1].level + 1 if addresses else 0)
    for address in addresses:
        found[address.level] = tile_data(address, read_tile)
    return tuple(found)


def tile_data(address: TileAddress, read_tile: ReadTile) -> bytes:
    """The hashes of a tile, no more than its width. Raises TileTooShort."""
    data = read_tile(address)
    wanted = address.width * HASH_BYTES
    if len(data) < wanted:
        raise errors.TileTooShort(
            level=address.level,
            index=address.index,
            width=address.width,
            found=len(data) // HASH_BYTES,
        )
    return data[:wanted]


def _check(size: int, partials: tuple[bytes, ...]) -> None:
    wanted = {one.level: one for one in partial_addresses(size)}
    for level in range(max(len(partials), max(wanted, default=-1) + 1)):
        address = wanted.get(level, TileAddress(level, size >> TILE_HEIGHT * (level + 1), 0))
        found = len(partials[level]) if level < len(partials) else 0
        if found != address.width * HASH_BYTES:
            raise errors.TileTooShort(
                level=level,
                index=address.index,
                width=address.width,
                found=found // HASH_BYTES,
            )


def root_of_leaves(leaves: bytes) -> bytes:
    """The root over leaf hashes, 32 bytes each, from nothing. Raises HashLengthWrong."""
    return grow(0, (), leaves).root
