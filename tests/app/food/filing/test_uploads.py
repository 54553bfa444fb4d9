"""A sheet is sent, read in chunks, and told back: by sheet, cell and rule, once and only once."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, text
from support import accounts as people
from support import reading, sheets
from support.filings import a_lot, an_operator, file, production
from support.named import a_uscc

from app.food.filing import services
from app.food.filing.jobs import Pace, chunks_of
from app.food.filing.module import MODULE
from app.food.filing.queries.uploads import alone_with
from app.food.filing.schemas.refused import REASON
from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.services import Chunk, files
from ledger.entries.errors import TooManyRows
from ledger.kernel.actor import Role
from ledger.kernel.uow import StoreTooSlow, UnitOfWork

START = date(2026, 7, 1)


@pytest.fixture
def operator(database: Connection, now: datetime) -> int:
    with people.house(database, now) as uow:
        an_operator(uow, 2)
        return an_operator(uow, 1)


@pytest.fixture
def headers(database: Connection, now: datetime, operator: int) -> dict[str, str]:
    with people.house(database, now) as uow:
        return people.key(uow, Role.OPERATOR, operator)


def send(
    client: FlaskClient, headers: dict[str, str], data: bytes, name: str = "七月.xlsx", **said: str
) -> dict[str, Any]:
    """Send a file; the answer must be 202."""
    answer = client.post(
        "/api/v1/filings/sheet", headers=headers, data={"file": (io.BytesIO(data), name), **said}
    )
    assert answer.status_code == 202, answer.json
    return dict(answer.get_json())


def read(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    data: bytes,
    name: str = "七月.xlsx",
    **said: str,
) -> dict[str, Any]:
    """Send a file, let the worker read it, and look at it."""
    number = send(client, headers, data, name, **said)["upload"]
    reading.do(app, "filing.read_upload", upload_id=number)
    return look(client, headers, number)


def look(client: FlaskClient, headers: dict[str, str], number: int) -> dict[str, Any]:
    """An upload as it stands."""
    answer = client.get(f"/api/v1/uploads/{number}?limit=500", headers=headers)
    assert answer.status_code == 200, answer.json
    return dict(answer.get_json())


def entries_of(database: Connection, operator: int) -> int:
    """How many entries an operator's book has."""
    return (
        database.scalar(
            text("SELECT count(DISTINCT id) FROM entry WHERE op = :op AND kind < 9"),
            {"op": operator},
        )
        or 0
    )


@pytest.mark.parametrize("form", ["xlsx", "gb18030"])
def test_the_good_rows_are_filed_and_each_bad_one_named(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    database: Connection,
    operator: int,
    form: str,
) -> None:
    made = sheets.a_ledger(600, form=form, start=START)
    told = read(app, client, headers, made.data, "七月.csv" if form != "xlsx" else "七月.xlsx")
    assert told["state"] == "done", told
    assert {row["row"]: (row["cell"], row["code"]) for row in told["rows"]} == made.bad
    assert (told["accepted"], told["refused"], told["skipped"]) == (made.good, len(made.bad), 2)
    assert entries_of(database, operator) == made.good
    assert all(row["sheet"] and row["detail"] for row in told["rows"])
    assert told["rows_done"] == told["rows_total"] == 602
    assert told["progress"] == 1.0


def test_what_the_ledger_refuses_is_named_by_its_cell_too(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    lines = [
        [
            1,
            "2026-08-01",
            "牛奶",
            "6901234567890",
            "1L",
            5,
            "袋",
            "",
            "L1",
            "",
            "甲",
            "乙",
            "1",
            "",
            "",
        ],
        [2, "2026-08-01", "牛奶", "", "1L", -5, "袋", "", "L1", "", "甲", "乙", "1", "", ""],
        [3, "2026-08-01", "牛奶", "", "1L", 10**20, "袋", "", "L1", "", "甲", "乙", "1", "", ""],
        [4, "2036-08-01", "牛奶", "", "1L", 5, "袋", "", "L1", "", "甲", "乙", "1", "", ""],
        [
            5,
            "2026-08-01",
            "牛奶",
            "",
            "1L",
            5,
            "袋",
            "2026-08-05",
            "L1",
            "",
            "甲",
            "乙",
            "1",
            "",
            "",
        ],
    ]
    told = read(app, client, headers, sheets.text(lines, "utf-8"), "a.csv")
    assert [(row["cell"], row["code"]) for row in told["rows"]] == [
        ("D5", "identifiers.gtin_check_digit"),
        ("F6", "kernel.quantity_not_positive"),
        ("F7", "kernel.quantity_too_large"),
        ("B8", "entries.in_the_future"),
        ("H9", "entries.before_production"),
    ]


def test_the_same_file_again_adds_nothing_and_is_the_earlier_upload(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection, operator: int
) -> None:
    made = sheets.a_ledger(40, start=START)
    first = read(app, client, headers, made.data)
    again = send(client, headers, made.data, "另一个名字.xlsx")
    assert (again["upload"], again["new"], again["state"]) == (first["upload"], False, "done")
    reading.do(app, "filing.read_upload", upload_id=first["upload"])
    assert entries_of(database, operator) == made.good
    assert look(client, headers, first["upload"]) == first


def test_another_operator_may_send_the_same_file(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection, now: datetime
) -> None:
    from ledger.subjects.queries import subject_by_uscc

    made = sheets.a_ledger(20, bad_every=0, start=START)
    read(app, client, headers, made.data)
    with people.house(database, now) as uow:
        theirs = people.key(uow, Role.OPERATOR, subject_by_uscc(uow, a_uscc(2)).id)
    assert read(app, client, theirs, made.data)["accepted"] == made.good


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
    number = send(client, headers, sheets.a_ledger(10, start=START).data)["upload"]
    reading.do(app, "filing.resume_stalled")
    assert _wanted(database) == [number]
    database.execute(text("UPDATE upload SET updated_at = updated_at - interval '1 hour'"))
    reading.do(app, "filing.resume_stalled")
    assert _wanted(database) == [number, number]


def test_an_upload_that_somebody_reads_is_not_wanted_again_and_not_read_twice(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection
) -> None:
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


def test_a_sender_may_say_what_the_rows_are(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    data = "日期,品名,批号,数量,单位,单位名称\n2026-8-1,饼,A1,5,袋,某店\n".encode()
    assert read(app, client, headers, data)["code"] == "filing.direction_unclear"
    assert read(app, client, headers, data, kind="dispatch")["accepted"] == 1


def test_the_refused_rows_come_back_as_a_sheet_that_can_be_corrected_and_sent(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection, operator: int
) -> None:
    made = sheets.a_ledger(200, start=START)
    told = read(app, client, headers, made.data)
    answer = client.get(told["refused_sheet"], headers=headers)
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    page = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    rows = page.to_python(skip_empty_area=False)
    head = next(row for row in rows if REASON in row)
    assert tuple(head[:15]) == sheets.HEADER
    assert head[15] == REASON
    body = rows[rows.index(head) + 1 :]
    assert len(body) == len(made.bad)
    assert all("[" in str(row[15]) for row in body)
    again = read(app, client, headers, answer.data, "更正.xlsx")
    assert (again["accepted"], again["refused"]) == (0, len(made.bad))
    put_right = sheets.workbook(
        [
            [
                1,
                "2026-07-02",
                "饼干",
                "",
                "500g",
                5,
                "袋",
                "2026-06-30",
                f"Z{n}",
                "12个月",
                "甲",
                "乙",
                "1",
                "H1",
                "",
                "原因",
            ]
            for n in range(len(body))
        ]
    )
    assert read(app, client, headers, put_right, "更正2.xlsx")["accepted"] == len(body)
    assert entries_of(database, operator) == made.rows


def test_a_text_that_looks_like_a_formula_comes_back_as_a_text(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    told = read(
        app,
        client,
        headers,
        sheets.text(
            [
                [
                    1,
                    "2026-08-01",
                    "=HYPERLINK(1)",
                    "",
                    "1L",
                    5,
                    "袋",
                    "",
                    "L",
                    "",
                    "甲",
                    "",
                    "",
                    "",
                    "",
                ]
            ],
            "utf-8",
        ),
        "a.csv",
    )
    assert told["rows"][0]["code"] == "filing.cell_is_formula"
    content = client.get(told["refused_sheet"], headers=headers).data
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_an_upload_is_for_its_operator_only(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection, now: datetime
) -> None:
    from ledger.subjects.queries import subject_by_uscc

    number = send(client, headers, sheets.a_ledger(5, start=START).data)["upload"]
    with people.house(database, now) as uow:
        theirs = people.key(uow, Role.OPERATOR, subject_by_uscc(uow, a_uscc(2)).id)
    for path in ("", "/refused.xlsx"):
        assert client.get(f"/api/v1/uploads/{number}{path}", headers=theirs).status_code == 404
    unread = client.get(f"/api/v1/uploads/{number}/refused.xlsx", headers=headers)
    assert (unread.status_code, unread.json["code"]) == (409, "filing.upload_not_done")


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


def test_what_was_sent_is_for_this_program_alone(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    data = sheets.a_ledger(10, start=START).data
    send(client, headers, data)
    folder = app.extensions["suyuan"].settings.data
    kept = files.place(folder, hashlib.sha256(data).hexdigest()).parent
    assert {each.stat().st_mode & 0o077 for each in (kept, kept.parent)} == {0}
