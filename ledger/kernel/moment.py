"""Moments as people write them: an instant, a day, a month, a year, or unknown.

The book keeps the start in whole seconds and how precise it is, so that "10/2017" stays October
2017. A moment is an interval; comparing two asks whether one *can* be before the other, because
an unknown part of a date never excludes (contract 3.3, point 4).

The book counts in China's standard time, +08:00 all the year round, so that every day has 86,400
seconds. Clocks went an hour ahead of it in the summers of 1986 to 1991; an instant of those is
kept and given back as the same instant, whatever the clock said.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import IntEnum
from functools import lru_cache

from ledger.kernel.errors import Invalid
from ledger.kernel.zone import SHANGHAI

STANDARD = timezone(timedelta(hours=8))
EPOCH = datetime(2020, 1, 1, tzinfo=STANDARD)
_PATTERN = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")
_YEAR_MIN, _YEAR_MAX = 1960, 2080  # what a signed 32-bit second count around 2020 can hold


class MomentUnreadable(Invalid):
    """A date or time is written in a form that is not one of ours."""

    code = "kernel.moment_unreadable"


class Precision(IntEnum):
    """How much of a moment is known; the number is what the book stores."""

    UNKNOWN = 0
    YEAR = 1
    MONTH = 2
    DAY = 3
    SECOND = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as precisely as it was stated.

    ``seconds`` counts from 2020-01-01T00:00+08:00 to the start of the interval; 0 when unknown.
    """

    seconds: int
    precision: Precision

    def __hash__(self) -> int:
        """Two moments rarely begin in one second; moments are keys of much that is remembered."""
        return self.seconds

    @property
    def earliest(self) -> int:
        """First second the moment may mean; the smallest int32 when unknown."""
        return self.seconds if self.precision else -(2**31)

    @property
    def latest(self) -> int:
        """Last second the moment may mean; the largest int32 when unknown."""
        if self.precision is Precision.UNKNOWN:
            return 2**31 - 1
        return self.seconds + _length(self) - 1

    @property
    def start(self) -> datetime:
        """The start of the interval as an aware datetime in China's standard time."""
        return EPOCH + timedelta(seconds=self.seconds)

    @property
    def day(self) -> date | None:
        """The day, when one is known."""
        return self.start.date() if self.precision >= Precision.DAY else None

    def may_precede(self, other: Moment) -> bool:
        """Whether this moment can be at or before ``other``."""
        return self.earliest <= other.latest

    def __str__(self) -> str:
        """ISO 8601, cut where knowledge ends; empty when unknown."""
        start = self.start
        match self.precision:
            case Precision.SECOND:
                return start.isoformat()
            case Precision.DAY:
                return f"{start:%Y-%m-%d}"
            case Precision.MONTH:
                return f"{start:%Y-%m}"
            case Precision.YEAR:
                return f"{start:%Y}"
            case _:
                return ""


UNKNOWN = Moment(0, Precision.UNKNOWN)


def _length(moment: Moment) -> int:
    if moment.precision is Precision.SECOND:
        return 1
    if moment.precision is Precision.DAY:
        return 86_400
    start = moment.start
    match moment.precision:
        case Precision.MONTH:
            return monthrange(start.year, start.month)[1] * 86_400
        case _:
            return (366 if monthrange(start.year, 2)[1] == 29 else 365) * 86_400


def moment_of(value: datetime | date) -> Moment:
    """A datetime becomes an instant, a bare date stays a day; naive ones say China's clocks."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        return Moment(int((aware - EPOCH).total_seconds()), Precision.SECOND)
    return _from_parts(value.year, value.month, value.day)


def parse_moment(text: str) -> Moment:
    """Read ISO 8601: ``2018``, ``2018-10``, ``2018-10-04`` or a full date and time.

    Raises MomentUnreadable for anything else, for impossible days and for years outside 1960–2080.
    """
    text = text.strip()
    if match := _PATTERN.match(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        return _from_parts(year or 0, month, day)
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise MomentUnreadable(text=text[:40]) from None
    if not _YEAR_MIN <= value.year <= _YEAR_MAX:
        raise MomentUnreadable(text=text[:40])
    return moment_of(value)


@lru_cache(maxsize=16_384)  # lots of a filing were made on a few hundred days
def from_stored(seconds: int, precision: int) -> Moment:
    """Rebuild a moment from its two stored columns."""
    return Moment(seconds, Precision(precision))


def _from_parts(year: int, month: int | None, day: int | None) -> Moment:
    if not _YEAR_MIN <= year <= _YEAR_MAX:
        raise MomentUnreadable(text=str(year))
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=STANDARD)
    except ValueError:
        raise MomentUnreadable(text=f"{year}-{month}-{day}") from None
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    return Moment(int((start - EPOCH).total_seconds()), precision)
