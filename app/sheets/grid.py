"""A file as grids of cells, read row by row, again as often as asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from app.sheets import errors
from app.sheets.cells import is_filled
from app.sheets.container import (
    Content,
    FileKind,
    TextFound,
    check_package,
    kind_of,
    opened,
    text_found,
)
from app.sheets.terms import Row

DELIMITERS = (",", "\t", ";", "|", "，")
COLUMNS_MAX = 200  # a ledger sheet has under 40; the rest is decoration
FIELD_MAX = 32_767  # characters a spreadsheet cell can hold
SHEETS_MAX = 50


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: ``rows`` yields every row from the first, empty ones too, left-filled to column A.

    ``spans`` are merged areas as (first row, first column, last row, last column), from 0.
    ``filled_lines`` counts as ``filled`` does, only quicker, where it can.
    """

    name: str
    height: int
    rows: Callable[[], Iterator[Row]]
    spans: tuple[tuple[int, int, int, int], ...] = ()
    is_text: bool = False
    filled_lines: Callable[[int], int | None] = lambda _after: None

    def filled(self, after: int) -> int:
        """How many of the rows ``after`` the first so many hold anything."""
        found = self.filled_lines(after)
        return sum(map(is_filled, islice(self.rows(), after, None))) if found is None else found


def grids_of(content: Content, filename: str, *, rows_max: int) -> list[list[Grid]]:
    """The sheets of a file; each is given as the ways it can be read, one per possible delimiter.

    Raises the refusals of ``container``, TooManyRows, QuoteUnclosed.
    """
    if kind_of(content) is FileKind.XLSX:
        check_package(content)
        return [[grid] for grid in _of_workbook(content, rows_max)]
    return [_of_text(content, text_found(content), filename, rows_max)]


def _of_workbook(content: Content, rows_max: int) -> Iterator[Grid]:
    try:
        book = (
            CalamineWorkbook.from_filelike(io.BytesIO(content))
            if isinstance(content, bytes)
            else CalamineWorkbook.from_path(content)
        )
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
            yield (pad + row)[:COLUMNS_MAX] if pad or len(row) > COLUMNS_MAX else row

    return Grid(sheet.name, sheet.total_height, rows, spans)


def _of_text(content: Content, found: TextFound, filename: str, rows_max: int) -> list[Grid]:
    name = filename.rsplit("/", 1)[-1].rsplit(".", 1)[0][:60]
    text = _Text(content, found, told="")
    with text.opened() as stream:
        head = stream.read(20_000)
    told = _told_delimiter(head)
    candidates = [told] if told else [mark for mark in DELIMITERS if mark in head] or [","]
    text = _Text(content, found, told)
    return [_of_lines(text, mark, name, rows_max) for mark in candidates]


def _told_delimiter(head: str) -> str:
    """Excel's own first line ``sep=;`` names the delimiter."""
    first = head[:10].partition("\n")[0].strip()
    return first[-1] if first.lower().startswith("sep=") and len(first) == len("sep=;") else ""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text file that can be opened again and again, after the line that names the delimiter."""

    content: Content
    found: TextFound
    told: str

    def opened(self) -> io.TextIOWrapper:
        """Its text from the first line of the table."""
        stream = io.TextIOWrapper(
            opened(self.content), encoding=self.found.encoding, newline="", write_through=True
        )
        if self.told:
            stream.readline()
        return stream


def _of_lines(text: _Text, delimiter: str, name: str, rows_max: int) -> Grid:
    def rows() -> Iterator[Row]:
        csv.field_size_limit(FIELD_MAX)
        with text.opened() as stream:
            lines: Any = csv.reader(stream, delimiter=delimiter, strict=True)
            try:
                for row in lines:
                    yield _cells(row) if text.found.wraps or len(row) > COLUMNS_MAX else row
            except csv.Error:
                raise errors.QuoteUnclosed(row=lines.line_num) from None

    height = text.found.lines + 1
    if height > 2 * rows_max + 100 and sum(1 for _ in islice(rows(), 2 * rows_max)) >= 2 * rows_max:
        raise errors.TooManyRows(limit=rows_max, count=height)
    plain = partial(_filled_lines, text, delimiter)
    return Grid(name, height, rows, is_text=True, filled_lines=plain)


def _filled_lines(text: _Text, delimiter: str, after: int) -> int | None:
    """How many lines hold anything, in a text where every line is a row; None in another one."""
    filled = 0
    if text.found.quotes:
        return None
    with text.opened() as stream:
        for line in islice(stream, after, None):
            if len(line) > FIELD_MAX:
                return None  # one cell may be too long
            first = line[0]
            if first != delimiter and not first.isspace():
                filled += 1
            else:
                filled += is_filled([*line.split(delimiter)[:COLUMNS_MAX]])
    return filled


def _cells(row: Any) -> Any:
    return [_unwrapped(cell) for cell in row[:COLUMNS_MAX]]


def _unwrapped(cell: str) -> str:
    """``="069…"`` is a code written so that Excel keeps its zeros: take what is inside."""
    if len(cell) > len('=""') and cell.startswith('="') and cell.endswith('"'):
        inside = cell[2:-1]
        return inside if '"' not in inside else cell
    return cell
