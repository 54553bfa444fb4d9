"""Reading files of records in the background, and taking up again what a dead reader left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import Engine

from app.credit.records import services
from app.credit.records.queries import uploads
from app.credit.records.queries.catalogue import catalogue
from app.credit.records.rules.columns import ItemReader
from app.credit.records.schemas.sheet import RecordSheet, read_records
from app.credit.records.services.uploads import Chunk, Overtaken
from app.credit.records.terms import Item, Upload
from app.doors.jobs import Job, JobRoom, waiting, want
from app.sheets import files
from app.sheets.errors import SheetTooHeavy
from ledger.kernel import uow as units
from ledger.kernel.actor import Actor
from ledger.kernel.errors import Malformed
from ledger.kernel.uow import UnitOfWork

CHUNK_ROWS = 10_000  # a unit of about a tenth of a second; what is in hand takes some 20 MB
_MANY_WAIT = 20  # jobs; more are a worker that has its hands full, not one that died
_KNOWN_MAX = 300_000  # subjects by USCC remembered while one file is read


def read_file(room: JobRoom, *, upload_id: int, **_: Any) -> None:
    """Read a file and keep its rows chunk by chunk; again and again it does the same once.

    A job works half of its time at most and then hands on to another, so that a long file is not
    cut off in the middle of a unit.
    """
    until = monotonic() + room.settings.job_timeout_seconds / 2
    if not read_now(room, upload_id, lambda _rows: monotonic() < until):
        units.run(room.unit, lambda uow: want(uow, READ_FILE, upload_id=upload_id))


def read_now(
    room: JobRoom, upload_id: int, goes_on: Callable[[int], bool] = lambda _rows: True
) -> bool:
    """Read a file here and now; ``goes_on`` is told the rows of each chunk and may stop it.

    False when it was stopped before its end.
    """
    with uploads.alone_with(room.bind, upload_id) as alone:
        if not alone:
            return True
        try:
            return _read(room, upload_id, goes_on)
        except MemoryError:
            too_heavy = SheetTooHeavy(mib=room.settings.job_memory_mib)
    refuse = partial(services.refuse_upload, upload_id=upload_id, refusal=too_heavy)
    units.run(room.unit, refuse)
    return True


def _read(room: JobRoom, upload_id: int, goes_on: Callable[[int], bool]) -> bool:
    upload = units.run(room.unit, lambda uow: services.begin_reading(uow, upload_id))
    if upload is None:
        return True
    try:
        reading = _Reading(room, upload)
        ended = reading.keep_all(goes_on)
    except Malformed as refusal:
        refuse = partial(services.refuse_upload, upload_id=upload_id, refusal=refusal)
        units.run(room.unit, refuse)
        return True
    except Overtaken:
        return True
    units.run(room.unit, lambda uow: services.finish_upload(uow, upload_id))
    return ended


class _Reading:
    """One going through a file: rows are read while those before them are written."""

    def __init__(self, room: JobRoom, upload: Upload) -> None:
        self.room, self.upload = room, upload
        with room.unit() as uow:
            self.item: Item = catalogue(uow).newest(upload.item_id)
            self.sender: Actor = services.sender_of(uow, upload)
            today = uow.today
        path = files.kept(room.settings.data, upload.sha256)
        rows_max = room.settings.upload_rows_max
        self.sheet: RecordSheet = read_records(path, upload.name, self.item, rows_max=rows_max)
        self.reader = ItemReader(self.item, upload.agency_id, self.sheet.head.places, today)
        self.known: dict[str, int] = {}
        note = partial(
            services.note_head,
            upload_id=upload.id,
            head=self.sheet.head.texts,
            rows=self.sheet.rows,
        )
        units.run(room.unit, note)

    def chunks(self) -> Iterator[Chunk]:
        """What is left of the file, read and ready to be kept."""
        at = self.upload.taken
        for rows in self.sheet.blocks(at, CHUNK_ROWS):
            count = len(rows.numbers)
            yield Chunk(
                start=at,
                stop=at + count,
                rows=self.reader.read(rows.wide, count, rows.strays),
                numbers=rows.numbers,
                said=partial(rows.said, head=self.sheet.head),
            )
            at += count

    def keep_all(self, goes_on: Callable[[int], bool]) -> bool:
        """Keep every chunk, one behind the other; False when it was stopped before the end."""
        if not isinstance(self.room.bind, Engine):  # a single connection: nothing goes side by side
            return all(goes_on(self._keep(chunk)) for chunk in self.chunks())
        writing: Future[int] | None = None
        with ThreadPoolExecutor(1, "records") as writer:
            for chunk in self.chunks():
                if writing is not None and not goes_on(writing.result()):
                    return False
                writing = writer.submit(self._keep, chunk)
            if writing is not None:
                goes_on(writing.result())
        return True

    def _keep(self, chunk: Chunk) -> int:
        if len(self.known) > _KNOWN_MAX:
            self.known.clear()
        units.run(
            lambda: self.room.unit(self.sender),
            lambda uow: services.keep_chunk(uow, self.upload, self.item, chunk, self.known),
        )
        return chunk.stop - chunk.start


def resume_stalled(room: JobRoom, **_: Any) -> None:
    """Want every upload read again that should be moving and is not: its reader is dead."""
    if waiting(room) <= _MANY_WAIT:
        units.run(room.unit, _resume)


def _resume(uow: UnitOfWork) -> None:
    for upload_id in services.take_up_stalled(uow):
        want(uow, READ_FILE, upload_id=upload_id)


def take_waiting(room: JobRoom, **_: Any) -> None:
    """Take in the rows that waited for a subject that is on file by now.

    This looks once a minute instead of at every registered subject: a city's register is loaded
    by the ten thousand, and hardly any of its subjects is waited for.
    """
    until = monotonic() + room.settings.job_timeout_seconds / 2
    while monotonic() < until and units.run(room.unit, services.take_in_registered):
        pass


READ_FILE = Job(name="records.read_file", work=read_file)
RESUME_STALLED = Job(name="records.resume_stalled", work=resume_stalled)
TAKE_WAITING = Job(name="records.take_waiting", work=take_waiting)
