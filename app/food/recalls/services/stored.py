"""The stored recall: locked for a change, its lots, and the holds on them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.food.recalls import errors
from app.food.recalls.model import RecallLotRow, RecallRow
from app.food.recalls.services.history import cause_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import hold_lots
from ledger.products.terms import HoldLots


def locked(uow: UnitOfWork, recall_id: int) -> RecallRow:
    """The row of a recall, its own until the unit ends. Refuses: UnknownRecall."""
    row = uow.session.scalars(
        select(RecallRow).where(RecallRow.id == recall_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise errors.UnknownRecall
    return row


def lots_of(uow: UnitOfWork, recall_id: int, *, only_roots: bool = False) -> tuple[int, ...]:
    """The lots of a recall; those picked, and with them those made of them."""
    columns = RecallLotRow.__table__.c
    wanted = select(columns.lot_id).where(columns.recall_id == recall_id)
    if only_roots:
        wanted = wanted.where(columns.is_root)
    return tuple(uow.session.scalars(wanted.order_by(columns.lot_id)))


def hold_all(uow: UnitOfWork, row: RecallRow, lots: Iterable[int]) -> tuple[int, ...]:
    """Stop lots for a recall; those it has stopped already stay so. A drill stops nothing."""
    wanted = tuple(lots)
    if row.is_drill or not wanted:
        return ()
    reason = f"{row.number} {row.title}"
    return hold_lots(uow, HoldLots(cause=cause_of(row), lots=wanted, reason=reason))
