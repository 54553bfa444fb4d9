"""The verbs of specimen title."""

from __future__ import annotations

from app.credit.specimens import rules
from app.credit.specimens.model import SpecimenRow
from app.credit.specimens.queries import specimen_by_id
from app.credit.specimens.terms import NoteSpecimen, Specimen
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id


def note_specimen(uow: UnitOfWork, command: NoteSpecimen) -> Specimen:
    """Note a line about a subject; it is never changed.

    Refuses: NotPermitted, UnknownSubject, NothingSaid, TextTooLong. Announces: specimen.noted.
    Leaves an audit line.
    """
    uow.actor.require("specimen.note")
    subject = subject_by_id(uow, command.subject_id)
    row = SpecimenRow(
        subject_id=subject.id,
        said=rules.clean_said(command.said),
        account_id=uow.actor.account_id,
        at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # the line is answered with its number
    uow.announce("specimen.noted", subject_id=subject.id, specimen_id=row.id)
    uow.audit("specimen.note", f"subject:{subject.id}", specimen=row.id)
    return specimen_by_id(uow, subject.id, row.id)
