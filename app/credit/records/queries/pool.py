"""Reads of rows that wait for their subject."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.credit.records import errors
from app.credit.records.model import PendingRow
from app.credit.records.terms import Pending
from ledger.kernel.uow import UnitOfWork

COUNTED_MAX = 10_000


def pending_page(
    uow: UnitOfWork, *, uscc: str = "", after: int = 0, limit: int = 20
) -> list[Pending]:
    """Rows that wait, the oldest first. Refuses: NotPermitted."""
    uow.actor.require("catalogue.manage")
    asked = (
        select(PendingRow.__table__)
        .where(PendingRow.settled_at.is_(None), PendingRow.id > after)
        .order_by(PendingRow.id)
        .limit(min(limit, 200))
    )
    if uscc:
        asked = asked.where(PendingRow.uscc == uscc)
    return [pending_from(row) for row in uow.session.execute(asked)]


def pending_count(uow: UnitOfWork) -> int:
    """How many rows wait, counted to ten thousand."""
    some = select(PendingRow.id).where(PendingRow.settled_at.is_(None)).limit(COUNTED_MAX)
    return int(uow.session.scalar(select(func.count()).select_from(some.subquery())) or 0)


def pending_by_id(uow: UnitOfWork, pending_id: int) -> Pending:
    """A row that waits. Refuses: NotPermitted. Raises UnknownPending."""
    uow.actor.require("catalogue.manage")
    row = uow.session.execute(
        select(PendingRow.__table__).where(
            PendingRow.id == pending_id, PendingRow.settled_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        raise errors.UnknownPending(pending=pending_id)
    return pending_from(row)


def pending_from(row: Any) -> Pending:
    """A stored row as it is shown."""
    return Pending(
        id=row.id,
        upload_id=row.upload_id,
        agency_id=row.agency_id,
        item_id=row.item_id,
        uscc=row.uscc,
        name=row.name,
        said=row.raw,
        at=row.at,
        settled_at=row.settled_at,
        outcome=row.outcome,
    )
