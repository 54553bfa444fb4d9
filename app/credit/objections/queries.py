"""Objections read: one, pages of them, what stands beside the records of a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, false, func, select

from app.credit.objections import errors, rules
from app.credit.objections.model import ObjectionFileRow, ObjectionRow, ObjectionStepRow
from app.credit.objections.terms import (
    Beside,
    Channel,
    Happened,
    KeptEvidence,
    Objection,
    ObjectionsAsked,
    ObjectionsPage,
    ObjectionState,
    Outcome,
    Remedy,
)
from app.credit.records.queries.catalogue import agencies, catalogue
from app.credit.records.terms import Agency, Item
from app.credit.records.terms.file import speaks_for
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import Subject

PAGE_MAX = 100
LATE_MAX = 500
BESIDE_MAX = 500  # a page of a file shows fewer records
_ID_MAX = 2**31 - 1
_CLOSED = ObjectionState.CLOSED.value


def sees_all(uow: UnitOfWork) -> bool:
    """Whether the actor handles everybody's objections."""
    return uow.actor.may("objection.handle")


def own_agency(uow: UnitOfWork) -> Agency | None:
    """The agency whose account asks."""
    mine = uow.actor.operator_id
    found = (one for one in agencies(uow).values() if one.subject_id == mine)
    return next(found, None) if mine is not None else None


def objection_by_id(uow: UnitOfWork, objection_id: int) -> Objection:
    """An objection with its steps and files, for those it concerns. Refuses: UnknownObjection."""
    row = uow.session.get(ObjectionRow, objection_id) if 0 < objection_id <= _ID_MAX else None
    if row is None or not _concerns(uow, row):
        raise errors.UnknownObjection(objection=objection_id)
    return _views(uow, [row], whole=True)[0]


def _concerns(uow: UnitOfWork, row: ObjectionRow) -> bool:
    own = uow.actor.may("objection.file") and speaks_for(uow.actor, row.subject_id)
    if own or sees_all(uow):
        return True
    agency = own_agency(uow) if uow.actor.may("objection.answer") else None
    passed_on = not row.is_own and row.state != ObjectionState.MARKED.value
    return agency is not None and agency.id == row.agency_id and passed_on


def objections_page(uow: UnitOfWork, asked: ObjectionsAsked) -> ObjectionsPage:
    """Objections the actor may see, the newest first.

    A subject's account sees its own, an agency's those passed on to it. Refuses: NotPermitted.
    """
    limit = min(max(asked.limit, 1), PAGE_MAX)
    query = _seen(uow, select(ObjectionRow)).order_by(ObjectionRow.id.desc()).limit(limit + 1)
    if asked.open_only:
        query = query.where(ObjectionRow.state != _CLOSED)
    if asked.subject_id is not None:
        query = query.where(ObjectionRow.subject_id == asked.subject_id)
    if asked.agency_id is not None:
        query = query.where(ObjectionRow.agency_id == asked.agency_id)
    if asked.before is not None:
        query = query.where(ObjectionRow.id < asked.before)
    rows = uow.session.scalars(query).all()
    following = rows[limit - 1].id if len(rows) > limit else None
    return ObjectionsPage(items=tuple(_views(uow, rows[:limit])), next=following)


def _seen(uow: UnitOfWork, query: Select[ObjectionRow]) -> Select[ObjectionRow]:
    if sees_all(uow):
        return query
    if uow.actor.may("objection.answer"):
        agency = own_agency(uow)
        if agency is None:  # not on the list of agencies yet: nothing was passed on to it
            return query.where(false())
        return query.where(
            ObjectionRow.agency_id == agency.id,
            ObjectionRow.is_own.is_(False),
            ObjectionRow.state != ObjectionState.MARKED.value,
        )
    uow.actor.require("objection.file")
    mine = uow.actor.operator_id
    if mine is None or not speaks_for(uow.actor, mine):
        return query.where(false())
    return query.where(ObjectionRow.subject_id == mine)


def beside(uow: UnitOfWork, subject_id: int, record_ids: Collection[int]) -> dict[int, Beside]:
    """The newest objection to each of some records of a subject, by record; one statement."""
    if not record_ids:
        return {}
    rows = uow.session.scalars(
        select(ObjectionRow)
        .where(ObjectionRow.subject_id == subject_id)
        .order_by(ObjectionRow.id.desc())
        .limit(BESIDE_MAX)
    )
    found: dict[int, Beside] = {}
    wanted = set(record_ids)
    for row in rows:
        if row.record_id in wanted and row.record_id not in found:
            found[row.record_id] = Beside(
                record_id=row.record_id,
                objection_id=row.id,
                state=ObjectionState(row.state),
                outcome=Outcome(row.outcome),
                marked_on=row.filed_at.date(),
                due_on=row.due_on,
            )
    return found


def open_count(uow: UnitOfWork, subject_id: int) -> int:
    """How many objections of a subject are in hand."""
    query = select(func.count()).where(
        ObjectionRow.subject_id == subject_id, ObjectionRow.state != _CLOSED
    )
    return uow.session.scalar(query) or 0


def earlier(uow: UnitOfWork, subject_id: int, record_id: int) -> Sequence[ObjectionRow]:
    """All objections of a subject to a record, the newest first."""
    return uow.session.scalars(
        select(ObjectionRow)
        .where(ObjectionRow.subject_id == subject_id, ObjectionRow.record_id == record_id)
        .order_by(ObjectionRow.id.desc())
        .limit(PAGE_MAX)
    ).all()


def sent_before(uow: UnitOfWork, objection_ids: Collection[int]) -> set[bytes]:
    """The hashes of all files that came with some objections."""
    query = select(ObjectionFileRow.sha256).where(
        ObjectionFileRow.objection_id == any_among(objection_ids)
    )
    return {bytes(one) for one in uow.session.scalars(query)}


def late_rows(uow: UnitOfWork) -> Sequence[ObjectionRow]:
    """Objections whose limit has passed and nobody was told of it, the oldest first."""
    return uow.session.scalars(
        select(ObjectionRow)
        .where(ObjectionRow.due_on < uow.today, ObjectionRow.told_late_at.is_(None))
        .order_by(ObjectionRow.due_on)
        .limit(LATE_MAX)
        .with_for_update(skip_locked=True)
    ).all()


def upheld_rows(uow: UnitOfWork) -> Sequence[ObjectionRow]:
    """Objections that were upheld and whose record was still to be put right."""
    return uow.session.scalars(
        select(ObjectionRow)
        .where(ObjectionRow.state == ObjectionState.UPHELD.value, ObjectionRow.due_on.is_not(None))
        .order_by(ObjectionRow.id)
        .limit(LATE_MAX)
        .with_for_update(skip_locked=True)
    ).all()


def views_of(uow: UnitOfWork, rows: Sequence[ObjectionRow]) -> list[Objection]:
    """Objections with names, for who tells of them."""
    return _views(uow, rows)


def _views(
    uow: UnitOfWork, rows: Sequence[ObjectionRow], *, whole: bool = False
) -> list[Objection]:
    subjects = subjects_by_ids(uow, {row.subject_id for row in rows}, papers=False)
    known = catalogue(uow)
    items = {code: known.newest(number) for code, number in known.numbers.items()}
    providers = agencies(uow)
    ids = {row.id for row in rows} if whole else set()
    steps, files = _steps(uow, ids), _files(uow, ids)
    return [
        _view(uow, row, subjects.get(row.subject_id), items, providers, (steps, files))
        for row in rows
    ]


def _view(
    uow: UnitOfWork,
    row: ObjectionRow,
    subject: Subject | None,
    items: Mapping[str, Item],
    providers: Mapping[int, Agency],
    more: tuple[Mapping[int, list[Happened]], Mapping[int, list[KeptEvidence]]],
) -> Objection:
    item, agency = items.get(row.item_code), providers.get(row.agency_id)
    state = ObjectionState(row.state)
    return Objection(
        id=row.id,
        subject_id=row.subject_id,
        subject_name=subject.name if subject else "",
        uscc=subject.uscc if subject else "",
        record_subject_id=row.record_subject_id,
        record_id=row.record_id,
        revision=row.revision,
        document_no=row.document_no,
        item_code=row.item_code,
        item_name=(item.zh, item.en) if item else (row.item_code, row.item_code),
        agency_id=row.agency_id,
        agency_name=(agency.zh, agency.en) if agency else ("", ""),
        agency_subject_id=agency.subject_id if agency else 0,
        is_own=row.is_own,
        state=state,
        outcome=Outcome(row.outcome),
        remedy=Remedy(row.remedy) if row.remedy else None,
        channel=Channel(row.channel),
        brought_by=row.brought_by,
        grounds=row.grounds,
        filed_at=row.filed_at,
        received_on=row.received_on,
        clock=rules.clock_of(state),
        due_on=row.due_on,
        provisional=row.provisional,
        overdue=row.due_on is not None and row.due_on < uow.today,
        decided_at=row.decided_at,
        reason=row.reason,
        steps=tuple(more[0].get(row.id, ())),
        evidence=tuple(more[1].get(row.id, ())),
    )


def _steps(uow: UnitOfWork, ids: Collection[int]) -> dict[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    if not ids:
        return found
    query = select(ObjectionStepRow).where(ObjectionStepRow.objection_id == any_among(ids))
    for step in uow.session.scalars(query.order_by(ObjectionStepRow.id)):
        found[step.objection_id].append(
            Happened(kind=step.kind, at=step.at, by_name=step.by_name, reason=step.reason)
        )
    return found


def _files(uow: UnitOfWork, ids: Collection[int]) -> dict[int, list[KeptEvidence]]:
    found: dict[int, list[KeptEvidence]] = defaultdict(list)
    if not ids:
        return found
    query = select(ObjectionFileRow).where(ObjectionFileRow.objection_id == any_among(ids))
    for file in uow.session.scalars(query.order_by(ObjectionFileRow.position)):
        found[file.objection_id].append(
            KeptEvidence(
                position=file.position,
                name=file.name,
                sha256=bytes(file.sha256),
                size=file.size,
                media_type=file.media_type,
            )
        )
    return found
