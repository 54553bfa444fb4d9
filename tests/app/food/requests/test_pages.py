"""A gap in a trace is asked about, answered from a phone without an account, and closed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from support import accounts as people
from support.filings import a_lot, an_operator, dispatch, file, production
from support.named import a_gtin
from support.programs import on_the_table
from support.rooms import job_room

from app.food.requests import jobs, rules
from app.food.requests.queries import request_by_id
from app.food.requests.services import open_request
from app.food.requests.terms import OpenRequest, RequestState
from ledger.kernel.actor import Role
from scanner.trace.terms import GapKind

JSON = {"Accept": "application/json"}
FOUND = {"quantity": "20", "unit": "EA", "at": "2026-08-14", "document": "JH-1"}


@pytest.fixture
def chosen(settings, tmp_path):
    return replace(settings, data=tmp_path)


@pytest.fixture
def app(program, chosen, database, now):
    with on_the_table(program, chosen, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def gap(database, now):
    """A wholesaler sold milk on that nobody knows how it got."""
    with people.house(database, now) as uow:
        dairy, dealer, shop = (an_operator(uow, number) for number in (1, 2, 3))
        file(uow, dairy, production(lot=a_lot("L1")), key="made")
        file(uow, dealer, dispatch(shop, lot=a_lot("L1"), quantity="20"), key="sold")
        lot = uow.session.scalar(text("SELECT id FROM lot"))
    return {"dairy": dairy, "dealer": dealer, "shop": shop, "lot": lot}


@pytest.fixture
def inspector(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.INSPECTOR)


def asked(town, kind=GapKind.SOURCE_UNKNOWN):
    return OpenRequest(
        operator_id=town["dealer"], lot_id=town["lot"], gap=kind, quantity="20", unit="EA"
    )


@pytest.fixture
def link(database, now, chosen, gap):
    with people.house(database, now) as uow:
        made = open_request(uow, asked(gap), chosen.secret_key)
    return rules.link_text(made.id, chosen.secret_key)


def state(database, now):
    with people.house(database, now) as uow:
        number = uow.session.scalar(text("SELECT max(id) FROM trace_request"))
        return request_by_id(uow, number)


def test_an_inspector_asks_from_the_gap_in_the_trace(client, database, now, gap, inspector):
    page = client.get(
        "/trace", query_string={"code": a_gtin(1), "lot": "L1"}, headers=inspector
    ).text
    address = re.findall(r'href="(/requests/new[^"]+)"', page)[0]
    form = client.get(address.replace("&amp;", "&"), headers=inspector)
    assert form.status_code == 200
    told = {"operator": gap["dealer"], "lot": gap["lot"], "gap": "source_unknown", "hours": "48"}
    answer = client.post("/requests/new", data=told, headers=inspector)
    assert answer.status_code == 303
    made = state(database, now)
    assert made.due_at == now + timedelta(hours=48)
    assert made.operator_name in client.get("/requests", headers=inspector).text
    again = client.post("/requests/new", data=told, headers=inspector)
    assert (again.status_code, "还没有答复" in again.text) == (409, True)


def test_the_operator_is_told_with_the_link(database, now, gap, link):
    told = database.execute(text("SELECT kind, link, urgent FROM message")).one()
    assert told == ("trace.request", f"/ask/{link}", True)


def test_a_record_given_through_the_link_closes_the_gap(client, database, now, gap, link):
    page = client.get(f"/ask/{link}").text
    assert "来源不明" in page
    assert "20" in page
    with people.house(database, now) as uow:
        dairy = uow.session.scalar(
            text("SELECT uscc FROM subject WHERE id = :i"), {"i": gap["dairy"]}
        )
    answer = client.post(f"/ask/{link}", data={**FOUND, "partner": dairy})
    assert answer.status_code == 303, answer.text
    made = state(database, now)
    assert made.state is RequestState.ANSWERED
    (given,) = made.answers
    row = database.execute(
        text(
            "SELECT f.source, e.op, e.other, e.kind FROM entry e JOIN filing f "
            "ON e.id BETWEEN f.first_entry AND f.last_entry WHERE f.source = 'request'"
        )
    ).one()
    assert row == ("request", gap["dealer"], gap["dairy"], 3)
    again = client.post(f"/ask/{link}", data={**FOUND, "partner": dairy})
    assert again.status_code == 303
    assert [each.reference for each in state(database, now).answers] == [given.reference] * 2
    assert "已收到" in client.get(f"/ask/{link}").text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"quantity": "x"}, "field--error"),
        ({"at": ""}, "errors"),
        ({"partner": ""}, "errors"),
        ({"at": "2099-01-01"}, "errors"),
    ],
)
def test_what_cannot_be_filed_is_said_at_its_field(client, database, now, link, told, said):
    answer = client.post(f"/ask/{link}", data={**FOUND, "partner": "绿野合作社", **told})
    assert answer.status_code in (400, 422), answer.text
    assert said in answer.text
    assert "JH-1" in answer.text
    assert state(database, now).state is RequestState.OPEN


def test_who_has_no_records_says_why(client, database, now, link):
    silent = client.post(f"/ask/{link}/none", data={"remark": " "})
    assert (silent.status_code, "为什么没有记录" in silent.text) == (422, True)
    assert client.post(f"/ask/{link}/none", data={"remark": "单据被水泡了"}).status_code == 303
    made = state(database, now)
    assert made.state is RequestState.DECLINED
    assert made.answers[0].remark == "单据被水泡了"


def test_many_records_come_as_a_sheet_that_is_filled_in_ahead(client, database, now, chosen, link):
    from python_calamine import CalamineWorkbook

    blank = client.get(f"/ask/{link}/sheet.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(blank)).get_sheet_by_index(0).to_python()
    assert rows[1][rows[0].index("批号")] == "L1"
    filled = {"进货日期": "2026-08-14", "供货者名称": "绿野合作社", "供货者联系方式": "13900001111"}
    filled |= {"数量": "20", "单位": "个"}
    line = [filled.get(head, value) for head, value in zip(rows[0], rows[1], strict=True)]
    sheet = "\n".join(",".join(row) for row in (rows[0], line)).encode()
    told = {"file": (io.BytesIO(sheet), "补报.csv")}
    assert client.post(f"/ask/{link}/sheet", data=told).status_code == 303
    made = state(database, now)
    assert made.state is RequestState.ANSWERED
    assert made.answers[0].reference.startswith("upload:")
    upload = database.execute(text("SELECT source, operator_id FROM upload")).one()
    assert upload == ("request", made.operator_id)
    assert client.post(f"/ask/{link}/sheet", data={}).status_code == 422


@pytest.mark.parametrize("change", [str.lower, lambda it: it[:-1], lambda it: "0" + it[1:]])
def test_a_guessed_link_opens_nothing(client, link, change):
    made = change(link)
    answer = client.get(f"/ask/{made}", headers=JSON)
    wanted = 200 if made.upper() == link else 404
    assert answer.status_code == wanted
    if wanted == 404:
        assert answer.json["code"] == "requests.unknown_link"


def test_a_link_ends_when_the_request_is_withdrawn(client, database, now, link, inspector):
    number = state(database, now).id
    assert client.post(f"/requests/{number}/cancel", headers=inspector).status_code == 303
    answer = client.get(f"/ask/{link}", headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (409, "requests.link_expired")
    answer = client.post(f"/ask/{link}", data=FOUND, headers=JSON)
    assert answer.status_code == 409


def test_a_link_runs_out_a_month_after_its_time(database, now, chosen, link):
    from app.food.requests import services
    from app.food.requests.errors import LinkExpired

    with people.house(database, now + timedelta(days=30)) as uow:
        assert services.opened_by_link(uow, link, chosen.secret_key)
    with people.house(database, now + timedelta(days=32)) as uow, pytest.raises(LinkExpired):
        services.opened_by_link(uow, link, chosen.secret_key)


def test_silence_is_told_to_inspectors_once(settings, database, now, link):
    for _ in range(2):
        jobs.watch(job_room(settings, database, now + timedelta(hours=25)))
    late = text("SELECT count(*) FROM message WHERE kind = 'trace.request_late'")
    assert database.scalar(late) == 1


def test_others_see_no_requests(client, database, now, gap, link):
    with people.house(database, now) as uow:
        shop = people.key(uow, Role.OPERATOR, gap["shop"])
        dealer = people.key(uow, Role.OPERATOR, gap["dealer"])
    number = state(database, now).id
    assert client.get(f"/requests/{number}", headers=shop | JSON).status_code == 404
    mine = client.get(f"/requests/{number}", headers=dealer)
    assert (mine.status_code, f"/ask/{link}" in mine.text) == (200, True)
    assert client.post("/requests/new", data={}, headers=dealer | JSON).status_code == 403


def test_a_gap_of_dates_is_closed_by_words(client, database, now, chosen, gap):
    with people.house(database, now) as uow:
        made = open_request(uow, asked(gap, kind=GapKind.DATE_UNKNOWN), chosen.secret_key)
    words = rules.link_text(made.id, chosen.secret_key)
    filed = client.post(f"/ask/{words}", data={**FOUND, "partner": "x"})
    assert (filed.status_code, "请用文字说明" in filed.text) == (422, True)
    assert client.post(f"/ask/{words}/none", data={"remark": "八月上旬"}).status_code == 303
    assert state(database, now).state is RequestState.ANSWERED


@pytest.mark.parametrize("hours", ["0", "721", "x", "-1"])
def test_the_time_to_answer_has_bounds(client, gap, inspector, hours):
    told = {"operator": gap["dealer"], "lot": gap["lot"], "gap": "source_unknown", "hours": hours}
    answer = client.post("/requests/new", data=told, headers=inspector)
    assert (answer.status_code, "1 到 720 小时" in answer.text) == (422, True)
