"""Points and classes: the vectors of the rules, and columns held against plain words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.schemes import BROKERS, GRADES, columns, read, row

from app.credit.scoring.rules.exact import rank_of
from app.credit.scoring.rules.explain import explain
from app.credit.scoring.rules.reckon import Before, reckon
from app.credit.scoring.rules.shares import counts_of, share_points
from app.credit.scoring.rules.windows import lapse_of, lapses_of
from app.credit.scoring.terms import Case, Flag, LineState, Objects, days_of

SCHEME, STARS = read(GRADES), read(BROKERS)
WORDS = ("form", "shares", "book", "fines", "tier")
TODAY = days_of(date(2026, 5, 1))


@pytest.mark.parametrize(
    ("points", "grade"),
    [(30.0, "A"), (30.1, "B"), (45.0, "B"), (45.1, "C"), (60.0, "C"), (60.1, "D")],
)
def test_grades_end_where_the_rules_say(points, grade):
    rank = rank_of(SCHEME.classes, round(points * 1000), riskier=True)
    assert SCHEME.classes[rank].code == grade


@pytest.mark.parametrize(
    ("points", "stars"), [(90, "5"), (89.9, "4"), (80, "4"), (79, "3"), (60, "2"), (59.9, "1")]
)
def test_stars_begin_where_the_rules_say(points, stars):
    rank = rank_of(STARS.classes, round(points * 1000), riskier=False)
    assert STARS.classes[rank].code == stars


YEAR_END = [
    ("B", ["failed"], "C"), ("C", ["accident"], "D"), ("B", ["clean"], "A"),
    ("B", ["clean", "failed"], "C"), ("A", ["failed", "accident"], "C"), ("D", ["failed"], "D"),
    ("A", ["clean"], "A"), ("B", [], "B"), ("A", ["serious"], "D"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "triggers", "following"), YEAR_END)
def test_the_year_end_moves_the_grade(now, triggers, following):
    tier = {"A": "I", "B": "II", "C": "III", "D": "IV"}[now]
    facts = {"tier": [row(text=tier)]} | {name: [row(1000)] for name in triggers}
    found = explain(SCHEME, Case(kind="subject", facts=facts), TODAY)
    assert found.adjusted_class == following


def test_a_group_that_does_not_apply_gives_its_weight_to_the_others():
    shares = SCHEME.indicators[3].shares
    assert share_points(shares, counts_of("staff=1/2,raw=0/4,clean=0/1"), 1) == 3000
    assert share_points(shares, counts_of("staff=1/2,raw=0/4,clean=0/0"), 1) == 10_000
    assert share_points(shares, counts_of("staff=1/3,raw=1/3,clean=1/3"), 1) == 20_000
    assert share_points(shares, counts_of("raw=1/7"), 3) == 8571  # 60/7 = 8.5714…
    assert share_points(shares, counts_of("nonsense, raw=x/2, staff=3/2"), 1) == 0


def test_of_alternatives_the_highest_counts_and_the_others_are_shown_with_nothing():
    facts = {"area": [row(300_000)], "diners": [row(60_000)], "form": [row(text="stall")]}
    found = explain(SCHEME, Case(kind="subject", facts=facts), TODAY)
    assert [(line.points, line.state) for line in found.parts[0].lines] == [
        (0, LineState.OUTDONE), (9500, LineState.COUNTED), (3500, LineState.COUNTED),
    ]  # fmt: skip


def test_halves_of_a_measure_are_rounded_up_before_the_band():
    for area, points in ((200_499, 1000), (200_500, 2500)):
        facts = {"area": [row(area)]}
        found = explain(SCHEME, Case(kind="subject", facts=facts), TODAY)
        assert found.parts[0].lines[0].points == points


def test_a_row_counts_from_its_day_until_it_lapses():
    fine = row(text="fine", on=TODAY - 5, until=TODAY + 1)
    for day, points in ((TODAY - 6, 0), (TODAY, 5000), (TODAY + 1, 0)):
        found = explain(SCHEME, Case(kind="subject", facts={"fines": [fine]}), day)
        assert found.parts[1].lines[1].points == points


def test_a_shop_has_the_lesser_of_its_agencys_points_and_its_own():
    agencies, shops = Objects.of_subjects([1, 2], "agency"), _shops()
    known = {"honours": [(1, row(21_000)), (2, row(5000))], "complaints": [(2, row(1000))]}
    first = reckon(STARS, columns(STARS, agencies, known), TODAY)
    assert first.points.tolist() == [81_000, 63_000]
    own = {"honours": [(7, row(35_000)), (8, row(35_000)), (9, row(1000))]}
    found = reckon(STARS, columns(STARS, shops, own), TODAY, Before(parents=first))
    assert found.own.tolist() == [95_000, 95_000, 61_000]
    assert found.points.tolist() == [81_000, 95_000, 61_000]
    assert [bool(flags & Flag.INHERITED) for flags in found.flags] == [True, False, False]


def _shops():
    ids = np.array([7, 8, 9])
    return Objects(kind="shop", ids=ids, subjects=ids, parents=np.array([1, 0, 2]))


def test_a_complaint_lowers_four_stars_to_three():
    facts = {"honours": [row(21_000)]}
    assert explain(STARS, Case(kind="agency", facts=facts), TODAY).class_code == "4"
    facts["complaints"] = [row(1000)]
    found = explain(STARS, Case(kind="agency", facts=facts), TODAY)
    assert (found.points, found.class_code) == (79_000, "3")


def test_months_end_where_the_month_ends():
    assert lapse_of(date(2020, 8, 31), 6) == date(2021, 2, 28)
    days = np.array([days_of(date(2020, 2, 29)), days_of(date(2020, 5, 13))], dtype=np.int32)
    expected = [days_of(date(2021, 2, 28)), days_of(date(2021, 5, 13))]
    assert lapses_of(days, 12).tolist() == expected


DAYS = st.integers(TODAY - 400, TODAY + 40)
ROW = {
    "on": DAYS,
    "until": st.one_of(st.just(0), DAYS),
    "evidence": st.integers(1, 9),
}
NUMBER = st.builds(row, value=st.sampled_from([0, 1, 200_500, 201_000, 50_000, 10**7]), **ROW)
TEXTS = {
    "form": ["canteen", "stall", "barge"],
    "shares": ["staff=1/3,raw=2/7,clean=0/9", "staff=0/0", "raw=5/6,clean=1/7", "?"],
    "book": ["staff=2/11", "clean=13/17,new=1/1"],
    "fines": ["warning", "fine", "jail"],
    "tier": ["I", "III", "X"],
}


def rows_of(name):
    one = NUMBER
    if name in TEXTS:
        one = st.builds(row, text=st.sampled_from(TEXTS[name]), **ROW)
    return st.lists(one, max_size=3)


PEOPLE = st.lists(
    st.fixed_dictionaries({name: rows_of(name) for name in SCHEME.facts}), min_size=1, max_size=5
)


@settings(deadline=None, max_examples=150)
@given(people=PEOPLE)
def test_columns_and_plain_words_say_the_same(people):
    objects = Objects.of_subjects(range(1, len(people) + 1))
    known = {
        name: [(at, one) for at, facts in enumerate(people, 1) for one in facts[name]]
        for name in SCHEME.facts
    }
    found = reckon(SCHEME, columns(SCHEME, objects, known, WORDS), TODAY)
    for at, facts in enumerate(people):
        told = explain(SCHEME, Case(kind="subject", facts=facts), TODAY)
        points = {line.indicator.code: line.points for line in told.lines}
        assert found.lines[:, at].tolist() == [points[one.code] for one in SCHEME.indicators]
        assert (found.own[at], found.points[at]) == (told.own, told.points)
        codes = [
            SCHEME.classes[rank].code for rank in (found.class_rank[at], found.adjusted_rank[at])
        ]
        assert codes == [told.class_code, told.adjusted_class]
        assert Flag(int(found.flags[at])) == told.flags
