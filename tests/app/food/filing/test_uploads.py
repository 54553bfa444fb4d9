"""A sheet sent by people: its good rows filed, each bad one named, and the file sent again."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection
from support import accounts as people
from support import reading, sheets
from support.named import a_uscc
from support.uploads import START, entries_of, look, read, send

from app.food.filing.schemas.refused import REASON
from app.sheets import files
from ledger.kernel.actor import Role


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


def test_what_was_sent_is_for_this_program_alone(
    app: Flask, client: FlaskClient, headers: dict[str, str]
) -> None:
    data = sheets.a_ledger(10, start=START).data
    send(client, headers, data)
    folder = app.extensions["suyuan"].settings.data
    kept = files.place(folder, hashlib.sha256(data).hexdigest()).parent
    assert {each.stat().st_mode & 0o077 for each in (kept, kept.parent)} == {0}
