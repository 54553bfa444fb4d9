"""Recalls through the API: opened by a code, read by who may, answered with and without account."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from support.named import a_gtin, a_uscc
from support.papers import a_pdf, a_photo
from support.people import bearer_of
from support.recall_town import NOTICE, PLAN, a_town
from support.rooms import job_room

from app.food.recalls import jobs, services
from app.food.recalls.rules.links import link_text
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

RECALLS = "/api/v1/recalls"
MILK = {
    "code": a_gtin(1),
    "lot": "L1",
    "reason": "大肠菌群超标",
    "known_at": "2026-08-15T09:00:00",
    "hazard": "limit_exceeded",
    "level": 2,
}


@pytest.fixture
def town(units_of):
    with units_of(SYSTEM) as uow:
        return a_town(uow)


@pytest.fixture
def inspector(client, town):
    return bearer_of(client, "inspector")


@pytest.fixture
def told(client, inspector):
    opened = client.post(RECALLS, json=MILK, headers=inspector)
    assert opened.status_code == 201, opened.json
    address = f"{RECALLS}/{opened.json['id']}"
    for step in ({"step": "planned", "items": PLAN}, {"step": "notified", "items": NOTICE}):
        done = client.post(f"{address}/steps", json=step, headers=inspector)
        assert done.status_code == 200, done.json
    return address


def shop(client, number=3):
    return bearer_of(client, "operator", a_uscc(number))


def a_link(client, units_of, town, address, key="a-key-for-tests-only-0123456789abcdef"):
    with units_of(SYSTEM) as uow:
        named = services.new_link(uow, int(address.rpartition("/")[2]), town.shop)
    return link_text(named, key)


def test_an_inspector_sees_the_case_with_its_clocks_and_holders(client, inspector, told):
    case = client.get(told, headers=inspector).json
    assert (case["state"], case["lots"], case["holders"]) == ("notified", 2, 5)
    assert [one["timer"] for one in case["clocks"]] == ["start", "finish", "report"]
    assert case["clocks"][1]["due_at"] == "2026-09-12T00:00:00+08:00"
    assert case["effectiveness"]["ratio"] == "0"
    (whole,) = case["effectiveness"]["whole"]
    assert (whole["shipped"], whole["base"], whole["unit"]) == ("900", "860", "EA")
    assert case["answers"]["holders"] == 5
    page = client.get(f"{told}/holders?limit=2", headers=inspector).json
    assert (len(page["items"]), page["total"]) == (2, 5)
    rest = client.get(f"{told}/holders?limit=9&next={page['next']}", headers=inspector).json
    assert (len(rest["items"]), rest["next"]) == (3, "")
    assert client.get(f"{told}/holders?next=x", headers=inspector).status_code == 404
    lots = client.get(f"{told}/lots", headers=inspector).json["items"]
    assert [(one["lot"], one["share"]) for one in lots] == [("L1", "1"), ("B1", "0.25")]
    steps = [one["step"] for one in client.get(f"{told}/events", headers=inspector).json["items"]]
    assert steps[0] == "opened"
    listed = client.get(f"{RECALLS}?open=true&drill=false", headers=inspector).json
    assert [one["number"] for one in listed["items"]] == [case["number"]]


def test_a_holder_sees_itself_and_answers(client, inspector, told, town):
    mine = shop(client)
    case = client.get(told, headers=mine)
    assert (case.status_code, "effectiveness" in case.json) == (200, False)
    (one,) = client.get(f"{told}/holders", headers=mine).json["items"]
    assert one["operator_id"] == town.shop
    assert client.get(f"{told}/events", headers=mine).json == {"items": []}
    said = {"answer": "counted", "quantity": "180", "unit": "EA", "lot_id": town.lot}
    given = client.post(f"{told}/answers", json=said, headers=mine)
    assert (given.status_code, given.json["quantity"], given.json["via"]) == (201, "180", "account")
    others = client.post(f"{told}/answers", json=said | {"operator_id": town.corner}, headers=mine)
    assert others.status_code == 403
    assert len(client.get(f"{told}/answers", headers=mine).json["items"]) == 1
    assert client.get(told, headers=inspector).json["state"] == "in_progress"
    visited = {"answer": "destroyed", "quantity": "50", "unit": "EA", "operator_id": town.stranger}
    given = client.post(f"{told}/answers", json=visited, headers=inspector)
    assert (given.status_code, given.json["via"]) == (201, "visit")


def test_who_has_nothing_to_do_with_it_finds_nothing(client, told):
    stranger = bearer_of(client, "agency")
    assert client.get(told, headers=stranger).status_code == 403
    assert client.get(told).status_code == 401


def test_a_link_shows_the_notice_and_takes_answers_again_and_again(client, units_of, told, town):
    link = f"{RECALLS}/links/{a_link(client, units_of, town, told)}"
    shown = client.get(link)
    assert (shown.status_code, shown.json["holder"]["operator_id"]) == (200, town.shop)
    assert [one["answer"] for one in shown.json["answers"]] == ["seen"]
    for quantity in ("180", "0"):
        said = {"answer": "counted", "quantity": quantity, "unit": "EA", "pictures": ["ab" * 32]}
        given = client.post(link, json=said)
        assert (given.status_code, given.json["via"]) == (201, "link")
    again = client.get(link).json["answers"]
    assert [one["quantity"] for one in again] == ["0", "180", ""]
    assert again[0]["pictures"] == ["ab" * 32]


def test_links_that_are_guessed_or_foreign_are_refused(client, units_of, told, town):
    link = a_link(client, units_of, town, told)
    foreign = a_link(client, units_of, town, told, key="another installation's key")
    changed = ("0" if link[-1] != "0" else "1").join((link[:-1], ""))
    for text in (changed, foreign, link[:-1], "UUUU", "八" * 33):
        found = client.get(f"{RECALLS}/links/{text}")
        assert (found.status_code, found.json["code"]) == (404, "recalls.unknown_link")


def test_a_link_runs_out(client, units_of, told, town, database, now):
    link = a_link(client, units_of, town, told)
    with (
        units.begin(database, actor=SYSTEM, now=now + timedelta(days=61)) as then,
        pytest.raises(services.answers.errors.LinkExpired),
    ):
        services.see_notice(then, link, "a-key-for-tests-only-0123456789abcdef")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"lot": "L404"}, 404, "products.unknown_lot"),
        ({"code": a_gtin(77)}, 404, "products.unknown"),
        ({"level": 4}, 422, "request.fields_wrong"),
        ({"reason": ""}, 422, "request.fields_wrong"),
        ({"known_at": "2026-08-16"}, 422, "recalls.known_in_future"),
    ],
)
def test_what_cannot_be_opened_is_refused_by_name(client, inspector, changed, status, code):
    refused = client.post(RECALLS, json=MILK | changed, headers=inspector)
    assert (refused.status_code, refused.json["code"]) == (status, code), refused.json


def test_a_product_is_recalled_with_all_its_lots(client, inspector):
    opened = client.post(RECALLS, json=MILK | {"lot": ""}, headers=inspector).json
    assert (opened["lots"], opened["product_id"] is not None) == (2, True)


def test_a_producer_recalls_its_own_and_sees_its_customers_alone(client, town):
    dairy = shop(client, 1)
    opened = client.post(RECALLS, json=MILK, headers=dairy)
    assert opened.status_code == 201
    address = f"{RECALLS}/{opened.json['id']}"
    near = client.get(f"{address}/holders", headers=dairy).json["items"]
    assert [one["operator_id"] for one in near] == [town.trader]
    lots = client.get(f"{address}/lots", headers=dairy).json["items"]
    assert [(one["lot"], one["made_of"]) for one in lots] == [("L1", [])]
    assert client.get(address, headers=dairy).json["answers"]["holders"] == 5
    assert client.get(f"{address}/answers", headers=dairy).json == {"items": []}
    other = client.post(RECALLS, json=MILK, headers=shop(client, 3))
    assert (other.status_code, other.json["code"]) == (403, "recalls.not_your_product")


def test_holders_are_written_to_once_with_their_links(client, told, town, settings, database, now):
    room = job_room(settings, database, now)
    said = {"recall_id": int(told.rpartition("/")[2]), "operators": [town.shop, town.stranger]}
    for _ in range(2):
        jobs.tell_holders(room, reminder=0, **said)
    with room.unit() as uow:
        from sqlalchemy import text

        written = uow.session.execute(
            text("SELECT kind, link FROM message WHERE about = :about"),
            {"about": f"recall:{said['recall_id']}"},
        ).all()
        assert [(one.kind, one.link[:3]) for one in written] == [("recall.notice", "/r/")]
    jobs.tell_officials(room, fact="recall.overdue", timer="start", number="R2026-0001",
                        recall_id=said["recall_id"], due_at="2026-08-17")  # fmt: skip
    jobs.tell_officials(room, fact="recall.overdue", timer="answer", number="R2026-0001", stage=2,
                        recall_id=said["recall_id"], operators=[town.shop])  # fmt: skip
    jobs.tell_closed(room, recall_id=said["recall_id"])
    with room.unit() as uow:
        kinds = uow.session.scalars(text("SELECT DISTINCT kind FROM message ORDER BY kind")).all()
    assert kinds == ["recall.closed", "recall.missed_start", "recall.notice", "recall.silent"]


def test_jobs_look_again_and_watch_the_clocks(client, told, settings, database, now):
    jobs.look_again(job_room(settings, database, now + timedelta(minutes=1)))
    jobs.watch_clocks(job_room(settings, database, now + timedelta(hours=30)))
    number = int(told.rpartition("/")[2])
    room = job_room(settings, database, now + timedelta(hours=31))
    jobs.spread(room, recall_id=number)
    with room.unit() as uow:
        from sqlalchemy import text

        assert uow.session.scalar(text("SELECT sum(stage) FROM recall_notice")) == 5
        row = uow.session.execute(text("SELECT spread_done, spread_total, revision FROM recall"))
        assert tuple(row.one()) == (2, 2, 1)


def test_a_photograph_sent_through_the_link_is_shown_to_officials_alone(
    client, units_of, inspector, told, town
):
    link = f"{RECALLS}/links/{a_link(client, units_of, town, told)}"
    sent = {"picture": (BytesIO(a_photo()), "封存.jpg")}
    kept = client.post(f"{link}/pictures", data=sent)
    assert kept.status_code == 201, kept.json
    digest = kept.json["sha256"]
    address = f"{told}/pictures/{digest}"
    assert client.get(address, headers=inspector).json["code"] == "recalls.unknown_picture"
    client.post(link, json={"answer": "sold_out", "pictures": [digest]})
    for who in (inspector, shop(client)):
        with client.get(address, headers=who) as shown:
            assert (shown.status_code, shown.mimetype, shown.data) == (200, "image/jpeg", a_photo())
    assert client.get(address, headers=shop(client, 4)).status_code == 404
    mine = {"picture": (BytesIO(a_photo("PNG")), "x.png")}
    again = client.post(f"{told}/pictures", data=mine, headers=shop(client))
    assert again.status_code == 201
    paper = {"picture": (BytesIO(a_pdf()), "x.pdf")}
    assert client.post(f"{link}/pictures", data=paper).status_code == 422
    gone = client.post(
        f"{RECALLS}/links/{'0' * 33}/pictures", data={"picture": (BytesIO(b"x"), "x")}
    )
    assert gone.json["code"] == "recalls.unknown_link"
