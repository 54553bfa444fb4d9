"""Reading uploads in the background, and taking up again what a dead reader left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any

from app.doors.jobs import Job, JobRoom, waiting, want
from app.food.filing import errors, services
from app.food.filing.queries import uploads
from app.food.filing.queries.uploads import alone_with
from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.services import CHUNK_ROWS, Chunk, files
from app.food.filing.terms import SheetRow, Skipped, Upload, Workbook
from ledger.entries.queries import operators_filing_since
from ledger.entries.services import make_partitions_ahead, pair_day
from ledger.kernel import uow as units
from ledger.kernel.actor import Actor
from ledger.kernel.errors import Malformed, Refusal, Unavailable
from ledger.kernel.uow import UnitOfWork

_MANY_WAIT = 20  # jobs; more are a worker that has its hands full, not one that died


def read_upload(room: JobRoom, *, upload_id: int, **_: Any) -> None:
    """Read a file and file its rows chunk by chunk; again and again it does the same once.

    A job works half of its time at most and then hands on to another, so that a long sheet is not
    cut off in the middle of a unit.
    """
    until = monotonic() + room.settings.job_timeout_seconds / 2
    if not read_now(room, upload_id, lambda _rows: monotonic() < until):
        units.run(room.unit, lambda uow: want(uow, READ_UPLOAD, upload_id=upload_id))


def read_now(room: JobRoom, upload_id: int, goes_on: Callable[[int], bool]) -> bool:
    """Read a file here and now; ``goes_on`` is told the rows of each chunk and may stop it.

    False when it was stopped before its end.
    """
    with alone_with(room.bind, upload_id) as alone:
        if not alone:
            return True
        try:
            return _read(room, upload_id, goes_on)
        except MemoryError:
            too_heavy = errors.SheetTooHeavy(mib=room.settings.job_memory_mib)
    refuse = partial(services.refuse_upload, upload_id=upload_id, refusal=too_heavy)
    units.run(room.unit, refuse)
    return True


def _read(room: JobRoom, upload_id: int, goes_on: Callable[[int], bool]) -> bool:
    upload = units.run(room.unit, lambda uow: services.begin_reading(uow, upload_id))
    book = _understood(room, upload) if upload is not None else None
    if upload is None or book is None:
        return True
    return _file(room, upload, book, goes_on)


def _understood(room: JobRoom, upload: Upload) -> Workbook | None:
    """The file as sheets; None when it is refused as a whole, which is noted with the upload."""
    content = files.content_of(room.settings.data, upload.sha256)
    try:
        book = read_workbook(
            content, upload.filename, kind=upload.kind, rows_max=room.settings.upload_rows_max
        )
    except Malformed as refusal:
        problem = refusal
        units.run(room.unit, lambda uow: services.refuse_upload(uow, upload.id, problem))
        return None
    units.run(room.unit, lambda uow: services.note_workbook(uow, upload.id, book))
    return book


def _file(room: JobRoom, upload: Upload, book: Workbook, goes_on: Callable[[int], bool]) -> bool:
    with room.unit() as uow:
        done = uploads.chunks_done(uow, upload.id)
        sender = services.sender_of(uow, upload.id)
    for chunk in islice(chunks_of(book), done, None):
        try:
            if not _file_chunk(room, sender, upload.id, chunk):
                return True  # another reader is at it
        except Unavailable:
            raise  # it may pass: the job is done again
        except Refusal as refusal:
            refuse = partial(services.refuse_upload, upload_id=upload.id, refusal=refusal)
            units.run(room.unit, refuse)
            return True
        if not goes_on(len(chunk.items)):
            return False
    units.run(room.unit, lambda uow: services.finish_upload(uow, upload.id))
    return True


def _file_chunk(room: JobRoom, sender: Actor, upload_id: int, chunk: Chunk) -> bool:
    return units.run(
        lambda: room.unit(sender), lambda uow: services.file_chunk(uow, upload_id, chunk)
    )


def chunks_of(book: Workbook) -> Iterator[Chunk]:
    """The rows of a file in chunks of 500, always cut the same way."""
    index = 0
    for place, sheet in enumerate(book.sheets):
        items, part = sheet.items(), 0
        while rows := _taken(items):
            yield Chunk(index=index, sheet=place, part=part, items=rows)
            index, part = index + 1, part + 1


def _taken(items: Iterator[SheetRow | Skipped]) -> tuple[SheetRow | Skipped, ...]:
    return tuple(islice(items, CHUNK_ROWS))


def resume_stalled(room: JobRoom, **_: Any) -> None:
    """Want every upload read again that should be moving and is not: its reader is dead.

    While many jobs wait, an upload that stands still most likely waits among them.
    """
    if waiting(room) <= _MANY_WAIT:
        units.run(room.unit, _resume)


def _resume(uow: UnitOfWork) -> None:
    for upload_id in services.take_up_stalled(uow):
        want(uow, READ_UPLOAD, upload_id=upload_id)


def make_room(room: JobRoom, **_: Any) -> None:
    """Make the book's partitions ahead, so that no filing waits for one."""
    units.run(room.unit, make_partitions_ahead)


def pair_deliveries(room: JobRoom, *, after: int = 0, **_: Any) -> None:
    """Pair the last days of everybody who filed since yesterday (L10); a repetition replaces.

    A job works half of its time at most and then hands the operators ``after`` on to another.
    """
    until = monotonic() + room.settings.job_timeout_seconds / 2
    while operators := _filing_after(room, after):
        for operator_id in operators:
            if monotonic() >= until:
                units.run(room.unit, partial(want, job=PAIR_DELIVERIES, after=after))
                return
            units.run(room.unit, partial(_pair, operator_id=operator_id))
            after = operator_id


def _filing_after(room: JobRoom, after: int) -> list[int]:
    with room.unit() as uow:
        return operators_filing_since(uow, uow.now - timedelta(days=1), after=after)


def _pair(uow: UnitOfWork, *, operator_id: int) -> None:
    for days in range(uow.parameters.number("filing.pair_days", uow.today) + 1):
        pair_day(uow, operator_id, uow.today - timedelta(days=days))


MAKE_ROOM = Job(name="filing.make_room", work=make_room)
READ_UPLOAD = Job(name="filing.read_upload", work=read_upload)
RESUME_STALLED = Job(name="filing.resume_stalled", work=resume_stalled)
PAIR_DELIVERIES = Job(name="filing.pair_deliveries", work=pair_deliveries, queue="daily")
