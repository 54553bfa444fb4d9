"""Libraries through their doors: API, pages, workbook, jobs, shell's words."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from support import accounts as people
from support.named import a_registration, a_uscc
from support.rooms import job_room

from app.credit.supervision import jobs
from ledger.kernel.actor import Role
from ledger.subjects.services import register_subject
from ledger.subjects.terms import LicenceKind, LicenceNamed

RULE = {"all": [{"division": "350206"}, {"scope": "冷藏冷冻食品销售"}]}
BODY = {"code": "huli-cold", "zh": "湖里冷链", "en": "Huli cold chain", "rule": RULE}
JSON = {"Accept": "application/json"}


@pytest.fixture
def shop(database, now):
    paper = LicenceNamed(
        kind=LicenceKind.JY, number="JY13502060000001", scope=("冷藏冷冻食品销售",)
    )
    with people.house(database, now) as uow:
        said = a_registration(1, division="350206", name="=1+1 冷链", licences=(paper,))
        return register_subject(uow, said)[0].id


@pytest.fixture
def officer(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.CREDIT)


@pytest.fixture
def inspector(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.INSPECTOR)


@pytest.fixture
def library(client, shop, officer, room):
    made = client.post("/api/v1/libraries", json=BODY, headers=officer)
    assert made.status_code == 201, made.json
    jobs.follow(room)
    return made.json["code"]


@pytest.fixture
def room(settings, database, now):
    return job_room(settings, database, now)


def test_a_library_is_set_up_found_and_read(client, library, inspector):
    shown = client.get(f"/api/v1/libraries/{library}", headers=inspector).json
    assert (shown["members"], shown["rule"]) == (1, RULE)
    assert shown["words"]["en"].startswith("division Huli 350206 and ")
    listed = client.get("/api/v1/libraries?text=冷链", headers=inspector).json
    assert (listed["total"], listed["items"][0]["code"]) == (1, library)
    members = client.get(f"/api/v1/libraries/{library}/members", headers=inspector).json
    assert [(each["name"], each["since"]) for each in members["items"]] == [
        ("=1+1 冷链", "2026-08-15")
    ]
    before = client.get(f"/api/v1/libraries/{library}/members?on=2026-08-14", headers=inspector)
    assert before.json["items"] == []
    days = client.get(f"/api/v1/libraries/{library}/changes", headers=inspector).json
    assert days["items"] == [{"on": "2026-08-15", "joined": 1, "left": 0}]


def test_a_snapshot_and_a_preview(client, library, officer):
    taken = client.post(f"/api/v1/libraries/{library}/snapshots", headers=officer)
    assert (taken.status_code, taken.json["members"], len(taken.json["sha256"])) == (201, 1, 64)
    tried = client.post("/api/v1/libraries/preview", json={"rule": RULE}, headers=officer)
    assert tried.json["members"] == 1


def test_a_wrong_rule_is_refused_where_it_is_wrong(client, officer):
    body = BODY | {"rule": {"all": [{"division": "350206"}, {"kind": "zoo"}]}}
    refused = client.post("/api/v1/libraries", json=body, headers=officer)
    assert (refused.status_code, refused.json["code"]) == (422, "supervision.unknown_value")
    assert "all[1].kind" in refused.json["detail"]


def test_the_pages_show_a_library_in_both_languages(client, library, inspector, shop, database):
    number = database.scalar(text("SELECT id FROM library WHERE code = :code"), {"code": library})
    listed = client.get("/libraries?text=湖里", headers=inspector).text
    assert f"/libraries/{number}" in listed
    page = client.get(f"/libraries/{number}", headers=inspector).text
    assert "区域：湖里区 350206" in page
    assert "division Huli 350206" in page
    assert f"/subjects/{shop}" in page
    joined = client.get(f"/libraries/{number}?view=joined&on=2026-08-15", headers=inspector).text
    assert "2026-08-15 入库" in joined
    assert "湖里冷链" in client.get(f"/subjects/{shop}", headers=inspector).text
    assert "湖里冷链" in client.get(f"/subjects/{shop}/credit", headers=inspector).text
    assert "湖里冷链" not in client.get(f"/credit/{a_uscc(1)}").text
    assert "Huli cold chain" in client.get(f"/subjects/{shop}?lang=en", headers=inspector).text
    looked = text("SELECT count(*) FROM audit_line WHERE action = 'library.look_up'")
    assert database.scalar(looked) == 2


def test_the_workbook_holds_no_formula(client, library, inspector, database):
    number = database.scalar(text("SELECT id FROM library WHERE code = :code"), {"code": library})
    answer = client.get(f"/libraries/{number}/export.xlsx", headers=inspector)
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert (len(rows), rows[1][1]) == (2, "=1+1 冷链")


def test_a_rule_is_tried_before_it_is_kept(client, shop, officer, database):
    told = {"code": "mine", "zh": "甲", "en": "A", "division": "350206", "look": "1"}
    tried = client.post("/libraries/new", data=told, headers=officer)
    assert (tried.status_code, "试算：1 个对象" in tried.text) == (200, True)
    assert 'value="mine"' in tried.text
    assert database.scalar(text("SELECT count(*) FROM library")) == 0
    kept = client.post("/libraries/new", data=told | {"look": ""}, headers=officer)
    assert kept.status_code == 303
    whole = told | {"look": "", "rule": '{"not": {"kind": "farm"}}', "reason": "放宽"}
    assert client.post(f"{kept.location}/edit", data=whole, headers=officer).status_code == 303
    assert "不是（类别：种养殖）" in client.get(kept.location, headers=officer).text
    wrong = client.post("/libraries/new", data=told | {"rule": "{"}, headers=officer)
    assert (wrong.status_code, "第 1 行" in wrong.text) == (400, True)


def test_who_may_not_is_refused(client, library, inspector):
    body = BODY | {"code": "other"}
    assert client.post("/api/v1/libraries", json=body, headers=inspector).status_code == 403
    assert client.get("/api/v1/libraries", headers=JSON).status_code == 401
    assert client.get("/libraries/new", headers=inspector | JSON).status_code == 403
    assert client.get("/api/v1/libraries/none", headers=inspector).status_code == 404


def test_the_night_loads_the_list_and_passes_over_the_city(client, room, shop, inspector):
    jobs.refresh(room)
    listed = client.get("/api/v1/libraries?region=350206&text=冷藏冷冻", headers=inspector).json
    counts = {each["code"]: each["members"] for each in listed["items"]}
    assert counts["350206-sales.cold"] == 1
    jobs.ruled(room, library_id=1, fact="library.ruled")
