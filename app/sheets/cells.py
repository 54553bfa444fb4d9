"""One cell of a sheet as a person sees it."""

from __future__ import annotations

from datetime import date, datetime, time
from math import isfinite

from app.sheets.terms import Cell, Row, Values

SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0 has no zone
SERIALS = range(21_916, 65_746)  # 1960-01-01 to 2079-12-31
EXACT_MAX = 10**15  # a spreadsheet keeps 15 digits of a number; the rest become zeros
ERROR_VALUES = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FULL_WIDTH_CODES = {
    code: to for code, to in _FULL_WIDTH.items() if chr(to).isalnum() or chr(to) == " "
}


def narrowed(text: str) -> str:
    """The text with full-width letters, digits, signs and spaces made half-width, and trimmed."""
    if text.isascii():
        return text.strip()
    return text.translate(_FULL_WIDTH).strip()


def text_of(value: Cell) -> str:
    """A cell as the text a person sees: numbers without an idle ``.0``, dates in ISO form."""
    if isinstance(value, str):
        if value.isascii():
            return value.strip()
        return value.strip().translate(_FULL_WIDTH_CODES).strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return format(int(value), "d") if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if is_midnight(value) else value.isoformat(" ")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def values_of(row: Row) -> Values:
    """The cells of a row as they can be kept: numbers as numbers, the rest as text."""
    kept = [
        cell
        if isinstance(cell, float) and isfinite(cell)
        else text_of(cell)[:1000].replace("\0", "")
        for cell in row
    ]
    while kept and kept[-1] == "":
        kept.pop()
    return tuple(kept)


def is_midnight(value: datetime) -> bool:
    """Whether a moment is a bare day."""
    return value.time() == time.min


def is_filled(row: Row) -> bool:
    """Whether anything stands in a row."""
    for cell in row:  # noqa: SIM110 - every row is asked: this takes half the time
        if not isinstance(cell, str) or (cell and not cell.isspace()):
            return True
    return False
