"""What the public page of a rating says, and what it keeps to those who may read records."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import text
from support import rated
from support.accounts import house, person, signed_in, subject

from app.credit.ratings.rules import objection_until
from app.credit.ratings.services import run_ratings
from app.credit.ratings.terms import RunRatings
from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services.catalogue import load_agencies
from app.credit.scoring.services import adopt_schemes
from ledger.kernel.actor import Role
from ledger.kernel.workdays import CalendarUnknown

PAGE, API = "/ratings/broker_stars/JG-1", "/api/v1/ratings/broker_stars/JG-1"
COMPLAINED, HONOURED = date(2026, 4, 21), date(2026, 1, 10)  # only officials may know of the first


@pytest.fixture
def firm(app, database, now):
    """A rated agency with an honour and a complaint that was upheld, which is not public."""
    with house(database, now) as uow:
        load_agencies(uow, shipped_agencies())
        made = subject(uow, "鹭江房地产经纪有限公司")
        rated.broker(uow, made)
        rated.honour(uow, made, "JG-1", "national", HONOURED)
        complaint = rated.complaint(uow, made, "JG-1", "upheld", COMPLAINED)
        adopt_schemes(uow, ["broker_stars"])
        run_ratings(uow, RunRatings(scheme="broker_stars", as_of=date(2026, 8, 1)))
        person(uow, "xinyong", Role.CREDIT)
        person(uow, "jingji", Role.OPERATOR, made)
    return made, complaint


def shown(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def days(said):
    return set(re.findall(r"20\d\d-\d\d-\d\d", said))


def lookups(database):
    said = text("SELECT count(*) FROM audit_line WHERE action = 'record.read'")
    return database.scalar(said)


@pytest.mark.parametrize("who", ["", "jingji"])
def test_no_day_of_a_single_record_reaches_the_public(app, database, client, firm, who):
    browser = signed_in(app, who) if who else client
    page, answer = shown(browser, PAGE), shown(browser, API)
    # the day rated, the last day to object, and the moment the page was asked for
    assert days(page) <= {"2026-08-01", "2026-08-15", "2026-08-21", "2026-08-07"}
    assert days(answer) == {"2026-08-01"}
    for said in (page, answer):
        assert str(firm[1]) not in said
        assert COMPLAINED.isoformat() not in said
    assert "1 条" in page
    assert "D 本系统默认" in page
    assert lookups(database) == 0


def test_who_may_read_records_is_led_from_a_point_to_its_record(app, database, firm):
    browser = signed_in(app, "xinyong")
    page = shown(browser, PAGE)
    link = f"/subjects/{firm[0]}/credit?record={firm[1]}"
    assert link in page
    assert {COMPLAINED.isoformat(), HONOURED.isoformat()} <= days(page)
    assert lookups(database) == 1
    record = shown(browser, link)
    assert f'id="r{firm[1]}"' in record
    assert COMPLAINED.isoformat() in record
    assert HONOURED.isoformat() not in record
    assert lookups(database) == 2
    assert browser.get(f"/subjects/{firm[0]}/credit?record=77").status_code == 404


def test_a_record_not_open_to_all_has_no_page_for_all(app, client, firm):
    assert client.get(f"/subjects/{firm[0]}/credit?record={firm[1]}").status_code in (302, 303, 401)
    own = signed_in(app, "jingji").get(f"/subjects/{firm[0]}/credit?record={firm[1]}")
    assert own.status_code == 404


@pytest.mark.parametrize(
    ("rated_on", "until"),
    [
        (date(2026, 8, 3), date(2026, 8, 10)),  # over a weekend
        (date(2026, 9, 30), date(2026, 10, 13)),  # the national holidays; 10 October is worked
        (date(2026, 2, 13), date(2026, 2, 27)),  # the Spring Festival; 14 February is worked
    ],
)
def test_objections_are_in_time_for_five_days_that_are_worked(rated_on, until):
    assert objection_until(rated_on) == until


def test_a_year_whose_holidays_nobody_knows_has_no_last_day():
    with pytest.raises(CalendarUnknown):
        objection_until(date(2036, 12, 30))
