"""Decisions about ratings: which month is due, who is still registered, how names are shown."""

from __future__ import annotations

from datetime import date

from app.credit.ratings.terms import OBJECTION_DAYS
from ledger.kernel.workdays import add_working_days


def due_day(today: date) -> date:
    """The day the ratings of the month are of: its first."""
    return today.replace(day=1)


def still_registered(until: str, as_of: date) -> bool:
    """Whether a registration holds on a day; its last day is one of its days, none is for ever."""
    try:
        return not until or date.fromisoformat(until) >= as_of
    except ValueError:
        return True


def masked(name: str) -> str:
    """A person's name of which only the first character shows."""
    return name[:1] + "×" * (len(name) - 1)


def objection_until(run_on: date) -> date:
    """The last day an objection is in time: five working days after the rating.

    Statutory holidays are left out and make-up days counted. Refuses: CalendarUnknown where the
    holidays of the year are not on file.
    """
    return add_working_days(run_on, OBJECTION_DAYS)


def points_shown(points: int, decimals: int) -> str:
    """Thousandths of a point as they are shown, rounded half up."""
    unit = 10 ** (3 - decimals)
    rounded = (2 * points + unit) // (2 * unit)
    whole, part = divmod(rounded, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def stars(code: str, codes: tuple[str, ...]) -> str:
    """Stars as text where all classes are digits: ★★★☆☆; else nothing."""
    if not code or not all(one.isdecimal() and len(one) == 1 for one in codes):
        return ""
    return "★" * int(code) + "☆" * (max(map(int, codes)) - int(code))
