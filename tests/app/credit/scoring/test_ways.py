"""What would bring an object to a better class: in time, by one change, by several."""

from __future__ import annotations

from datetime import date

import pytest
from support.schemes import BROKERS, GRADES, read, row

from app.credit.scoring.rules.explain import explain
from app.credit.scoring.rules.ways import next_better, ways_to
from app.credit.scoring.terms import Case, day_of, days_of

SCHEME, STARS = read(GRADES), read(BROKERS)
TODAY = days_of(date(2026, 5, 1))
MARCH = days_of(date(2027, 3, 1))


def told(ways):
    return [
        (
            [(one.indicator.code, one.before, one.after) for one in way.changes if one.indicator],
            way.points,
            way.class_code,
            day_of(way.on).isoformat() if way.on else "",
        )
        for way in ways
    ]


def test_a_complaint_lapses_and_the_stars_come_back():
    facts = {"honours": [row(21_000)], "complaints": [row(1000, on=TODAY - 9, until=MARCH)]}
    case = Case(kind="agency", facts=facts)
    assert next_better(explain(STARS, case, TODAY)) == "4"
    assert told(ways_to(STARS, case, TODAY)) == [
        ([("complaints", -2000, 0)], 81_000, "4", "2027-03-01"),
        ([("honours", 21_000, 22_000)], 80_000, "4", ""),
        ([("complaints", -2000, 0)], 81_000, "4", ""),
    ]  # fmt: skip


def test_the_least_change_is_told_first_and_goes_no_further_than_needed():
    facts = {
        "form": [row(text="canteen")],
        "shares": [row(text="clean=2/7", on=TODAY)],
        "diners": [row(60_000)],
    }
    case = Case(kind="subject", facts=facts)
    assert explain(SCHEME, case, TODAY).points == 41_600
    assert told(ways_to(SCHEME, case, TODAY)) == [
        ([("shares", 17_100, 5500)], 30_000, "A", ""),
        ([("form", 15_000, 1000)], 27_600, "A", ""),
    ]


def test_where_no_single_change_is_enough_several_are_told():
    facts = {
        "form": [row(text="canteen")],
        "shares": [row(text="clean=7/7,raw=3/3,staff=2/2", on=TODAY)],
        "diners": [row(60_000)],
        "fines": [row(text="fine", on=TODAY)] * 4,
    }
    case = Case(kind="subject", facts=facts)
    (way,) = ways_to(SCHEME, case, TODAY, "A")
    assert (way.points <= 30_000, way.class_code) == (True, "A")
    assert [one.indicator.code for one in way.changes] == ["shares", "fines", "repeated"]


def test_a_list_that_keeps_it_back_is_named():
    facts = {"serious": [row(1000)], "shares": [row(text="clean=0/7", on=TODAY)]}
    (way,) = ways_to(SCHEME, Case(kind="subject", facts=facts), TODAY, "A")
    assert [one.override.when for one in way.changes if one.override] == ["serious"]


def test_nothing_is_told_where_nothing_helps():
    best = Case(kind="subject", facts={"shares": [row(text="clean=0/7", on=TODAY)]})
    assert ways_to(SCHEME, best, TODAY) == ()
    shop = Case(kind="shop", facts={"honours": [row(40_000)]}, parent=65_000)
    assert ways_to(STARS, shop, TODAY) == ()


@pytest.mark.parametrize("target", ["A", "B", "C"])
def test_each_way_leads_where_it_says(target):
    facts = {
        "form": [row(text="canteen")],
        "shares": [row(text="clean=5/7,raw=1/3", on=TODAY, until=MARCH)],
        "fines": [row(text="fine", on=TODAY, until=MARCH)],
        "diners": [row(60_000)],
    }
    for way in ways_to(SCHEME, Case(kind="subject", facts=facts), TODAY, target):
        assert SCHEME.rank(way.class_code) <= SCHEME.rank(target)
