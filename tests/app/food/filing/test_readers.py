"""Several readers share a long sheet: as if one had read it, whoever dies, whoever else files."""

from __future__ import annotations

import io
import os
import random
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from support import sheets
from support.filings import an_operator

from app.doors.errors import PieceFailed
from app.doors.jobs import JobRoom
from app.food.filing import jobs, services
from app.food.filing.queries import uploads
from app.food.filing.terms import ReceiveUpload, RowState, Share, Upload, Workbook
from app.settings import Settings
from app.sheets import files
from ledger.kernel.uow import UnitOfWork

START = date(2026, 7, 1)
GOES_ON: Callable[[int], bool] = lambda _rows: True  # noqa: E731


@pytest.fixture
def room(
    fresh_settings: Settings,
    fresh_database: Engine,
    tmp_path: Path,
    now: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> JobRoom:
    """A job's room on a store of its own, where two readers share every file."""
    monkeypatch.setattr("app.food.filing.services.uploads.SHARED_ROWS", 100)
    monkeypatch.setattr("app.food.filing.jobs.CHUNK_ROWS_MAX", 100)
    monkeypatch.setattr("app.food.filing.jobs.Pace.__init__.__defaults__", (100,))
    return JobRoom(
        settings=replace(fresh_settings, data=tmp_path, upload_readers=2),
        bind=fresh_database,
        redis=Redis.from_url(fresh_settings.redis_url),
        now=lambda: now,
    )


def operator(room: JobRoom, number: int) -> int:
    """A registered operator."""
    with room.unit() as uow:
        return an_operator(uow, number)


def received(room: JobRoom, operator_id: int, data: bytes, name: str = "七月.csv") -> Upload:
    """An upload that waits to be read."""
    with room.unit() as uow:
        command = ReceiveUpload(
            operator_id=operator_id, filename=name, content=io.BytesIO(data), kind=None
        )
        return services.receive_upload(uow, command, folder=room.settings.data)[0]


def told(room: JobRoom, upload: Upload) -> tuple[Upload, list[tuple[int, str, str]]]:
    """An upload as it stands, and its refused rows in the order they are shown in."""
    with room.unit() as uow:
        found = uploads.upload_by_id(uow, upload.id)
        rows = uploads.all_upload_rows(uow, found, RowState.REFUSED)
        return found, [(row.number, row.cell, row.code) for row in rows]


def entries_of(room: JobRoom, operator_id: int) -> int:
    """How many entries an operator's book has."""
    with room.unit() as uow:
        asked = text("SELECT count(DISTINCT id) FROM entry WHERE op = :op AND kind < 9")
        return uow.session.scalar(asked, {"op": operator_id}) or 0


def test_two_readers_file_what_one_would(room: JobRoom) -> None:
    made = sheets.a_ledger(600, form="utf-8", start=START)
    first, second = operator(room, 1), operator(room, 2)
    shared, alone = received(room, first, made.data), received(room, second, made.data)
    assert jobs.read_now(room, shared.id, GOES_ON)
    assert jobs.read_now(
        replace(room, settings=replace(room.settings, upload_readers=1)), alone.id, GOES_ON
    )
    (two, refused), (one, same) = told(room, shared), told(room, alone)
    assert two.state == one.state == "done"
    assert (two.taken, one.taken) == ((602, 602), (602,))
    assert refused == same == [(number, *bad) for number, bad in sorted(made.bad.items())]
    for name in ("rows_done", "accepted", "refused", "warned", "skipped", "warnings"):
        assert getattr(two, name) == getattr(one, name), name
    assert entries_of(room, first) == entries_of(room, second) == made.good


def test_a_reader_that_is_killed_is_followed_without_loss_or_doubling(
    room: JobRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sheets.a_ledger(600, form="utf-8", start=START)
    book = operator(room, 1)
    upload = received(room, book, made.data)
    parent, files_chunk = os.getpid(), services.file_chunk

    def dies(uow: UnitOfWork, upload_id: int, chunk: services.Chunk) -> bool:
        filed = files_chunk(uow, upload_id, chunk)
        if chunk.start and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return filed

    with monkeypatch.context() as patched:
        patched.setattr("app.food.filing.services.file_chunk", dies)
        with pytest.raises(PieceFailed):
            jobs.read_now(room, upload.id, GOES_ON)
    halfway, _ = told(room, upload)
    assert halfway.state == "reading"
    assert halfway.taken == (602, 200)
    assert 0 < entries_of(room, book) < made.good
    assert jobs.read_now(room, upload.id, GOES_ON)
    done, refused = told(room, upload)
    assert (done.state, done.accepted, len(refused)) == ("done", made.good, len(made.bad))
    assert entries_of(room, book) == made.good


def test_a_reader_that_was_overtaken_leaves_nothing(
    room: JobRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sheets.a_ledger(150, form="utf-8", start=START)
    book = operator(room, 1)
    upload = received(room, book, made.data)
    chunk = next(jobs.chunks_of(begun(room, upload)))
    stored = services.uploads.upload_from
    filed: list[Any] = []

    def looking(row: Any) -> Upload:
        """The late reader has looked already when the other one files and commits."""
        found = stored(row)
        if not filed:
            filed.append(True)
            with room.unit() as quick:
                assert services.file_chunk(quick, upload.id, chunk)
        return found

    def files_late() -> None:
        with room.unit() as late:
            less = replace(chunk, stop=chunk.stop - 1, items=chunk.items[:1])
            services.file_chunk(late, upload.id, less)

    monkeypatch.setattr("app.food.filing.services.uploads.upload_from", looking)
    with pytest.raises(services.Overtaken):
        files_late()
    assert entries_of(room, book) == told(room, upload)[0].accepted > 90


def begun(room: JobRoom, upload: Upload) -> Workbook:
    """What is read of an upload, shared by as many readers as the room has."""
    with room.unit() as uow:
        assert services.begin_reading(uow, upload.id)
    path = files.kept(room.settings.data, upload.sha256)
    book = jobs.read_workbook(path, upload.filename, rows_max=9_999)
    with room.unit() as uow:
        services.note_workbook(uow, upload.id, book, readers=room.settings.upload_readers)
    return book


def a_coded_ledger(rows: int, seed: int, start: date) -> bytes:
    """A sheet of goods that all carry a code; goods of no name wait for each other's links."""
    chance = random.Random(seed)
    lines = [sheets.a_row(number, chance, start) for number in range(rows) if number % 4 != 3]
    return sheets.text(lines, "utf-8")


def test_two_uploads_of_two_operators_do_not_wait_for_each_other(room: JobRoom) -> None:
    books = [operator(room, number) for number in (1, 2)]
    for book in books:  # what both trade in and with whom is known before
        known = received(room, book, a_coded_ledger(12, 1, START))
        assert jobs.read_now(room, known.id, GOES_ON)
    first = received(room, books[0], a_coded_ledger(400, 2, START))
    second = received(room, books[1], a_coded_ledger(120, 3, date(2026, 6, 1)))
    chunk = next(jobs.chunks_of(begun(room, first), Share(of=2)))
    with room.unit() as still_open:
        assert services.file_chunk(still_open, first.id, chunk)
        assert jobs.read_now(room, second.id, GOES_ON)
        assert told(room, second)[0].state == "done"
        assert entries_of(room, books[1]) == 9 + 90
    assert jobs.read_now(room, first.id, GOES_ON)
    assert told(room, first)[0].accepted == 300
