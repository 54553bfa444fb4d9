"""The verb of visits: note one, and with it that a subject has closed or is open again."""

from __future__ import annotations

from app.credit.inspections import rules
from app.credit.inspections.model import VisitPhotoRow, VisitRow
from app.credit.inspections.queries import branch_of, subject_for, visit_by_id
from app.credit.inspections.terms import PHOTOS_MAX, NoteVisit, Visit
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import AmendSubject


def note_visit(uow: UnitOfWork, command: NoteVisit) -> Visit:
    """Note a visit to a subject of the actor's own branch; it is never changed.

    A visit that marks the subject closed, or open again, changes its state in the ledger with the
    visit as its reason, and has a photograph. Refuses: NotPermitted, UnknownSubject, OtherBranch,
    and as ``rules.check_visit`` and ``rules.new_status``. Announces: visit.noted, and where the
    state changes subject.amended. Leaves an audit line.
    """
    uow.actor.require("visit.note")
    subject = subject_for(uow, command.subject_id)
    rules.check_visit(command, uow.now)
    status = rules.new_status(command, subject.status)
    branch = branch_of(uow)
    row = VisitRow(
        subject_id=subject.id,
        account_id=uow.actor.account_id,
        branch_id=branch.subject_id if branch else None,
        inspector=uow.actor.name,
        purpose=command.purpose.value,
        method=command.method.value,
        came_at=command.came_at or uow.now,
        left_at=command.left_at,
        results=list(dict.fromkeys(command.results)),
        said=command.said.strip(),
        next_step=command.next_step.strip(),
        next_on=command.next_on,
        state=command.state.value,
        found_by=command.found_by.value,
        noted_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # its photographs and the reason of a change name it
    _keep_photos(uow, row, command)
    if status is not None:
        reason = f"visit:{row.id} {uow.actor.name}".strip()
        changes: dict[str, object] = {"status": status.value}
        amend_subject(uow, AmendSubject(uscc=subject.uscc, changes=changes, reason=reason))
    uow.announce(
        "visit.noted",
        subject_id=subject.id,
        visit_id=row.id,
        results=row.results,
        state=row.state,
    )
    uow.audit("visit.note", f"subject:{subject.id}", visit=row.id, state=row.state)
    uow.session.flush()  # it is answered with its photographs
    return visit_by_id(uow, subject.id, row.id)


def _keep_photos(uow: UnitOfWork, row: VisitRow, command: NoteVisit) -> None:
    for position, photo in enumerate(command.photos[:PHOTOS_MAX]):
        uow.session.add(
            VisitPhotoRow(
                subject_id=row.subject_id,
                visit_id=row.id,
                position=position,
                sha256=photo.sha256,
                size=photo.size,
                media_type=photo.media_type,
            )
        )
