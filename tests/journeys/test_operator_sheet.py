"""文员月底传表：两百行进货，十行填错；好的先收，错的下载下来改好再传，一行不漏，一行不重。

A clerk's month end: a sheet of two hundred receipts with ten mistakes. The good rows are filed at
once; the refused ones are downloaded with their reasons, corrected, and sent again; the first
sheet sent once more by mistake adds nothing. In the end every row is in the book exactly once.
"""

from __future__ import annotations

import io
import re
from datetime import datetime

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection
from support import accounts, reading, sheets
from support.filings import an_operator

from ledger.kernel.actor import Role

CORRECT = {
    "进货日期": "2026-07-30",
    "数量": "7",
    "保质期": "12个月",
    "供货者名称": "绿野合作社",
    "商品名称": "青菜",
}


def test_a_clerks_month_end(app: Flask, database: Connection, now: datetime) -> None:
    with accounts.house(database, now) as uow:
        accounts.person(uow, "wen", Role.CLERK, an_operator(uow, 1))
    clerk = accounts.signed_in(app, "wen")
    made = sheets.a_ledger(200)

    def send(content: bytes) -> str:
        answer = clerk.post("/uploads", data={"file": (io.BytesIO(content), "七月.xlsx")})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        number = int(answer.location.split("?")[0].rsplit("/", 1)[1])
        reading.do(app, "filing.read_upload", upload_id=number)
        return f"/uploads/{number}"

    first = send(made.data)
    page = clerk.get(first).get_data(as_text=True)
    assert f"{made.good} 行已入账" in page
    assert all(cell in page for cell, _code in made.bad.values())

    refused = clerk.get(f"{first}/refused.xlsx").data
    assert f"{len(made.bad)} 行没有收" in page
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(refused)).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=False)[4:]
    for row in rows:
        cell = str(row[15]).split(":")[0]
        column = next(name for name, letter in sheets.LETTERS.items() if cell.startswith(letter))
        row[sheets.HEADER.index(column)] = CORRECT[column]
    corrected = send(sheets.workbook([row[:15] for row in rows]))
    page = clerk.get(corrected).get_data(as_text=True)
    assert f"{len(made.bad)} 行已入账" in page, re.findall(
        r"filing[.][a-z_]+|entries[.][a-z_]+", page
    )

    assert send(made.data) == first
    lines = clerk.get("/book/export.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + made.rows
