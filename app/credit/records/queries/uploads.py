"""Reads of what agencies sent: one upload, an agency's last ones, the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from app.credit.records import errors
from app.credit.records.model import UploadRefusalRow, UploadRow
from app.credit.records.queries.catalogue import agency_of
from app.credit.records.terms import Cause, Channel, RefusedRow, Upload, UploadState
from ledger.kernel.uow import UnitOfWork

STALLED_SECONDS = 10  # a chunk takes under two; who is silent for longer is gone, or holds the lock
_READING = 7310011  # the class of advisory locks held by the readers of uploads
_BATCH = 1_000
_UNFINISHED = (UploadState.WAITING.value, UploadState.READING.value)


def upload_by_id(uow: UnitOfWork, upload_id: int) -> Upload:
    """An upload of the actor's agency, or any to the credit officer. Raises UnknownUpload."""
    row = None
    if 0 < upload_id < 2**31:
        row = uow.session.execute(
            select(UploadRow.__table__).where(UploadRow.id == upload_id)
        ).one_or_none()
    if row is None or not (sees_all(uow) or row.agency_id == agency_of(uow).id):
        raise errors.UnknownUpload(upload=upload_id)
    return upload_from(row)


def sees_all(uow: UnitOfWork) -> bool:
    """Whether the actor looks at every agency's uploads: who keeps the catalogue does."""
    return uow.actor.may("catalogue.manage")


def uploads_page(
    uow: UnitOfWork, agency_id: int, *, before: int | None = None, limit: int = 20
) -> list[Upload]:
    """An agency's uploads, newest first; refuses UnknownUpload where it is another's."""
    if not sees_all(uow) and agency_of(uow).id != agency_id:
        raise errors.UnknownUpload(upload=0)
    asked = (
        select(UploadRow.__table__)
        .where(UploadRow.agency_id == agency_id)
        .order_by(UploadRow.id.desc())
        .limit(min(limit, 200))
    )
    if before is not None:
        asked = asked.where(UploadRow.id < before)
    return [upload_from(row) for row in uow.session.execute(asked)]


def refused_rows(
    uow: UnitOfWork, upload_id: int, *, after: int = -1, limit: int = 50
) -> list[RefusedRow]:
    """Rows of an upload that were not taken, in the order of the file, behind a row's number."""
    asked = (
        select(UploadRefusalRow.__table__)
        .where(UploadRefusalRow.upload_id == upload_id, UploadRefusalRow.row > after)
        .order_by(UploadRefusalRow.row)
        .limit(limit)
    )
    return [_refused_from(row) for row in uow.session.execute(asked)]


def all_refused_rows(uow: UnitOfWork, upload_id: int) -> Iterator[RefusedRow]:
    """Every row that was not taken, read in batches."""
    after = -1
    while rows := refused_rows(uow, upload_id, after=after, limit=_BATCH):
        yield from rows
        after = rows[-1].number


def causes(uow: UnitOfWork, upload_id: int) -> list[Cause]:
    """Why rows of an upload were refused, the most frequent cause first."""
    code, column = UploadRefusalRow.code, UploadRefusalRow.column
    found = uow.session.execute(
        select(code, column, func.count().label("rows"))
        .where(UploadRefusalRow.upload_id == upload_id)
        .group_by(code, column)
        .order_by(func.count().desc(), code, column)
    )
    return [Cause(code=row.code, column=row.column, rows=row.rows) for row in found]


def rows_of_cause(uow: UnitOfWork, upload_id: int, cause: Cause, *, limit: int) -> list[RefusedRow]:
    """The first rows refused for one cause."""
    asked = (
        select(UploadRefusalRow.__table__)
        .where(
            UploadRefusalRow.upload_id == upload_id,
            UploadRefusalRow.code == cause.code,
            UploadRefusalRow.column == cause.column,
        )
        .order_by(UploadRefusalRow.row)
        .limit(limit)
    )
    return [_refused_from(row) for row in uow.session.execute(asked)]


@contextmanager
def alone_with(bind: Engine | Connection, upload_id: int) -> Iterator[bool]:
    """Be an upload's only reader; false where another is at it.

    The lock lives as long as its reader's connection, so a killed reader lets go at once. One
    that ends by itself gives it back: the server may notice a closed connection a little later.
    """
    with bind.engine.connect() as held:
        asked = {"kind": _READING, "id": upload_id}
        alone = bool(held.scalar(text("SELECT pg_try_advisory_lock(:kind, :id)"), asked))
        held.commit()
        try:
            yield alone
        finally:
            with suppress(DBAPIError):
                if alone:
                    held.execute(text("SELECT pg_advisory_unlock(:kind, :id)"), asked)
            held.invalidate()  # also when the server went away: the lock goes with the connection


def stalled_uploads(uow: UnitOfWork, now: datetime) -> list[int]:
    """Uploads that should be moving and that nobody reads, oldest first, a hundred at most."""
    still = uow.session.scalars(
        select(UploadRow.id)
        .where(
            UploadRow.state.in_(_UNFINISHED),
            UploadRow.updated_at < now - timedelta(seconds=STALLED_SECONDS),
        )
        .order_by(UploadRow.updated_at)
        .limit(100)
    ).all()
    free = func.pg_try_advisory_xact_lock
    return [each for each in still if uow.session.scalar(select(free(_READING, each)))]


def upload_from(row: Any) -> Upload:
    """A stored upload as it is shown."""
    progress = row.progress
    return Upload(
        **{name: getattr(row, name) for name in _SAME},
        channel=Channel(row.channel),
        state=UploadState(row.state),
        taken=progress.get("taken", row.total),
        attempts=progress.get("attempts", 0),
        head=tuple(progress.get("head", ())),
        code=progress.get("code", ""),
        params=progress.get("params", {}),
    )


_SAME = (
    "id",
    "agency_id",
    "item_id",
    "name",
    "sha256",
    "at",
    "finished_at",
    "total",
    "added",
    "corrected",
    "duplicate",
    "pending",
    "refused",
    "complete",
    "timely",
)


def _refused_from(row: Any) -> RefusedRow:
    return RefusedRow(
        number=row.row, column=row.column, code=row.code, params=row.params, said=row.raw
    )
