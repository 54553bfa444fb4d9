"""Passing on, extending, deciding; the record is put right by its provider's word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.credit.objections import errors, rules
from app.credit.objections.model import ObjectionRow
from app.credit.objections.queries import upheld_rows
from app.credit.objections.services import steps, telling
from app.credit.objections.terms import (
    DecideObjection,
    ObjectionState,
    Outcome,
    Remedy,
)
from app.credit.records import errors as records_errors
from app.credit.records.queries.catalogue import agencies
from app.credit.records.queries.file import record_by_id
from app.credit.records.services.changing import correct_record, mark_record, withdraw_record
from app.credit.records.terms import (
    Agency,
    Audience,
    CorrectRecord,
    MarkRecord,
    Record,
    RecordState,
    WithdrawRecord,
)
from ledger.kernel.actor import Actor, Role
from ledger.kernel.uow import UnitOfWork

_DECIDING = frozenset({ObjectionState.OWN_REVIEW, ObjectionState.FORWARDED})


def forward_objection(uow: UnitOfWork, objection_id: int) -> None:
    """Pass an objection on to the provider, whose clock begins today.

    Refuses: NotPermitted, UnknownObjection, OutOfTurn. Leaves an audit line; tells the provider.
    """
    uow.actor.require("objection.handle")
    row = steps.locked(uow, objection_id)
    if row.is_own:
        raise errors.OutOfTurn(state=row.state, wanted=ObjectionState.FORWARDED.value)
    steps.move(uow, row, ObjectionState.FORWARDED, uow.today)
    steps.note(uow, row, "forwarded", telling.PLATFORM)
    uow.audit("objection.forward", f"objection:{row.id}", agency=row.agency_id)
    telling.forwarded(uow, row)


def extend_objection(uow: UnitOfWork, objection_id: int, reason: str) -> None:
    """Give more time where others have to help and the rules in force allow it.

    Refuses: UnknownObjection, NotYoursToDecide, OutOfTurn, ReasonMissing, NoExtension. Leaves an
    audit line.
    """
    row = steps.locked(uow, objection_id)
    by = _require_decider(uow, row)
    if ObjectionState(row.state) not in _DECIDING:
        raise errors.OutOfTurn(state=row.state, wanted="extended")
    rules.check_decision(DecideObjection(objection_id=row.id, upheld=False, reason=reason))
    terms = rules.terms_on(uow.parameters, row.received_on)
    steps.set_due(row, rules.extended(terms, row.since))
    steps.note(uow, row, "extended", by, reason.strip())
    uow.audit("objection.extend", f"objection:{row.id}")


def decide_objection(uow: UnitOfWork, command: DecideObjection) -> None:
    """Uphold or reject an objection; what is upheld is put right now or by a later record.

    Refuses: UnknownObjection, NotYoursToDecide, OutOfTurn, ReasonMissing, TextTooLong,
    CorrectionMissing, RecordMoved, and what records refuse a correction with. Announces:
    objection.upheld or objection.rejected. Leaves an audit line; tells the subject.
    """
    row = steps.locked(uow, command.objection_id)
    by = _require_decider(uow, row)
    if ObjectionState(row.state) not in _DECIDING:
        raise errors.OutOfTurn(state=row.state, wanted=Outcome.UPHELD.value)
    rules.check_decision(command)
    record = record_by_id(uow, row.record_subject_id, row.record_id, Audience.GOVERNMENT)
    if command.revision is not None and command.revision != record.revision:
        raise errors.RecordMoved
    outcome = Outcome.UPHELD if command.upheld else Outcome.REJECTED
    row.outcome, row.reason, row.decided_at = outcome.value, command.reason.strip(), uow.now
    if command.upheld:
        _uphold(uow, row, command, record, by)
    else:
        steps.move(uow, row, ObjectionState.REJECTED, uow.today)
        steps.note(uow, row, "rejected", by, row.reason)
        uow.announce("objection.rejected", **_told(row))
        _close(uow, row)
    uow.audit("objection.decide", f"objection:{row.id}", outcome=outcome.value)
    telling.decided(uow, row)


def _told(row: ObjectionRow) -> dict[str, int | str]:
    return {
        "objection_id": row.id,
        "subject_id": row.subject_id,
        "record_id": row.record_id,
        "item": row.item_code,
    }


def _uphold(
    uow: UnitOfWork, row: ObjectionRow, command: DecideObjection, record: Record, by: str
) -> None:
    row.remedy = command.remedy.value
    steps.move(uow, row, ObjectionState.UPHELD, uow.today)
    steps.note(uow, row, "upheld", by, row.reason)
    uow.announce("objection.upheld", **_told(row))
    if command.remedy is Remedy.LATER:
        row.revision = record.revision  # what comes after it puts it right
        return
    with _as_provider(uow, record.agency):
        _put_right(uow, command, record)
    _close(uow, row)


def _put_right(uow: UnitOfWork, command: DecideObjection, record: Record) -> None:
    if command.remedy is Remedy.WITHDRAW:
        withdraw_record(
            uow,
            WithdrawRecord(
                subject_id=record.subject_id,
                record_id=record.id,
                reason=command.reason.strip(),
                basis=command.basis.strip(),
            ),
        )
        return
    correct_record(
        uow,
        CorrectRecord(
            subject_id=record.subject_id,
            record_id=record.id,
            revision=record.revision,
            said=command.said,
            reason=command.reason.strip(),
            basis=command.basis.strip(),
        ),
    )


@contextmanager
def _as_provider(uow: UnitOfWork, agency: Agency) -> Iterator[None]:
    """Speak for the provider as far as this goes: who decides was found entitled to before.

    For the platform's own data that is its officer, whose role submits nothing otherwise.
    """
    before = uow.actor
    uow.actor = Actor(
        role=Role.AGENCY,
        account_id=before.account_id,
        name=before.name,
        operator_id=agency.subject_id,
    )
    try:
        yield
    finally:
        uow.actor = before


def _require_decider(uow: UnitOfWork, row: ObjectionRow) -> str:
    """The name of who decides. Refuses: NotYoursToDecide, UnknownObjection."""
    if row.is_own:
        if not uow.actor.may("objection.handle"):
            raise errors.NotYoursToDecide
        return telling.PLATFORM
    agency = agencies(uow)[row.agency_id]
    if not (uow.actor.may("objection.answer") and uow.actor.may_act_for(agency.subject_id)):
        raise errors.NotYoursToDecide
    return agency.zh


def _close(uow: UnitOfWork, row: ObjectionRow) -> None:
    """End it: the record carries no mark any more."""
    steps.move(uow, row, ObjectionState.CLOSED, uow.today)
    steps.note(uow, row, "closed", telling.PLATFORM)
    mark_record(
        uow,
        MarkRecord(
            subject_id=row.record_subject_id,
            record_id=row.record_id,
            on=False,
            about=f"objection:{row.id}",
        ),
    )


def close_put_right(uow: UnitOfWork) -> int:
    """Close what was upheld and has been corrected or withdrawn since; returns how many."""
    closed = 0
    for row in upheld_rows(uow):
        if _is_put_right(uow, row):
            _close(uow, row)
            closed += 1
    return closed


def _is_put_right(uow: UnitOfWork, row: ObjectionRow) -> bool:
    try:
        record = record_by_id(uow, row.record_subject_id, row.record_id, Audience.GOVERNMENT)
    except records_errors.UnknownRecord:
        return True  # taken back, and shown to nobody
    return record.revision > row.revision or record.state is RecordState.WITHDRAWN
