"""Reading a box: marking what was read, and forgetting what is old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, text, update

from app.messages import errors
from app.messages.model import MessageRow
from app.messages.queries import boxes_of, in_boxes
from ledger.kernel.uow import UnitOfWork

_FORGET_AT_ONCE = 5_000
_ALL_READ = 1_000  # a box with more is read in several strokes
_FORGET = text("""
    DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id LIMIT :most)
        AND at < :before
""")


def mark_read(uow: UnitOfWork, message_id: int) -> str:
    """Mark a message of the actor's boxes as read; returns where it leads.

    Refuses: UnknownMessage.
    """
    row = uow.session.scalars(
        select(MessageRow).where(MessageRow.id == message_id, or_(*in_boxes(boxes_of(uow.actor))))
    ).one_or_none()
    if row is None:
        raise errors.UnknownMessage(message=message_id)
    if row.read_at is None:
        row.read_at, row.read_by = uow.now, uow.actor.account_id
    return row.link


def mark_all_read(uow: UnitOfWork, up_to: int) -> int:
    """Mark what stands unread in the actor's boxes, up to a message, as read; returns how many."""
    changed = 0
    for box in in_boxes(boxes_of(uow.actor)):
        ids = (
            select(MessageRow.id)
            .where(box, MessageRow.read_at.is_(None), MessageRow.id <= up_to)
            .order_by(MessageRow.id.desc())
            .limit(_ALL_READ)
        )
        done: Any = uow.session.execute(
            update(MessageRow)
            .where(MessageRow.id.in_(ids))
            .values(read_at=uow.now, read_by=uow.actor.account_id)
            .execution_options(synchronize_session=False)
        )
        changed += int(done.rowcount)
    return changed


def forget_old(uow: UnitOfWork) -> int:
    """Delete messages that were kept long enough, a few thousand at once; returns how many."""
    days = uow.parameters.number("messages.keep_days", uow.today)
    done: Any = uow.session.execute(
        _FORGET, {"before": uow.now - timedelta(days=days), "most": _FORGET_AT_ONCE}
    )
    return int(done.rowcount)
