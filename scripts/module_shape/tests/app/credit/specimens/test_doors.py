"""A line is noted through either door, read through both, and never by who may not."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support import accounts as people

from ledger.kernel.actor import Role

USCC = "91350200MA2XFA1T37"
JSON = {"Accept": "application/json"}


@pytest.fixture
def shop(database, now):
    with people.house(database, now) as uow:
        return people.subject(uow, "阿嬷杂货铺", USCC)


@pytest.fixture
def officer(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.CREDIT)


@pytest.fixture
def inspector(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.INSPECTOR)


def note(client, headers, said="门口堆放整齐"):
    return client.post("/api/v1/specimens", json={"subject": USCC, "said": said}, headers=headers)


def test_a_line_is_noted_and_read(client, shop, officer, inspector):
    made = note(client, officer)
    assert (made.status_code, made.json["said"]) == (201, "门口堆放整齐")
    note(client, officer, "第二条")
    found = client.get(f"/api/v1/specimens/{USCC}", headers=inspector).json
    assert [each["said"] for each in found["items"]] == ["第二条", "门口堆放整齐"]
    one = client.get(f"/api/v1/specimens/{USCC}/{made.json['id']}", headers=inspector)
    assert one.json == made.json


def test_the_page_notes_and_shows_in_both_languages(client, shop, officer, inspector):
    place = f"/subjects/{shop}/specimens"
    assert client.post(place, data={"said": "第三条"}, headers=officer).status_code == 303
    for address in (place, "/specimens", f"/subjects/{shop}"):
        for language, title in (("zh", "样本簿"), ("en", "Specimen title")):
            page = client.get(f"{address}?lang={language}", headers=inspector).text
            assert "第三条" in page
            assert title in page


def test_an_empty_line_comes_back_with_its_form(client, shop, officer):
    answer = client.post(f"/subjects/{shop}/specimens", data={"said": " "}, headers=officer)
    assert (answer.status_code, "请写明内容" in answer.text) == (422, True)


def test_who_may_not_is_refused(client, shop, inspector, database):
    assert note(client, inspector).status_code == 403
    assert client.get(f"/api/v1/specimens/{USCC}", headers=JSON).status_code == 401
    assert database.scalar(text("SELECT count(*) FROM specimen")) == 0


def test_what_is_not_there_is_not_found(client, shop, officer):
    assert client.get(f"/api/v1/specimens/{USCC}/1", headers=officer).status_code == 404
    other = client.get("/api/v1/specimens/91350203000000019X", headers=officer)
    assert other.status_code in (404, 422)


def test_every_look_leaves_a_line(client, shop, officer, database):
    client.get(f"/api/v1/specimens/{USCC}", headers=officer)
    looked = text("SELECT about FROM audit_line WHERE action = 'specimen.look_up'")
    assert database.scalar(looked) == f"subject:{shop}"


def test_lines_are_read_page_by_page(client, shop, officer, database, now):
    database.execute(
        text(
            "INSERT INTO specimen (subject_id, said, at)"
            " SELECT :shop, 'n' || n, :at FROM generate_series(1, 51) n"
        ),
        {"shop": shop, "at": now},
    )
    first = client.get(f"/api/v1/specimens/{USCC}", headers=officer).json
    assert (len(first["items"]), first["items"][0]["said"]) == (50, "n51")
    rest = client.get(f"/api/v1/specimens/{USCC}?next={first['next']}", headers=officer).json
    assert ([each["said"] for each in rest["items"]], rest["next"]) == (["n1"], None)
    assert "n51" in client.get("/specimens", headers=officer).text
