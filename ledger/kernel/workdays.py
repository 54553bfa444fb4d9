"""Working days 工作日: Monday to Friday less statutory holidays, plus make-up days.

The holidays and make-up days of a year are those of the State Council general office's notice of
that year (国办发明电), a data file with the number of the notice on each line. A year without a
notice has no calendar: whoever needs a date there either is refused by name, or takes one that is
counted Monday to Friday and marked as provisional.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from ledger.kernel.errors import Invalid
from ledger.kernel.zone import SHANGHAI

_DAY = timedelta(days=1)
_WEEKEND = 5  # Saturday, as date.weekday() counts


class CalendarUnknown(Invalid):
    """The holidays of a year have not been published, or were never loaded."""

    code = "kernel.calendar_unknown"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off on weekdays, days worked on weekends, and the notice each known year rests on."""

    off: frozenset[date]
    worked: frozenset[date]
    sources: dict[int, str]

    def knows(self, year: int) -> bool:
        """Whether the year's holidays are on file."""
        return year in self.sources


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day of a period; ``provisional`` where a year of it has no calendar yet."""

    day: date
    provisional: bool

    @property
    def end(self) -> datetime:
        """The end of the day in China, 24:00: the first instant after the period."""
        return datetime.combine(self.day + _DAY, time(), SHANGHAI)


@cache
def shipped_calendar() -> Calendar:
    """The calendar that comes with the code, from ``data/workdays.csv``."""
    said = files("ledger.kernel").joinpath("data/workdays.csv").read_text("utf-8")
    days: dict[str, set[date]] = {"off": set(), "work": set()}
    sources: dict[int, str] = {}
    for row in csv.DictReader(said.splitlines()):
        day, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        sources[int(row["year"])] = row["source"]
        while day <= last:
            days[row["kind"]].add(day)
            day += _DAY
    return Calendar(frozenset(days["off"]), frozenset(days["work"]), sources)


def is_working_day(day: date) -> bool:
    """Whether a day is worked. Refuses: CalendarUnknown."""
    _refuse_unknown(day)
    return _is_worked(day)


def add_working_days(day: date, count: int) -> date:
    """The last day of a period of ``count`` working days after an event on ``day``.

    The day of the event is not counted; the period ends at 24:00 of the day returned.
    Refuses: CalendarUnknown.
    """
    found = working_days_due(day, count)
    if found.provisional:
        _refuse_unknown(day)
        _refuse_unknown(found.day)
    return found.day


def working_days_due(day: date, count: int) -> DueDay:
    """The same, and in years without a calendar Monday to Friday, marked as provisional.

    Raises ValueError for a count below one.
    """
    if count < 1:
        raise ValueError("a period has at least one day")
    known, provisional = shipped_calendar().knows, not shipped_calendar().knows(day.year)
    while count:
        day += _DAY
        provisional = provisional or not known(day.year)
        count -= _is_worked(day)
    return DueDay(day, provisional)


def _is_worked(day: date) -> bool:
    calendar = shipped_calendar()
    if day.weekday() >= _WEEKEND:
        return day in calendar.worked
    return day not in calendar.off


def _refuse_unknown(day: date) -> None:
    if not shipped_calendar().knows(day.year):
        raise CalendarUnknown(year=day.year)
