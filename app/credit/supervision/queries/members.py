"""Who is in a library on a day, who came and went, and what was kept for draws."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select, text

from app.credit.supervision import errors
from app.credit.supervision.model import LibraryDayRow, LibrarySnapshotRow
from app.credit.supervision.terms import (
    ChangesOfDay,
    Member,
    Membership,
    MembersPage,
    Snapshot,
)
from ledger.kernel.uow import UnitOfWork

PAGE_MAX = 500
DAYS_MAX = 366
SNAPSHOTS_MAX = 50
_ID_MAX = 2**63 - 1
_SHOWN = "m.subject_id, s.name, s.uscc, s.division, m.from_on, m.to_on"
_NOW = f"""
    SELECT {_SHOWN} FROM library_member m JOIN subject s ON s.id = m.subject_id
    WHERE m.library_id = :library AND m.to_on IS NULL AND m.subject_id > :after
    ORDER BY m.subject_id LIMIT :most"""  # noqa: S608 - our own columns
_THEN = f"""
    SELECT {_SHOWN} FROM library_member m JOIN subject s ON s.id = m.subject_id
    WHERE m.library_id = :library AND m.from_on <= :on AND (m.to_on IS NULL OR m.to_on > :on)
        AND m.subject_id > :after
    ORDER BY m.subject_id LIMIT :most"""  # noqa: S608 - our own columns
_JOINED = f"""
    SELECT {_SHOWN} FROM library_member m JOIN subject s ON s.id = m.subject_id
    WHERE m.library_id = :library AND m.from_on = :on AND m.subject_id > :after
    ORDER BY m.subject_id LIMIT :most"""  # noqa: S608 - our own columns
_LEFT = f"""
    SELECT {_SHOWN} FROM library_member m JOIN subject s ON s.id = m.subject_id
    WHERE m.library_id = :library AND m.to_on = :on AND m.subject_id > :after
    ORDER BY m.subject_id LIMIT :most"""  # noqa: S608 - our own columns
_OF_SUBJECT = text("""
    SELECT m.library_id, l.code, l.zh, l.en, m.from_on, m.to_on
    FROM library_member m JOIN library l ON l.id = m.library_id
    WHERE m.subject_id = :subject
    ORDER BY m.to_on IS NOT NULL, m.from_on DESC, l.id LIMIT :most""")


def members_page(
    uow: UnitOfWork, library_id: int, *, on: date | None = None, after: int = 0, limit: int = 50
) -> MembersPage:
    """Members now, or as of a day, in the order of subjects. Refuses: NotPermitted."""
    uow.actor.require("library.read")
    now = on is None or on >= uow.today
    said = {"library": library_id, "on": on, "after": after}
    return _page(uow, _NOW if now else _THEN, said, limit)


def changed_on(
    uow: UnitOfWork, library_id: int, on: date, *, joined: bool, after: int = 0, limit: int = 50
) -> MembersPage:
    """Who joined, or left, a library on a day. Refuses: NotPermitted."""
    uow.actor.require("library.read")
    said = {"library": library_id, "on": on, "after": after}
    return _page(uow, _JOINED if joined else _LEFT, said, limit)


def _page(uow: UnitOfWork, statement: str, said: dict[str, Any], limit: int) -> MembersPage:
    most = min(max(limit, 1), PAGE_MAX)
    rows = uow.session.execute(text(statement), said | {"most": most + 1}).all()
    shown = tuple(_member(row) for row in rows[:most])
    return MembersPage(items=shown, next=shown[-1].subject_id if len(rows) > most else None)


def _member(row: Sequence[Any]) -> Member:
    subject_id, name, uscc, division, since, to = row
    return Member(
        subject_id=subject_id, name=name, uscc=uscc, division=division, since=since, to=to
    )


def every_member(uow: UnitOfWork, library_id: int, on: date | None = None) -> Iterator[Member]:
    """All members, page by page, for a file. Refuses: NotPermitted."""
    after: int | None = 0
    while after is not None:
        page = members_page(uow, library_id, on=on, after=after, limit=PAGE_MAX)
        yield from page.items
        after = page.next


def changes_by_day(uow: UnitOfWork, library_id: int) -> tuple[ChangesOfDay, ...]:
    """The days on which somebody joined or left, the newest first. Refuses: NotPermitted."""
    uow.actor.require("library.read")
    query = select(LibraryDayRow).where(LibraryDayRow.library_id == library_id)
    rows = uow.session.scalars(query.order_by(LibraryDayRow.on_day.desc()).limit(DAYS_MAX))
    return tuple(ChangesOfDay(on=row.on_day, joined=row.joined, left=row.gone) for row in rows)


def memberships_of(uow: UnitOfWork, subject_id: int, *, limit: int = 100) -> tuple[Membership, ...]:
    """The libraries a subject is in, and those it has left behind them. Refuses: NotPermitted."""
    uow.actor.require("library.read")
    rows = uow.session.execute(_OF_SUBJECT, {"subject": subject_id, "most": limit})
    return tuple(
        Membership(library_id=number, code=code, zh=zh, en=en, since=since, to=to)
        for number, code, zh, en, since, to in rows
    )


def snapshots_of(uow: UnitOfWork, library_id: int) -> tuple[Snapshot, ...]:
    """The snapshots of a library, the newest first, without their subjects."""
    uow.actor.require("library.read")
    columns = (
        LibrarySnapshotRow.id,
        LibrarySnapshotRow.library_id,
        LibrarySnapshotRow.taken_at,
        LibrarySnapshotRow.members,
        LibrarySnapshotRow.sha256,
    )
    query = select(*columns).where(LibrarySnapshotRow.library_id == library_id)
    rows = uow.session.execute(query.order_by(LibrarySnapshotRow.id.desc()).limit(SNAPSHOTS_MAX))
    return tuple(
        Snapshot(id=number, library_id=library, taken_at=at, members=count, sha256=digest.hex())
        for number, library, at, count, digest in rows
    )


def snapshot_by_id(uow: UnitOfWork, snapshot_id: int) -> Snapshot:
    """A snapshot with its subjects, held against its hash.

    Refuses: NotPermitted, UnknownSnapshot. Raises ValueError where the hash says otherwise.
    """
    uow.actor.require("library.read")
    row = uow.session.get(LibrarySnapshotRow, snapshot_id) if snapshot_id <= _ID_MAX else None
    if row is None:
        raise errors.UnknownSnapshot(snapshot=snapshot_id)
    if hashlib.sha256(row.subjects).digest() != row.sha256:
        raise ValueError(f"snapshot {snapshot_id} is not what its hash says")
    return Snapshot(
        id=row.id,
        library_id=row.library_id,
        taken_at=row.taken_at,
        members=row.members,
        sha256=row.sha256.hex(),
        subjects=tuple(np.frombuffer(row.subjects, "<i4").tolist()),
    )
