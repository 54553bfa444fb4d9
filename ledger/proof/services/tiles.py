"""Tiles into the store: those that are new by COPY, the few that have grown one by one."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.proof.services.copying import copy_in
from ledger.proof.terms import Tile

_GROWN = text("""
    UPDATE log_tile SET width = :width, data = :data WHERE level = :level AND index = :index
""")
_COPY = "COPY log_tile (level, index, width, data) FROM STDIN WITH (FORMAT binary)"
_ROW = struct.Struct(">hihiqihi")


def write_tiles(session: Session, tiles: Iterable[Tile]) -> None:
    """Store what a log's growth gave: at most one tile of each level has been there before."""
    levels: set[int] = set()
    new: list[Tile] = []
    for tile in tiles:
        if tile.level not in levels:
            levels.add(tile.level)
            values = {"width": tile.width, "data": tile.data}
            where = {"level": tile.level, "index": tile.index}
            if session.execute(_GROWN, values | where).rowcount:  # type: ignore[attr-defined]
                continue
        new.append(tile)
    copy_in(session, _COPY, (_row(tile) for tile in new))


def _row(tile: Tile) -> bytes:
    head = _ROW.pack(4, 2, tile.level, 8, tile.index, 2, tile.width, len(tile.data))
    return head + tile.data
