"""Classes made of records, joined with food grades month by month, and never shown outside."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from support.accounts import person, signed_in
from support.credit import a_penalty, said_of
from support.made_facts import made_facts
from support.schemes import GRADES, row

from app.credit.classification import queries, services
from app.credit.classification.errors import BeginsTooEarly
from app.credit.classification.services import SHIPPED
from app.credit.scoring.services import load_scheme, run_now
from app.credit.scoring.terms import LoadScheme
from ledger.kernel.actor import PUBLIC, Actor, NobodySignedIn, NotPermitted, Role

FIRM = "91350200MA2XFA1T37"
JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)
FOOD = GRADES.replace('trade = "made"', 'trade = "food"')
STRICT = (
    (SHIPPED / "food_2022.toml")
    .read_text("utf-8")
    .replace('version = "2022"', 'version = "2026"')
    .replace("valid_from = 2022-03-01", "valid_from = 2026-08-01")
    .replace('B = { A = "B", B = "B"', 'B = { A = "B", B = "C"')
)


def test_b1_a_health_penalty_is_in_the_class_at_the_next_run(uow, firm):
    services.classify(uow, JULY)
    before = queries.class_of(uow, firm).score
    assert (before.points, before.adjusted_class) == (2000, "A")
    said_of(
        uow,
        "penalty.decision",
        a_penalty(FIRM, 1, penalty_kinds="suspension,fine", decided_on="2026-07-18",
                  document_no="厦卫罚〔2026〕1号", source_unit="厦门市卫生健康委员会"),
        agency="health",
    )  # fmt: skip
    assert queries.class_of(uow, firm).score.points == 2000
    services.classify(uow, AUGUST)
    after = queries.class_of(uow, firm).score
    assert (after.points, after.adjusted_class) == (19_000, "A")
    (line,) = [one for one in after.outcome.lines if one.indicator.code == "penalties"]
    assert (line.points, len(line.evidence)) == (17_000, 2)
    assert after.previous.points == 2000


def test_a14_two_runs_on_one_snapshot_are_identical(uow, firm):
    first = services.classify(uow, AUGUST)
    again = services.classify(uow, AUGUST)
    assert (again.repeated, again.run) == (True, first.run)


def fed(uow, firm, month, tier):
    """A food grade of a firm as of a month."""
    with made_facts() as made:
        made.objects["subject"], made.words = [firm], {"tier", "shares"}
        made.facts = {"tier": [(firm, row(text=tier))]}
        load_scheme(uow, LoadScheme(text=FOOD))
        run_now(uow, "grades", month)


def general(uow, firm):
    """Records that make a firm B, general."""
    kinds = {"penalty_kinds": "closure", "decided_on": "2026-05-18"}
    said_of(uow, "penalty.decision", a_penalty(FIRM, 7, **kinds), agency="health")
    assert firm


def test_b4_general_b_and_food_d_are_joined_by_the_matrix_of_the_month(uow, firm):
    general(uow, firm)
    fed(uow, firm, JULY, "IV")
    services.classify(uow, JULY)
    (joined,) = queries.combined_of(uow, firm)
    assert (joined.food, joined.credit, joined.class_code) == ("D", "B", "D")
    fed(uow, firm, AUGUST, "II")
    services.classify(uow, AUGUST)
    told = [(one.month, one.class_code, one.version) for one in queries.combined_of(uow, firm)]
    assert told == [(AUGUST, "B", "2022"), (JULY, "D", "2022")]
    services.load_combination(uow, STRICT)
    told = [(one.month, one.class_code, one.version) for one in queries.combined_of(uow, firm)]
    assert told == [(AUGUST, "C", "2026"), (JULY, "D", "2022")]
    assert [one.version for one in queries.combined_runs(uow)] == ["2026", "2022"]
    late = STRICT.replace('"2026"', '"2027"').replace("2026-08-01", "2026-06-01")
    with pytest.raises(BeginsTooEarly):
        services.load_combination(uow, late)


def test_only_officials_are_told(uow, firm, units_of):
    services.classify(uow, JULY)
    own = Actor(role=Role.OPERATOR, operator_id=firm)
    for who, refusal in ((PUBLIC, NobodySignedIn), (own, NotPermitted)):
        with pytest.raises(refusal), units_of(who) as unit:
            queries.class_of(unit, firm)
    with units_of(Actor(role=Role.INSPECTOR)) as unit:
        shown = queries.class_of(unit, firm)
        assert (shown.score.adjusted_class, shown.ratio.share) == ("A", "2")


def test_officials_see_why_and_the_look_up_is_audited(uow, firm, app):
    services.classify(uow, JULY)
    person(uow, "zhifa", Role.INSPECTOR)
    browser = signed_in(app, "zhifa")
    assert "/class" in browser.get("/classes").get_data(as_text=True)
    page = browser.get(f"/subjects/{firm}/class").get_data(as_text=True)
    assert "通用型指标" in page
    assert "grade--a" not in page
    assert "信用风险低（A）" in browser.get(f"/subjects/{firm}/credit").get_data(as_text=True)
    lines = uow.session.execute(_LOOK_UPS).scalars().all()
    assert f"subject:{firm}" in lines


_LOOK_UPS = text("SELECT about FROM audit_line WHERE action LIKE 'class%'")
