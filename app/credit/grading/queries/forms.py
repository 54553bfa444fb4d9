"""Reads of the yearly forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text

from app.credit.grading import errors
from app.credit.grading.model import RiskGradeRow, RiskGradeStepRow
from app.credit.grading.terms import Evidence, Grade, Said, Suggestion, YearForm
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

CONFIRMED = "confirmed"
FORMS_MAX = 200
_CONFIRMED = text("""
    SELECT subject_id, next FROM risk_grade_step
    WHERE year = :year AND kind = 'confirmed'
      AND (CAST(:who AS integer[]) IS NULL OR subject_id = ANY(CAST(:who AS integer[])))
""")
_WAITING = text("""
    SELECT count(*) FROM risk_grade f
    WHERE f.year >= :year AND NOT EXISTS (SELECT FROM risk_grade_step s
        WHERE s.subject_id = f.subject_id AND s.year = f.year
          AND (s.number = f.number OR s.kind = 'confirmed'))
      AND NOT EXISTS (SELECT FROM risk_grade n WHERE n.subject_id = f.subject_id
        AND n.year = f.year AND n.number > f.number)
""")


def confirmed_for(
    uow: UnitOfWork, year: int, subjects: Sequence[int] | None = None
) -> dict[int, Grade]:
    """The grades that the forms of the year before settled for a year, of all or of some."""
    who = None if subjects is None else numbers(subjects)
    rows = uow.session.execute(_CONFIRMED, {"year": year - 1, "who": who})
    return {row.subject_id: Grade(row.next) for row in rows}


def forms_waiting(uow: UnitOfWork, since_year: int) -> int:
    """How many filled forms wait for another person."""
    return int(uow.session.scalar(_WAITING, {"year": since_year}) or 0)


def forms_of(uow: UnitOfWork, subject_id: int) -> tuple[YearForm, ...]:
    """All fillings of an operator's forms, the newest first."""
    rows = uow.session.scalars(
        select(RiskGradeRow)
        .where(RiskGradeRow.subject_id == subject_id)
        .order_by(RiskGradeRow.year.desc(), RiskGradeRow.number.desc())
        .limit(FORMS_MAX)
    ).all()
    steps = {
        (step.year, step.number): step
        for step in uow.session.scalars(
            select(RiskGradeStepRow).where(RiskGradeStepRow.subject_id == subject_id)
        )
    }
    return tuple(_form(row, steps.get((row.year, row.number))) for row in rows)


def form_of(uow: UnitOfWork, subject_id: int, year: int, number: int = 0) -> YearForm:
    """One filling of a year's form, the newest where no number is said. Refuses: UnknownForm."""
    for form in forms_of(uow, subject_id):
        if form.year == year and number in (0, form.number):
            return form
    raise errors.UnknownForm(year=year)


def said_as_json(said: Sequence[Said]) -> list[dict[str, Any]]:
    """Flags or grounds as they are kept."""
    return [
        {
            "code": one.code,
            "evidence": [
                {
                    "source": it.source,
                    "on": it.on.isoformat(),
                    "about": it.about,
                    "record": it.record_id,
                }
                for it in one.evidence
            ],
        }
        for one in said
    ]


def _said(kept: Sequence[Mapping[str, Any]]) -> tuple[Said, ...]:
    return tuple(
        Said(
            code=one["code"],
            evidence=tuple(
                Evidence(
                    source=it["source"],
                    on=date.fromisoformat(it["on"]),
                    about=it["about"],
                    record_id=it["record"],
                )
                for it in one["evidence"]
            ),
        )
        for one in kept
    )


def _form(row: RiskGradeRow, step: RiskGradeStepRow | None) -> YearForm:
    confirmed = step is not None and step.kind == CONFIRMED
    return YearForm(
        subject_id=row.subject_id,
        year=row.year,
        number=row.number,
        was=Grade(row.was) if row.was else None,
        static=row.static,
        dynamic=row.dynamic,
        total=row.total,
        grade=Grade(row.grade),
        flags=_said(row.said["flags"]),
        grounds=_said(row.said["grounds"]),
        serious=row.serious,
        suggestion=Suggestion(row.suggestion),
        next=Grade(row.next),
        remark=row.remark,
        filled_by=row.filler,
        filled_at=row.filled_at,
        confirmed_by=step.name if step is not None and confirmed else "",
        confirmed_at=step.at if step is not None and confirmed else None,
        returned_note=step.note if step is not None and not confirmed else "",
    )
