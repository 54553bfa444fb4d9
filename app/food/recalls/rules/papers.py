"""What a plan, a notice and a disposal must say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.food.recalls.terms import Hazard, Kind, Method, NoticeItem, PlanItem

_DESTROYED = frozenset({Method.DESTROY_ON_SPOT, Method.DESTROY_CENTRALLY})
_ANY_BUT_RESALE = _DESTROYED | {Method.HARMLESS}
METHODS: dict[Hazard, frozenset[Method]] = {
    Hazard.ILLEGAL_ADDITIVE: _DESTROYED,
    Hazard.SPOILED: _DESTROYED,
    Hazard.DISEASED_ANIMAL: _DESTROYED,
    Hazard.LIMIT_EXCEEDED: _ANY_BUT_RESALE,
    Hazard.FOREIGN_MATTER: _ANY_BUT_RESALE,
    Hazard.OTHER: _ANY_BUT_RESALE,
    Hazard.LABEL: _ANY_BUT_RESALE | {Method.CORRECT_LABEL},
}
"""What may be done with recalled food: what is dangerous in itself is destroyed, what is only
wrongly labelled may be put right and sold on with a notice to consumers."""


def missing_of_plan(items: Mapping[str, str]) -> tuple[str, ...]:
    """The items of the eight that a plan does not have."""
    return tuple(item.value for item in PlanItem if not items.get(item.value, "").strip())


def missing_of_notice(items: Mapping[str, str], kind: Kind) -> tuple[str, ...]:
    """The items of the four that a notice does not have; a withdrawal needs no public one."""
    if kind is Kind.TAKE_BACK:
        return ()
    return tuple(item.value for item in NoticeItem if not items.get(item.value, "").strip())


def may_be_disposed_of(hazard: Hazard, method: Method) -> bool:
    """Whether food with this hazard may be dealt with in this way."""
    return method in METHODS[hazard]


def was_reported_before(reported_at: datetime | None, at: datetime | None) -> bool:
    """Whether time and place of a disposal were reported in advance."""
    return reported_at is not None and at is not None and reported_at <= at
