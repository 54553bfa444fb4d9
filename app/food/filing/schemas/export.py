"""Lines of a book as files: their heads are those our own sheets are read by."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO

import xlsxwriter
from flask import Response

from app.food.filing.schemas.refused import OPTIONS, write_row
from ledger.entries.terms import BookLine

HEADS = (
    "日期",
    "类型",
    "商品名称",
    "商品条码",
    "批号",
    "数量",
    "单位",
    "往来单位",
    "单号",
    "记录号",
    "提醒",
    "更正了",
    "被更正为",
    "报送时间",
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
ROWS_MAX = 1_000_000  # a sheet of a spreadsheet ends at 1,048,576
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 500


def _cells(line: BookLine, kinds: Mapping[str, str], flags: Mapping[str, str]) -> list[str]:
    return [
        str(line.at),
        kinds.get(line.kind.value, line.kind.value),
        line.product_name,
        line.gtin,
        line.lot_number,
        line.quantity,
        line.unit,
        line.partner_name,
        line.document,
        line.reference,
        "、".join(flags.get(flag, flag) for flag in line.flags),
        line.corrects,
        line.corrected_by,
        line.filed_at.isoformat(" ", "seconds") if line.filed_at else "",
    ]


def csv_lines(
    lines: Iterable[BookLine], kinds: Mapping[str, str], flags: Mapping[str, str]
) -> Iterator[bytes]:
    """A csv in UTF-8 with its mark, which Excel in China opens rightly; some lines at a time.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADS)
    yield b"\xef\xbb\xbf"
    for number, line in enumerate(lines, 1):
        writer.writerow([_guarded(cell) for cell in _cells(line, kinds, flags)])
        if number % _AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def xlsx_file(
    lines: Iterable[BookLine], kinds: Mapping[str, str], flags: Mapping[str, str]
) -> IO[bytes]:
    """An xlsx in a temporary file that is gone when closed; texts are texts, never formulas.

    Beyond a million lines the last row says that the file was cut.
    """
    made = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
    book = xlsxwriter.Workbook(made, OPTIONS)
    page = book.add_worksheet("台账")
    write_row(page, 0, HEADS)
    for number, line in enumerate(lines, 1):
        if number > ROWS_MAX:
            write_row(page, number, [f"只导出前 {ROWS_MAX} 行 · cut after {ROWS_MAX} lines"])
            break
        write_row(page, number, _cells(line, kinds, flags))
    book.close()
    made.seek(0)
    return made


def attachment(content: bytes | Iterable[bytes], name: str, mimetype: str = XLSX) -> Response:
    """A file to be kept, under a name of ASCII letters."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
