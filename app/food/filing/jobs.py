"""Reading uploads in the background, and taking up again what a dead reader left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

from app.doors.jobs import Job, JobRoom, waiting, want
from app.doors.together import side_by_side
from app.food.filing import services
from app.food.filing.queries import uploads
from app.food.filing.queries.uploads import alone_with
from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.services import CHUNK_ROWS, Chunk
from app.food.filing.terms import Share, Upload, Workbook
from app.sheets import files
from app.sheets.errors import SheetTooHeavy
from ledger.entries.queries import operators_filing_since
from ledger.entries.services import make_partitions_ahead, pair_day
from ledger.kernel import uow as units
from ledger.kernel.actor import Actor
from ledger.kernel.errors import Malformed, Refusal, Unavailable
from ledger.kernel.uow import UnitOfWork

CHUNK_ROWS_MIN, CHUNK_ROWS_MAX = 250, 5_000
CHUNK_ROWS_SLOW = 1_000  # on a busy machine; below that a chunk's fixed cost outweighs its rows
WHOLE = Share()
_CHUNK_SECONDS_MIN, _CHUNK_SECONDS_MAX = 0.3, 2.0  # locks are held for that long
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
            too_heavy = SheetTooHeavy(mib=room.settings.job_memory_mib)
    refuse = partial(services.refuse_upload, upload_id=upload_id, refusal=too_heavy)
    units.run(room.unit, refuse)
    return True


def _read(room: JobRoom, upload_id: int, goes_on: Callable[[int], bool]) -> bool:
    upload = units.run(room.unit, lambda uow: services.begin_reading(uow, upload_id))
    found = _understood(room, upload) if upload is not None else None
    return True if found is None else _file(room, *found, goes_on)


def _understood(room: JobRoom, upload: Upload) -> tuple[Upload, Workbook] | None:
    """The file as sheets; None when it is refused as a whole, which is noted with the upload."""
    path = files.kept(room.settings.data, upload.sha256)
    try:
        book = read_workbook(
            path, upload.filename, kind=upload.kind, rows_max=room.settings.upload_rows_max
        )
    except Malformed as refusal:
        problem = refusal
        units.run(room.unit, lambda uow: services.refuse_upload(uow, upload.id, problem))
        return None
    note = partial(
        services.note_workbook,
        upload_id=upload.id,
        book=book,
        readers=room.settings.upload_readers,
    )
    return units.run(room.unit, note), book


def _file(room: JobRoom, upload: Upload, book: Workbook, goes_on: Callable[[int], bool]) -> bool:
    """File every share of a file, each by a process of its own; False when one was stopped."""
    shares = [Share(number=each, of=len(upload.taken)) for each in range(len(upload.taken))]
    works = [
        partial(file_share, upload_id=upload.id, book=book, share=share, goes_on=goes_on)
        for share in shares
    ]
    ended = all(side_by_side(room, works))
    units.run(room.unit, lambda uow: services.finish_upload(uow, upload.id))
    return ended


def file_share(
    room: JobRoom, *, upload_id: int, book: Workbook, share: Share, goes_on: Callable[[int], bool]
) -> bool:
    """File one share of a file, in chunks as long as they go well; False when it was stopped.

    ``goes_on`` is told how many rows each chunk went through. Raises Unavailable when the store is
    too slow even for short chunks.
    """
    pace = Pace()
    while True:
        with room.unit() as uow:
            taken = uploads.taken_of(uow, upload_id)
            sender = services.sender_of(uow, upload_id)
        if not taken:
            return True  # refused or finished by another reader
        try:
            for chunk in chunks_of(book, share, taken[share.number], pace):
                if not _file_chunk(room, sender, upload_id, chunk):
                    break
                if not goes_on(chunk.stop - chunk.start):
                    return False
            else:
                return True
        except Unavailable:
            if not pace.shortened():
                raise  # it may pass: the job is done again
        except Refusal as refusal:
            refuse = partial(services.refuse_upload, upload_id=upload_id, refusal=refusal)
            units.run(room.unit, refuse)
            return True


def _file_chunk(room: JobRoom, sender: Actor, upload_id: int, chunk: Chunk) -> bool:
    """Whether these rows were filed here; otherwise another reader has been quicker."""
    try:
        return units.run(
            lambda: room.unit(sender), lambda uow: services.file_chunk(uow, upload_id, chunk)
        )
    except services.Overtaken:
        return False


class Pace:
    """How many rows go into a chunk: more as long as that takes no time, fewer on trouble."""

    def __init__(self, rows: int = CHUNK_ROWS) -> None:
        self.rows = rows
        self._since: float | None = None

    def next(self) -> int:
        """The rows of the next chunk, judged by how long the one before has taken."""
        before, self._since = self._since, monotonic()
        took = self._since - before if before is not None else _CHUNK_SECONDS_MIN
        if took > _CHUNK_SECONDS_MAX:
            self.rows = max(min(self.rows, CHUNK_ROWS_SLOW), self.rows // 2)
        elif took < _CHUNK_SECONDS_MIN:
            self.rows = min(CHUNK_ROWS_MAX, self.rows * 2)
        return self.rows

    def shortened(self) -> bool:
        """Take fewer rows at a time; False when they are as few as they may be."""
        shorter = max(CHUNK_ROWS_MIN, self.rows // 4)
        changed, self.rows = shorter < self.rows, shorter
        return changed


def chunks_of(
    book: Workbook, share: Share = WHOLE, taken: int = 0, pace: Pace | None = None
) -> Iterator[Chunk]:
    """The rows of a share that come after the first ``taken`` of the file, in chunks."""
    pace, at = pace or Pace(), 0
    for place, sheet in enumerate(book.sheets):
        if at + sheet.rows <= taken:
            at += sheet.rows
            continue
        reading = sheet.read()
        at += reading.pass_over(max(0, taken - at))
        while (found := reading.take(pace.next() * share.of, share)).passed:
            yield Chunk(
                share=share, start=at, stop=at + found.passed, sheet=place, items=found.items
            )
            at += found.passed


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
