"""Libraries: one, a page of them, their rules, their history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from app.credit.supervision import errors
from app.credit.supervision.model import LibraryChangeRow, LibraryRow
from app.credit.supervision.rules import read
from app.credit.supervision.terms import (
    LibrariesAsked,
    LibrariesPage,
    Library,
    LibraryChange,
    Rule,
)
from ledger.kernel.uow import UnitOfWork

PAGE_MAX = 200
HISTORY_MAX = 100
_ID_MAX = 2**15 - 1


def library_by_id(uow: UnitOfWork, library_id: int) -> Library:
    """A library. Refuses: NotPermitted, UnknownLibrary."""
    uow.actor.require("library.read")
    row = uow.session.get(LibraryRow, library_id) if 0 < library_id <= _ID_MAX else None
    if row is None:
        raise errors.UnknownLibrary(library=library_id)
    return _library(row)


def library_by_code(uow: UnitOfWork, code: str) -> Library:
    """The same by its code. Refuses: NotPermitted, UnknownLibrary."""
    uow.actor.require("library.read")
    row = uow.session.scalar(select(LibraryRow).where(LibraryRow.code == code))
    if row is None:
        raise errors.UnknownLibrary(library=code[:60])
    return _library(row)


def libraries_page(uow: UnitOfWork, asked: LibrariesAsked) -> LibrariesPage:
    """Libraries in force by words of their title, region, attribute. Refuses: NotPermitted."""
    uow.actor.require("library.read")
    limit = min(max(asked.limit, 1), PAGE_MAX)
    wanted = _wanted(uow, asked)
    query = select(LibraryRow).where(*wanted, LibraryRow.id > asked.after)
    rows = uow.session.scalars(query.order_by(LibraryRow.id).limit(limit + 1)).all()
    total = uow.session.scalar(select(func.count()).select_from(LibraryRow).where(*wanted))
    shown = rows[:limit]
    return LibrariesPage(
        items=tuple(_library(row) for row in shown),
        next=shown[-1].id if len(rows) > limit else None,
        total=total or 0,
    )


def _wanted(uow: UnitOfWork, asked: LibrariesAsked) -> list[ColumnElement[bool]]:
    """What narrows the list; every word of the text must stand in a title or the code."""
    found: list[ColumnElement[bool]] = [
        or_(LibraryRow.valid_to.is_(None), LibraryRow.valid_to >= uow.today)
    ]
    if asked.region:
        found.append(LibraryRow.region == asked.region)
    if asked.attribute:
        found.append(LibraryRow.attribute == asked.attribute)
    for word in asked.text.split()[:5]:
        columns = (LibraryRow.zh, LibraryRow.en, LibraryRow.code)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return found


def rules_in_force(
    uow: UnitOfWork, on: date, libraries: Iterable[int] | None = None
) -> dict[int, Rule]:
    """The rules of libraries in force on a day, by library; of some only where given."""
    query = select(LibraryRow.id, LibraryRow.rule).where(
        LibraryRow.valid_from <= on, or_(LibraryRow.valid_to.is_(None), LibraryRow.valid_to >= on)
    )
    if libraries is not None:
        query = query.where(LibraryRow.id.in_(sorted(libraries)))
    return {row.id: read(row.rule) for row in uow.session.execute(query.order_by(LibraryRow.id))}


def attributes_counted(uow: UnitOfWork) -> dict[str, int]:
    """How many libraries there are by attribute."""
    query = select(LibraryRow.attribute, func.count()).group_by(LibraryRow.attribute)
    return {row[0]: row[1] for row in uow.session.execute(query)}


def library_history(uow: UnitOfWork, library_id: int) -> tuple[LibraryChange, ...]:
    """What changed on a library's rule and titles, the newest first."""
    uow.actor.require("library.read")
    query = select(LibraryChangeRow).where(LibraryChangeRow.library_id == library_id)
    rows = uow.session.scalars(query.order_by(LibraryChangeRow.id.desc()).limit(HISTORY_MAX))
    return tuple(
        LibraryChange(
            at=row.at,
            account_id=row.account_id,
            before=row.before,
            after=row.after,
            reason=row.reason,
        )
        for row in rows
    )


def _library(row: LibraryRow) -> Library:
    return Library(
        id=row.id,
        code=row.code,
        zh=row.zh,
        en=row.en,
        region=row.region,
        industry=row.industry,
        rule=read(row.rule),
        official=row.official,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        mark=row.mark,
        members=row.members,
        refreshed_at=row.refreshed_at,
    )
