"""Joining a credit class and a food grade, as a dated file says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.credit.classification.errors import CombinationRefused
from app.credit.classification.terms import CLASSES, Combination, Profile, Side

_PARTS = ("static", "dynamic", "credit")


def read_combination(text: str) -> Combination:
    """The combination a file says. Refuses: CombinationRefused with the key that is wrong."""
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError:
        raise CombinationRefused(key="TOML") from None
    profile = said.get("profile")
    if profile not in set(Profile):
        raise CombinationRefused(key="profile")
    for key in ("version", "source", "clause", "mark"):
        if not isinstance(said.get(key), str) or not said[key].strip():
            raise CombinationRefused(key=key)
    if not isinstance(said.get("valid_from"), date):
        raise CombinationRefused(key="valid_from")
    if said.get("overridden") not in tuple(CLASSES):
        raise CombinationRefused(key="overridden")
    return Combination(
        version=said["version"],
        valid_from=said["valid_from"],
        profile=Profile(profile),
        matrix=_matrix(said.get("matrix")) if profile == Profile.MAX else {},
        most=_most(said.get("most")) if profile == Profile.SUM else {},
        bounds=_bounds(said.get("bounds")) if profile == Profile.SUM else (),
        overridden=said["overridden"],
        source=said["source"],
        clause=said["clause"],
        mark=said["mark"],
    )


def _matrix(said: Any) -> Mapping[tuple[str, str], str]:
    found = {}
    for food in CLASSES:
        row = said.get(food) if isinstance(said, dict) else None
        for credit in CLASSES:
            code = row.get(credit) if isinstance(row, dict) else None
            if code not in tuple(CLASSES):
                raise CombinationRefused(key=f"matrix.{food}.{credit}")
            found[food, credit] = str(code)
    return found


def _thousandths(said: Any, key: str) -> int:
    if isinstance(said, bool) or not isinstance(said, (int, Decimal)) or said < 0:
        raise CombinationRefused(key=key)
    return int(Decimal(said) * 1000)


def _most(said: Any) -> Mapping[str, int]:
    if not isinstance(said, dict):
        raise CombinationRefused(key="most")
    return {part: _thousandths(said.get(part), f"most.{part}") for part in _PARTS}


def _bounds(said: Any) -> tuple[int, ...]:
    if not isinstance(said, list) or len(said) != len(CLASSES) - 1:
        raise CombinationRefused(key="bounds")
    found = tuple(_thousandths(one, "bounds") for one in said)
    if list(found) != sorted(set(found)):
        raise CombinationRefused(key="bounds")
    return found


def combined_class(how: Combination, food: Side, credit: Side) -> str:
    """The class of a food operator; without a credit class it is the food grade."""
    if not credit.code:
        return food.code
    if "D" in (food.code if food.overridden else "", credit.code if credit.overridden else ""):
        return how.overridden
    if how.profile is Profile.MAX:
        return how.matrix[food.code, credit.code]
    points = sum(
        _scaled(how.most[part], *(food if part != "credit" else credit).parts.get(part, (0, 1)))
        for part in _PARTS
    )
    for code, bound in zip(CLASSES, how.bounds, strict=False):
        if points <= bound:
            return code
    return CLASSES[-1]


def _scaled(most: int, points: int, whole: int) -> int:
    """Points of a part brought to another maximum, in tenths of a point, halves upwards."""
    return (2 * points * most + whole * 100) // (2 * whole * 100) * 100 if whole else 0


def first_of_month(day: date) -> date:
    """The day a month's classes are as of."""
    return day.replace(day=1)
