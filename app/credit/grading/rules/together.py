"""One grade out of several trades: what each trade says, and which of them counts (Art. 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.credit.grading.rules.tiers import NEW_GRADES
from app.credit.grading.terms import Basis, Grade, Tier, Trade


class TradeGrade(NamedTuple):
    """What one trade makes of an operator; points in thousandths, -1 where none count."""

    trade: Trade
    grade: Grade
    basis: Basis
    static: int
    dynamic: int
    total: int
    tier: Tier | None = None
    scheme: str = ""
    score_run: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands above the points of one operator."""

    serious: bool = False
    confirmed: Grade | None = None


class Together(NamedTuple):
    """The grade of an operator: ``chosen`` is the trade whose points it is, ``grade`` the one in
    force, ``basis`` why.
    """

    chosen: TradeGrade
    grade: Grade
    basis: Basis


_ORDER: Mapping[Grade, int] = {grade: place for place, grade in enumerate(Grade)}
_PLAIN = Standing()


def of_points(scored: TradeGrade, new_tier: Tier | None) -> TradeGrade:
    """A trade whose static table is filled in: by its points, or by its tier while it is new."""
    if new_tier is None:
        return scored
    return scored._replace(
        grade=NEW_GRADES[new_tier],
        basis=Basis.TIER,
        dynamic=-1,
        total=scored.static,
        tier=new_tier,
    )


def of_scope(trade: Trade, tier: Tier) -> TradeGrade:
    """A trade whose static table nobody has filled in yet."""
    return TradeGrade(trade, NEW_GRADES[tier], Basis.UNFILLED, -1, -1, -1, tier)


def together(trades: Iterable[TradeGrade], standing: Standing = _PLAIN) -> Together:
    """The riskiest trade counts; then last year's confirmation for this year, then the list."""
    chosen = max(trades, key=lambda one: (_ORDER[one.grade], one.total))
    if standing.serious:
        return Together(chosen, Grade.D, Basis.LIST)
    if standing.confirmed is not None:
        return Together(chosen, standing.confirmed, Basis.CONFIRMED)
    return Together(chosen, chosen.grade, chosen.basis)
