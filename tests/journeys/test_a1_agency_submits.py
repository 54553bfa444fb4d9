"""A1 市公共信用信息共享平台：单位报送一千条处罚，三条代码错、两条没有文号，其余照收。

A1, the city's credit platform: an agency uploads 1,000 penalties, three with a bad USCC and two
without a document number. 995 are accepted, the report names rows and codes, and the same file
again adds nothing.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from support import accounts, reading
from support.agencies import PENALTY, a_house, a_penalty, as_csv, key_of, records_of

BAD_CODES = {9: "91350200MA000000X", 499: "91350200MA000000I5", 998: "913502000000000000"}
NO_DOCUMENT = {199, 799}


def test_a1_a_thousand_penalties_five_of_them_spoiled(
    app: Flask, client: FlaskClient, database: Connection, now: datetime
) -> None:
    with accounts.house(database, now) as uow:
        a_house(uow, firms=40)
        headers = key_of(uow, now)
    rows = [a_penalty(number, firm=number % 40) for number in range(1_000)]
    for at, code in BAD_CODES.items():
        rows[at]["uscc"] = code
    for at in NO_DOCUMENT:
        rows[at]["document_no"] = ""

    report = _sent(app, client, headers, as_csv(rows))
    assert (report["state"], report["total"], report["accepted"]) == ("done", 1_000, 995)
    assert (report["added"], report["refused"]) == (995, 5)
    named = {row["row"] - 2: (row["column"], row["code"]) for row in report["rows"]}
    assert named == {
        9: ("uscc", "identifiers.uscc_unreadable"),
        499: ("uscc", "identifiers.uscc_character"),
        998: ("uscc", "identifiers.uscc_check_character"),
        **dict.fromkeys(NO_DOCUMENT, ("document_no", "records.field_missing")),
    }
    assert records_of(database) == 995

    again = _sent(app, client, headers, as_csv(rows))
    assert again["upload"] == report["upload"]
    resaved = _sent(app, client, headers, as_csv(rows, "gb18030"))
    assert (resaved["added"], resaved["duplicate"], resaved["refused"]) == (0, 995, 5)
    assert records_of(database) == 995


def _sent(
    app: Flask, client: FlaskClient, headers: dict[str, str], content: bytes
) -> dict[str, Any]:
    """The report of a file that was sent and read."""
    answer = client.post(
        "/api/v1/records/files",
        headers=headers,
        data={"file": (io.BytesIO(content), "处罚.csv"), "item": PENALTY},
    )
    assert answer.status_code == 202, answer.json
    reading.do(app, "records.read_file", upload_id=answer.get_json()["upload"])
    return dict(client.get(answer.get_json()["url"], headers=headers).get_json())
