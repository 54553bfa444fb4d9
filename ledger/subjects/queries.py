"""Reads of subjects: one, many by id, pages of a search, and a subject's history."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, any_, func, literal, select, text, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from ledger.kernel.identifiers.doubts import Doubt
from ledger.kernel.names import pieces_sought
from ledger.kernel.selecting import any_among
from ledger.kernel.statements import Prepared, numbers, texts
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import errors, rules
from ledger.subjects.model import LicenceRow, PremisesRow, SubjectChangeRow, SubjectRow
from ledger.subjects.terms import (
    InBusiness,
    Licence,
    LicenceKind,
    Premises,
    Subject,
    SubjectChange,
    SubjectKind,
    SubjectSearch,
    SubjectsPage,
    SubjectStatus,
)

_LICENSED_TEXTS = (
    "uscc",
    "name",
    "division",
    "address",
    "contact",
    "phone",
    "gln",
    "country",
    "registered",
)
LICENSED = Prepared(
    "subjects_licensed",
    "integer[]",
    f"""
    SELECT a.id AS asked, s.id, s.kinds, s.status,
        (SELECT json_agg(json_build_array(l.kind, l.number, l.valid_from, l.valid_to, l.scope,
                l.revoked_on, l.number_checks) ORDER BY l.id)
         FROM licence l WHERE l.subject_id = s.id)::text AS papers,
        {", ".join(f"s.{name}" for name in _LICENSED_TEXTS)}
    FROM subject a JOIN subject s ON s.id = coalesce(a.merged_into, a.id)
    WHERE a.id = ANY($1)
""",  # noqa: S608
)
_NUMBERED = Prepared(
    "subjects_numbered",
    "text",
    "SELECT uscc, id FROM subject WHERE uscc <> '' AND uscc = ANY(string_to_array($1, chr(31)))",
)
_IN_BUSINESS = text("""
    SELECT s.id, s.kinds, s.division, p.since, p.known, p.holding, p.words, p.production
    FROM subject s LEFT JOIN (
        SELECT l.subject_id, min(l.valid_from) AS since, array_agg(DISTINCT l.kind) AS known,
            array_agg(DISTINCT l.kind) FILTER (WHERE coalesce(l.valid_from <= :on, true)
                AND coalesce(l.valid_to >= :on, true)
                AND coalesce(l.revoked_on > :on, true)) AS holding,
            string_agg(array_to_string(l.scope, ' '), ' ' ORDER BY l.id) AS words,
            max(l.number) FILTER (WHERE l.kind = 'SC') AS production
        FROM licence l
        WHERE CAST(:who AS integer[]) IS NULL OR l.subject_id = ANY(CAST(:who AS integer[]))
        GROUP BY l.subject_id) p ON p.subject_id = s.id
    WHERE s.kinds && CAST(:kinds AS text[]) AND s.status = 'active' AND s.registered
      AND s.merged_into IS NULL
      AND (CAST(:who AS integer[]) IS NULL OR s.id = ANY(CAST(:who AS integer[])))
    ORDER BY s.id
""")
PAGE_MAX = 200  # a page people read; machines ask for the next one
HISTORY_MAX = 500  # a subject is amended a few times a year


def subject_by_id(uow: UnitOfWork, subject_id: int) -> Subject:
    """The subject with an id, or the one it was merged into. Raises UnknownSubject."""
    found = subjects_by_ids(uow, [subject_id])
    if subject_id not in found:
        raise errors.UnknownSubject(subject=subject_id)
    return found[subject_id]


def subject_by_uscc(uow: UnitOfWork, uscc: str) -> Subject:
    """The subject with a USCC in any spelling. Raises UnknownUscc and the identifiers' refusals."""
    code = rules.clean_uscc(uscc, "uscc")
    found = subjects_by_usccs(uow, [code])
    if code not in found:
        raise errors.UnknownUscc(uscc=code, field="uscc")
    return found[code]


def subjects_by_ids(
    uow: UnitOfWork, ids: Iterable[int], *, papers: bool = True
) -> dict[int, Subject]:
    """Subjects by the ids asked; a merged party's value is its target. Unknown ids are left out.

    Three statements whatever the number; one where ``papers`` (licences, premises) are not wanted.
    """
    asked = aliased(SubjectRow)
    target = func.coalesce(asked.merged_into, asked.id)
    rows = uow.session.execute(
        select(asked.id, SubjectRow)
        .join(SubjectRow, SubjectRow.id == target)
        .where(asked.id == any_among(set(ids)))
    ).all()
    subjects = _subjects(uow, [row for _, row in rows], papers=papers)
    return {asked_id: subjects[row.id] for asked_id, row in rows}


def out_of_business(uow: UnitOfWork, ids: Iterable[int]) -> frozenset[int]:
    """Those of some subjects that have closed down, or whose registration was revoked."""
    columns = SubjectRow.__table__.c
    found = select(columns.id).where(
        columns.id == any_among(ids), columns.status != SubjectStatus.ACTIVE.value
    )
    return frozenset(uow.session.scalars(found))


def ids_by_usccs(uow: UnitOfWork, usccs: Iterable[str]) -> dict[str, int]:
    """{USCC: id} of those on file; a merged party under its own id."""
    return dict(_NUMBERED.rows(uow.session, texts(sorted(set(usccs)))))


def licensed_by_ids(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, Subject]:
    """The same with licences and without premises, as filing asks: one statement, planned once."""
    return licensed_from(LICENSED.rows(uow.session, numbers(it for it in ids if 0 < it < 2**31)))


def licensed_from(rows: Iterable[Sequence[Any]]) -> dict[int, Subject]:
    """The subjects in what LICENSED answers."""
    found = {}
    for asked, number, kinds, status, papers, *columns in rows:
        found[asked] = Subject(
            id=number,
            kinds=_kinds(tuple(kinds)),
            status=SubjectStatus(status),
            licences=_papers(papers or ""),
            premises=(),
            **dict(zip(_LICENSED_TEXTS, columns, strict=True)),
        )
    return found


@lru_cache(maxsize=256)
def _kinds(kinds: tuple[str, ...]) -> tuple[SubjectKind, ...]:
    return tuple(map(SubjectKind, kinds))


@lru_cache(maxsize=4096)  # the same traders are met in filing after filing
def _papers(papers: str) -> tuple[Licence, ...]:
    return tuple(
        Licence(
            kind=LicenceKind(kind),
            number=number,
            valid_from=_day(begins),
            valid_to=_day(ends),
            scope=tuple(scope),
            revoked_on=_day(revoked),
            number_checks=checks,
        )
        for kind, number, begins, ends, scope, revoked, checks in json.loads(papers or "[]")
    )


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def in_business(
    uow: UnitOfWork,
    kinds: Iterable[SubjectKind],
    on: date,
    subjects: Sequence[int] | None = None,
) -> tuple[InBusiness, ...]:
    """All registered subjects in business that do one of these things, with their papers in short.

    In the order of their ids, in one statement whatever the number; ``subjects`` None: all.
    """
    rows = uow.session.execute(
        _IN_BUSINESS,
        {
            "kinds": [kind.value for kind in kinds],
            "on": on,
            "who": None if subjects is None else numbers(subjects),
        },
    )
    return tuple(InBusiness(*row) for row in rows)


def subjects_by_usccs(uow: UnitOfWork, usccs: Iterable[str]) -> dict[str, Subject]:
    """Registered subjects by USCC in its stored spelling; unknown ones are left out."""
    codes = literal(sorted(set(usccs)), ARRAY(Text))
    rows = uow.session.scalars(
        select(SubjectRow).where(SubjectRow.uscc == any_(codes), SubjectRow.uscc != "")
    ).all()
    return {it.uscc: it for it in _subjects(uow, rows).values()}


def subjects_page(uow: UnitOfWork, search: SubjectSearch) -> SubjectsPage:
    """A page of subjects in the order of recording, at most 200; merged parties are left out."""
    limit = min(max(search.limit, 1), PAGE_MAX)
    rows = uow.session.scalars(_narrowed(search).order_by(SubjectRow.id).limit(limit + 1)).all()
    shown = rows[:limit]
    subjects = _subjects(uow, shown)
    items = tuple(subjects[row.id] for row in shown)
    return SubjectsPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _narrowed(search: SubjectSearch) -> Select[SubjectRow]:
    query = select(SubjectRow).where(SubjectRow.merged_into.is_(None))
    query = query.where(*_sought(search.text))
    if search.division and (stem := rules.division_stem(search.division)):
        query = query.where(SubjectRow.division.startswith(stem, autoescape=True))
    if search.kind:
        query = query.where(SubjectRow.kinds.contains([search.kind.value]))
    if search.registered is not None:
        query = query.where(SubjectRow.registered.is_(search.registered))
    return query.where(SubjectRow.id > search.after) if search.after else query


def _sought(said: str) -> list[ColumnElement[bool]]:
    what, sought = rules.what_is_sought(said)
    match what:
        case rules.Sought.NOTHING:
            return []
        case rules.Sought.USCC:
            return [SubjectRow.uscc == sought]
        case rules.Sought.LICENCE:
            holders = select(LicenceRow.subject_id).where(LicenceRow.number == sought)
            return [SubjectRow.id.in_(holders)]
        case rules.Sought.GLN:
            own = select(SubjectRow.id).where(SubjectRow.gln == sought)
            places = select(PremisesRow.subject_id).where(PremisesRow.gln == sought)
            return [SubjectRow.id.in_(union(own, places))]
        case _:
            return [SubjectRow.bigrams.contains(pieces_sought(sought))]


def subject_history(uow: UnitOfWork, subject_id: int) -> tuple[SubjectChange, ...]:
    """What changed on a subject, the newest first, at most 500 changes."""
    rows = uow.session.scalars(
        select(SubjectChangeRow)
        .where(SubjectChangeRow.subject_id == subject_id)
        .order_by(SubjectChangeRow.id.desc())
        .limit(HISTORY_MAX)
    )
    return tuple(
        SubjectChange(
            at=row.at,
            account_id=row.account_id,
            before=row.before,
            after=row.after,
            reason=row.reason,
        )
        for row in rows
    )


def lacks_licence(subject: Subject, kind: SubjectKind, on: date) -> bool:
    """Whether the subject did this on that day without a licence in force (L02, L03)."""
    return rules.lacks_licence(subject.licences, kind, on)


def licence_in_force(subject: Subject, kind: SubjectKind, on: date) -> Licence | None:
    """The licence under which the subject did this on that day, if it needed and had one."""
    return rules.licence_in_force(subject.licences, kind, on)


def doubts_of(paper: Licence) -> tuple[Doubt, ...]:
    """What about a licence's number has to be compared with the paper by hand."""
    return rules.licence_number(paper.kind, paper.number).doubts


def licence_doubts(subject: Subject) -> tuple[tuple[Licence, Doubt], ...]:
    """The same for all licences of a subject."""
    return tuple((paper, doubt) for paper in subject.licences for doubt in doubts_of(paper))


def _subjects(
    uow: UnitOfWork, rows: Sequence[SubjectRow], *, papers: bool = True
) -> dict[int, Subject]:
    ids = {row.id for row in rows}
    licences: dict[int, list[Licence]] = defaultdict(list)
    places: dict[int, list[Premises]] = defaultdict(list)
    if papers and ids:
        for paper in uow.session.scalars(
            select(LicenceRow)
            .where(LicenceRow.subject_id == any_among(ids))
            .order_by(LicenceRow.id)
        ):
            licences[paper.subject_id].append(_licence(paper))
        for place in uow.session.scalars(
            select(PremisesRow)
            .where(PremisesRow.subject_id == any_among(ids))
            .order_by(PremisesRow.id)
        ):
            places[place.subject_id].append(_premises(place))
    return {row.id: _subject(row, licences[row.id], places[row.id]) for row in rows}


def _subject(row: SubjectRow, licences: list[Licence], places: list[Premises]) -> Subject:
    return Subject(
        id=row.id,
        uscc=row.uscc,
        name=row.name,
        kinds=tuple(SubjectKind(kind) for kind in row.kinds),
        division=row.division,
        address=row.address,
        contact=row.contact,
        phone=row.phone,
        gln=row.gln,
        country=row.country,
        status=SubjectStatus(row.status),
        registered=row.registered,
        licences=tuple(licences),
        premises=tuple(places),
    )


def _licence(row: LicenceRow) -> Licence:
    return Licence(
        kind=LicenceKind(row.kind),
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        scope=tuple(row.scope),
        revoked_on=row.revoked_on,
        number_checks=row.number_checks,
    )


def _premises(row: PremisesRow) -> Premises:
    return Premises(
        id=row.id, name=row.name, address=row.address, division=row.division, gln=row.gln
    )
