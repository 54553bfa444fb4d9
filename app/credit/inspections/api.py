"""The API door of visits: note one, read one's own."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.credit.inspections import queries, schemas, services
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

blueprint = Blueprint(
    "visits-api", __name__, url_prefix="/api/v1/visits", description="Visits of inspectors"
)


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=schemas.VisitBody,
    needs="visit.note",
    answers=schemas.VisitAnswer,
    status=201,
)
def note(uow: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Note a visit to a subject of one's own branch."""
    subject = subject_by_uscc(uow, body.pop("subject"))
    made = services.note_visit(uow, schemas.command(subject.id, body))
    return schemas.visit_answer(made)


@endpoint(
    blueprint,
    "",
    loads=schemas.VisitsQuery,
    location="query",
    needs="visit.note",
    answers=schemas.VisitsAnswer,
    audits="visit.search",
)
def own(uow: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """List one's own visits, the newest first."""
    return schemas.visits_answer(queries.own_visits(uow, before=asked["next"]))
