"""One operator's grade with all that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.credit.grading.queries.forms import forms_of
from app.credit.grading.queries.grades import grade_needed, history_of, visits_a_year
from app.credit.grading.rules.book import Book, Limits, failed_items
from app.credit.grading.terms import (
    Basis,
    BookItem,
    FoodGrade,
    Grade,
    GradeChange,
    Visits,
    YearForm,
)
from app.credit.scoring.errors import UnknownScore
from app.credit.scoring.queries import links_of, score_of, ways_of
from app.credit.scoring.terms import Score, Way
from ledger.kernel.uow import UnitOfWork

WAYS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A grade, what it brings, how it was reckoned, what would bring the next, what it was."""

    grade: FoodGrade
    visits: Visits
    score: Score | None
    better: Grade | None
    ways: tuple[Way, ...]
    links: Mapping[tuple[str, int], str]
    book: dict[BookItem, bool]
    history: tuple[GradeChange, ...]
    forms: tuple[YearForm, ...]


def explained(uow: UnitOfWork, subject_id: int) -> Explained:
    """All about an operator's grade. Refuses: NotGraded."""
    found = grade_needed(uow, subject_id)
    score = _score(uow, found)
    better = _better(found)
    ways = ways_of(score, better.value)[:WAYS_MAX] if score and better else ()
    return Explained(
        grade=found,
        visits=visits_a_year(uow, found.grade, uow.today),
        score=score,
        better=better,
        ways=ways,
        links=links_of(score) if score and uow.actor.may("record.read") else {},
        book=_book(uow, found),
        history=history_of(uow, subject_id),
        forms=forms_of(uow, subject_id),
    )


def _score(uow: UnitOfWork, found: FoodGrade) -> Score | None:
    if not found.scheme:
        return None
    try:
        return score_of(uow, found.scheme, found.subject_id)
    except UnknownScore:
        return None


def _better(found: FoodGrade) -> Grade | None:
    grades = tuple(Grade)
    place = grades.index(found.reckoned)
    return grades[place - 1] if place and found.basis is not Basis.TIER else None


def _book(uow: UnitOfWork, found: FoodGrade) -> dict[BookItem, bool]:
    if not found.book:
        return {}
    said = found.book
    licence = None if said["licence"] < 0 else bool(said["licence"])
    book = Book(
        licence, said["received"], said["unanswered"], said["written"], said["late"], said["held"]
    )
    limits = Limits(
        uow.parameters.number("grading.unanswered_percent", found.as_of),
        uow.parameters.number("grading.late_percent", found.as_of),
    )
    return failed_items(book, limits)
