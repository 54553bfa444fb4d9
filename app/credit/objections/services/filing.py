"""Filing an objection: the record is marked in the same unit."""

from __future__ import annotations

from collections.abc import Sequence

from app.credit.objections import errors, rules
from app.credit.objections.model import ObjectionFileRow, ObjectionRow
from app.credit.objections.queries import earlier, sent_before
from app.credit.objections.services import steps, telling
from app.credit.objections.terms import Channel, Evidence, FileObjection, ObjectionState, Outcome
from app.credit.records.queries.file import record_by_id
from app.credit.records.services.changing import mark_record
from app.credit.records.terms import Audience, MarkRecord, Record
from app.credit.records.terms.file import speaks_for
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject

OWN_AGENCIES = "objections.own_agencies"
_NUMBER_MAX = 200  # letters kept of a document's number


def file_objection(uow: UnitOfWork, command: FileObjection) -> int:
    """Dispute a record: it is marked at once, and its clocks begin. Returns its number.

    The platform's own data goes to review at once, all else waits to be passed on. Refuses:
    NotYourRecord, GroundsMissing, TextTooLong, TooManyFiles, PaperDayWrong, BroughtByMissing,
    UnknownRecord, AlreadyOpen, NewEvidenceNeeded. Announces: objection.filed. Leaves an audit
    line.
    """
    subject = subject_by_id(uow, command.subject_id)
    _require_filer(uow, subject.id, command.channel)
    rules.check_filed(command, uow.today)
    audience = Audience.OWN if command.channel is Channel.ACCOUNT else Audience.GOVERNMENT
    record = record_by_id(uow, subject.id, command.record_id, audience)
    _require_new(uow, earlier(uow, subject.id, record.id), record, command.evidence)
    row = _kept(uow, command, subject, record)
    _marked(uow, row, subject)
    uow.announce(
        "objection.filed",
        objection_id=row.id,
        subject_id=subject.id,
        record_id=record.id,
        item=record.item.code,
    )
    uow.audit("objection.file", f"objection:{row.id}", subject=subject.id, item=record.item.code)
    telling.filed(uow, row, subject, record)
    return row.id


def _require_filer(uow: UnitOfWork, subject_id: int, channel: Channel) -> None:
    needs = "objection.file" if channel is Channel.ACCOUNT else "objection.handle"
    uow.actor.require(needs)
    if channel is Channel.ACCOUNT and not speaks_for(uow.actor, subject_id):
        raise errors.NotYourRecord


def _require_new(
    uow: UnitOfWork,
    rows: Sequence[ObjectionRow],
    record: Record,
    evidence: Sequence[Evidence],
) -> None:
    """One at a time; a fact that was decided needs new evidence, a corrected record does not."""
    if any(row.state != ObjectionState.CLOSED.value for row in rows):
        raise errors.AlreadyOpen
    decided = [
        row for row in rows if row.outcome != Outcome.OPEN.value and row.revision == record.revision
    ]
    if decided:
        before = sent_before(uow, [row.id for row in rows])
        sent = [one.blob.sha256 for one in evidence]
        rules.check_repeat(sent, before, decided=True)


def _kept(
    uow: UnitOfWork, command: FileObjection, subject: Subject, record: Record
) -> ObjectionRow:
    received = command.received_on if command.channel is Channel.PAPER else None
    row = ObjectionRow(
        subject_id=subject.id,
        record_subject_id=record.subject_id,
        record_id=record.id,
        revision=record.revision,
        item_code=record.item.code,
        document_no=record.title[:_NUMBER_MAX],
        agency_id=record.agency.id,
        is_own=record.agency.code in own_agencies(uow),
        state=ObjectionState.FILED.value,
        outcome=Outcome.OPEN.value,
        remedy="",
        channel=command.channel.value,
        brought_by=command.brought_by.strip(),
        grounds=command.grounds.strip(),
        received_on=received or uow.today,
        filed_by=uow.actor.account_id,
        filed_at=uow.now,
        since=received or uow.today,
        provisional=False,
        reason="",
    )
    uow.session.add(row)
    uow.session.flush()  # its files and steps name it
    for position, file in enumerate(command.evidence):
        uow.session.add(
            ObjectionFileRow(
                objection_id=row.id,
                position=position,
                name=file.name,
                sha256=file.blob.sha256,
                size=file.blob.size,
                media_type=file.blob.media_type,
            )
        )
    return row


def own_agencies(uow: UnitOfWork) -> frozenset[str]:
    """The codes of the agencies whose data is the platform's own."""
    said = uow.parameters.get(OWN_AGENCIES, uow.today)
    return frozenset(code.strip() for code in said.split(",") if code.strip())


def _marked(uow: UnitOfWork, row: ObjectionRow, subject: Subject) -> None:
    """Mark the record, and begin the review of what is the platform's own."""
    steps.note(uow, row, "filed", row.brought_by or subject.name, row.grounds)
    about = f"objection:{row.id}"
    mark_record(
        uow,
        MarkRecord(subject_id=row.record_subject_id, record_id=row.record_id, on=True, about=about),
    )
    steps.move(uow, row, ObjectionState.MARKED, row.received_on)
    steps.note(uow, row, "marked", telling.PLATFORM)
    if row.is_own:
        steps.move(uow, row, ObjectionState.OWN_REVIEW, row.received_on)
        steps.note(uow, row, "own_review", telling.PLATFORM)
