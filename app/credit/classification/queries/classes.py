"""Classes read by officials: one subject's with its reasons, the joined classes, the ratios."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from app.credit.classification.model import CombinationRow, CombinedClassRow, CombinedRunRow
from app.credit.classification.rules import read_combination
from app.credit.classification.terms import (
    SCHEME,
    ClassShown,
    Combination,
    Combined,
    CombinedRun,
    SamplingRatio,
)
from app.credit.scoring.queries import score_of
from ledger.kernel.uow import UnitOfWork

_MONTHS = 24


def class_of(uow: UnitOfWork, subject_id: int) -> ClassShown:
    """A subject's class with its reasons, and the joined one where it trades in food.

    Refuses: NotPermitted for everybody but officials, UnknownScore.
    """
    uow.actor.require("class.read")
    score = score_of(uow, SCHEME, subject_id)
    return ClassShown(
        score=score,
        combined=combined_of(uow, subject_id),
        ratio=ratio_of(uow, score.adjusted_class, score.head.as_of),
    )


def combined_of(uow: UnitOfWork, subject_id: int) -> tuple[Combined, ...]:
    """The joined classes of a subject by month, the newest first, each month's newest joining.

    Refuses: NotPermitted.
    """
    uow.actor.require("class.read")
    rows = uow.session.execute(
        select(CombinedClassRow, CombinedRunRow.month, CombinationRow.version)
        .join(CombinedRunRow, CombinedRunRow.id == CombinedClassRow.run_id)
        .join(CombinationRow, CombinationRow.id == CombinedRunRow.combination_id)
        .where(CombinedClassRow.subject_id == subject_id)
        .order_by(CombinedRunRow.month.desc(), CombinedRunRow.id.desc())
        .limit(_MONTHS)
    ).all()
    found: dict[date, Combined] = {}
    for row in rows:
        said = row[0]
        found.setdefault(
            row[1],
            Combined(
                month=row[1],
                class_code=said.class_code,
                food=said.food,
                credit=said.credit,
                version=row[2],
            ),
        )
    return tuple(found.values())


def combined_runs(uow: UnitOfWork) -> tuple[CombinedRun, ...]:
    """The newest joinings of each month, the newest first. Refuses: NotPermitted."""
    uow.actor.require("class.read")
    newest = select(func.max(CombinedRunRow.id)).group_by(CombinedRunRow.month)
    rows = uow.session.execute(
        select(CombinedRunRow, CombinationRow.version)
        .join(CombinationRow, CombinationRow.id == CombinedRunRow.combination_id)
        .where(CombinedRunRow.id.in_(newest))
        .order_by(CombinedRunRow.month.desc())
        .limit(_MONTHS)
    )
    return tuple(
        CombinedRun(
            id=row[0].id,
            month=row[0].month,
            version=row[1],
            at=row[0].at,
            classes=dict(row[0].classes),
        )
        for row in rows
    )


def combination_on(uow: UnitOfWork, day: date) -> tuple[int, Combination] | None:
    """The version of the combination in force on a day, with its number."""
    row = uow.session.scalars(
        select(CombinationRow)
        .where(CombinationRow.valid_from <= day)
        .order_by(CombinationRow.valid_from.desc(), CombinationRow.id.desc())
        .limit(1)
    ).first()
    return (row.id, read_combination(row.text)) if row else None


def ratio_of(uow: UnitOfWork, class_code: str, on: date) -> SamplingRatio | None:
    """How many of a class random checks take, by the profile that counts on a day; None: unsaid."""
    profile = uow.parameters.get("classification.share_profile", on)
    key = f"classification.share.{profile}.{class_code}"
    lines = [one for one in uow.parameters.lines if one.key == key]
    if not lines:
        return None
    line = next((one for one in lines if one.holds(on)), lines[0])
    return SamplingRatio(
        class_code=class_code, share=line.value, source=line.source, mark=line.mark
    )
