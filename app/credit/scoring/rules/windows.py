"""Windows of months: the first day on which something that happened no longer counts."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.terms import day_of, days_of


def lapse_of(day: date, months: int) -> date:
    """So many months later, the month's last day where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def lapses_of(days: NDArray[np.int32], months: int) -> NDArray[np.int32]:
    """``lapse_of`` of many days since 1970; each different day is reckoned once."""
    different, back = np.unique(days, return_inverse=True)
    after = [days_of(lapse_of(day_of(day), months)) for day in different.tolist()]
    found: NDArray[np.int32] = np.array(after, dtype=np.int32)[back.reshape(-1)]
    return found
