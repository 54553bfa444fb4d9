"""Visits read, and subjects found by what an inspector has before the eyes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.blobs.terms import Blob
from app.credit.inspections import errors, rules
from app.credit.inspections.model import VisitPhotoRow, VisitRow
from app.credit.inspections.terms import (
    Branch,
    FoundBy,
    Method,
    Purpose,
    SiteState,
    Visit,
    VisitsPage,
)
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id, subjects_by_ids, subjects_by_usccs, subjects_page
from ledger.subjects.terms import Subject, SubjectSearch

PAGE = 30
_FOUND_MAX = 20
_ID_MAX = 2**63 - 1


def branch_of(uow: UnitOfWork) -> Branch | None:
    """The branch the actor's account belongs to; None for accounts of the city itself."""
    if uow.actor.operator_id is None:
        return None
    office = subject_by_id(uow, uow.actor.operator_id)
    return Branch(subject_id=office.id, name=office.name, stem=rules.stem_of(office.division))


def subject_for(uow: UnitOfWork, subject_id: int) -> Subject:
    """A subject for who is before its door.

    Refuses: NotPermitted, UnknownSubject, OtherBranch for one of another branch's district.
    """
    uow.actor.require("visit.note")
    subject = subject_by_id(uow, subject_id)
    branch = branch_of(uow)
    if not rules.is_branchs(branch, _divisions(subject)):
        raise errors.OtherBranch(branch=branch.name if branch else "", division=subject.division)
    return subject


def _divisions(subject: Subject) -> tuple[str, ...]:
    return (subject.division, *(place.division for place in subject.premises))


def found(uow: UnitOfWork, text: str) -> tuple[tuple[Subject, ...], FoundBy]:
    """Whom a scanned or typed text may mean, at most twenty, and by what they were found.

    By name only those of the actor's own branch are found; a number says whose it is, and opening
    it is refused there. Refuses: NotPermitted, NothingFound.
    """
    uow.actor.require("visit.note")
    sought = rules.sought(text)
    items: tuple[Subject, ...] = tuple(subjects_by_usccs(uow, sought.usccs).values())
    by = FoundBy.USCC
    for number in () if items else sought.licences:
        by = FoundBy.LICENCE
        items += subjects_page(uow, SubjectSearch(text=number, limit=_FOUND_MAX)).items
    if not items and sought.words:
        by, branch = FoundBy.NAME, branch_of(uow)
        said = SubjectSearch(text=sought.words, registered=True, limit=_FOUND_MAX)
        every = subjects_page(uow, said).items
        items = tuple(each for each in every if rules.is_branchs(branch, _divisions(each)))
    if not items:
        raise errors.NothingFound(text=text[:60], field="text")
    return tuple({each.id: each for each in items}.values()), by


def visit_by_id(uow: UnitOfWork, subject_id: int, visit_id: int) -> Visit:
    """One visit. Refuses: NotPermitted, OtherBranch, UnknownVisit."""
    subject = subject_for(uow, subject_id)
    query = select(VisitRow).where(
        VisitRow.subject_id == subject.id, VisitRow.id == min(visit_id, _ID_MAX)
    )
    rows = uow.session.scalars(query).all()
    if not rows:
        raise errors.UnknownVisit(visit=visit_id)
    return _visits(uow, rows)[0]


def visits_of(uow: UnitOfWork, subject_id: int, *, limit: int = PAGE) -> tuple[Visit, ...]:
    """The newest visits to a subject. Refuses: NotPermitted."""
    uow.actor.require("visit.note")
    query = select(VisitRow).where(VisitRow.subject_id == subject_id)
    rows = uow.session.scalars(query.order_by(VisitRow.id.desc()).limit(min(limit, PAGE))).all()
    return tuple(_visits(uow, rows))


def own_visits(uow: UnitOfWork, *, before: int | None = None) -> VisitsPage:
    """The actor's own visits, the newest first. Refuses: NotPermitted."""
    uow.actor.require("visit.note")
    query = select(VisitRow).where(VisitRow.account_id == uow.actor.account_id)
    if before is not None:
        query = query.where(VisitRow.id < min(before, _ID_MAX))
    rows = uow.session.scalars(query.order_by(VisitRow.id.desc()).limit(PAGE + 1)).all()
    following = rows[PAGE - 1].id if len(rows) > PAGE else None
    return VisitsPage(items=tuple(_visits(uow, rows[:PAGE])), next=following)


def _visits(uow: UnitOfWork, rows: Sequence[VisitRow]) -> list[Visit]:
    whose = {row.subject_id for row in rows}
    offices = {row.branch_id for row in rows if row.branch_id}
    names = subjects_by_ids(uow, whose | offices, papers=False)
    photos: dict[int, list[Blob]] = defaultdict(list)
    pictures = select(VisitPhotoRow).where(
        VisitPhotoRow.subject_id.in_(whose), VisitPhotoRow.visit_id.in_([row.id for row in rows])
    )
    for photo in uow.session.scalars(pictures.order_by(VisitPhotoRow.position)):
        kept = Blob(sha256=photo.sha256, size=photo.size, media_type=photo.media_type)
        photos[photo.visit_id].append(kept)
    return [
        Visit(
            id=row.id,
            subject_id=row.subject_id,
            subject_name=names[row.subject_id].name,
            account_id=row.account_id,
            inspector=row.inspector,
            branch_name=names[row.branch_id].name if row.branch_id in names else "",
            purpose=Purpose(row.purpose),
            method=Method(row.method),
            came_at=row.came_at,
            left_at=row.left_at,
            results=tuple(row.results),
            said=row.said,
            next_step=row.next_step,
            next_on=row.next_on,
            state=SiteState(row.state),
            found_by=FoundBy(row.found_by),
            noted_at=row.noted_at,
            photos=tuple(photos[row.id]),
        )
        for row in rows
    ]
