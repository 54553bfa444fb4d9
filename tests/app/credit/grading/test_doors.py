"""The doors of grading: pages, API, shell, jobs, what other pages show of a grade."""

from __future__ import annotations

import json
from contextlib import nullcontext
from io import BytesIO

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from support import accounts as people
from support.filings import an_operator
from support.food_city import a_graded_shop
from support.named import a_uscc
from support.rooms import job_room

from app.credit.grading import cli, jobs, services
from app.credit.grading.queries import desk_of, form_of, grade_of, history_of
from app.credit.grading.queries.profiles import profile_of
from app.credit.grading.terms import Grade, Trade
from app.doors.cli import Shell
from ledger.kernel.actor import Role
from ledger.subjects.terms import SubjectKind

USCC = a_uscc(2)


@pytest.fixture
def shop(database, now):
    """A shop of 15.5 static points, a third of whose inspection failed: 35.5, B."""
    with people.house(database, now) as uow:
        made = an_operator(uow, 2, kinds=(SubjectKind.DISTRIBUTION,), division="350203")
        uow.session.execute(text("UPDATE licence SET valid_from = '2020-01-01'"))
        a_graded_shop(uow, made)
    return made


@pytest.fixture
def as_role(app, database, now):
    """A client of a person of a role."""

    def opened(role, operator=None):
        with people.house(database, now) as uow:
            people.person(uow, role.value, role, operator)
        return people.signed_in(app, role.value)

    return opened


def body(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def test_an_inspector_reads_the_desk_the_list_a_grade_and_takes_the_sheet(as_role, shop):
    client = as_role(Role.INSPECTOR)
    desk = body(client, "/grades")
    assert "思明区" in desk
    assert "现在评定全市" not in desk
    assert f"/grades/{shop}" in body(client, "/grades/list?grade=B&trade=sales&division=350203")
    assert f"/grades/{shop}" not in body(client, "/grades/list?grade=A&next=x")
    sheet = client.get("/grades/list.xlsx?grade=B").data
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == USCC
    assert rows[1][3] == "B"
    assert rows[1][7:10] == ["15.5", "20.0", "35.5"]
    shown = body(client, f"/grades/{shop}")
    for said in ("15.5", "20.0", "冷藏贮存的散装食品", "怎样到 A 级", "每年1至2次"):
        assert said in shown
    assert "35.5" in body(client, f"/subjects/{shop}")
    assert body(client, "/grades/999999", 404)


def test_the_year_is_filled_and_confirmed_through_pages_and_printed(as_role, shop, now):
    inspector, officer = as_role(Role.INSPECTOR), as_role(Role.CREDIT)
    year = now.year
    assert "连续3年" in body(inspector, f"/grades/{shop}/forms/{year}/fill")
    refused = inspector.post(f"/grades/{shop}/forms/{year}/fill", data={"flags": ["2"]})
    assert refused.status_code == 422
    sent = {"flags": ["2"], "grounds": ["a"], "remark": "省抽不合格"}
    done = inspector.post(f"/grades/{shop}/forms/{year}/fill", data=sent)
    assert done.headers["Location"] == f"/grades/{shop}/forms/{year}"
    page = body(officer, f"/grades/{shop}/forms/{year}")
    assert "省抽不合格" in page
    back = {"number": 2, "confirm": "false", "note": "补依据"}
    assert officer.post(f"/grades/{shop}/forms/{year}/review", data=back).status_code == 303
    assert "补依据" in body(inspector, f"/grades/{shop}/forms/{year}")
    inspector.post(f"/grades/{shop}/forms/{year}/fill", data=sent)
    confirm = {"number": 3, "confirm": "true", "note": ""}
    assert officer.post(f"/grades/{shop}/forms/{year}/review", data=confirm).status_code == 303
    assert "已确定" in body(inspector, f"/grades/{shop}/forms/{year}")
    paper = officer.post(f"/grades/{shop}/forms/{year}/paper")
    assert paper.data.startswith(b"%PDF")


def test_static_factors_become_a_record_of_the_agency(as_role, shop, uow):
    client = as_role(Role.INSPECTOR)
    assert "350" in body(client, f"/grades/{shop}/profile/sales")
    wrong = client.post(f"/grades/{shop}/profile/sales", data={"area": "很大"})
    assert wrong.status_code == 422
    done = client.post(f"/grades/{shop}/profile/sales", data={"area": "4000", "suppliers": "9"})
    assert done.headers["Location"] == f"/grades/{shop}"
    assert profile_of(uow, shop, Trade.SALES, uow.today)["area"] == "4000"
    for codes in (["05", "13"], ["13"]):
        client.post(f"/grades/{shop}/profile/production", data={"food_category": codes})
        found = profile_of(uow, shop, Trade.PRODUCTION, uow.today)
        assert found == {"food_category": ",".join(codes)}
    none = client.post(f"/grades/{shop}/profile/production", data={})
    assert none.status_code == 422
    assert body(client, f"/grades/{shop}/profile/fishing", 404)


def test_everybody_is_told_the_grade_and_its_day_and_no_more(client, as_role, shop, database, now):
    told = client.get(f"/api/v1/grades/{USCC}").json
    assert told == {"uscc": USCC, "name": told["name"], "grade": "B", "as_of": str(now.date())}
    assert client.get(f"/api/v1/grades/{a_uscc(9)}").status_code == 404
    assert client.get(f"/grades/{shop}").status_code in (302, 303, 401)
    file = body(client, f"/credit/{USCC}")
    assert "食品安全风险等级" in file
    assert f"/grades/{shop}" not in file
    with people.house(database, now) as uow:
        key = people.key(uow, Role.OPERATOR, shop)
    full = client.get(f"/api/v1/grades/{USCC}", headers=key).json
    assert (full["static"], full["dynamic"], full["total"]) == ("15.5", "20.0", "35.5")
    assert full["visits"] == {"least": 1, "most": 2, "years": 1}
    assert full["history"][0]["grade"] == "B"
    own = as_role(Role.OPERATOR, shop)
    assert "35.5" in body(own, f"/grades/{shop}")
    assert body(own, f"/grades/{shop + 1000}", 404)


def test_jobs_grade_every_month_again_and_note_what_is_late(
    settings, database, shop, now, as_role, uow
):
    room = job_room(settings, database, now)
    runs = len(desk_of(uow).runs)
    jobs.grade_monthly(room)
    assert len(desk_of(uow).runs) == runs  # this month's is there
    jobs.grade_all(room)
    assert len(desk_of(uow).runs) == runs + 1
    jobs.grade_again(room, item="penalty.decision", subjects=[shop])
    jobs.grade_again(room)
    assert len(desk_of(uow).runs) == runs + 1
    jobs.grade_again(room, item="inspection.food", subjects=[shop])
    jobs.grade_again(room, subject_id=shop)
    assert not desk_of(uow).runs[0].whole
    jobs.note_overdue(room, timer="answer", number="R1", operators=[shop])
    jobs.note_overdue(room, timer="start", number="R1", recaller_id=shop)
    jobs.note_overdue(room, timer="stage", number="R1")
    drawn = services.draft_form(uow, shop, now.year)
    assert [len(one.evidence) for one in drawn.flags] == [2]
    later = job_room(settings, database, now.replace(month=9, day=1))
    jobs.grade_monthly(later)
    uow.session.expire_all()
    assert grade_of(uow, shop).as_of.month == 9
    officer = as_role(Role.CREDIT)
    assert officer.post("/grades/run").headers["Location"] == "/grades?asked=1"


def test_the_shell_grades_and_explains(shop, database, now, monkeypatch, uow):
    with people.house(database, now) as house:
        shell = Shell.__new__(Shell)
        monkeypatch.setattr(Shell, "unit", lambda *_said, **_more: nullcontext(house))
        monkeypatch.setattr("app.doors.cli.opened", lambda: nullcontext(shell))
        call = CliRunner().invoke
        ran = call(cli.credit, ["grade", "run", "--json", "--operator", USCC])
        assert (ran.exit_code, json.loads(ran.output)["operators"]) == (0, 1)
        assert "A 0  B 1" in call(cli.credit, ["grade", "run", "--as-of", "2026-08-15"]).output
        assert "冷藏贮存的散装食品" in call(cli.credit, ["grade", "show", USCC]).output
        told = json.loads(call(cli.grade, ["explain", USCC, "--json"]).output)
    assert told["grade"] == "B"
    assert told["lines"][-1]["points"] == "20.0"
    assert history_of(uow, shop)[0].now is Grade.B
    assert form_of(uow, shop, now.year).number == 1
