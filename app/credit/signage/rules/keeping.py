"""When a sign still says what is true, and until when a new one will."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.credit.signage.terms import Held, Sign, Standing


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done with the signs of a scheme."""

    new: list[Standing] = field(default_factory=list)
    instead: list[tuple[Sign, Standing]] = field(default_factory=list)
    gone: list[Sign] = field(default_factory=list)
    same: int = 0


def valid_until(issued_on: date, months: int) -> date:
    """The last day of the month so many months after the one a sign was issued in."""
    ahead = issued_on.year * 12 + issued_on.month - 1 + months
    year, month = divmod(ahead, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def still_true(sign: Sign, standing: Standing, renew_from: date) -> bool:
    """Whether a hanging sign says what is to be said and has some time left."""
    said = (sign.class_code, sign.name, sign.place, sign.object_number)
    now = (standing.class_code, standing.name, standing.place, standing.number)
    return said == now and sign.valid_until > renew_from


def due(
    hanging: Mapping[Held, Sign],
    standings: Iterable[Standing],
    today: date,
    *,
    renew_days: int,
    whole: bool,
) -> Due:
    """What is issued, what takes the place of what, what ends; each object counts once."""
    found = Due()
    renew_from = today + timedelta(days=renew_days)
    seen: set[Held] = set()
    same = 0
    for standing in standings:
        if standing.held in seen:
            continue
        seen.add(standing.held)
        sign = hanging.get(standing.held)
        if sign is None:
            found.new.append(standing)
        elif still_true(sign, standing, renew_from):
            same += 1
        else:
            found.instead.append((sign, standing))
    if whole:
        found.gone.extend(sign for held, sign in hanging.items() if held not in seen)
    return Due(found.new, found.instead, found.gone, same)
