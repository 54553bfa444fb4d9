"""Ratings run by their files: who is listed, what counts, whose points a shop has."""

from __future__ import annotations

from datetime import date

import pytest
from support import rated
from support.accounts import subject

from app.credit.ratings import errors, queries, services
from app.credit.ratings.terms import RatingsAsked, RunRatings
from app.credit.scoring.services import adopt_schemes
from ledger.kernel.actor import Actor, Role
from ledger.kernel.errors import Forbidden

STARS = "broker_stars"
AUGUST = date(2026, 8, 1)


@pytest.fixture
def firm(app, uow):
    """An agency with a shop and an agent, 81 points its own; the schemes are loaded."""
    made = subject(uow, "鹭江房地产经纪有限公司")
    rated.broker(uow, made)
    rated.shop(uow, made, "MD-1")
    rated.agent(uow, made, "JJ-1", "林小雨")
    rated.eighty_one(uow, made, "JG-1")
    adopt_schemes(uow, [STARS, "broker_class_2016"])
    return made


def run(uow, day=AUGUST):
    return services.run_ratings(uow, RunRatings(scheme=STARS, as_of=day))


def shown(uow, number):
    scheme = queries.rating_scheme(uow, STARS).scheme
    score = queries.score_by_number(uow, scheme, number)
    return queries.rated(uow, scheme, [score.head])[0]


def test_an_agency_its_shop_and_its_agent_are_rated_in_one_run(firm, uow):
    for kind in ("national", "provincial"):
        rated.honour(uow, firm, "MD-1", kind, date(2026, 5, 5))
    rated.honour(uow, firm, "MD-1", "city", date(2026, 5, 6))
    assert run(uow).objects == 3
    agency, shop, agent = (shown(uow, number) for number in ("JG-1", "MD-1", "JJ-1"))
    assert (agency.points, agency.class_code, agency.place) == ("81", "4", "思明区湖滨南路 1 号")
    assert (shop.points, shop.class_code) == ("81", "4")  # its own 85, its agency's 81
    assert (agent.points, agent.class_code, agent.name) == ("60", "2", "林××")
    assert queries.rated_of_subject(uow, STARS, firm) == (agency, shop, agent)


def test_what_is_no_longer_registered_is_rated_no_more(firm, uow):
    rated.record(
        uow,
        firm,
        "broker.shop",
        date(2026, 6, 1),
        {"filing_no": "MD-2", "agency_no": "JG-1", "object_name": "旧店", "address": "–",
         "valid_to": "2026-07-31"},
    )  # fmt: skip
    run(uow)
    with pytest.raises(errors.UnknownRating):
        shown(uow, "MD-2")
    scheme = queries.rating_scheme(uow, STARS).scheme
    page, following = queries.ratings_page(uow, scheme, RatingsAsked(scheme=STARS, kind="shop"))
    assert ([one.number for one in page], following) == (["MD-1"], None)


def test_the_same_day_again_gives_the_same_ratings_and_the_month_is_due_once(firm, uow):
    assert queries.schemes_due(uow) == [STARS]
    first, again = run(uow), run(uow)
    assert (first.snapshot, first.result) == (again.snapshot, again.result)
    assert queries.schemes_due(uow) == []


def test_the_classes_of_2016_held_until_the_stars_began(firm, uow):
    with pytest.raises(errors.UnknownScheme):
        queries.rating_scheme(uow, "broker_class_2016")
    codes = [view.scheme.code for view in queries.rating_schemes(uow, date(2019, 12, 31))]
    assert codes == ["broker_class_2016"]


def test_who_may_not_run_and_what_cannot_be_run_is_refused(firm, uow, units_of):
    with pytest.raises(errors.DayAhead):
        run(uow, date(2026, 8, 16))
    with units_of(Actor(role=Role.OPERATOR, operator_id=firm)) as theirs, pytest.raises(Forbidden):
        run(theirs)
