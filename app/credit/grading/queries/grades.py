"""Reads of grades: one, a page of many, the history, runs and the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, text

from app.credit.grading import errors
from app.credit.grading.model import FoodGradeHistoryRow, FoodGradeRow, FoodRunRow
from app.credit.grading.queries.forms import forms_waiting
from app.credit.grading.rules.tables import visits_of
from app.credit.grading.terms import (
    Basis,
    Desk,
    FoodGrade,
    FoodRun,
    Grade,
    GradeChange,
    GradeListed,
    GradesAsked,
    GradesPage,
    Tier,
    Trade,
    Visits,
)
from ledger.kernel.uow import UnitOfWork

PAGE_MAX = 1000
HISTORY_MAX = 240  # twenty years of months
RUNS_SHOWN = 20
_BOOK = ("licence", "received", "unanswered", "written", "late", "held")
_LISTED = """
    SELECT g.subject_id, s.uscc, s.name, s.division, g.grade, g.basis, g.trade, g.category,
        g.static, g.dynamic, g.total, g.as_of, g.last_inspected
    FROM food_grade g JOIN subject s ON s.id = g.subject_id
    WHERE g.subject_id > :after AND s.status = 'active' {where}
    ORDER BY g.subject_id LIMIT :limit
"""


def grade_of(uow: UnitOfWork, subject_id: int) -> FoodGrade | None:
    """The grade an operator has; None where it has none."""
    row = uow.session.get(FoodGradeRow, subject_id)
    return None if row is None else _grade(row)


def grade_needed(uow: UnitOfWork, subject_id: int) -> FoodGrade:
    """The same. Refuses: NotGraded."""
    found = grade_of(uow, subject_id)
    if found is None:
        raise errors.NotGraded(subject=subject_id)
    return found


def grades_page(uow: UnitOfWork, asked: GradesAsked) -> GradesPage:
    """A page of operators' grades in the order of their numbers, at most a thousand."""
    limit = min(max(asked.limit, 1), PAGE_MAX)
    where, params = _narrowed(asked)
    rows = uow.session.execute(
        text(_LISTED.format(where=where)), {"after": asked.after, "limit": limit + 1} | params
    ).all()
    items = tuple(_listed(row) for row in rows[:limit])
    return GradesPage(items=items, next=items[-1].subject_id if len(rows) > limit else None)


def all_listed(uow: UnitOfWork, asked: GradesAsked) -> Iterator[GradeListed]:
    """The lines of a list up to its limit, page after page."""
    left, after = asked.limit, asked.after
    while left > 0:
        page = grades_page(uow, replace(asked, after=after, limit=min(left, PAGE_MAX)))
        yield from page.items
        left -= len(page.items)
        if page.next is None:
            return
        after = page.next


def _narrowed(asked: GradesAsked) -> tuple[str, dict[str, Any]]:
    where, params = "", {}
    if asked.grade:
        where, params = " AND g.grade = :grade", {"grade": asked.grade.value}
    if asked.trade:
        where += " AND g.trade = :trade"
        params["trade"] = asked.trade.value
    if asked.category:
        where += " AND g.category = :category AND g.category <> ''"
        params["category"] = asked.category
    if stem := _stem(asked.division):
        where += " AND s.division >= :stem AND s.division < :stem_end"
        params |= {"stem": stem, "stem_end": stem + ":"}  # the character behind 9
    return where, params


def _stem(division: str) -> str:
    """The digits a division shares with all below it."""
    found = division if division.isascii() and division.isdecimal() else ""
    while found.endswith("00"):
        found = found[:-2]
    return found


def history_of(uow: UnitOfWork, subject_id: int) -> tuple[GradeChange, ...]:
    """What an operator's grade and points became, the newest first."""
    rows = uow.session.scalars(
        select(FoodGradeHistoryRow)
        .where(FoodGradeHistoryRow.subject_id == subject_id)
        .order_by(FoodGradeHistoryRow.run_id.desc())
        .limit(HISTORY_MAX)
    )
    return tuple(
        GradeChange(
            run_id=row.run_id,
            as_of=row.as_of,
            was=Grade(row.was) if row.was else None,
            now=Grade(row.grade),
            basis=Basis(row.basis),
            static=row.static,
            dynamic=row.dynamic,
            total=row.total,
        )
        for row in rows
    )


def run_by_id(uow: UnitOfWork, run_id: int) -> FoodRun | None:
    """A run by its number."""
    row = uow.session.get(FoodRunRow, run_id)
    return None if row is None else run_of(row)


def desk_of(uow: UnitOfWork) -> Desk:
    """The last runs, the counts of the last whole one by district, and the forms that wait."""
    rows = uow.session.scalars(
        select(FoodRunRow).order_by(FoodRunRow.id.desc()).limit(RUNS_SHOWN)
    ).all()
    whole = uow.session.scalars(
        select(FoodRunRow).where(FoodRunRow.whole).order_by(FoodRunRow.id.desc()).limit(1)
    ).first()
    return Desk(
        runs=tuple(run_of(row) for row in rows),
        by_division=dict(whole.tally) if whole is not None else {},
        waiting=forms_waiting(uow, uow.today.year - 1),
    )


def visits_a_year(uow: UnitOfWork, grade: Grade, on: date) -> Visits:
    """How many inspections a grade brings, by the profile in force on a day."""
    return visits_of(grade, profile_on(uow, on))


def profile_on(uow: UnitOfWork, on: date) -> str:
    """The profile of frequencies in force on a day."""
    return str(uow.parameters.get("grading.frequency", on))


def run_of(row: FoodRunRow) -> FoodRun:
    """A run as it is shown."""
    tally: dict[str, int] = {grade.value: 0 for grade in Grade}
    for counts in row.tally.values():
        for grade, count in counts.items():
            tally[grade] += count
    return FoodRun(
        id=row.id,
        as_of=row.as_of,
        at=row.at,
        whole=row.whole,
        operators=row.operators,
        tally=tally,
        changed=row.changed,
        unfilled=row.unfilled,
        took_ms=row.took_ms,
        snapshot=bytes(row.snapshot).hex(),
    )


def _grade(row: FoodGradeRow) -> FoodGrade:
    return FoodGrade(
        subject_id=row.subject_id,
        as_of=row.as_of,
        run_id=row.run_id,
        score_run=row.score_run,
        grade=Grade(row.grade),
        reckoned=Grade(row.reckoned),
        basis=Basis(row.basis),
        trade=Trade(row.trade),
        trades=tuple(Trade(one) for one in row.trades),
        tier=Tier(row.tier) if row.tier else None,
        category=row.category,
        scheme=row.scheme,
        book=dict(zip(_BOOK, row.book, strict=False)),
        static=row.static,
        dynamic=row.dynamic,
        total=row.total,
        since=row.since,
        last_inspected=row.last_inspected,
    )


def _listed(row: Any) -> GradeListed:
    return GradeListed(
        subject_id=row.subject_id,
        uscc=row.uscc,
        name=row.name,
        division=row.division,
        grade=Grade(row.grade),
        basis=Basis(row.basis),
        trade=Trade(row.trade),
        category=row.category,
        static=row.static,
        dynamic=row.dynamic,
        total=row.total,
        as_of=row.as_of,
        last_inspected=row.last_inspected,
    )
