"""How dates, numbers and shares are written for a reader, in Chinese and in English."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["zh", "en"]
Style = Literal["minute", "second", "day", "sentence"]
Moment = datetime | date | str

CHINA = ZoneInfo("Asia/Shanghai")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment_of(value: Moment) -> datetime | date:
    """Return a moment from what a view holds; a bare date stays a date.

    Takes aware datetimes, dates and ISO 8601 texts. An instant is shown in China time; one without
    a zone is taken as China time already. Raises ValueError for a text that is not ISO 8601.
    """
    if isinstance(value, str):
        text = value.strip()
        value = (
            date.fromisoformat(text)
            if len(text) == len("2026-11-21")
            else datetime.fromisoformat(text)
        )
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(CHINA)
    return value


def when_text(value: Moment, *, language: Language = "zh", style: Style = "minute") -> str:
    """Return a moment as the reader writes it.

    zh: `2026-11-21 14:05`, in sentences 11 月 22 日; en: `21 Nov 2026, 10:32 (China time)`.
    """
    moment = moment_of(value)
    clock = ""
    if isinstance(moment, datetime) and style != "day":
        clock = moment.strftime("%H:%M:%S" if style == "second" else "%H:%M")
    if language == "en":
        day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        return f"{day}, {clock} (China time)" if clock else day
    if style == "sentence":
        return f"{moment.month} 月 {moment.day} 日 {clock}".strip()
    return f"{moment:%Y-%m-%d} {clock}".strip()


def number_text(value: object) -> str:
    """Return a number with thousands separated and no idle zeros: `1,200`, `0.5`.

    Nothing known is `?`; a text that is no number is returned as it is.
    """
    if value is None:
        return "?"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    whole, _, fraction = f"{number:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def share_text(part: object, whole: object) -> str:
    """Return a share as `32.4 %`; `–` when there is no whole to divide by."""
    total = Decimal(str(whole))
    if not total:
        return "–"
    return f"{Decimal(str(part)) * 100 / total:.1f} %"


def percents(values: list[object]) -> list[tuple[str, str, str]]:
    """Return (start, width, share in words) of each part of a bar: `12.50%`, `25.00%`, `25.0 %`."""
    numbers = [max(Decimal(str(value or 0)), Decimal(0)) for value in values]
    total = sum(numbers, Decimal(0)) or Decimal(1)
    places, run = [], Decimal(0)
    for number in numbers:
        width = number * 100 / total
        places.append((f"{run * 100 / total:.2f}%", f"{width:.2f}%", f"{width:.1f} %"))
        run += number
    return places


def place_text(part: object, whole: object) -> str:
    """Return where `part` lies on a line `whole` long, kept on the line: `12.50%`."""
    return percents([part, max(Decimal(str(whole)) - Decimal(str(part)), Decimal(0))])[0][1]


def groups_of(code: str, kind: Literal["gtin", "uscc"]) -> list[str]:
    """Return a code cut as people read it: GTIN 1-6-6, USCC 2-6-9-1; other lengths whole."""
    if kind == "gtin" and len(code) == len("06901234567892") and code.startswith("0"):
        code = code[1:]  # the leading zero is only the long spelling of GTIN-13
    cuts = {
        ("gtin", 8): (4, 4),
        ("gtin", 12): (6, 6),
        ("gtin", 13): (1, 6, 6),
        ("gtin", 14): (1, 1, 6, 6),
        ("uscc", 18): (2, 6, 9, 1),
    }.get((kind, len(code)), (len(code),))
    groups, at = [], 0
    for length in cuts:
        groups.append(code[at : at + length])
        at += length
    return groups
