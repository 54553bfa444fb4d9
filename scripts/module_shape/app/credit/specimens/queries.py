"""Specimen title read: one line, those of a subject, the newest of all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.credit.specimens import errors
from app.credit.specimens.model import SpecimenRow
from app.credit.specimens.terms import Specimen, SpecimensPage
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids

PAGE = 50


def specimen_by_id(uow: UnitOfWork, subject_id: int, specimen_id: int) -> Specimen:
    """One line about a subject. Refuses: NotPermitted, UnknownSpecimen."""
    uow.actor.require("specimen.read")
    rows = uow.session.scalars(
        select(SpecimenRow).where(
            SpecimenRow.subject_id == subject_id, SpecimenRow.id == specimen_id
        )
    ).all()
    if not rows:
        raise errors.UnknownSpecimen(specimen=specimen_id)
    return _specimens(uow, rows)[0]


def specimens_page(
    uow: UnitOfWork, *, subject_id: int | None = None, before: int | None = None, limit: int = PAGE
) -> SpecimensPage:
    """At most fifty lines, the newest first: of a subject, or of all. Refuses: NotPermitted."""
    uow.actor.require("specimen.read")
    query = select(SpecimenRow).order_by(SpecimenRow.id.desc()).limit(min(limit, PAGE) + 1)
    if subject_id is not None:
        query = query.where(SpecimenRow.subject_id == subject_id)
    if before is not None:
        query = query.where(SpecimenRow.id < before)
    rows = uow.session.scalars(query).all()
    shown = rows[: min(limit, PAGE)]
    following = shown[-1].id if len(rows) > len(shown) else None
    return SpecimensPage(items=tuple(_specimens(uow, shown)), next=following)


def _specimens(uow: UnitOfWork, rows: Sequence[SpecimenRow]) -> list[Specimen]:
    whose = subjects_by_ids(uow, {row.subject_id for row in rows}, papers=False)
    return [
        Specimen(
            id=row.id,
            subject_id=row.subject_id,
            subject_name=whose[row.subject_id].name,
            said=row.said,
            at=row.at,
            account_id=row.account_id,
        )
        for row in rows
    ]
