"""Where a tile lies in an address: C2SP tlog-tiles, ``<level>/<index>[.p/<width>]``.

The index is written in groups of three digits, all but the last with an ``x`` in front, so that
files and folders never have one name: 1234067 is ``x001/x234/067``.
"""

from __future__ import annotations

import re

from ledger.proof import errors
from ledger.proof.terms import TILE_WIDTH, TileAddress

LEVEL_MAX = 63
_GROUPS_MAX = 6  # 10**18 tiles of 256 are more than a log's size can say
_LEVEL = re.compile(r"0|[1-9][0-9]?")
_INDEX = re.compile(rf"(?:x[0-9]{{3}}/){{0,{_GROUPS_MAX - 1}}}[0-9]{{3}}")
_WIDTH = re.compile(r"[1-9][0-9]{0,2}")


def tile_path(address: TileAddress) -> str:
    """The address of a tile behind ``/tile/``."""
    tail = "" if address.full else f".p/{address.width}"
    return f"{address.level}/{index_path(address.index)}{tail}"


def index_path(index: int) -> str:
    """An index in groups of three digits."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def parse_tile_path(level: str, rest: str) -> TileAddress:
    """A tile's address from its two parts, ``0`` and ``x001/067.p/8``.

    There is one spelling of each tile and no other is taken, so caches hold it once. Raises
    TileLevelWrong, TileIndexWrong, TileWidthWrong.
    """
    if not _LEVEL.fullmatch(level) or int(level) > LEVEL_MAX:
        raise errors.TileLevelWrong(text=level[:40])
    index_text, partial, width_text = rest.partition(".p/")
    if not _INDEX.fullmatch(index_text):
        raise errors.TileIndexWrong(text=index_text[:40])
    index = int(index_text.replace("x", "").replace("/", ""))
    if index_path(index) != index_text:
        raise errors.TileIndexWrong(text=index_text[:40])
    if not partial:
        return TileAddress(int(level), index)
    if not _WIDTH.fullmatch(width_text) or int(width_text) >= TILE_WIDTH:
        raise errors.TileWidthWrong(text=width_text[:40])
    return TileAddress(int(level), index, int(width_text))
