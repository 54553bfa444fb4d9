"""Tiles into the store: those that are new by COPY, the few that have grown one by one."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from io import BytesIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.proof.terms import Tile

_GROWN = text("""
    UPDATE log_tile SET width = :width, data = :data WHERE level = :level AND index = :index
""")
_COPY = "COPY log_tile (level, index, width, data) FROM STDIN WITH (FORMAT binary)"
# PostgreSQL's binary COPY: a signature, per row the number of fields and each with its length
# before it, and -1 at the end; all big-endian.
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_ROW = struct.Struct(">hihiqihi")
_END = b"\xff\xff"


def write_tiles(session: Session, tiles: Iterable[Tile]) -> None:
    """Store what a log's growth gave: at most one tile of each level has been there before."""
    lowest: dict[int, Tile] = {}
    new: list[Tile] = []
    for tile in tiles:
        if tile.level not in lowest:
            lowest[tile.level] = tile
            values = {"width": tile.width, "data": tile.data}
            where = {"level": tile.level, "index": tile.index}
            if session.execute(_GROWN, values | where).rowcount:  # type: ignore[attr-defined]
                continue
        new.append(tile)
    if not new:
        return
    rows = BytesIO()
    rows.write(_SIGNATURE)
    for tile in new:
        data = tile.data
        rows.write(_ROW.pack(4, 2, tile.level, 8, tile.index, 2, tile.width, len(data)))
        rows.write(data)
    rows.write(_END)
    rows.seek(0)
    # The session's own connection, so that the tiles stand or fall with its transaction.
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(_COPY, rows)
    finally:
        cursor.close()
