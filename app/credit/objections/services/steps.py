"""What every verb of objections does: move on, set the clock, write down what happened."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.credit.objections import errors, rules
from app.credit.objections.model import ObjectionRow, ObjectionStepRow
from app.credit.objections.terms import ObjectionState
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.workdays import DueDay

ID_MAX = 2**31 - 1


def locked(uow: UnitOfWork, objection_id: int) -> ObjectionRow:
    """The row of an objection, for whoever changes it. Refuses: UnknownObjection."""
    query = select(ObjectionRow).where(ObjectionRow.id == objection_id).with_for_update()
    row = uow.session.scalar(query) if 0 < objection_id <= ID_MAX else None
    if row is None:
        raise errors.UnknownObjection(objection=objection_id)
    return row


def move(uow: UnitOfWork, row: ObjectionRow, then: ObjectionState, since: date) -> None:
    """Enter a state that runs from a day, and set its clock. Refuses: OutOfTurn."""
    rules.check_step(ObjectionState(row.state), then)
    terms = rules.terms_on(uow.parameters, row.received_on)
    row.state = then.value
    row.since = since
    set_due(row, rules.due_in(then, terms, since))


def set_due(row: ObjectionRow, due: DueDay | None) -> None:
    """Set what is watched; a new limit is told of anew when it is missed."""
    row.due_on = due.day if due else None
    row.provisional = bool(due and due.provisional)
    row.told_late_at = None


def note(uow: UnitOfWork, row: ObjectionRow, kind: str, by_name: str, reason: str = "") -> None:
    """Write down one step."""
    uow.session.add(
        ObjectionStepRow(
            objection_id=row.id,
            kind=kind,
            at=uow.now,
            account_id=uow.actor.account_id,
            by_name=by_name,
            reason=reason,
        )
    )
