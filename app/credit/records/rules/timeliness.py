"""Whether what an agency sends comes in time: within the cycle of its item."""

from __future__ import annotations

from datetime import date, timedelta

from app.credit.records.terms import Cycle
from ledger.kernel.workdays import working_days_due

_DAYS = {Cycle.AT_ONCE: 1, Cycle.MONTH: 31, Cycle.QUARTER: 92, Cycle.YEAR: 366}
_WORKING_DAYS = 7
_DAY = timedelta(days=1)


def timely_since(cycle: Cycle, today: date) -> date:
    """The earliest day a decision may be of that is sent in time today."""
    if cycle in _DAYS:
        return today - timedelta(days=_DAYS[cycle])
    day = today
    while working_days_due(day - _DAY, _WORKING_DAYS).day >= today:
        day -= _DAY
    return day
