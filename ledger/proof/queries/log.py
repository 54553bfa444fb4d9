"""The log as it is published: checkpoints, tiles, and the paths between checkpoints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from ledger.kernel.uow import UnitOfWork
from ledger.proof import errors
from ledger.proof.model import LogCheckpointRow
from ledger.proof.rules import paths
from ledger.proof.terms import HASH_BYTES, ReadTile, SignedCheckpoint, TileAddress

CHECKPOINTS_MAX = 200
_TILE = text("SELECT width, data FROM log_tile WHERE level = :level AND index = :index")


def checkpoint_latest(uow: UnitOfWork) -> SignedCheckpoint | None:
    """The newest checkpoint; None as long as nothing was sealed."""
    newest = select(LogCheckpointRow).order_by(LogCheckpointRow.size.desc()).limit(1)
    found = uow.session.scalars(newest).one_or_none()
    return _shown(found) if found else None


def checkpoint_of(uow: UnitOfWork, size: int) -> SignedCheckpoint:
    """The checkpoint of a size. Raises UnknownCheckpoint."""
    found = uow.session.get(LogCheckpointRow, size)
    if found is None:
        raise errors.UnknownCheckpoint(size=size)
    return _shown(found)


def checkpoints_since(
    uow: UnitOfWork, size: int, limit: int = CHECKPOINTS_MAX
) -> tuple[SignedCheckpoint, ...]:
    """The checkpoints larger than ``size``, smallest first, ``limit`` at most."""
    newer = (
        select(LogCheckpointRow)
        .where(LogCheckpointRow.size > size)
        .order_by(LogCheckpointRow.size)
        .limit(min(limit, CHECKPOINTS_MAX))
    )
    return tuple(_shown(row) for row in uow.session.scalars(newer))


def checkpoint_over(uow: UnitOfWork, index: int) -> SignedCheckpoint | None:
    """The oldest checkpoint that covers a place in the log."""
    found = checkpoints_since(uow, index, 1)
    return found[0] if found else None


def _shown(row: LogCheckpointRow) -> SignedCheckpoint:
    return SignedCheckpoint(
        size=row.size, root=bytes(row.root), note=row.note, signed_at=row.signed_at
    )


def tile_data(uow: UnitOfWork, address: TileAddress) -> bytes | None:
    """The hashes of a tile, exactly as many as asked for; None when there are not so many yet."""
    found: Any = uow.session.execute(
        _TILE, {"level": address.level, "index": address.index}
    ).one_or_none()
    if found is None or found.width < address.width:
        return None
    return bytes(found.data)[: address.width * HASH_BYTES]


def tile_reader(uow: UnitOfWork) -> ReadTile:
    """What the rules of the tree read tiles with; a missing tile is an empty one."""
    return lambda address: tile_data(uow, address) or b""


def consistency(uow: UnitOfWork, old: int, new: int) -> tuple[bytes, ...]:
    """The hashes that show that the log of ``new`` leaves begins with that of ``old``.

    Raises UnknownCheckpoint when ``new`` is more than was ever signed, OldTreeLarger.
    """
    latest = checkpoint_latest(uow)
    if latest is None or new > latest.size:
        raise errors.UnknownCheckpoint(size=new)
    return paths.consistency_path(old, new, tile_reader(uow))
