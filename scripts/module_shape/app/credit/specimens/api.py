"""The API door of specimen title."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint

from app.credit.specimens import queries, schemas, services
from app.credit.specimens.terms import NoteSpecimen
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

blueprint = Blueprint(
    "specimens-api", __name__, url_prefix="/api/v1/specimens", description="Specimen title"
)


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=schemas.SpecimenBody,
    needs="specimen.note",
    answers=schemas.SpecimenAnswer,
    status=201,
)
def note(uow: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Note a line about a subject."""
    subject = subject_by_uscc(uow, body["subject"])
    command = NoteSpecimen(subject_id=subject.id, said=body["said"])
    return schemas.document(services.note_specimen(uow, command))


@endpoint(
    blueprint,
    "/<uscc>",
    loads=schemas.SpecimenQuery,
    location="query",
    needs="specimen.read",
    answers=schemas.SpecimenListAnswer,
    audits="specimen.look_up",
)
def of_subject(uow: UnitOfWork, asked: dict[str, Any], uscc: str) -> dict[str, Any]:
    """List the lines about a subject, the newest first."""
    subject = subject_by_uscc(uow, uscc)
    g.audit_about = f"subject:{subject.id}"
    found = queries.specimens_page(uow, subject_id=subject.id, before=asked["next"])
    return schemas.documents(found)


@endpoint(
    blueprint,
    "/<uscc>/<int:specimen_id>",
    needs="specimen.read",
    answers=schemas.SpecimenAnswer,
    audits="specimen.look_up",
)
def show(uow: UnitOfWork, uscc: str, specimen_id: int) -> dict[str, Any]:
    """Show one line about a subject."""
    subject = subject_by_uscc(uow, uscc)
    g.audit_about = f"subject:{subject.id}"
    return schemas.document(queries.specimen_by_id(uow, subject.id, specimen_id))
