"""How the fields of records become facts: numbers in thousandths, days, words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from app.credit.records.terms import FieldType

_EPOCH = date(1970, 1, 1)
_LARGEST = 10**15  # thousandths; the engine adds such numbers in 64 bits
_YES = frozenset({"1", "yes", "true", "是", "Y", "y"})
WORDS = frozenset(
    {FieldType.TEXT, FieldType.CODE, FieldType.CODES, FieldType.USCC, FieldType.SHARES}
)
"""Types of fields whose values are words; all others are numbers."""


def measure_of(kind: FieldType) -> Callable[[str], int | None]:
    """How a kept text of a field becomes thousandths; None where the text says nothing."""
    if kind is FieldType.FLAG:
        return lambda said: 1000 if said in _YES else 0 if said else None
    if kind is FieldType.DATE:
        return lambda said: day_number(said) * 1000 if said else None
    return thousandths


def thousandths(said: str) -> int | None:
    """A number as kept, in thousandths, rounded half up; None where it is none or far too large."""
    try:
        exact = Decimal(said) * 1000
    except InvalidOperation:
        return None
    if not exact.is_finite() or abs(exact) > _LARGEST:
        return None
    return int(exact.to_integral_value(rounding="ROUND_HALF_UP"))


def day_number(said: str) -> int:
    """A day as kept (ISO), in days since 1970; 0 where it is none."""
    try:
        return (date.fromisoformat(said) - _EPOCH).days
    except ValueError:
        return 0


def day_after(said: str) -> int:
    """The first day behind one that still counts, in days since 1970; 0 (never) for none said."""
    day = day_number(said)
    return day + 1 if day else 0


def lapses_on(day: int, months: int) -> int:
    """The first day a record of a day no longer counts, so many calendar months later."""
    on = _EPOCH + timedelta(days=day)
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return (date(year, month + 1, min(on.day, last)) - _EPOCH).days


def words_of(kind: FieldType, said: str) -> tuple[str, ...]:
    """The words of a field: several where it holds several codes, none where it is empty."""
    if not said:
        return ()
    return tuple(said.split(",")) if kind is FieldType.CODES else (said,)
