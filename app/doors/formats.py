"""How dates, numbers and shares are written for a reader, in Chinese and in English."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from markupsafe import Markup, escape

from ledger.kernel.identifiers.division import divisions
from ledger.kernel.identifiers.licence import category_names
from ledger.kernel.moment import Moment
from ledger.kernel.zone import SHANGHAI

Language = Literal["zh", "en"]
Style = Literal["minute", "second", "day", "sentence"]
When = datetime | date | Moment | str

UNKNOWN = "?"  # in a table: somebody should know, and nobody has said
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{1,2}))?")


def moment_of(value: When) -> datetime | date | str:
    """Return a moment from what a view holds, no more precise than it was stated.

    Takes aware datetimes, dates, moments of the book and ISO 8601 texts. A bare date stays a
    date; a year or a month stays a text, an unknown moment the empty one. An instant is shown in
    China time; one without a zone is taken as China time already. Raises ValueError for any
    other text.
    """
    if isinstance(value, Moment | str):
        text = str(value).strip()
        if not text or _PARTIAL.fullmatch(text):
            return text
        is_day = len(text) == len("2026-11-21")
        value = date.fromisoformat(text) if is_day else datetime.fromisoformat(text)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(SHANGHAI)
    return value


def when_text(value: When, *, language: Language = "zh", style: Style = "minute") -> str:
    """Return a moment as the reader writes it; an unknown one is `?`.

    zh: `2026-11-21 14:05`, in sentences 11 月 22 日; en: `21 Nov 2026, 10:32 (China time)`.
    """
    moment = moment_of(value)
    if isinstance(moment, str):
        return _partial_text(moment, language, style)
    clock = ""
    if isinstance(moment, datetime) and style != "day":
        clock = moment.strftime("%H:%M:%S" if style == "second" else "%H:%M")
    if language == "en":
        day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
        return f"{day}, {clock} (China time)" if clock else day
    if style == "sentence":
        return f"{moment.month} 月 {moment.day} 日 {clock}".strip()
    return f"{moment:%Y-%m-%d} {clock}".strip()


def _partial_text(text: str, language: Language, style: Style) -> str:
    """Return a year or a month in words: `2017-10`, 2017 年 10 月, `Oct 2017`."""
    match = _PARTIAL.fullmatch(text)
    if not match:
        return UNKNOWN
    year, month = match[1], int(match[2] or 0)
    if language == "en":
        return f"{_MONTHS[month - 1]} {year}" if month else year
    if style == "sentence":
        return f"{year} 年 {month} 月" if month else f"{year} 年"
    return text


def number_text(value: object) -> str:
    """Return a number with thousands separated and no idle zeros: `1,200`, `0.5`.

    Nothing known is `?`; a text that is no number is returned as it is.
    """
    if value is None:
        return UNKNOWN
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


def division_text(code: str, language: Language = "zh") -> str:
    """Return a division by its name, as 集美区; a code the list does not name stays a code."""
    named = divisions().get(code)
    name = (named.name_en if language == "en" else named.name_zh) if named else ""
    return name or code


def category_text(code: str, language: Language = "zh") -> str:
    """Return the kind of food of a production licence, by the two digits a product carries."""
    return category_names().get(f"1{code}", {}).get(language, "") or code


def dates_kept(text: str) -> Markup:
    """Return a text for a page in which no date breaks over two lines."""
    return Markup("").join(
        Markup("<time>%s</time>") % part if number % 2 else escape(part)
        for number, part in enumerate(_DAYS.split(text))
    )


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
