"""The general model of rules 5.3: its bounds, its overrides, its five groups."""

from __future__ import annotations

from datetime import date

import pytest
from support.schemes import row

from app.credit.classification.module import MODULE
from app.credit.scoring.rules.exact import rank_of
from app.credit.scoring.rules.explain import explain
from app.credit.scoring.rules.reading import read_scheme
from app.credit.scoring.terms import Case, Flag, days_of

SCHEME = read_scheme(MODULE.extras["schemes"][0].read_text("utf-8"))
TODAY = days_of(date(2026, 8, 1))
KNOWN = {"registration": [row(1000)]}


def scored(facts, before=""):
    return explain(SCHEME, Case(kind="subject", facts=KNOWN | facts, before=before), TODAY)


@pytest.mark.parametrize(
    ("points", "code"),
    [(19_900, "A"), (20_000, "B"), (39_900, "B"), (40_000, "C"), (59_900, "C"), (60_000, "D")],
)
def test_vectors_credit_classes_end_where_the_rules_say(points, code):
    assert SCHEME.classes[rank_of(SCHEME.classes, points, riskier=True)].code == code


def test_the_five_groups_are_those_of_the_rules():
    assert {part.code: part.most for part in SCHEME.parts} == {
        "basic": 15_000, "dynamics": 20_000, "supervision": 40_000, "relations": 10_000,
        "social": 15_000,
    }  # fmt: skip
    assert [one.colour for one in SCHEME.classes] == ["green", "yellow", "orange", "red"]
    assert not SCHEME.public


def test_a14_a_firm_on_the_seriously_unlawful_list_is_d_even_at_score_10():
    facts = {"penalties": [row(text="fine", on=TODAY - 40)] * 2, "serious": [row(1000)]}
    found = scored(facts)
    assert (found.points, found.class_code) == (10_000, "D")
    facts["penalties"] = [row(text="suspension", on=TODAY - 40)]
    assert (scored(facts).points, scored(facts).class_code) == (12_000, "D")


@pytest.mark.parametrize("listed", ["abnormal", "abnormal_mark", "dishonest"])
def test_listed_firms_are_at_least_c(listed):
    found = scored({listed: [row(1000)]})
    assert (found.points, found.class_code) == (10_000, "C")


def test_points_are_capped_where_the_rules_cap_them():
    many = {
        "penalties": [row(text="revocation", on=TODAY)] * 3,
        "sampling": [row(1000, on=TODAY)] * 5,
        "inspections": [row(text="3", on=TODAY)] * 9,
        "complaints": [row(1000, on=TODAY)] * 9,
        "opinion": [row(1000, on=TODAY)],
        "dishonest": [row(1000, on=TODAY)],
    }
    found = scored(many)
    points = {line.indicator.code: line.points for line in found.lines}
    assert (points["penalties"], points["sampling"], points["inspections"]) == (
        20_000, 10_000, 6000,
    )  # fmt: skip
    assert {part.part.code: part.points for part in found.parts}["social"] == 15_000


def test_missing_data_keeps_the_last_class_and_says_so():
    found = explain(SCHEME, Case(kind="subject", facts={}, before="B"), TODAY)
    assert (found.class_code, found.flags) == ("B", Flag.MISSING)
    assert explain(SCHEME, Case(kind="subject", facts={}), TODAY).class_code == ""
