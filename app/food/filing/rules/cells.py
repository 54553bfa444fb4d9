"""One cell of a sheet as a date, a quantity, a shelf life or a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn

from app.food.filing import errors
from app.food.filing.rules.fields import plain_text
from app.sheets.cells import (
    ERROR_VALUES,
    EXACT_MAX,
    SERIAL_EPOCH,
    SERIALS,
    is_midnight,
    narrowed,
    text_of,
)
from app.sheets.terms import Cell
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, Moment, moment_of, parse_moment
from ledger.kernel.quantity import unit_named
from ledger.kernel.zone import SHANGHAI

NONE_WORDS = frozenset({"无", "长期", "长期有效", "/", "-", "—", "--", "——", "none", "n/a"})
DITTO = frozenset({"同上", "同前", "〃", "″", "''", '"', "ditto"})
_DAY = re.compile(
    r"^(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?号?"
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?$"
)
_MONTH = re.compile(r"^(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*月?$")
_PACKED = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SHORT = re.compile(r"^\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}$")
_QUANTITY = re.compile(
    r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)\s*([^\d\s.,+\-*/×=][^\d]{0,11})?$"
)
_PERIOD = re.compile(
    r"^(\d{1,5})\s*(天|日|个月|月|年|days?|months?|years?)(?:以内|内)?$", re.IGNORECASE
)
_PERIOD_WORDS = {
    "日": "天",
    "月": "个月",
    "day": "天",
    "days": "天",
    "month": "个月",
    "months": "个月",
    "year": "年",
    "years": "年",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity cell: the number as a plain decimal text, and the unit if one stood in it."""

    number: str
    unit: str


def read_text(value: Cell, field: str, longest: int = 200) -> str:
    """A cell as a text of the book.

    Raises CellIsFormula, CellIsError, TextTooLong, TextUnprintable.
    """
    text = text_of(value)
    if not text:
        return ""
    if text.startswith("="):
        raise errors.CellIsFormula(field=field, text=text[:40])
    if text in ERROR_VALUES:
        raise errors.CellIsError(field=field, text=text)
    if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
        text = text[1:]  # written so by a program that guards its texts against being formulas
    return plain_text(text, field, longest)


def read_code(value: Cell, field: str) -> str:
    """A code cell (GTIN, USCC, licence, lot): a text, or a number that has kept all its digits.

    Raises DigitsLost, and as ``read_text``.
    """
    if isinstance(value, float) and abs(value) >= EXACT_MAX:
        raise errors.DigitsLost(field=field, text=text_of(value))
    return narrowed(read_text(value, field))


def read_date(value: Cell, field: str) -> Moment:
    """A date cell: a date, a serial number, or one of the written forms; empty is unknown.

    Raises DateAmbiguous (5/6/2026, 24-05-03), DateUnreadable, and as ``read_text``.
    """
    if isinstance(value, (date, datetime)):
        return _moment(value, field)
    if isinstance(value, float):
        return _from_number(value, field)
    text = narrowed(read_text(value, field))
    if not text or text.casefold() in NONE_WORDS:
        return UNKNOWN
    return _from_text(unicodedata.normalize("NFKC", text), field)


def _moment(value: date | datetime, field: str) -> Moment:
    if isinstance(value, datetime) and is_midnight(value):
        value = value.date()
    try:
        return moment_of(value)
    except Refusal:
        raise errors.DateUnreadable(field=field, text=str(value)) from None


def _from_number(value: float, field: str) -> Moment:
    if int(value) in SERIALS:
        at = SERIAL_EPOCH + timedelta(seconds=round(value * 86_400))
        return _moment(at.replace(tzinfo=SHANGHAI) if not is_midnight(at) else at.date(), field)
    return _from_text(text_of(value), field)


def _from_text(text: str, field: str) -> Moment:
    if found := _DAY.match(text) or _PACKED.match(text):
        return _built(found, text, field)
    if found := _MONTH.match(text):
        return _parsed(f"{found[1]}-{int(found[2]):02}", text, field)
    if len(text) == len("45413") and text.isdecimal():
        return _from_number_text(text, field)
    if _SHORT.match(text):
        raise errors.DateAmbiguous(field=field, text=text)
    return _parsed(text, text, field) if "T" in text else _no_date(text, field)


def _from_number_text(text: str, field: str) -> Moment:
    if int(text) not in SERIALS:
        return _no_date(text, field)
    return _from_number(float(text), field)


def _built(found: re.Match[str], text: str, field: str) -> Moment:
    parts = [int(part) if part else 0 for part in found.groups()]
    day = f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}"
    if len(parts) > len("ymd") and found[4]:
        return _parsed(f"{day}T{parts[3]:02}:{parts[4]:02}:{parts[5]:02}+08:00", text, field)
    return _parsed(day, text, field)


def _parsed(iso: str, text: str, field: str) -> Moment:
    try:
        return parse_moment(iso)
    except Refusal:
        return _no_date(text, field)


def _no_date(text: str, field: str) -> NoReturn:
    raise errors.DateUnreadable(field=field, text=text[:40])


def read_quantity(value: Cell, field: str) -> Amount:
    """A quantity cell: a number, or a number with its unit behind it (``12袋``, ``1,200.5 kg``).

    Raises QuantityUnreadable (a date, words, two numbers), and as ``read_text``. Whether the
    number makes sense is the ledger's to say.
    """
    if isinstance(value, float):
        number = text_of(value)
        if "e" in number or "n" in number:  # 1e-07, nan, inf
            raise errors.QuantityUnreadable(field=field, text=number)
        return Amount(number, "")
    text = unicodedata.normalize("NFKC", read_text(value, field)).replace("\u2212", "-").strip()
    found = _QUANTITY.match(text) if isinstance(value, str) else None
    if found is None:
        raise errors.QuantityUnreadable(field=field, text=text[:40])
    return Amount(found[1].replace(",", ""), (found[2] or "").strip())


def unit_of(amount: Amount, cell: str, hint: str, field: str) -> str:
    """The unit of a quantity: its cell's, else the one in the quantity, else the header's.

    Raises UnitMissing, UnitsDiffer.
    """
    if cell and amount.unit and unit_named(cell).code != unit_named(amount.unit).code:
        raise errors.UnitsDiffer(field=field, one=amount.unit[:20], other=cell[:20])
    listed = hint if hint and unit_named(hint).number else ""
    found = cell or amount.unit or listed
    if not found:
        raise errors.UnitMissing(field=field)
    return found


def read_shelf_life(value: Cell, hint: str, field: str) -> tuple[str, Moment]:
    """A shelf-life cell as (period, expiry date): one of the two, or neither for 长期 and 无.

    A bare number needs a unit in the header. Raises ShelfLifeUnreadable, DateAmbiguous.
    """
    if isinstance(value, (date, datetime)):
        return "", _moment(value, field)
    text = narrowed(read_text(value, field))
    if not text or text.casefold() in NONE_WORDS:
        return "", UNKNOWN
    if hint and text.isdecimal() and len(text) <= len("99999"):
        text += hint
    if found := _PERIOD.match(text.replace(" ", "")):
        word = found[2].lower()
        return f"{int(found[1])}{_PERIOD_WORDS.get(word, word)}", UNKNOWN
    try:
        expires = read_date(value, field)
    except errors.DateUnreadable:
        raise errors.ShelfLifeUnreadable(field=field, text=text[:40]) from None
    return "", expires
