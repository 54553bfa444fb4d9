"""Readers of sheets: one that dies is followed, two do not meet, what kills them is given up."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue
from sqlalchemy import Connection, text
from support import accounts as people
from support import reading, sheets
from support.filings import a_lot, an_operator, file, production
from support.uploads import START, entries_of, look, read, send

from app.doors.jobs import QUEUES
from app.food.filing import services
from app.food.filing.jobs import Pace, chunks_of
from app.food.filing.module import MODULE
from app.food.filing.queries.uploads import alone_with
from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.services import Chunk
from ledger.entries.errors import TooManyRows
from ledger.kernel.uow import StoreTooSlow, UnitOfWork


def test_a_reader_that_dies_is_followed_without_loss_or_doubling(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection, operator: int
) -> None:
    made = sheets.a_ledger(1_200, start=START)
    number = send(client, headers, made.data)["upload"]
    room = reading.job_room(app)
    with room.unit() as uow:
        assert services.begin_reading(uow, number) is not None
    book = read_workbook(made.data, "七月.xlsx", rows_max=5_000)
    with room.unit() as uow:
        services.note_workbook(uow, number, book)
        sender = services.sender_of(uow, number)
    chunks = chunks_of(book, pace=Pace(500))
    with room.unit(sender) as uow:
        assert services.file_chunk(uow, number, next(chunks))
    with pytest.raises(KeyboardInterrupt):
        _killed_in(room.unit(sender), number, next(chunks))
    halfway = look(client, headers, number)
    assert halfway["state"] == "reading"
    assert halfway["rows_done"] == 500
    assert 0 < halfway["progress"] < 1
    reading.do(app, "filing.read_upload", upload_id=number)
    told = look(client, headers, number)
    assert (told["state"], told["accepted"], told["refused"]) == ("done", made.good, len(made.bad))
    assert entries_of(database, operator) == made.good


def _killed_in(unit: AbstractContextManager[UnitOfWork], number: int, chunk: Chunk) -> None:
    """A worker that files a chunk and is killed before it commits."""
    with unit as uow:
        assert services.file_chunk(uow, number, chunk)
        raise KeyboardInterrupt


def test_a_second_reader_leaves_what_the_first_has_done(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    made = sheets.a_ledger(30, start=START)
    number = read(app, client, headers, made.data)["upload"]
    chunk = next(chunks_of(read_workbook(made.data, "七月.xlsx", rows_max=5_000)))
    with reading.job_room(app).unit() as uow:
        assert services.begin_reading(uow, number) is None
        assert not services.file_chunk(uow, number, chunk)


def test_stalled_uploads_are_wanted_again(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection
) -> None:
    Queue(QUEUES[0], connection=reading.job_room(app).redis).empty()  # no other test's jobs wait
    number = send(client, headers, sheets.a_ledger(10, start=START).data)["upload"]
    reading.do(app, "filing.resume_stalled")
    assert _wanted(database) == [number]
    database.execute(text("UPDATE upload SET updated_at = updated_at - interval '1 hour'"))
    reading.do(app, "filing.resume_stalled")
    assert _wanted(database) == [number, number]


def test_an_upload_that_somebody_reads_is_not_wanted_again_and_not_read_twice(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection
) -> None:
    reading.empty_queue(app)  # many waiting jobs would say that the worker is busy
    number = send(client, headers, sheets.a_ledger(10, start=START).data)["upload"]
    database.execute(text("UPDATE upload SET updated_at = updated_at - interval '15 seconds'"))
    with alone_with(database, number) as alone:
        assert alone
        reading.do(app, "filing.resume_stalled")
        reading.do(app, "filing.read_upload", upload_id=number)
        assert look(client, headers, number)["state"] == "waiting"
    assert _wanted(database) == [number]
    reading.do(app, "filing.resume_stalled")
    reading.do(app, "filing.resume_stalled")
    assert _wanted(database) == [number, number]


def test_a_sheet_that_takes_too_much_memory_is_refused_by_name_at_once(
    app: Flask, client: FlaskClient, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.food.filing.jobs.read_workbook", greedy)
    told = read(app, client, headers, sheets.a_ledger(10, start=START).data)
    assert (told["state"], told["code"]) == ("refused", "filing.sheet_too_heavy")
    assert "3072 MiB" in told["detail"]


def test_a_job_may_not_take_the_machine_s_memory() -> None:
    said = "from app.doors.jobs import bound_memory; bound_memory(1024); bytearray(1 << 31)"
    done = subprocess.run(
        [sys.executable, "-c", said], capture_output=True, text=True, check=False, timeout=60
    )
    assert "MemoryError" in done.stderr


def _wanted(database: Connection) -> list[int]:
    return list(
        database.scalars(
            text(
                "SELECT (payload->'arguments'->>'upload_id')::int FROM outbox_fact "
                "WHERE fact = 'job.wanted'"
            )
        )
    )


def test_a_file_that_kills_its_readers_is_given_up(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    number = send(client, headers, sheets.a_ledger(10, start=START).data)["upload"]
    for _ in range(3):
        with reading.job_room(app).unit() as uow:
            services.begin_reading(uow, number)
    reading.do(app, "filing.read_upload", upload_id=number)
    told = look(client, headers, number)
    assert (told["state"], told["code"], told["accepted"]) == ("refused", "filing.reader_died", 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "filing.sheet_empty"),
        (b"a,b\n1,2\n", "filing.header_unreadable"),
        (b"\x89PNG\r\n\x1a\n0000", "filing.sheet_type_unknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole_and_may_be_sent_again(
    app: Flask, client: FlaskClient, headers: dict[str, str], data: bytes, code: str
) -> None:
    told = read(app, client, headers, data)
    assert (told["state"], told["code"]) == ("refused", code)
    assert told["detail"] != code
    assert send(client, headers, data)["new"]


def test_pairing_hands_on_the_operators_it_had_no_time_for(
    app: Flask, database: Connection, operator: int, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with people.house(database, now) as uow:
        file(uow, operator, production())
        later = an_operator(uow, 3)
        file(uow, later, production(lot=a_lot("L3")))
    clock = iter([0.0, 0.0, 1e9])  # begin, the first operator, the second
    monkeypatch.setattr("app.food.filing.jobs.monotonic", lambda: next(clock))
    reading.do(app, "filing.pair_deliveries")
    paired = text("SELECT DISTINCT operator_id FROM pairing_day ORDER BY 1")
    assert list(database.scalars(paired)) == [operator]
    wanted = "SELECT payload -> 'arguments' FROM outbox_fact WHERE fact = 'job.wanted' ORDER BY id"
    handed_on = list(database.scalars(text(wanted)))[-1]
    assert handed_on == {"after": operator}
    monkeypatch.undo()
    reading.do(app, "filing.pair_deliveries", **handed_on)
    assert list(database.scalars(paired)) == [operator, later]


def test_partitions_are_made_ahead_by_the_clock(app: Flask, database: Connection) -> None:
    reading.do(app, "filing.make_room")
    made = text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'entry'::regclass")
    assert (database.scalar(made) or 0) >= 3
    assert seconds_between()["filing.make_room"] == 600


def seconds_between() -> dict[str, int]:
    """Seconds between two starts of each periodic job of filing."""
    return {every.job.name: every.seconds for every in MODULE.periodic}


def test_a_chunk_that_is_refused_refuses_the_file_with_its_own_code(
    app: Flask, client: FlaskClient, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **_kept: object) -> None:
        raise TooManyRows(rows=300_000, limit=200_000, field="entries")

    monkeypatch.setattr("app.food.filing.services.uploads.file_columns", refusing)
    told = read(app, client, headers, sheets.a_ledger(5, start=START).data)
    assert (told["state"], told["code"]) == ("refused", "entries.too_many_rows")


def test_a_store_too_slow_for_a_chunk_is_tried_again(
    app: Flask, client: FlaskClient, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: object, **_kept: object) -> None:
        raise StoreTooSlow

    number = send(client, headers, sheets.a_ledger(5, start=START).data)["upload"]
    with monkeypatch.context() as patched:
        patched.setattr("app.food.filing.services.uploads.file_columns", too_slow)
        with pytest.raises(StoreTooSlow):
            reading.do(app, "filing.read_upload", upload_id=number)
    assert look(client, headers, number)["state"] == "reading"
    reading.do(app, "filing.read_upload", upload_id=number)
    assert look(client, headers, number)["state"] == "done"
