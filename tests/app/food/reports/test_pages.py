"""Anybody tells what is wrong with a food and asks what became of it; inspectors answer."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from sqlalchemy import text
from support import accounts as people
from support.filings import a_lot, an_operator, file, production
from support.named import a_gtin
from support.papers import a_photo
from support.programs import on_the_table

from ledger.kernel.actor import Role

TOLD = {"kind": "spoiled", "said": "盖子鼓起来，有酸味", "contact": "13800001234"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def app(program, settings, database, now, tmp_path):
    chosen = replace(settings, data=tmp_path)
    with on_the_table(program, chosen, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def inspector(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.INSPECTOR)


@pytest.fixture
def milk(database, now):
    with people.house(database, now) as uow:
        file(uow, an_operator(uow, 1), production(lot=a_lot("L1")))
    return a_gtin(1)


def tell(client, **told):
    answer = client.post("/report", data={**TOLD, **told})
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def test_a_report_has_a_number_and_nothing_told_is_shown_by_it(client):
    number = tell(client)
    assert re.fullmatch(r"FK-\d{8}-[A-Z2-9]{8}", number)
    page = client.get(f"/report/state/{number}").text
    assert number in page
    assert "酸味" not in page
    assert "1234" not in page
    assert number in client.get("/report/state", query_string={"number": number.lower()}).text


def test_the_lot_on_the_label_is_found(client, milk, database):
    tell(client, code=milk, lot="L1")
    row = database.execute(text("SELECT product_id, lot_id FROM consumer_report")).one()
    assert None not in row


@pytest.mark.parametrize(
    ("code", "lot", "known"),
    [("06901234567892", "", False), ("红烧酱", "", False), ("", "L1", False), (None, "L9", True)],
)
def test_what_nobody_has_on_file_is_kept_as_typed(client, milk, database, code, lot, known):
    tell(client, code=milk if code is None else code, lot=lot)
    row = database.execute(text("SELECT product_id, lot_id, code, lot FROM consumer_report")).one()
    assert (row.product_id is not None, row.lot_id, row.lot) == (known, None, lot)


def test_the_page_of_a_product_leads_here(client, milk):
    assert 'href="/report' in client.get(f"/01/{milk}").text
    form = client.get("/report", query_string={"code": milk, "lot": "L1"}).text
    assert f'value="{milk}"' in form


def test_photographs_are_for_who_looks_into_it(client, database, inspector):
    photo = a_photo()
    told = {"photo_1": (io.BytesIO(photo), "a.jpg"), "photo_3": (io.BytesIO(photo), "b.jpg")}
    tell(client, **told)
    number = database.scalar(text("SELECT id FROM consumer_report"))
    with client.get(f"/reports/{number}/photos/1", headers=inspector) as shown:
        assert (shown.status_code, shown.data) == (200, photo)
    assert client.get(f"/reports/{number}/photos/2", headers=inspector | JSON).status_code == 404
    assert client.get(f"/reports/{number}/photos/0", headers=JSON).status_code == 401


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"said": "  "}, "请写明哪里不对"),
        ({"said": "长" * 1001}, "最多 1000 个字"),
        ({"bought_on": "2079-01-01"}, "购买日期不能晚于今天"),
        ({"kind": "nonsense"}, "field--error"),
        ({"photo_1": (io.BytesIO(b"<svg onload=alert(1)>"), "a.jpg")}, "errors"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_lost(client, database, told, said):
    answer = client.post("/report", data={**TOLD, "place": "第八市场 3 号摊", **told})
    assert answer.status_code in (400, 415, 422)
    assert said in answer.text
    assert "第八市场 3 号摊" in answer.text
    assert database.scalar(text("SELECT count(*) FROM consumer_report")) == 0


def test_a_program_that_fills_in_the_unseen_field_leaves_nothing(client, database):
    assert client.post("/report", data={**TOLD, "website": "http://x"}).status_code == 303
    assert database.scalar(text("SELECT count(*) FROM consumer_report")) == 0


def test_an_inspector_answers_and_closes(client, database, inspector):
    number = tell(client)
    report = database.scalar(text("SELECT id FROM consumer_report"))
    assert f"/reports/{report}" in client.get("/reports", headers=inspector).text
    page = client.get(f"/reports/{report}", headers=inspector).text
    assert "酸味" in page
    assert "13800001234" in page
    told = {"state": "taken", "answer": "已派员核查"}
    assert client.post(f"/reports/{report}", data=told, headers=inspector).status_code == 303
    assert "已派员核查" in client.get(f"/report/state/{number}").text
    silent = client.post(f"/reports/{report}", data={"state": "closed"}, headers=inspector)
    assert (silent.status_code, "请写明结果" in silent.text) == (422, True)
    told = {"state": "closed", "answer": "已下架退款"}
    assert client.post(f"/reports/{report}", data=told, headers=inspector).status_code == 303
    again = client.post(f"/reports/{report}", data=told, headers=inspector | JSON)
    assert again.status_code == 409
    assert f"/reports/{report}" not in client.get("/reports", headers=inspector).text
    assert f"/reports/{report}" in client.get("/reports?all=1", headers=inspector).text


def test_inspectors_are_told_and_each_look_leaves_a_line(client, database, inspector):
    tell(client, kind="illness")
    told = text("SELECT kind, urgent FROM message")
    assert database.execute(told).one() == ("report.submitted", True)
    report = database.scalar(text("SELECT id FROM consumer_report"))
    client.get(f"/reports/{report}", headers=inspector)
    looked = text("SELECT about FROM audit_line WHERE action = 'report.look_up'")
    assert database.scalar(looked) == f"report:{report}"


def test_others_see_no_reports(client, database, now, milk):
    tell(client)
    with people.house(database, now) as uow:
        shop = people.key(uow, Role.OPERATOR, an_operator(uow, 2))
    report = database.scalar(text("SELECT id FROM consumer_report"))
    for address in ("/reports", f"/reports/{report}"):
        assert client.get(address, headers=shop | JSON).status_code == 403
        assert client.get(address, headers=JSON).status_code == 401


def test_a_long_list_comes_in_pages(client, database, inspector):
    for number in range(32):
        tell(client, said=f"第 {number} 条")
    first = client.get("/reports", headers=inspector).text
    following = re.search(r"next=(\d+)", first)
    assert following
    second = client.get(f"/reports?next={following[1]}", headers=inspector).text
    assert (first.count("/reports/"), second.count("/reports/")) == (30, 2)


@pytest.mark.parametrize("number", ["FK-20261122-ABCDEFGH", "x", "FK-20261122-abcdefgh"])
def test_a_number_nobody_has_is_said_so(client, number):
    answer = client.get(f"/report/state/{number}", headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (404, "reports.unknown_report")
    assert "没有这个编号" in client.get("/report/state", query_string={"number": number}).text
