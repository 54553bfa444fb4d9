"""Stopping lots and releasing them; the hold itself is kept for ever.

A lot may be stopped for several causes at once: by an inspector, and by each recall it is in. It
is free when the last of them has ended.
"""

from __future__ import annotations

from sqlalchemy import select, text

from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors
from ledger.products.model import LotHoldRow
from ledger.products.queries import held_lots, hold_of, lot_by_id
from ledger.products.terms import Hold, HoldLot, HoldLots, ReleaseLot, ReleaseLots

# In the order of the lots, so that two recalls of the same ones wait instead of deadlocking.
_HOLD = text("""
    INSERT INTO lot_hold (lot_id, reason, basis, cause, account_id, held_at, alike)
    SELECT l.id, :reason, :basis, :cause, :account, :at,
        CASE WHEN p.gtin = '' AND p.in_store = ''
             THEN p.name_key || E'\\x1f' || l.lot_key ELSE '' END
    FROM lot l JOIN product p ON p.id = l.product_id
    WHERE l.id = ANY(CAST(:lots AS integer[])) ORDER BY l.id
    ON CONFLICT DO NOTHING RETURNING lot_id
""")
_RELEASE = text("""
    UPDATE lot_hold SET lifted_at = :at, lifted_reason = :reason
    WHERE cause = :cause AND lifted_at IS NULL RETURNING lot_id
""")


def hold_lot(uow: UnitOfWork, command: HoldLot) -> Hold:
    """Stop a lot: nobody may receive or dispatch it but as a return or a disposal (L09).

    Refuses: ReasonMissing, UnknownLot, AlreadyHeld. Announces: lot.held. Leaves an audit line.
    """
    reason = _reason(command.reason)
    lot = lot_by_id(uow, command.lot_id)
    basis = command.basis.strip()
    if not _hold(uow, [lot.id], reason=reason, basis=basis, cause=""):
        raise errors.AlreadyHeld(lot=lot.number or lot.id)
    uow.announce("lot.held", lot_id=lot.id, product_id=lot.product_id, reason=reason)
    uow.audit("lot.hold", f"lot:{lot.id}", reason=reason, basis=basis)
    uow.session.flush()
    found = _in_force(uow, lot.id)
    assert found is not None  # it was written a moment ago
    return hold_of(found)


def hold_lots(uow: UnitOfWork, command: HoldLots) -> tuple[int, ...]:
    """Stop many lots for one cause, in one statement; the lots that were not stopped for it yet.

    Refuses: ReasonMissing. Announces: lot.held, of each. Leaves one audit line.
    """
    reason = _reason(command.reason)
    held = _hold(uow, command.lots, reason=reason, basis=command.basis, cause=command.cause)
    if held:
        uow.announce_each("lot.held", [{"lot_id": lot, "reason": reason} for lot in held])
        uow.audit("lot.hold", command.cause, reason=reason, lots=len(held))
    return held


def release_lot(uow: UnitOfWork, command: ReleaseLot) -> Hold:
    """Lift an inspector's hold on a lot, and give back the hold that was lifted.

    Refuses: ReasonMissing, UnknownLot, HeldByRecall where only a recall stops it, NotHeld.
    Announces: lot.released. Leaves an audit line.
    """
    reason = _reason(command.reason)
    lot = lot_by_id(uow, command.lot_id)
    row = _in_force(uow, lot.id)
    if row is None:
        others = held_lots(uow, [lot.id])
        refusal = errors.HeldByRecall if others else errors.NotHeld
        raise refusal(lot=lot.number or lot.id)
    row.lifted_at, row.lifted_reason = uow.now, reason
    uow.announce("lot.released", lot_id=lot.id, product_id=lot.product_id, reason=reason)
    uow.audit("lot.release", f"lot:{lot.id}", reason=reason)
    uow.session.flush()
    return hold_of(row)


def release_lots(uow: UnitOfWork, command: ReleaseLots) -> tuple[int, ...]:
    """End all holds of a cause; the lots it had stopped, some of which others may still stop.

    Refuses: ReasonMissing. Announces: lot.released, of each that nothing stops any more. Leaves one
    audit line.
    """
    reason = _reason(command.reason)
    said = {"cause": command.cause, "reason": reason, "at": uow.now}
    lots = tuple(sorted(uow.session.scalars(_RELEASE, said)))
    if lots:
        still = held_lots(uow, lots)
        free = [lot for lot in lots if lot not in still]
        uow.announce_each("lot.released", [{"lot_id": lot, "reason": reason} for lot in free])
        uow.audit("lot.release", command.cause, reason=reason, lots=len(lots))
    return lots


def _hold(
    uow: UnitOfWork, lots: tuple[int, ...] | list[int], *, reason: str, basis: str, cause: str
) -> tuple[int, ...]:
    said = {"reason": reason, "basis": basis, "cause": cause, "lots": numbers(sorted(set(lots)))}
    who = {"account": uow.actor.account_id, "at": uow.now}
    return tuple(sorted(uow.session.scalars(_HOLD, said | who)))


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise errors.ReasonMissing(field="reason")
    return reason


def _in_force(uow: UnitOfWork, lot_id: int) -> LotHoldRow | None:
    return uow.session.scalars(
        select(LotHoldRow)
        .where(LotHoldRow.lot_id == lot_id, LotHoldRow.cause == "", LotHoldRow.lifted_at.is_(None))
        .with_for_update()
    ).one_or_none()
