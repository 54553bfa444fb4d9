"""The refused rows of an upload as a sheet to correct and send again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter

from app.credit.records import errors
from app.credit.records.rules.head import REASON
from app.credit.records.terms import RefusedRow, Upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Says = Callable[[str, dict[str, Any]], str]
"""The sentence of a refusal's code with its parameters, in the reader's language."""


def refused_workbook(upload: Upload, rows: Iterable[RefusedRow], says: Says) -> bytes:
    """An xlsx with the refused rows under their own head, and why in a last column.

    Rows of a request stand under their field names. Refuses: UploadNotDone while the file is
    still being read.
    """
    if not upload.is_finished:
        raise errors.UploadNotDone(done=upload.taken, total=upload.total)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    page = book.add_worksheet(REASON)
    kept = list(rows)
    head = [text for text in upload.head if text and text != REASON]
    head += sorted({name for row in kept for name in row.said} - {*head, REASON})
    for number, row in enumerate(kept, 1):
        if number == 1:
            _write(page, 0, [*head, REASON])
        said = f"{row.number}: {says(row.code, dict(row.params))} [{row.code}]"
        _write(page, number, [*(row.said.get(name, "") for name in head), said])
    book.close()
    return out.getvalue()


def _write(page: Any, number: int, texts: Iterable[str]) -> None:
    for column, text in enumerate(texts):
        if text:
            page.write_string(number, column, text)
