"""The refused rows of an upload as a sheet to correct and send again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.food.filing import errors
from app.food.filing.terms import Upload, UploadRow

REASON = "未收原因"
"""Head of the added column; ``data/columns.csv`` knows it as of no use, so it may stay."""

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_NAME_MAX = 31
Says = Callable[[str, dict[str, Any]], str]
"""The sentence of a refusal's code with its parameters, in the reader's language."""


def refused_workbook(upload: Upload, rows: Iterable[UploadRow], says: Says) -> bytes:
    """An xlsx with the refused rows under their own titles and header, one sheet for each.

    Refuses: UploadNotDone while the file is still being read.
    """
    if not upload.is_finished:
        raise errors.UploadNotDone(done=upload.rows_done, total=upload.rows_total)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    told = [sheet for sheet in upload.sheets if "left_out" not in sheet]
    for place, found in groupby(rows, key=lambda row: row.sheet):
        page = book.add_worksheet(_page_name(told[place]["name"], place))
        _fill(page, told[place], found, says)
    if not book.worksheets():
        book.add_worksheet(REASON)
    book.close()
    return out.getvalue()


def _page_name(name: str, place: int) -> str:
    bare = "".join(char for char in name if char not in "[]:*?/\\").strip("'")[: _NAME_MAX - 4]
    return f"{bare or 'Sheet'}_{place + 1}" if place else bare or "Sheet"


def _fill(page: Worksheet, told: Mapping[str, Any], rows: Iterable[UploadRow], says: Says) -> None:
    reason = len(told["columns"])
    number = 0
    for above in told["above"]:
        write_row(page, number, above)
        number += 1
    page.write_string(number - 1, reason, REASON)
    for row in rows:
        write_row(page, number, row.values)
        page.write_string(number, reason, _reason(row, says))
        number += 1


def _reason(row: UploadRow, says: Says) -> str:
    place = f"{row.cell}: " if row.cell else ""
    return f"{place}{says(row.code, dict(row.params))} [{row.code}]"


def write_row(page: Worksheet, number: int, values: Iterable[Any]) -> None:
    """Write cells as what they are; a text is never a formula, a link or a number."""
    for column, value in enumerate(values):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            page.write_number(number, column, value)
        elif value != "":
            page.write_string(number, column, str(value))
