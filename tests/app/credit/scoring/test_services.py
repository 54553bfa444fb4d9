"""Schemes kept, runs made, scores that say why, drafts tried; on the real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sqlalchemy import text
from support.schemes import BROKERS, GRADES, row

from app.credit.scoring import queries, services
from app.credit.scoring.errors import (
    KeptInside,
    NotInForce,
    SchemeRefused,
    UnknownScore,
    VersionTaken,
)
from app.credit.scoring.rules.explain import explain
from app.credit.scoring.services import running
from app.credit.scoring.terms import (
    Flag,
    LoadScheme,
    PlaceObjects,
    RunScheme,
    RunState,
    SchemeState,
    ScoresAsked,
    days_of,
)
from ledger.kernel import uow as units
from ledger.kernel.actor import PUBLIC, SYSTEM, NobodySignedIn
from ledger.kernel.uow import StoreSilent

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
TODAY = days_of(MAY)
PEOPLE = [11, 12, 13]


def facts(made):
    made.objects["subject"] = PEOPLE
    made.words |= {"form", "shares", "fines", "tier", "book"}
    made.facts = {
        "area": [(11, row(350_000, evidence=71)), (12, row(90_000))],
        "form": [(11, row(text="stall")), (12, row(text="canteen"))],
        "shares": [(11, row(text="raw=1/4,clean=1/8", on=TODAY - 9, evidence=72))],
        "fines": [(12, row(text="fine", on=TODAY - 5, until=TODAY + 20, evidence=2**62))] * 2,
        "failed": [(12, row(1000, evidence=5))],
        "serious": [(13, row(1000))],
    }


def load(uow, said=GRADES, **changes):
    state = changes.pop("state", SchemeState.IN_FORCE)
    for old, new in changes.items():
        said = said.replace({"version": 'version = "1"', "since": "2020-01-01"}[old], new)
    return services.load_scheme(uow, LoadScheme(text=said, state=state))


def test_what_is_kept_inside_is_not_made_public_by_a_later_version(uow, made):
    load(uow, GRADES.replace("public = true", "public = false"))
    with pytest.raises(KeptInside):
        load(uow, version='version = "2"', since="2030-01-01")


def test_one_version_is_in_force_at_a_time(uow, made):
    load(uow)
    assert load(uow).scheme.version == "1"
    with pytest.raises(VersionTaken):
        services.load_scheme(uow, LoadScheme(text=GRADES.replace("面积", "面積")))
    second = {"version": 'version = "2"', "since": "2027-01-01"}
    with pytest.raises(SchemeRefused) as refusal:
        load(uow, **second)
    assert refusal.value.params["code"] == "scoring.two_in_force"
    at = refusal.value.params["line"]
    assert "valid_from" in GRADES.splitlines()[at - 1]
    load(uow, **(second | {"version": 'version = "2"\nreplaces = "1"'}))
    days = {day: queries.scheme_in_force(uow, "grades", day).scheme.version
            for day in (date(2026, 12, 31), date(2027, 1, 1))}  # fmt: skip
    assert list(days.values()) == ["1", "2"]
    with pytest.raises(NotInForce):
        queries.scheme_in_force(uow, "grades", date(2019, 1, 1))


def test_a_score_says_what_it_comes_from(uow, made):
    facts(made)
    load(uow)
    done = services.run_now(uow, "grades", MAY)
    assert done.run.objects == 3
    assert done.run.distributions[0].classes == {"A": 1, "B": 0, "C": 0, "D": 2}
    score = queries.score_of(uow, "grades", 11)
    lines = {line.indicator.code: line for line in score.outcome.lines}
    assert {code: line.points for code, line in lines.items()} == {
        "area": 2500, "diners": 0, "form": 3500, "shares": 9200, "fines": 0, "repeated": 0,
    }  # fmt: skip
    assert (score.points, score.class_code) == (15_200, "A")
    assert lines["shares"].evidence == (72,)
    assert [share.points for share in lines["shares"].shares] == [0, 3333, 5833]
    assert lines["shares"].on == TODAY - 9


def test_every_stored_score_is_explained_as_it_was_reckoned(uow, made):
    facts(made)
    scheme = load(uow).scheme
    done = services.run_now(uow, "grades", MAY)
    reckoned = done.reckoned[0]
    for at, person in enumerate(PEOPLE):
        found = queries.score_of(uow, "grades", person)
        told = found.outcome
        assert (told.points, told.own) == (found.head.points, found.head.own)
        assert (told.class_code, told.adjusted_class) == (found.class_code, found.adjusted_class)
        assert told.flags == found.head.flags == Flag(int(reckoned.flags[at]))
        assert [line.points for line in told.lines] == reckoned.lines[:, at].tolist()
    fined = queries.score_of(uow, "grades", 12)
    assert fined.outcome.parts[1].lines[1].evidence == (2**62, 2**62)
    assert fined.outcome.parts[1].lines[1].until == TODAY + 20
    assert [one.code for one in fined.outcome.adjusts] == ["failed"]
    assert explain(scheme, fined.case, TODAY + 20).points == fined.points - 10_000


def test_the_same_snapshot_gives_the_same_run_and_another_another(uow, made):
    facts(made)
    load(uow)
    first = services.run_now(uow, "grades", MAY)
    made.facts = {name: list(reversed(rows)) for name, rows in made.facts.items()}
    again = services.run_now(uow, "grades", MAY)
    assert (again.repeated, again.run) == (True, first.run)
    assert uow.session.scalar(text("SELECT count(*) FROM score")) == 3
    made.facts["area"] = [(11, row(351_000, evidence=71)), (12, row(90_000))]
    other = services.run_now(uow, "grades", MAY)
    assert other.run.snapshot != first.run.snapshot
    assert other.run.result == first.run.result
    later = services.run_now(uow, "grades", JUNE)
    assert queries.moves_between(uow, first.run.id, later.run.id) == {
        ("A", "A"): 1, ("D", "D"): 2,
    }  # fmt: skip
    assert [one.as_of for one in queries.history_of(uow, "grades", 11)] == [JUNE, MAY, MAY]


def test_shops_inherit_and_are_read_by_their_own_numbers(uow, made):
    load(uow, BROKERS)
    agencies = PlaceObjects(
        trade="brokers", kind="agency", rows=((11, "A1", "甲", ""), (12, "A2", "乙", ""))
    )
    made.objects["agency"] = services.place_objects(uow, agencies)
    shops = PlaceObjects(
        trade="brokers", kind="shop", parent_kind="agency", rows=((11, "S1", "甲一店", "A1"),)
    )
    made.objects["shop"] = services.place_objects(uow, shops)
    assert services.place_objects(uow, shops).ids.tolist() == made.objects["shop"].ids.tolist()
    agency, shop = made.objects["agency"].ids[0], made.objects["shop"].ids[0]
    made.facts = {"honours": [(int(agency), row(15_000)), (int(shop), row(35_000))]}
    services.run_now(uow, "brokers", MAY)
    found = queries.score_of(uow, "brokers", int(shop), "shop")
    assert (found.points, found.head.own, found.head.name) == (75_000, 95_000, "甲一店")
    assert found.outcome.flags is Flag.INHERITED
    page = queries.scores_page(uow, ScoresAsked(code="brokers", class_code="3"))
    assert [(one.number, one.adjusted_class) for one in page.items] == [("A1", "3")]
    assert len(queries.scores_of_subject(uow, "brokers", 11, "shop")) == 1
    with pytest.raises(UnknownScore):
        queries.score_of(uow, "brokers", 2**40, "shop")


def test_where_a_fact_is_missing_the_last_class_is_kept(uow, made):
    facts(made)
    load(uow, GRADES.replace("missing = 5", 'missing = "last"'))
    services.run_now(uow, "grades", MAY)
    assert queries.score_of(uow, "grades", 11).adjusted_class == "A"
    made.facts["form"] = []
    made.facts["area"] = [(11, row(10**9))]
    services.run_now(uow, "grades", JUNE)
    kept = queries.score_of(uow, "grades", 11)
    assert (kept.adjusted_class, kept.head.flags & Flag.MISSING) == ("A", Flag.MISSING)
    assert kept.outcome.adjusted_class == "A"


def test_what_is_not_public_is_given_to_nobody_who_may_not_know(uow, made, units_of):
    facts(made)
    load(uow, GRADES.replace("public = true", "public = false"))
    services.run_now(uow, "grades", MAY)
    for ask in (
        lambda unit: queries.score_of(unit, "grades", 11),
        lambda unit: queries.history_of(unit, "grades", 11),
        lambda unit: queries.scores_page(unit, ScoresAsked(code="grades")),
        lambda unit: queries.scores_of_subject(unit, "grades", 11),
    ):
        with pytest.raises(NobodySignedIn), units_of(PUBLIC) as unit:
            ask(unit)
    with units_of(PUBLIC) as unit:
        assert queries.schemes(unit) == ()


def test_a_draft_is_tried_beside_what_is_in_force(uow, made):
    facts(made)
    load(uow)
    draft = GRADES.replace('version = "1"', 'version = "2"').replace("up_to = 30", "up_to = 10")
    services.load_scheme(uow, LoadScheme(text=draft, state=SchemeState.DRAFT))
    services.try_draft(uow, "grades", "2", MAY)
    found = queries.what_if(uow, "grades", "2")
    assert found.before[0].classes == {"A": 1, "B": 0, "C": 0, "D": 2}
    assert found.after[0].classes == {"A": 0, "B": 1, "C": 0, "D": 2}
    assert found.moves == {("A", "B"): 1, ("D", "D"): 2}
    assert [(one.before, one.after, one.object_id) for one in found.examples] == [("A", "B", 11)]
    assert uow.session.scalar(text("SELECT count(*) FROM score")) == 0


def test_a_run_that_is_killed_leaves_nothing(fresh_database, made, now):
    facts(made)

    def unit():
        return units.begin(fresh_database, actor=SYSTEM, now=now, request_id="test")

    with unit() as uow:
        load(uow)

    def killed():
        with unit() as uow:
            services.run_now(uow, "grades", MAY)
            assert uow.session.scalar(text("SELECT count(*) FROM score")) == 3
            pid = uow.session.scalar(text("SELECT pg_backend_pid()"))
            with fresh_database.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            uow.session.execute(text("SELECT 1"))

    with pytest.raises(StoreSilent):
        killed()
    with unit() as uow:
        counts = "SELECT (SELECT count(*) FROM score) + (SELECT count(*) FROM score_run)"
        assert uow.session.scalar(text(counts)) == 0
        assert services.run_now(uow, "grades", MAY).run.objects == 3


def test_scores_of_many_objects_go_in_part_by_part(uow, made, monkeypatch):
    monkeypatch.setattr("app.credit.scoring.services.writing._AT_ONCE", 2)
    facts(made)
    load(uow)
    services.run_now(uow, "grades", MAY)
    assert [queries.score_of(uow, "grades", at).points for at in PEOPLE] == [15_200, 56_000, 35_000]


def test_reckoning_is_the_same_in_any_order_of_rows(made):
    facts(made)
    from support.schemes import columns, read

    scheme = read(GRADES)
    objects = made.list(None, None, replace(scheme.kinds[0]), MAY)
    one = columns(scheme, objects, made.facts, made.words)
    other = columns(
        scheme, objects, {k: list(reversed(v)) for k, v in made.facts.items()}, made.words
    )
    results = [running.reckoned_sets(scheme, [given], MAY, {}) for given in (one, other)]
    assert np.array_equal(results[0][0].lines, results[1][0].lines)


def some_of(uow, made, people, area):
    """A run of some objects between two whole ones, with a fact that has changed."""
    made.objects["subject"] = people
    made.facts["area"] = [(one, row(area)) for one in people]
    scheme = queries.scheme_in_force(uow, "grades", MAY).scheme
    sets = services.sets_of(uow, scheme, JUNE)
    command = RunScheme(scheme=scheme, as_of=JUNE, sets=sets, part=True)
    return services.run_scheme(uow, command)


def test_a_run_of_some_gives_them_new_scores_and_leaves_the_whole_run_what_it_was(uow, made):
    facts(made)
    load(uow)
    whole = services.run_now(uow, "grades", MAY)
    before = {one: queries.score_of(uow, "grades", one).head for one in PEOPLE}
    part = some_of(uow, made, [11], 90_000)
    assert (part.run.objects, part.run.state) == (1, RunState.PART)
    assert queries.score_of(uow, "grades", 11).head.as_of == JUNE
    assert [queries.score_of(uow, "grades", one).head for one in (12, 13)] == [
        before[12], before[13],
    ]  # fmt: skip
    assert queries.latest_run(uow, "grades").id == whole.run.id
    listed = queries.scores_page(uow, ScoresAsked(code="grades")).items
    assert [one.run_id for one in listed] == [whole.run.id] * 3
    asked = ScoresAsked(code="grades", subject_ids=(11, 12))
    assert [one.run_id for one in queries.scores_page(uow, asked).items] == [
        part.run.id, whole.run.id,
    ]  # fmt: skip


def test_a_run_of_some_on_the_same_facts_is_written_once(uow, made):
    facts(made)
    load(uow)
    services.run_now(uow, "grades", MAY)
    first, again = some_of(uow, made, [12], 50_000), some_of(uow, made, [12], 50_000)
    assert (again.repeated, again.run.id) == (True, first.run.id)
    assert [one.as_of for one in queries.history_of(uow, "grades", 12)] == [JUNE, MAY]
