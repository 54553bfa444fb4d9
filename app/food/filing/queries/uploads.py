"""The reads of uploads: one, an operator's last ones, the rows that were not simply filed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text, tuple_

from app.food.filing import errors
from app.food.filing.model import UploadRecord, UploadRowRecord
from app.food.filing.terms import RowState, Upload, UploadRow, UploadState
from ledger.entries.terms import EntryKind, Source
from ledger.kernel.uow import UnitOfWork

STALLED_SECONDS = 10  # a chunk takes under two; who is silent for longer is gone, or holds the lock
_READING = 7310010  # the class of advisory locks held by the readers of uploads
_BATCH = 1_000
_PLACE = (UploadRowRecord.sheet, UploadRowRecord.number, UploadRowRecord.id)


def upload_by_id(uow: UnitOfWork, upload_id: int) -> Upload:
    """An upload of an operator the actor may act for, or any to who reads all books.

    Raises UnknownUpload, also for another's.
    """
    row = uow.session.execute(
        select(UploadRecord.__table__).where(UploadRecord.id == upload_id)
    ).one_or_none()
    mine = row is not None and (
        uow.actor.may("book.read_all") or uow.actor.may_act_for(row.operator_id)
    )
    if row is None or not mine:
        raise errors.UnknownUpload(upload=upload_id)
    return upload_from(row)


def uploads_page(
    uow: UnitOfWork, operator_id: int, *, before: int | None = None, limit: int = 20
) -> list[Upload]:
    """An operator's uploads, newest first. Refuses NotYourOperator."""
    uow.actor.require_operator(operator_id)
    asked = (
        select(UploadRecord.__table__)
        .where(UploadRecord.operator_id == operator_id)
        .order_by(UploadRecord.id.desc())
        .limit(min(limit, 200))
    )
    if before is not None:
        asked = asked.where(UploadRecord.id < before)
    return [upload_from(row) for row in uow.session.execute(asked)]


def upload_rows(
    uow: UnitOfWork, upload: Upload, state: RowState, *, after: int = 0, limit: int = 50
) -> list[UploadRow]:
    """Rows of one state in the order of the file, after the row with an id."""
    asked = (
        select(UploadRowRecord.__table__)
        .where(UploadRowRecord.upload_id == upload.id, UploadRowRecord.state == state.value)
        .order_by(*_PLACE)
        .limit(limit)
    )
    if after:
        last = select(*_PLACE).where(UploadRowRecord.id == after).scalar_subquery()
        asked = asked.where(tuple_(*_PLACE) > last)
    names = sheet_names(upload)
    return [_row_from(row, names) for row in uow.session.execute(asked)]


def all_upload_rows(uow: UnitOfWork, upload: Upload, state: RowState) -> Iterator[UploadRow]:
    """Every row of one state, read in batches."""
    after = 0
    while rows := upload_rows(uow, upload, state, after=after, limit=_BATCH):
        yield from rows
        after = rows[-1].id


def causes(uow: UnitOfWork, upload: Upload, state: RowState) -> list[tuple[str, str, int]]:
    """(code, field, rows) of a state, the most frequent first."""
    found = uow.session.execute(
        select(UploadRowRecord.code, UploadRowRecord.field, func.count().label("rows"))
        .where(UploadRowRecord.upload_id == upload.id, UploadRowRecord.state == state.value)
        .group_by(UploadRowRecord.code, UploadRowRecord.field)
        .order_by(func.count().desc(), UploadRowRecord.code, UploadRowRecord.field)
    )
    return [(row.code, row.field, row.rows) for row in found]


def rows_of_cause(
    uow: UnitOfWork, upload: Upload, code: str, field: str, *, limit: int
) -> list[UploadRow]:
    """The first refused rows of one cause."""
    asked = (
        select(UploadRowRecord.__table__)
        .where(
            UploadRowRecord.upload_id == upload.id,
            UploadRowRecord.code == code,
            UploadRowRecord.field == field,
            UploadRowRecord.state == RowState.REFUSED.value,
        )
        .order_by(*_PLACE)
        .limit(limit)
    )
    names = sheet_names(upload)
    return [_row_from(row, names) for row in uow.session.execute(asked)]


@contextmanager
def alone_with(bind: Engine | Connection, upload_id: int) -> Iterator[bool]:
    """Be an upload's only reader; false where another is at it.

    The lock lives as long as its reader's connection, so a killed reader lets go at once.
    """
    with bind.engine.connect() as held:
        asked = {"kind": _READING, "id": upload_id}
        alone = bool(held.scalar(text("SELECT pg_try_advisory_lock(:kind, :id)"), asked))
        held.commit()
        try:
            yield alone
        finally:
            held.invalidate()  # also when the server went away: the lock goes with the connection


def stalled_uploads(uow: UnitOfWork, now: datetime) -> list[int]:
    """Uploads that should be moving and that nobody reads, oldest first, a hundred at most."""
    still = list(
        uow.session.scalars(
            select(UploadRecord.id)
            .where(
                UploadRecord.state.in_(("waiting", "reading")),
                UploadRecord.updated_at < now - timedelta(seconds=STALLED_SECONDS),
            )
            .order_by(UploadRecord.updated_at)
            .limit(100)
        )
    )
    return [
        each
        for each in still
        if uow.session.scalar(select(func.pg_try_advisory_xact_lock(_READING, each)))
    ]


def taken_of(uow: UnitOfWork, upload_id: int) -> tuple[int, ...]:
    """How many rows of a file each of its readers has gone through; nothing once it is finished."""
    found = uow.session.scalar(
        select(UploadRecord.taken).where(
            UploadRecord.id == upload_id, UploadRecord.state == UploadState.READING.value
        )
    )
    return tuple(found or ())


def sheet_names(upload: Upload) -> list[str]:
    """The names of the sheets that were read, in the order rows count them."""
    return [sheet["name"] for sheet in upload.sheets if "left_out" not in sheet]


def upload_from(row: Any) -> Upload:
    """A stored upload as it is shown."""
    return Upload(
        id=row.id,
        operator_id=row.operator_id,
        filename=row.filename,
        sha256=row.sha256.hex(),
        size=row.size,
        kind=EntryKind(row.kind) if row.kind else None,
        source=Source(row.source),
        state=UploadState(row.state),
        code=row.code,
        params=row.params,
        sheets=tuple(row.sheets),
        warnings=row.warnings,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        accepted=row.accepted,
        refused=row.refused,
        warned=row.warned,
        skipped=row.skipped,
        attempts=row.attempts,
        taken=tuple(row.taken),
        created_at=row.created_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
    )


def _row_from(row: Any, names: list[str]) -> UploadRow:
    return UploadRow(
        id=row.id,
        sheet=row.sheet,
        sheet_name=names[row.sheet] if row.sheet < len(names) else "",
        number=row.number,
        state=RowState(row.state),
        code=row.code,
        rule=row.rule,
        field=row.field,
        cell=row.cell,
        params=row.params,
        values=tuple(row.said),
    )
