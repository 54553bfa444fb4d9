"""One trade of the city through the engine: its scheme, its facts, what its points say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.credit.grading.queries.city import City
from app.credit.grading.queries.sources import columns_of
from app.credit.grading.rules.tiers import (
    tier_of_catering,
    tier_of_points,
    tier_of_sales,
    tier_of_scope,
)
from app.credit.grading.rules.together import TradeGrade, of_points, of_scope
from app.credit.grading.terms import Basis, Grade, Tier, Trade
from app.credit.scoring.errors import UnknownScheme
from app.credit.scoring.queries import scheme_in_force
from app.credit.scoring.services import adopt_schemes, run_scheme
from app.credit.scoring.terms import Objects, ObjectSet, Reckoned, RunScheme, Scheme
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import months_later

SALES_SCHEME = "grading.sales_scheme"
_SCHEMES = {
    Trade.PRODUCTION: "food_production",
    Trade.SPECIAL: "food_special",
    Trade.HEALTH: "food_health",
    Trade.CATERING: "food_catering",
}
_INSPECTION = "inspection"
_PREPACKAGED = "YB"  # who has filed to sell prepackaged food and nothing else
_LARGE = 10_000  # points of a canteen of more than 500 diners
_UNKNOWN_TIER = {
    Trade.PRODUCTION: Tier.II,
    Trade.SPECIAL: Tier.IV,
    Trade.HEALTH: Tier.IV,
    Trade.SALES: Tier.II,
    Trade.CATERING: Tier.II,
}
"""Where not even a licence's scope says what somebody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedTrade:
    """What a trade's scheme makes of its operators."""

    scheme: str = ""
    run_id: int = 0
    snapshot: bytes = b""
    grades: Mapping[int, TradeGrade] = field(default_factory=dict)


def graded_trade(uow: UnitOfWork, city: City, trade: Trade) -> GradedTrade:
    """Score a trade's operators and keep the scores with their explanations."""
    ids = city.trades[trade]
    if not len(ids):
        return GradedTrade()
    scheme = _scheme(uow, scheme_code(uow, trade, city.as_of), city.as_of)
    objects = Objects.of_subjects(ids.tolist())
    facts = columns_of(uow, scheme, objects, city, trade)
    given = ObjectSet(objects=objects, facts=facts)
    done = run_scheme(
        uow, RunScheme(scheme=scheme, as_of=city.as_of, sets=(given,), part=not city.whole)
    )
    run, reckoned = done.run, done.reckoned[0]
    return GradedTrade(
        scheme=scheme.code,
        run_id=run.id,
        snapshot=run.snapshot,
        grades=_grades(uow, city, trade, scheme, reckoned, run.id),
    )


def _scheme(uow: UnitOfWork, code: str, on: date) -> Scheme:
    """The scheme in force; the one that comes with the program where there has never been any."""
    try:
        return scheme_in_force(uow, code, on).scheme
    except UnknownScheme:
        adopt_schemes(uow, (code,))
    return scheme_in_force(uow, code, on).scheme


def scheme_code(uow: UnitOfWork, trade: Trade, on: date) -> str:
    """The scheme a trade is graded by on a day; a province may have a sales table of its own."""
    if trade is Trade.SALES:
        return uow.parameters.get(SALES_SCHEME, on)
    return _SCHEMES[trade]


def _grades(
    uow: UnitOfWork, city: City, trade: Trade, scheme: Scheme, reckoned: Reckoned, run_id: int
) -> dict[int, TradeGrade]:
    codes = [one.code for one in scheme.indicators_of(reckoned.objects.kind)]
    dynamic = reckoned.lines[codes.index(_INSPECTION)]
    static = reckoned.own - dynamic
    classes = [Grade(one.code) for one in scheme.classes]
    newest = _first_new_day(uow, city.as_of)
    found = {}
    columns = (reckoned.objects.ids, reckoned.class_rank, static, dynamic, reckoned.points)
    for at, (who, rank, still, moving, total) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        if still <= 0:
            found[who] = of_scope(trade, _tier_of_licence(city, who, trade))
            continue
        tier = None
        since = city.operators[who].since
        if since is not None and since > newest and who not in city.inspected:
            held = {code: int(reckoned.lines[row, at]) for row, code in enumerate(codes)}
            tier = _tier(trade, held, still)
        scored = TradeGrade(
            trade, classes[rank], Basis.POINTS, still, moving, total, None, scheme.code, run_id
        )
        found[who] = of_points(scored, tier)
    return found


def _first_new_day(uow: UnitOfWork, as_of: date) -> date:
    """Who was licensed after this day is new."""
    return months_later(as_of, -uow.parameters.number("grading.new_months", as_of))


def _tier(trade: Trade, points: Mapping[str, int], static: int) -> Tier:
    has = {code for code, count in points.items() if count > 0}
    if trade is Trade.SALES:
        return tier_of_sales(has)
    if trade is Trade.CATERING:
        large = {"large"} if points.get("diners", 0) >= _LARGE else set()
        return tier_of_catering(has | large)
    return tier_of_points(static)


def _tier_of_licence(city: City, who: int, trade: Trade) -> Tier:
    operator = city.operators[who]
    if trade is Trade.SALES and set(operator.known or ()) == {_PREPACKAGED}:
        return Tier.I
    return tier_of_scope((operator.words or "",)) or _UNKNOWN_TIER[trade]
