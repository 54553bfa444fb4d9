"""Files of records: every form they come in, every way they are spoiled, readers that die."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, Engine, text
from support.agencies import AGENCY, PENALTY, ZH, a_house, a_penalty, as_csv, records_of
from support.rooms import job_room

from app.credit.records import errors, jobs, services
from app.credit.records.queries.uploads import all_refused_rows, causes, upload_by_id
from app.credit.records.rules.head import REASON
from app.credit.records.schemas.refused import refused_workbook
from app.credit.records.terms import ReceiveFile, Upload, UploadState
from app.doors.jobs import JobRoom
from app.settings import Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor
from ledger.kernel.uow import UnitOfWork

Units = Callable[[Actor], AbstractContextManager[UnitOfWork]]
ROWS = [a_penalty(number) for number in range(6)]


@pytest.fixture
def agency(units_of: Units) -> Actor:
    with units_of(SYSTEM) as uow:
        return a_house(uow)


@pytest.fixture
def room(settings: Settings, database: Connection, now: datetime, tmp_path: Path) -> JobRoom:
    return job_room(settings, database, now, data=tmp_path)


def send(units_of: Units, room: JobRoom, content: bytes, name: str = "八月.csv") -> Upload:
    """A file sent and read to its end."""
    with units_of(SYSTEM) as uow:
        sent = ReceiveFile(item=PENALTY, filename=name, content=io.BytesIO(content), agency=AGENCY)
        upload, _ = services.receive_file(uow, sent, folder=room.settings.data)
    jobs.read_now(room, upload.id)
    with units_of(SYSTEM) as uow:
        return upload_by_id(uow, upload.id)


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("处罚")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write_string(0, 0, "行政处罚报送表")
    page.write_row(2, 0, [ZH[name] for name in rows[0]])
    for number, row in enumerate(rows, 3):
        for place, (name, said) in enumerate(row.items()):
            if name == "decided_on":
                page.write_datetime(number, place, datetime.fromisoformat(said), day)
            else:
                page.write_string(number, place, said)
    book.close()
    return out.getvalue()


def as_lines(rows: list[dict[str, str]]) -> bytes:
    said = [{**row, "fine": 0.5, "legal_person": None} for row in rows]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in said).encode()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (as_csv(ROWS), "a.csv"),
        (as_csv(ROWS, "gb18030"), "a.csv"),
        (as_xlsx(ROWS), "a.xlsx"),
        (as_lines(ROWS), "a.jsonl"),
    ],
)
def test_the_same_rows_come_in_from_every_form(
    units_of: Units, agency: Actor, room: JobRoom, database: Connection, content: bytes, name: str
) -> None:
    first = send(units_of, room, content, name)
    assert (first.state, first.added, first.refused) == (UploadState.DONE, 6, 0)
    again = send(units_of, room, as_csv(ROWS) + b"\r\n", "b.csv")
    assert (again.added, again.duplicate) == (0, 6)
    assert records_of(database) == 6


def test_the_same_file_again_is_the_earlier_upload(
    units_of: Units, agency: Actor, room: JobRoom
) -> None:
    first = send(units_of, room, as_csv(ROWS))
    assert send(units_of, room, as_csv(ROWS), "other.csv").id == first.id


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "filing.sheet_empty"),
        (b" \r\n \r\n", "filing.sheet_empty"),
        (as_csv(ROWS).splitlines()[0], "records.sheet_without_rows"),
        ("姓名,金额\r\n甲,1\r\n".encode(), "records.head_wrong"),
        (as_csv(ROWS).replace("决定书".encode(), b"x").replace(b"\r\n", b",x\r\n", 1), ""),
        (b"\x89PNG\r\n\x1a\n", "filing.sheet_type_unknown"),
        (as_xlsx(ROWS)[:-200], "filing.sheet_damaged"),
        (as_csv([a_penalty(1, facts='"' + "案" * 40_000)]), "filing.quote_unclosed"),
        (b"a,b\n\x81\xff,\xff\n", "filing.encoding_unknown"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_as_a_whole(
    units_of: Units,
    agency: Actor,
    room: JobRoom,
    database: Connection,
    content: bytes,
    code: str,
) -> None:
    found = send(units_of, room, content)
    assert (found.state, found.code) == (UploadState.REFUSED, code or "records.head_wrong")
    assert records_of(database) == 0


def test_rows_are_refused_by_cell_and_the_sheet_of_them_can_be_sent_again(
    units_of: Units, agency: Actor, room: JobRoom, database: Connection
) -> None:
    spoiled = [
        a_penalty(10, decided_on="5/6/2026"),
        a_penalty(11, facts="案" * 1_001),
        a_penalty(12, penalty_kinds="口头教育"),
        a_penalty(13, decided_on="昨天"),
    ]
    first = send(units_of, room, as_csv([*ROWS, *spoiled]))
    assert (first.added, first.refused) == (6, 4)
    with units_of(SYSTEM) as uow:
        assert [(it.code, it.column, it.rows) for it in causes(uow, first.id)] == [
            ("records.not_a_day", "decided_on", 2),
            ("records.field_too_long", "facts", 1),
            ("records.not_a_code", "penalty_kinds", 1),
        ]
        rows = list(all_refused_rows(uow, first.id))
        sheet = refused_workbook(first, rows, lambda code, _: code)
    assert [row.number for row in rows] == [8, 9, 10, 11]
    read = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert read[0][-1] == REASON
    assert read[3][-1] == "10: records.not_a_code [records.not_a_code]"
    again = send(units_of, room, sheet, "改.xlsx")
    assert (again.added, again.refused) == (0, 4)


def test_lines_that_are_no_objects_cost_only_themselves(
    units_of: Units, agency: Actor, room: JobRoom
) -> None:
    content = as_lines(ROWS) + b'\n{"uscc": \n[1]\n{"uscc": {"a": 1}}\n{"colour": "red"}\n'
    found = send(units_of, room, content, "a.jsonl")
    assert (found.added, found.refused) == (6, 4)
    with units_of(SYSTEM) as uow:
        assert [(row.number, row.code) for row in all_refused_rows(uow, found.id)] == [
            (7, "records.line_unreadable"),
            (8, "records.line_unreadable"),
            (9, "records.line_unreadable"),
            (10, "records.unknown_column"),
        ]


def test_a_character_no_store_keeps_costs_its_own_line_only(
    units_of: Units, agency: Actor, room: JobRoom
) -> None:
    odd = [json.dumps({**ROWS[0], "facts": f"a{one}b"}) for one in ("\0", "\ud800")]
    odd.append(json.dumps({"colour\0": "red"}))
    found = send(units_of, room, as_lines(ROWS) + "\n".join(["", *odd]).encode(), "a.jsonl")
    assert (found.state, found.added, found.refused) == (UploadState.DONE, 6, 3)
    with units_of(SYSTEM) as uow:
        rows = list(all_refused_rows(uow, found.id))
    assert [row.code for row in rows] == ["records.field_unprintable"] * 2 + [
        "records.unknown_column"
    ]
    assert rows[0].said["facts"] == "a\ufffdb"


def test_a_sheet_that_is_being_read_gives_no_sheet_of_refused_rows(
    units_of: Units, agency: Actor, room: JobRoom
) -> None:
    found = replace(send(units_of, room, as_csv(ROWS)), state=UploadState.READING)
    with pytest.raises(errors.UploadNotDone):
        refused_workbook(found, [], lambda code, _: code)


class Killed(BaseException):
    """What ends a reader in the middle."""


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_reader_that_dies_is_followed_without_loss_or_doubling(
    fresh_settings: Settings,
    fresh_database: Engine,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: int,
) -> None:
    """Rows and progress are one unit: whoever follows goes on behind the last chunk kept."""
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        a_house(uow)
    room = job_room(fresh_settings, fresh_database, now, data=tmp_path)
    rows = [a_penalty(number) for number in range(50)]
    rows[17], rows[33] = a_penalty(17, basis=""), a_penalty(33, firm=8)
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        sent = ReceiveFile(
            item=PENALTY, filename="a.csv", content=io.BytesIO(as_csv(rows)), agency=AGENCY
        )
        upload, _ = services.receive_file(uow, sent, folder=tmp_path)
    monkeypatch.setattr(jobs, "CHUNK_ROWS", 12)
    keep, kept = services.keep_chunk, [0]

    def dying(*arguments: object) -> None:
        keep(*arguments)  # type: ignore[arg-type]
        kept[0] += 1
        if kept[0] == dies_at:
            raise Killed  # after the work, before the commit

    monkeypatch.setattr(services, "keep_chunk", dying)
    with pytest.raises(Killed):
        jobs.read_now(room, upload.id)
    jobs.read_now(room, upload.id)
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        found = upload_by_id(uow, upload.id)
        assert uow.session.scalar(text("SELECT count(*) FROM credit_record")) == 48
        assert len(list(all_refused_rows(uow, upload.id))) == 1
    assert (found.state, found.taken, found.added, found.pending, found.refused) == (
        UploadState.DONE,
        50,
        48,
        1,
        1,
    )


def test_a_file_that_kills_its_readers_is_given_up(
    units_of: Units, agency: Actor, room: JobRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(services, "keep_chunk", dying)
    with units_of(SYSTEM) as uow:
        sent = ReceiveFile(
            item=PENALTY, filename="a.csv", content=io.BytesIO(as_csv(ROWS)), agency=AGENCY
        )
        upload, _ = services.receive_file(uow, sent, folder=room.settings.data)
    for _attempt in range(3):
        with pytest.raises(Killed):
            jobs.read_now(room, upload.id)
    jobs.read_now(room, upload.id)
    with units_of(SYSTEM) as uow:
        assert upload_by_id(uow, upload.id).code == "records.reader_died"
