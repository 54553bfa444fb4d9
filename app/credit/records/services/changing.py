"""What may happen to a record after it was submitted; its content is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import text

from app.credit.records import errors
from app.credit.records.model import RecordEventRow, RecordRow
from app.credit.records.queries.catalogue import agency_of
from app.credit.records.queries.file import record_by_id
from app.credit.records.queries.rows import Reading, Row, family_of
from app.credit.records.rules.columns import read_one
from app.credit.records.rules.identity import joined, key_of, own_id, record_id, revision_of
from app.credit.records.terms import (
    REVISION_MAX,
    Audience,
    CorrectRecord,
    EventKind,
    FieldRole,
    Item,
    MarkRecord,
    Record,
    RecordState,
    RepairRecord,
    WithdrawRecord,
)
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork

_REASON_MAX = 500
_LOCK = text("SELECT pg_advisory_xact_lock(:record)")
_THE_HOUSE = (Role.ADMIN, Role.SYSTEM)


def correct_record(uow: UnitOfWork, command: CorrectRecord) -> Record:
    """Its provider puts a record right: a new revision beside the old ones.

    Refuses: NotPermitted, NotAnAgency, UnknownRecord, NotYourRecord, RecordMoved, ReasonMissing,
    what a row is refused for, NothingChanged. Announces: record.corrected. Leaves an audit line.
    """
    uow.actor.require("record.submit")
    reading, row, record = _newest(uow, command.subject_id, command.record_id)
    _refuse_foreign(uow, row)
    if record.state is RecordState.WITHDRAWN or command.revision != record.revision:
        raise errors.RecordMoved(revision=record.revision)
    _refuse_unsaid(command.reason)
    item = reading.catalogue.newest(row.item_id)
    kept = read_one(item, command.said, uow.today)
    said, decided_on = _checked(item, kept, row, reading.family.uscc), _day_of(item, kept)
    if revision_of(row.id) == REVISION_MAX or (said, decided_on) == (row.said, row.decided_on):
        raise errors.NothingChanged
    uow.session.add(
        RecordRow(
            subject_id=row.subject_id,
            upload_id=0,  # by hand
            id=row.id + 1,
            recorded_at=uow.now,
            decided_on=decided_on,
            item_id=row.item_id,
            agency_id=row.agency_id,
            by_item=item.by_item,
            said=said,
        )
    )
    _note(uow, row, EventKind.CORRECTED, command.reason, basis=command.basis)
    return _told(uow, row, item, "record.corrected")


def withdraw_record(uow: UnitOfWork, command: WithdrawRecord) -> Record:
    """Its provider takes a record back; it stays on file and nobody is shown it as current.

    Refuses: NotPermitted, NotAnAgency, UnknownRecord, NotYourRecord, RecordMoved, ReasonMissing.
    Announces: record.withdrawn. Leaves an audit line.
    """
    uow.actor.require("record.submit")
    _, row, record = _newest(uow, command.subject_id, command.record_id)
    _refuse_foreign(uow, row)
    if record.state is RecordState.WITHDRAWN:
        raise errors.RecordMoved(revision=record.revision)
    _refuse_unsaid(command.reason)
    _note(uow, row, EventKind.WITHDRAWN, command.reason, basis=command.basis)
    return _told(uow, row, record.item, "record.withdrawn")


def mark_record(uow: UnitOfWork, command: MarkRecord) -> bool:
    """A record is under objection, or no longer is; whether that is new.

    For the modules that hear objections: they know who may. Several objections mark a record each
    under its own name. Refuses: UnknownRecord. Announces: record.marked. Leaves an audit line.
    """
    _, row, record = _newest(uow, command.subject_id, command.record_id)
    kind = EventKind.MARKED if command.on else EventKind.UNMARKED
    last = [one.kind for one in record.events if one.about == command.about]
    if (last or [EventKind.UNMARKED])[-1] is kind:
        return False
    _note(uow, row, kind, "", about=command.about)
    uow.announce("record.marked", subject_id=row.subject_id, record_id=own_id(row.id),
                 on=command.on, about=command.about)  # fmt: skip
    uow.audit("record.mark", f"record:{row.subject_id}/{own_id(row.id)}", on=command.on)
    uow.session.flush()  # whoever reads the record in this unit sees the mark
    return True


def repair_record(uow: UnitOfWork, command: RepairRecord) -> Record:
    """Credit repair was granted: publication ends; or its grant is cancelled (``on`` False).

    The provider decides, or the house for it. Refuses: NotPermitted, NotAnAgency, UnknownRecord,
    NotYourRecord, RecordMoved, ReasonMissing (the basis). Announces: record.repaired. Leaves an
    audit line.
    """
    uow.actor.require("record.submit")
    _, row, record = _newest(uow, command.subject_id, command.record_id)
    _refuse_foreign(uow, row)
    expected = RecordState.CURRENT if command.on else RecordState.REPAIRED
    if record.state is not expected:
        raise errors.RecordMoved(revision=record.revision)
    _refuse_unsaid(command.basis)
    kind = EventKind.REPAIRED if command.on else EventKind.RESTORED
    _note(uow, row, kind, command.reason, basis=command.basis)
    return _told(uow, row, record.item, "record.repaired")


def _newest(uow: UnitOfWork, subject_id: int, number: int) -> tuple[Reading, Row, Record]:
    """The newest revision, which nobody else may change before this unit ends."""
    uow.session.execute(_LOCK, {"record": own_id(number)})
    reading = Reading(uow, family_of(uow, subject_id), Audience.GOVERNMENT)
    rows = reading.revisions(number)
    if not rows:
        raise errors.UnknownRecord
    record, _ = reading.record(rows[0])
    return reading, rows[0], record


def _refuse_foreign(uow: UnitOfWork, row: Row) -> None:
    if uow.actor.role not in _THE_HOUSE and agency_of(uow).id != row.agency_id:
        raise errors.NotYourRecord


def _refuse_unsaid(reason: str) -> None:
    if not reason.strip() or len(reason) > _REASON_MAX:
        raise errors.ReasonMissing(field="reason")


def _checked(item: Item, kept: Mapping[str, str], row: Row, uscc: str) -> str:
    """What is kept of a correction, which must be of the same subject and the same document."""
    about = item.field_of(FieldRole.SUBJECT)
    same = record_id(item.id, row.agency_id, key_of(item, kept)) == own_id(row.id)
    if not same or (about and uscc and kept.get(about.name) != uscc):
        raise errors.NothingChanged
    return joined(item, kept)


def _day_of(item: Item, kept: Mapping[str, str]) -> date:
    dated = item.field_of(FieldRole.DATE)
    return date.fromisoformat(kept[dated.name] if dated else "")


def _note(
    uow: UnitOfWork, row: Row, kind: EventKind, reason: str, *, basis: str = "", about: str = ""
) -> None:
    uow.session.add(
        RecordEventRow(
            subject_id=row.subject_id,
            record_id=own_id(row.id),
            kind=kind.value,
            at=uow.now,
            account_id=uow.actor.account_id,
            agency_id=row.agency_id,
            reason=reason.strip(),
            basis=basis.strip(),
            about=about,
        )
    )


def _told(uow: UnitOfWork, row: Row, item: Item, fact: str) -> Record:
    """Say what was done; the record as agencies read it now."""
    number = own_id(row.id)
    uow.announce(fact, subject_id=row.subject_id, record_id=number, item=item.code,
                 agency_id=row.agency_id)  # fmt: skip
    uow.audit(fact, f"record:{row.subject_id}/{number}", item=item.code)
    uow.session.flush()  # it is read back with what happened to it
    return record_by_id(uow, row.subject_id, number, Audience.GOVERNMENT)
