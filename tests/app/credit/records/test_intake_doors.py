"""The doors of taking records in: API, pages of the agency and of the officer, the shell."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts, reading
from support.agencies import AGENCY, PENALTY, a_house, a_penalty, as_csv, key_of, records_of, uscc

from app.credit.records.queries.catalogue import agency_by_code
from ledger.kernel.actor import Role


@pytest.fixture
def headers(database: Connection, now: datetime) -> dict[str, str]:
    with accounts.house(database, now) as uow:
        a_house(uow)
        subject = agency_by_code(uow, AGENCY).subject_id
        accounts.person(uow, "baosong", Role.AGENCY, subject)
        accounts.person(uow, "xinyong", Role.CREDIT)
        return key_of(uow, now)


@pytest.fixture
def agency(app: Flask, headers: dict[str, str]) -> FlaskClient:
    return accounts.signed_in(app, "baosong")


@pytest.fixture
def officer(app: Flask, headers: dict[str, str]) -> FlaskClient:
    return accounts.signed_in(app, "xinyong")


def page(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.get_data(as_text=True)[:300])
    return answer.get_data(as_text=True)


def test_rows_are_submitted_by_request(client: FlaskClient, headers: dict[str, str]) -> None:
    body = {"item": PENALTY, "rows": [{**a_penalty(1), "fine": 0.5}, a_penalty(2, basis="")]}
    answer = client.post("/api/v1/records", headers=headers, json=body)
    assert answer.status_code == 200, answer.json
    said = answer.get_json()
    assert (said["added"], said["accepted"], said["refused"][0]["code"]) == (
        1,
        1,
        "records.basis_missing",
    )
    assert "法律依据" in said["refused"][0]["detail"]
    unknown = client.post("/api/v1/records", headers=headers, json={**body, "item": "x"})
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "records.unknown_item")
    assert client.post("/api/v1/records", json=body).status_code == 401


def test_a_file_is_sent_followed_and_its_refused_rows_fetched(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Connection
) -> None:
    rows = [a_penalty(1), a_penalty(2, document_no="")]
    sent = client.post(
        "/api/v1/records/files",
        headers=headers,
        data={"file": (io.BytesIO(as_csv(rows)), "a.csv"), "item": PENALTY},
    )
    assert sent.status_code == 202, sent.json
    url = sent.get_json()["url"]
    reading.do(app, "records.read_file", upload_id=sent.get_json()["upload"])
    report = client.get(url, headers=headers).get_json()
    assert (report["state"], report["added"], report["refused"]) == ("done", 1, 1)
    assert report["rows"][0]["row"] == 3
    assert report["causes"] == [
        {"code": "records.field_missing", "column": "document_no", "rows": 1}
    ]
    sheet = client.get(report["refused_sheet"], headers=headers)
    assert sheet.status_code == 200
    assert sheet.data.startswith(b"PK")
    with accounts.house(database, datetime.fromisoformat(report["at"])) as uow:
        other = accounts.key(uow, Role.AGENCY, agency_by_code(uow, "samr.siming").subject_id)
    assert client.get(url, headers=other).status_code == 404


def test_an_agency_sends_a_file_on_its_page(
    app: Flask, agency: FlaskClient, database: Connection
) -> None:
    assert "报送信用记录" in page(agency, "/records/uploads")
    nothing = agency.post("/records/uploads", data={"item": PENALTY})
    assert nothing.status_code == 422
    rows = [a_penalty(1), a_penalty(2, basis=""), a_penalty(3, firm=7)]
    sent = agency.post(
        "/records/uploads",
        data={"item": PENALTY, "file": (io.BytesIO(as_csv(rows)), "八月.csv")},
    )
    assert sent.status_code == 303
    waiting = page(agency, sent.location)
    assert "data-poll" in waiting
    assert "data-poll" in page(agency, f"{sent.location}/progress")
    number = int(sent.location.rsplit("/", 1)[1])
    reading.do(app, "records.read_file", upload_id=number)
    done = page(agency, sent.location)
    assert "2 行已收" in done
    assert "法律依据" in done
    assert "本月报送质量" in page(agency, "/records/uploads")
    assert agency.get(f"{sent.location}/refused.xlsx").data.startswith(b"PK")


def test_an_agency_puts_its_record_right_and_takes_it_back(
    client: FlaskClient, headers: dict[str, str], agency: FlaskClient, database: Connection
) -> None:
    client.post("/api/v1/records", headers=headers, json={"item": PENALTY, "rows": [a_penalty(1)]})
    found = page(agency, f"/records/own?uscc={uscc(1)}")
    assert "厦市监处罚〔2026〕1号" in found
    subject, record = database.execute(text("SELECT subject_id, id FROM credit_record")).one()
    path = f"/records/own/{subject}/{record}"
    assert "罚款五千元" in page(agency, f"{path}/correct")
    said = {f"said_{name}": value for name, value in a_penalty(1, fine="0.8").items()}
    said |= {"said_penalty_kinds": "fine", "reason": "金额写错", "revision": "0"}
    wrong = agency.post(f"{path}/correct", data={**said, "said_decided_on": "昨天"})
    assert wrong.status_code == 422
    assert "said_decided_on-error" in wrong.get_data(as_text=True)
    assert agency.post(f"{path}/correct", data=said).status_code == 303
    assert agency.post(f"{path}/correct", data=said).status_code == 409  # revision 0 was read
    assert records_of(database) == 2
    page(agency, f"{path}/withdraw")
    taken = agency.post(f"{path}/withdraw", data={"reason": "处罚已撤销"})
    assert taken.status_code == 303
    assert "已撤回" in page(agency, f"/records/own?uscc={uscc(1)}")
    assert "没有查" in page(agency, f"/records/own?uscc={uscc(77)}")
    assert agency.get(f"/records/own/{subject}/{record + 1024}/correct").status_code == 404


def test_the_officer_keeps_catalogue_agencies_and_pool(
    client: FlaskClient, headers: dict[str, str], officer: FlaskClient, database: Connection
) -> None:
    rows = [a_penalty(1, firm=7), a_penalty(2, firm=8)]
    client.post("/api/v1/records", headers=headers, json={"item": PENALTY, "rows": rows})
    assert "行政处罚决定" in page(officer, "/records/catalogue")
    assert "decided_on" in page(officer, f"/records/catalogue/{PENALTY}")
    assert "100.00 %" in page(officer, "/records/agencies")
    assert "2026-08" in page(officer, f"/records/agencies/{AGENCY}")
    assert "第7食品有限公司" in page(officer, "/records/pool")
    numbers = database.scalars(text("SELECT id FROM credit_pending ORDER BY id")).all()
    first = f"/records/pool/{numbers[0]}"
    assert "报送的内容" in page(officer, first)
    assert officer.post(first, data={"uscc": uscc(0)}).status_code == 422  # no reason
    matched = officer.post(first, data={"uscc": uscc(0), "reason": "错一位"})
    assert matched.status_code == 303
    second = f"/records/pool/{numbers[1]}"
    dropped = officer.post(second, data={"uscc": "", "reason": "查无此户", "drop": "yes"})
    assert dropped.status_code == 303
    assert "没有记录在等" in page(officer, "/records/pool")
    assert records_of(database) == 1


def test_everybody_reads_the_public_items_and_no_others(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    shown = page(client, "/credit/catalogue")
    assert "行政处罚决定" in shown
    assert "decided_on" in page(client, f"/credit/catalogue/{PENALTY}")
    assert client.get("/records/catalogue").status_code in (302, 303, 401)
    assert "tax.level" not in shown
    assert client.get("/credit/catalogue/no.such").status_code == 404
