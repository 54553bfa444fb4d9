"""The API door of grading: one operator's grade."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.credit.grading import errors, queries
from app.credit.grading.queries.grades import visits_a_year
from app.credit.grading.schemas.out import GradeAnswer, changes, full_answer, public_answer
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

blueprint = Blueprint(
    "grading-api",
    __name__,
    url_prefix="/api/v1/grades",
    description="Food risk grades A to D",
)


@endpoint(
    blueprint,
    "/<uscc>",
    needs="code.read",
    answers=GradeAnswer,
    limit="public",
    audits="grade.look_up",
)
def show(uow: UnitOfWork, uscc: str) -> dict[str, Any]:
    """An operator's food risk grade.

    Everybody is told the grade and the day it was given. Officials and the operator itself are
    told the points, what they rest on, the inspections it brings and its history too.
    """
    subject = subject_by_uscc(uow, uscc)
    found = queries.grade_of(uow, subject.id)
    if found is None:
        raise errors.NotGraded(subject=subject.uscc)
    if not (uow.actor.may("score.read") or uow.actor.may_act_for(subject.id)):
        return public_answer(subject.uscc, subject.name, found)
    visits = visits_a_year(uow, found.grade, uow.today)
    answer = full_answer(subject.uscc, subject.name, found, visits)
    return answer | {"history": changes(queries.history_of(uow, subject.id))}
