"""One cell of what an agency sends as the text a field keeps, or why it cannot be kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial

from app.credit.records import errors
from app.credit.records.terms import Field, FieldRole, FieldType
from app.sheets.cells import ERROR_VALUES, EXACT_MAX, SERIAL_EPOCH, SERIALS, narrowed, text_of
from app.sheets.terms import Cell
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.spelling import echo
from ledger.kernel.identifiers.uscc import parse_uscc

FIRST_DAY = date(1949, 10, 1)  # no agency of today has decided anything before
LAST_DAY = date(2199, 12, 31)  # terms end before; 9999-12-31 is how some programs write "never"
ENDLESS = frozenset({"长期", "长期有效", "无期限", "永久", "9999-12-31", "2999-12-31"})
NOTHING = frozenset({"无", "/", "-", "—", "--", "——", "none", "n/a", "null"})
YES = frozenset({"是", "有", "y", "yes", "true", "1", "√"})
NO = frozenset({"否", "无", "没有", "n", "no", "false", "0", "×"})
_DAY = re.compile(
    r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*[日号]?"
    r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}")
_AMOUNT = re.compile(
    r"[¥￥]?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(万元|万|元|yuan|CNY|RMB)?"
)
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_SPLIT = re.compile(r"[,，、;；|\s]+")
_SHARE = re.compile(r"([a-z][a-z0-9_]{0,40})=(\d{1,6})/(\d{1,6})")
_DIGITS_MAX = 15
_BREAKS = frozenset("\t\n\r")

Reader = Callable[[Cell], str]


def reader_of(field: Field, today: date) -> Reader:
    """How cells of a field are read; an empty cell is an empty text for every field.

    The reader raises FieldTooLong, FieldUnprintable, FieldIsFormula, DigitsLost, NotADay,
    DayAmbiguous, DayImpossible, NotMoney, NotANumber, NotACode, NotAFlag, NotShares, and what
    ``parse_uscc`` raises, each naming the field.
    """
    if field.type is FieldType.DATE:
        return partial(read_day, field=field, today=today)
    return partial(_READERS[field.type], field=field)


def read_text(value: Cell, field: Field) -> str:
    """A cell as text without space around it; line breaks inside it stay."""
    text = text_of(value) if not isinstance(value, str) else value.strip()
    if not text:
        return ""
    if text[0] == "=" or text in ERROR_VALUES:
        raise errors.FieldIsFormula(field=field.name, text=text[:40])
    if text[0] == "'" and text[1:2] in {"=", "+", "-", "@"}:
        text = text[1:]  # written so by a program that guards its texts against being formulas
    if len(text) > field.longest:
        raise errors.FieldTooLong(field=field.name, longest=field.longest, length=len(text))
    if not text.isprintable() and any(map(_is_hidden, text)):
        raise errors.FieldUnprintable(field=field.name)
    return text


def _is_hidden(char: str) -> bool:
    return char not in _BREAKS and unicodedata.category(char) in {"Cc", "Cs"}


def _said(value: Cell, field: Field) -> str:
    """A cell that is no free text: narrowed, and empty where it says that there is nothing."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= EXACT_MAX:
        raise errors.DigitsLost(field=field.name, text=text_of(value))
    text = narrowed(read_text(value, field))
    return "" if text.casefold() in NOTHING else text


def read_uscc(value: Cell, field: Field) -> str:
    """A social credit code in its stored spelling. Raises the identifiers' refusals."""
    text = _said(value, field)
    if not text:
        return ""
    try:
        return parse_uscc(text).text
    except Refusal as refusal:
        refusal.field = field.name
        raise


def read_day(value: Cell, *, field: Field, today: date) -> str:
    """A day as 2026-05-01; the day of the decision is not in the future."""
    if isinstance(value, datetime):
        day: date | None = value.date()
    elif isinstance(value, date):
        day = value
    elif isinstance(value, float) and int(value) in SERIALS:
        day = (SERIAL_EPOCH + timedelta(days=int(value))).date()
    else:
        day = _day_of(_said(value, field), field)
    if day is None:
        return ""
    latest = today if field.role is FieldRole.DATE else LAST_DAY
    if not FIRST_DAY <= day <= latest:
        raise errors.DayImpossible(
            field=field.name, text=day.isoformat(), first=FIRST_DAY, last=latest
        )
    return day.isoformat()


def _day_of(text: str, field: Field) -> date | None:
    if not text or (text in ENDLESS and field.role is not FieldRole.DATE):
        return None
    found = _DAY.fullmatch(text) or _PACKED.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if _SERIAL.fullmatch(text) and int(text) in SERIALS:
            return (SERIAL_EPOCH + timedelta(days=int(text))).date()
    except ValueError:
        pass
    raise errors.NotADay(field=field.name, text=echo(text))


def read_money(value: Cell, field: Field) -> str:
    """Yuan with at most two decimals; ``1.2万元`` is 12000."""
    text = _said(value, field)
    if not text:
        return ""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise errors.NotMoney(field=field.name, text=echo(text))
    yuan = Decimal(found[1].replace(",", "")) * (10_000 if (found[2] or "")[:1] == "万" else 1)
    if yuan != round(yuan, 2) or yuan.adjusted() >= _DIGITS_MAX:
        raise errors.NotMoney(field=field.name, text=echo(text))
    return _plain(yuan)


def read_number(value: Cell, field: Field) -> str:
    """A decimal number that is not negative."""
    text = _said(value, field)
    if not text:
        return ""
    if not _NUMBER.fullmatch(text) or len(text) > 2 * _DIGITS_MAX:
        raise errors.NotANumber(field=field.name, text=echo(text))
    try:
        return _plain(Decimal(text.replace(",", "")))
    except InvalidOperation:
        raise errors.NotANumber(field=field.name, text=echo(text)) from None


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_code(value: Cell, field: Field) -> str:
    """A value of the field's code list, by its code or by its words in either language."""
    text = _said(value, field) or _nothing_listed(value, field)
    return _code_of(text, field) if text else ""


def read_codes(value: Cell, field: Field) -> str:
    """Several values of the code list, in the order of the list, joined by commas."""
    text = _said(value, field) or _nothing_listed(value, field)
    if text in _names_of(field):
        return _names_of(field)[text]
    found = {_code_of(part, field) for part in _SPLIT.split(text) if part}
    return ",".join(code for code in field.codes if code in found)


def _nothing_listed(value: Cell, field: Field) -> str:
    """A word that usually says nothing, where the list has it as a value ("无")."""
    text = narrowed(read_text(value, field))
    return text if text in _names_of(field) else ""


def _code_of(text: str, field: Field) -> str:
    names = _names_of(field)
    found = names.get(text) or names.get(text.casefold())
    if found is None:
        known = "、".join(zh for zh, _ in list(field.codes.values())[:12])
        raise errors.NotACode(field=field.name, text=echo(text), known=known)
    return found


def _names_of(field: Field) -> dict[str, str]:
    names: dict[str, str] = {}
    for code, (zh, en) in field.codes.items():
        for name in (code, code.casefold(), zh, narrowed(zh), en.casefold()):
            names.setdefault(name, code)
    return names


def read_flag(value: Cell, field: Field) -> str:
    """``yes`` or ``no``."""
    text = narrowed(read_text(value, field)).casefold()
    if not text:
        return ""
    if text in YES:
        return "yes"
    if text in NO:
        return "no"
    raise errors.NotAFlag(field=field.name, text=echo(text))


def read_shares(value: Cell, field: Field) -> str:
    """Failed and applicable weight by group: ``qualification=0/7,general=3/12``."""
    text = _said(value, field)
    if not text:
        return ""
    groups: dict[str, str] = {}
    for part in _SPLIT.split(text):
        found = _SHARE.fullmatch(part)
        if found is None or found[1] in groups or int(found[2]) > int(found[3]):
            raise errors.NotShares(field=field.name, text=echo(text))
        groups[found[1]] = f"{found[1]}={int(found[2])}/{int(found[3])}"
    return ",".join(groups.values())


_READERS: dict[FieldType, Callable[..., str]] = {
    FieldType.TEXT: read_text,
    FieldType.MONEY: read_money,
    FieldType.NUMBER: read_number,
    FieldType.CODE: read_code,
    FieldType.CODES: read_codes,
    FieldType.USCC: read_uscc,
    FieldType.SHARES: read_shares,
    FieldType.FLAG: read_flag,
}
