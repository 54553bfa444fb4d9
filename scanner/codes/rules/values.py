"""One value: its date, number or key, read by the reading its identifier names."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.gln import parse_gln
from ledger.kernel.identifiers.gtin import parse_gtin
from ledger.kernel.identifiers.spelling import echo
from ledger.kernel.identifiers.sscc import parse_sscc
from scanner.codes import errors
from scanner.codes.rules.table import Identifier, identifiers
from scanner.codes.terms import Element, Parsed, Problem

# The 82 characters of GS1's invariant set; others cannot stand in an element string.
NOT_INVARIANT = re.compile(r"[^!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]")
# Two-digit years further than this from the current one belong to another century (GS1).
YEARS_BACK, YEARS_AHEAD = 51, -50
DATE_LENGTH = 6


def problem_of(refusal: Refusal, *, refuses: bool = True) -> Problem:
    """A refusal as data, for a meaning that must not raise."""
    return Problem(code=refusal.code, params=refusal.params, refuses=refuses)


def read_element(ai: str, value: str, *, today: date) -> tuple[Element, tuple[Problem, ...]]:
    """One identifier and value, understood, with what is wrong with it.

    The identifier must be of the table; ``today`` decides the century of dates.
    """
    identifier = identifiers()[ai]
    try:
        parsed, problems = _parsed(identifier, value, today), unusual(ai, value)
    except Refusal as refusal:
        parsed, problems = None, (problem_of(refusal),)
    element = Element(
        ai=ai,
        value=value,
        title_zh=identifier.title_zh,
        title_en=identifier.title_en,
        parsed=parsed,
        unit=identifier.unit,
    )
    return element, problems


def unusual(ai: str, value: str) -> tuple[Problem, ...]:
    """A remark where a value holds a character outside GS1's set, such as a Chinese one."""
    found = NOT_INVARIANT.search(value)
    if not found:
        return ()
    refusal = errors.CharacterNotAllowed(ai=ai, character=found.group(), value=echo(value))
    return (problem_of(refusal, refuses=False),)


def read_date(digits: str, *, today: date, ai: str = "11") -> date:
    """The day six digits YYMMDD name; day 00 is the last of the month.

    Raises: DateImpossible. Source of the century: GS1 General Specifications 7.12.
    """
    try:
        year, month, day = _full_year(int(digits[:2]), today), int(digits[2:4]), int(digits[4:6])
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError) as wrong:
        raise errors.DateImpossible(ai=ai, value=echo(digits)) from wrong


def _full_year(two_digits: int, today: date) -> int:
    century, current = divmod(today.year, 100)
    ahead = two_digits - current
    if ahead >= YEARS_BACK:
        century -= 1
    elif ahead <= YEARS_AHEAD:
        century += 1
    return century * 100 + two_digits


def _parsed(identifier: Identifier, value: str, today: date) -> Parsed:
    if not identifier.matches(value):
        raise errors.ElementUnreadable(
            ai=identifier.ai, value=echo(value), format=identifier.format
        )
    return READINGS.get(identifier.reading, _as_text)(identifier, value, today)


def _as_text(_identifier: Identifier, value: str, _today: date) -> Parsed:
    return value


def _as_date(identifier: Identifier, value: str, today: date) -> Parsed:
    return read_date(value, today=today, ai=identifier.ai)


def _as_day(identifier: Identifier, value: str, today: date) -> Parsed:
    # These dates must name a day: 00 is allowed only for the dates of (11) to (17).
    if value[4:6] == "00":
        raise errors.DateImpossible(ai=identifier.ai, value=value)
    return read_date(value, today=today, ai=identifier.ai)


def _as_days(identifier: Identifier, value: str, today: date) -> Parsed:
    parts = [value[at : at + DATE_LENGTH] for at in range(0, len(value), DATE_LENGTH)]
    return tuple(read_date(part, today=today, ai=identifier.ai) for part in parts)


def _as_date_time(identifier: Identifier, value: str, today: date) -> Parsed:
    day = read_date(value[:DATE_LENGTH], today=today, ai=identifier.ai)
    clock = value[DATE_LENGTH:].ljust(6, "0")
    try:
        hour, minute, second = int(clock[:2]), int(clock[2:4]), int(clock[4:6])
        return datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001
    except ValueError as wrong:
        raise errors.DateImpossible(ai=identifier.ai, value=value) from wrong


def _as_decimal(identifier: Identifier, value: str, _today: date) -> Parsed:
    return Decimal(value).scaleb(-identifier.decimals)


READINGS: dict[str, Callable[[Identifier, str, date], Parsed]] = {
    "gtin": lambda _identifier, value, _today: parse_gtin(value),
    "sscc": lambda _identifier, value, _today: parse_sscc(value),
    "gln": lambda _identifier, value, _today: parse_gln(value),
    "date": _as_date,
    "day": _as_day,
    "days": _as_days,
    "date_time": _as_date_time,
    "decimal": _as_decimal,
    "integer": lambda _identifier, value, _today: int(value),
}
