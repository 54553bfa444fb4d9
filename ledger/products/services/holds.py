"""Stopping lots and releasing them; the hold itself is kept for ever."""

from __future__ import annotations

from sqlalchemy import select

from ledger.kernel.uow import UnitOfWork
from ledger.products import errors
from ledger.products.model import LotHoldRow
from ledger.products.queries import hold_of, lot_by_id
from ledger.products.terms import Hold, HoldLot, ReleaseLot


def hold_lot(uow: UnitOfWork, command: HoldLot) -> Hold:
    """Stop a lot: nobody may receive or dispatch it but as a return or a disposal (L09).

    Refuses: ReasonMissing, UnknownLot, AlreadyHeld. Announces: lot.held. Leaves an audit line.
    """
    reason = _reason(command.reason)
    lot = lot_by_id(uow, command.lot_id)
    if _in_force(uow, lot.id) is not None:
        raise errors.AlreadyHeld(lot=lot.number or lot.id)
    row = LotHoldRow(
        lot_id=lot.id,
        reason=reason,
        basis=command.basis.strip(),
        account_id=uow.actor.account_id,
        held_at=uow.now,
    )
    uow.session.add(row)
    uow.announce("lot.held", lot_id=lot.id, product_id=lot.product_id, reason=reason)
    uow.audit("lot.hold", f"lot:{lot.id}", reason=reason, basis=command.basis.strip())
    uow.session.flush()
    return hold_of(row)


def release_lot(uow: UnitOfWork, command: ReleaseLot) -> Hold:
    """Lift the hold on a lot, and give back the hold that was lifted.

    Refuses: ReasonMissing, UnknownLot, NotHeld. Announces: lot.released. Leaves an audit line.
    """
    reason = _reason(command.reason)
    lot = lot_by_id(uow, command.lot_id)
    row = _in_force(uow, lot.id)
    if row is None:
        raise errors.NotHeld(lot=lot.number or lot.id)
    row.lifted_at, row.lifted_reason = uow.now, reason
    uow.announce("lot.released", lot_id=lot.id, product_id=lot.product_id, reason=reason)
    uow.audit("lot.release", f"lot:{lot.id}", reason=reason)
    uow.session.flush()
    return hold_of(row)


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise errors.ReasonMissing(field="reason")
    return reason


def _in_force(uow: UnitOfWork, lot_id: int) -> LotHoldRow | None:
    return uow.session.scalars(
        select(LotHoldRow)
        .where(LotHoldRow.lot_id == lot_id, LotHoldRow.lifted_at.is_(None))
        .with_for_update()
    ).one_or_none()
