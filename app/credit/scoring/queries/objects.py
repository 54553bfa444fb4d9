"""Rated objects that are no subjects, by their number and by whose they are."""

from __future__ import annotations

from sqlalchemy import select

from app.credit.scoring.model import ScoreObjectRow
from app.credit.scoring.terms import ObjectKnown
from ledger.kernel.uow import UnitOfWork

_MOST = 500


def _known(row: ScoreObjectRow) -> ObjectKnown:
    return ObjectKnown(
        kind=row.kind,
        object_id=row.id,
        subject_id=row.subject_id,
        number=row.number,
        name=row.name,
        parent_id=row.parent_id,
    )


def objects_by_number(uow: UnitOfWork, trade: str, number: str) -> tuple[ObjectKnown, ...]:
    """The objects of a trade with this number: one of each kind at most."""
    query = select(ScoreObjectRow).where(
        ScoreObjectRow.trade == trade, ScoreObjectRow.number == number
    )
    return tuple(map(_known, uow.session.scalars(query.order_by(ScoreObjectRow.id).limit(_MOST))))


def objects_of_subject(
    uow: UnitOfWork, trade: str, subject_id: int, *, after: int = 0
) -> tuple[ObjectKnown, ...]:
    """The objects of a trade that are a subject's, in order of their ids, at most 500 at once."""
    query = select(ScoreObjectRow).where(
        ScoreObjectRow.subject_id == subject_id,
        ScoreObjectRow.trade == trade,
        ScoreObjectRow.id > after,
    )
    return tuple(map(_known, uow.session.scalars(query.order_by(ScoreObjectRow.id).limit(_MOST))))
