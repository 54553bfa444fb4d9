"""How long an entry must be kept (Food Safety Law 2021 Arts. 50, 51, 53, 65)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from ledger.entries.rules.limits import Limits
from ledger.kernel.moment import EPOCH, Moment, Precision

_SHELF_LIFE = re.compile(
    r"(\d{1,4})\s*(天|日|days?|d|个月|月|months?|m|年|years?|y)(?![a-z])", re.IGNORECASE
)
_MONTHS = {"个": 1, "月": 1, "m": 1, "年": 12, "y": 12}
_LAST = date(9000, 1, 1)


@lru_cache(maxsize=16_384)
def months_later(day: date, months: int) -> date:
    """The same day some months later, or the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def expiry_of(produced_on: date, shelf_life: str) -> date | None:
    """The last day of food made on a day, such as ``"12 month"``; None without a shelf life."""
    match = _SHELF_LIFE.search(shelf_life)
    if not match:
        return None
    number, unit = int(match[1]), match[2][0].lower()
    if months := _MONTHS.get(unit):
        return months_later(produced_on, min(number * months, 12 * 500))
    return produced_on + timedelta(days=number)


def last_day(moment: Moment) -> date | None:
    """The latest day a moment may mean, None when unknown."""
    if moment.precision is Precision.UNKNOWN:
        return None
    return (EPOCH + timedelta(seconds=moment.latest)).date()


@lru_cache(maxsize=16_384)
def expires_on(produced_on: Moment, shelf_life: str, stated: Moment) -> date | None:
    """The last day of the goods as stated, else by production date and shelf life, else None."""
    if stated.precision is not Precision.UNKNOWN:
        return last_day(stated)
    made = last_day(produced_on)
    return expiry_of(made, shelf_life) if made else None


def keep_until(
    *, expiry: date | None, recorded_on: date, traded_on: date, agricultural: bool, limits: Limits
) -> date:
    """Until when an entry must be kept at least.

    Farm produce: six months from the trade. With a shelf life: six months from the last day.
    Without: two years from recording. Never earlier than the day it was recorded.
    """
    if agricultural:
        until = months_later(traded_on, limits.agricultural_months)
    elif expiry is not None:
        until = months_later(min(expiry, _LAST), limits.months_after_expiry)
    else:
        until = months_later(recorded_on, 12 * limits.years_without_shelf_life)
    return max(until, recorded_on)
