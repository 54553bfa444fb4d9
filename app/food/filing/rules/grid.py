"""A file as grids of cells, read row by row, again as often as asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.food.filing import errors
from app.food.filing.rules.cells import Cell
from app.food.filing.rules.container import FileKind, check_package, decoded, kind_of

DELIMITERS = (",", "\t", ";", "|", "，")
COLUMNS_MAX = 200  # a ledger sheet has under 40; the rest is decoration
FIELD_MAX = 32_767  # characters a spreadsheet cell can hold
SHEETS_MAX = 50
Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: ``rows`` yields every row from the first, empty ones too, left-filled to column A.

    ``spans`` are merged areas as (first row, first column, last row, last column), from 0.
    """

    name: str
    height: int
    rows: Callable[[], Iterator[Row]]
    spans: tuple[tuple[int, int, int, int], ...] = ()
    is_text: bool = False


def grids_of(data: bytes, filename: str, *, rows_max: int) -> list[list[Grid]]:
    """The sheets of a file; each is given as the ways it can be read, one per possible delimiter.

    Raises the refusals of ``container``, TooManyRows, QuoteUnclosed.
    """
    if kind_of(data) is FileKind.XLSX:
        check_package(data)
        return [[grid] for grid in _of_workbook(data, rows_max)]
    return [_of_text(decoded(data), filename, rows_max)]


def _of_workbook(data: bytes, rows_max: int) -> Iterator[Grid]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible is SheetVisibleEnum.Visible and meta.typ is SheetTypeEnum.WorkSheet
        ]
        sheets = [book.get_sheet_by_name(name) for name in shown[:SHEETS_MAX]]
    except (CalamineError, OSError, ValueError):
        raise errors.SheetDamaged from None
    total = sum(sheet.height for sheet in sheets)
    if total > 2 * rows_max + SHEETS_MAX * 100:  # blank rows and titles do not count as rows yet
        raise errors.TooManyRows(limit=rows_max, count=total)
    for sheet in sheets:
        yield _of_sheet(sheet)


def _of_sheet(sheet: CalamineSheet) -> Grid:
    left = sheet.start[1] if sheet.start else 0
    spans = tuple(
        (first[0], first[1], last[0], last[1]) for first, last in sheet.merged_cell_ranges or []
    )

    def rows() -> Iterator[Row]:
        pad: Row = [""] * min(left, COLUMNS_MAX)
        for row in sheet.iter_rows():
            yield (pad + list(row))[:COLUMNS_MAX]

    return Grid(sheet.name, sheet.total_height, rows, spans)


def _of_text(text: str, filename: str, rows_max: int) -> list[Grid]:
    name = filename.rsplit("/", 1)[-1].rsplit(".", 1)[0][:60]
    body, told = _told_delimiter(text)
    head = body[:20_000]
    candidates = [told] if told else [mark for mark in DELIMITERS if mark in head] or [","]
    return [_of_lines(body, mark, name, rows_max) for mark in candidates]


def _told_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line ``sep=;`` names the delimiter."""
    first = text[:10].partition("\n")[0]
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return text[len(first) + 1 :], first.strip()[-1]
    return text, ""


def _of_lines(text: str, delimiter: str, name: str, rows_max: int) -> Grid:
    def rows() -> Iterator[Row]:
        csv.field_size_limit(FIELD_MAX)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            for row in lines:
                yield [_unwrapped(cell) for cell in row[:COLUMNS_MAX]]
        except csv.Error:
            raise errors.QuoteUnclosed(row=lines.line_num) from None

    height = text.count("\n") + 1
    if height > 2 * rows_max + 100 and sum(1 for _ in islice(rows(), 2 * rows_max)) >= 2 * rows_max:
        raise errors.TooManyRows(limit=rows_max, count=height)
    return Grid(name, height, rows, is_text=True)


def _unwrapped(cell: str) -> str:
    """``="069…"`` is a code written so that Excel keeps its zeros: take what is inside."""
    if len(cell) > len('=""') and cell.startswith('="') and cell.endswith('"'):
        inside = cell[2:-1]
        return inside if '"' not in inside else cell
    return cell
