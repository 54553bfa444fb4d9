"""An inspector looks a subject up on site, notes a visit, marks a closing; never another's firm."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from sqlalchemy import text
from support import accounts as people
from support.named import a_registration, a_uscc
from support.papers import a_photo

from app.factory import create_app
from ledger.kernel.actor import Role
from ledger.subjects.services import register_subject
from ledger.subjects.terms import LicenceKind, LicenceNamed
from scanner.symbols.render import symbol_png
from scanner.symbols.terms import Symbology

JSON = {"Accept": "application/json"}
PAPER = LicenceNamed(kind=LicenceKind.JY, number="JY13502060000001", scope=("散装食品销售",))
CLOSING = {"purpose": "routine", "results": ["7", "6"], "state": "closed", "said": "卷帘门已封"}


@pytest.fixture
def app(settings, database, now, tmp_path):
    made = create_app(replace(settings, data=tmp_path), bind=database, now=lambda: now)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    made.extensions["suyuan.limiter"].enabled = False
    return made


@pytest.fixture
def firms(database, now):
    """A firm in Huli, one in Siming, and the Huli branch of the agency."""
    with people.house(database, now) as uow:
        said = {
            "huli": a_registration(1, division="350206", name="湖里面馆", licences=(PAPER,)),
            "siming": a_registration(2, division="350203", name="思明面馆"),
            "branch": a_registration(3, division="350206", name="湖里分局"),
        }
        return {name: register_subject(uow, one)[0].id for name, one in said.items()}


@pytest.fixture
def officer(app, database, now, firms):
    """A browser signed in as an inspector of the Huli branch."""
    with people.house(database, now) as uow:
        people.person(uow, "huli", Role.INSPECTOR, firms["branch"])
    return people.signed_in(app, "huli")


@pytest.fixture
def city(database, now):
    with people.house(database, now) as uow:
        return people.key(uow, Role.INSPECTOR)


def photo():
    return (io.BytesIO(a_photo()), "a.jpg")


class TestB2:
    """基层分局: closed on site with officer, time and photo; another branch's firm stays shut."""

    def test_a_branch_marks_a_firm_closed_on_site(self, officer, firms, database, now):
        told = CLOSING | {"photo_1": photo()}
        done = officer.post(f"/inspect/{firms['huli']}", data=told)
        assert done.status_code == 303, done.text
        status = text("SELECT status FROM subject WHERE id = :id")
        assert database.scalar(status, {"id": firms["huli"]}) == "closed"
        page = officer.get(done.location).text
        for shown in ("已标记停业", "林一", "湖里分局", "2026-08-15 10:30", "照片 1", "卷帘门已封"):
            assert shown in page
        with officer.get(f"{done.location}/photos/0") as picture:
            assert (picture.status_code, picture.data) == (200, a_photo())
        change = database.execute(
            text("SELECT at, account_id, after, reason FROM subject_change WHERE subject_id = :id"),
            {"id": firms["huli"]},
        ).one()
        visit = database.execute(text("SELECT id, account_id, state FROM visit")).one()
        assert (change.at, change.account_id) == (now, visit.account_id)
        assert (change.after["status"], visit.state) == ("closed", "closed")
        assert change.reason == f"visit:{visit.id} 林一"

    def test_another_branchs_firm_is_not_opened_and_not_changed(self, officer, firms, database):
        refused = officer.get(f"/inspect/{firms['siming']}", headers=JSON)
        assert (refused.status_code, refused.json["code"]) == (403, "inspections.other_branch")
        assert "湖里分局" in refused.json["detail"]
        told = CLOSING | {"photo_1": photo()}
        assert officer.post(f"/inspect/{firms['siming']}", data=told).status_code == 403
        status = text("SELECT status FROM subject WHERE id = :id")
        assert database.scalar(status, {"id": firms["siming"]}) == "active"
        assert database.scalar(text("SELECT count(*) FROM visit")) == 0
        body = {"subject": a_uscc(2), "purpose": "routine", "results": ["1"]}
        assert officer.post("/api/v1/visits", json=body).status_code == 403

    def test_every_look_up_leaves_a_line_and_the_city_opens_all(
        self, client, officer, city, firms, database
    ):
        officer.get("/inspect?text=湖里面馆")
        officer.get(f"/inspect/{firms['huli']}")
        for firm in ("huli", "siming"):
            assert client.get(f"/inspect/{firms[firm]}", headers=city).status_code == 200
        looked = database.execute(
            text("SELECT action, about FROM audit_line WHERE action LIKE 'visit.%' ORDER BY id")
        ).all()
        assert [tuple(line) for line in looked] == [
            ("visit.search", "湖里面馆"),
            ("visit.look_up", f"subject:{firms['huli']}"),
            ("visit.look_up", f"subject:{firms['huli']}"),
            ("visit.look_up", f"subject:{firms['siming']}"),
        ]


@pytest.mark.parametrize(
    ("said", "by"),
    [
        (a_uscc(1), "uscc"),
        (f"http://www.gsxt.gov.cn/?uniscid={a_uscc(1)}", "uscc"),
        ("JY13502060000001", "licence"),
        ("湖里面", "name"),
    ],
)
def test_one_subject_found_leads_on(officer, firms, said, by):
    answer = officer.get("/inspect", query_string={"text": said})
    assert (answer.status_code, answer.location) == (302, f"/inspect/{firms['huli']}?by={by}")


def test_a_photograph_of_a_licence_leads_on(officer, firms):
    drawn = symbol_png(Symbology.QR, f"https://zzlz.gsxt.gov.cn/{a_uscc(1)}", module_px=6)
    sent = {"picture": (io.BytesIO(drawn), "a.png")}
    answer = officer.post("/inspect", data=sent)
    assert answer.status_code == 303
    assert officer.get(answer.location).location.startswith(f"/inspect/{firms['huli']}")
    empty = officer.post("/inspect", data={"picture": photo()})
    assert (empty.status_code, "照片里没有找到图码" in empty.text) == (422, True)


def test_by_name_a_branch_finds_its_own_and_the_city_chooses(client, officer, city, firms):
    assert officer.get("/inspect?text=面馆").status_code == 302
    several = client.get("/inspect?text=面馆", headers=city).text
    assert f"/inspect/{firms['huli']}" in several
    assert f"/inspect/{firms['siming']}" in several
    nobody = officer.get("/inspect?text=没有这家")
    assert (nobody.status_code, "没有找到“没有这家”" in nobody.text) == (404, True)


def test_a_visit_is_noted_listed_and_shown_beside_the_subject(officer, firms):
    told = {
        "purpose": "complaint",
        "results": ["A", "3"],
        "came_at": "2026-08-15T09:30",
        "left_at": "2026-08-15T10:10",
        "next_step": "责令改正，复查",
        "next_on": "2026-08-29",
        "by": "licence",
    }
    done = officer.post(f"/inspect/{firms['huli']}", data=told)
    assert done.status_code == 303, done.text
    page = officer.get(f"{done.location}?lang=en").text
    for shown in ("complaint looked into", "breach of food and drug rules", "2026-08-29"):
        assert shown in page
    officer.get("/inspect?lang=zh")
    assert "湖里面馆" in officer.get("/inspect/visits").text
    assert "投诉举报核查" in officer.get(f"/subjects/{firms['huli']}").text
    assert "投诉举报核查" in officer.get(f"/subjects/{firms['huli']}/credit").text
    listed = officer.get("/api/v1/visits").json["items"]
    assert [(each["results"], each["state"]) for each in listed] == [(["A", "3"], "")]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"results": []}, "请选结果"),
        ({"results": ["1", "A"]}, "不能和其他结果一起选"),
        ({"came_at": "2026-08-16T09:00"}, "检查要在开始之后"),
        ({"came_at": "nonsense"}, "field--error"),
        ({"state": "closed", "results": ["7"]}, "要有现场照片"),
    ],
)
def test_a_visit_that_cannot_be_comes_back_with_what_was_typed(officer, firms, told, said):
    whole = {"purpose": "routine", "results": ["1"], "said": "后厨整洁"} | told
    answer = officer.post(f"/inspect/{firms['huli']}", data=whole)
    assert answer.status_code == 422
    assert said in answer.text
    assert "后厨整洁" in answer.text


def test_a_closed_firm_is_opened_again(officer, firms, database):
    officer.post(f"/inspect/{firms['huli']}", data=CLOSING | {"photo_1": photo()})
    assert "恢复在业" in officer.get(f"/inspect/{firms['huli']}").text
    told = {"purpose": "follow_up", "results": ["1"], "state": "open", "photo_1": photo()}
    assert officer.post(f"/inspect/{firms['huli']}", data=told).status_code == 303
    status = text("SELECT status FROM subject WHERE id = :id")
    assert database.scalar(status, {"id": firms["huli"]}) == "active"


def test_others_note_and_see_nothing(client, database, now, firms):
    with people.house(database, now) as uow:
        shop = people.key(uow, Role.OPERATOR, firms["huli"])
    for address in ("/inspect", f"/inspect/{firms['huli']}", "/inspect/visits", "/api/v1/visits"):
        assert client.get(address, headers=shop | JSON).status_code == 403
        assert client.get(address, headers=JSON).status_code == 401
    assert "上门记录" not in client.get(f"/subjects/{firms['huli']}", headers=shop).text
