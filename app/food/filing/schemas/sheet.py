"""A file of rows as lines of the book; every refusal names its cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from app.food.filing import errors
from app.food.filing.rules.head import Head, header_of, kind_in
from app.food.filing.schemas.blocks import ColumnReading
from app.food.filing.schemas.rows import RowReader
from app.food.filing.terms import LeftOut, Sheet, Workbook
from app.sheets.cells import is_filled
from app.sheets.container import Content
from app.sheets.errors import SheetEmpty, TooManyRows
from app.sheets.grid import Grid, grids_of
from app.sheets.terms import Row
from ledger.entries.terms import EntryKind
from ledger.kernel.errors import Refusal

_BOUND = frozenset({"sscc", "document_line"})
"""Columns by which rows of different lots have to do with each other."""


def read_workbook(
    content: Content, filename: str, *, rows_max: int, kind: EntryKind | None = None
) -> Workbook:
    """Read a file of entries: xlsx by what it is, otherwise text in UTF-8, UTF-16 or GB18030.

    ``kind`` says what the rows are where the file does not. Rows are read from
    ``Sheet.read``; nothing is cut silently. Raises the refusals of a sheet as a whole
    (``errors.py``) when no sheet of the file can be understood, and TooManyRows.
    """
    sheets: list[Sheet] = []
    left_out: list[tuple[str, Refusal]] = []
    for ways in grids_of(content, filename, rows_max=rows_max):
        try:
            sheets.append(_sheet(ways, filename, kind))
        except (errors.HeaderUnreadable, errors.DirectionUnclear, errors.NoRows) as refusal:
            left_out.append((ways[0].name, refusal))
    book = Workbook(
        sheets=tuple(sheets),
        left_out=tuple(
            LeftOut(name=name, code=why.code, params=why.params) for name, why in left_out
        ),
    )
    if not sheets:
        raise left_out[0][1] if left_out else SheetEmpty()
    if book.rows > rows_max:
        raise TooManyRows(limit=rows_max, count=book.rows)
    return book


def _sheet(ways: list[Grid], filename: str, kind: EntryKind | None) -> Sheet:
    grid, head = header_of(ways)
    titles = " ".join(text for row in head.above[:-1] for text in map(str, row))
    chosen = kind or _kind_of(head, (titles, grid.name, filename))
    rows = grid.filled(head.row)
    if not rows:
        raise errors.NoRows(sheet=grid.name)
    reader = RowReader.of(head, chosen, told=kind is not None)
    return Sheet(
        name=grid.name,
        kind=chosen,
        header_row=head.row,
        columns=head.columns,
        above=head.above,
        rows=rows,
        divides=not head.fields & _BOUND,
        read=lambda: ColumnReading(reader, _filled(grid, head)),
    )


def _kind_of(head: Head, texts: tuple[str, ...]) -> EntryKind | None:
    """What rows are that do not say it themselves. Raises DirectionUnclear when none can."""
    if len(head.votes) == 1:
        return next(iter(head.votes))
    said = next((kind for kind in map(kind_in, texts) if kind), None)
    if said or "kind" in head.fields:
        return said
    raise errors.DirectionUnclear(seen="、".join(c.text for c in head.columns if c.text)[:200])


def _filled(grid: Grid, head: Head) -> Iterator[tuple[int, Row]]:
    """(row number from 1, cells) of every row under the header that holds anything."""
    downward = _downward(grid, head)
    rows = enumerate(islice(grid.rows(), head.row, None), head.row + 1)
    if not downward:
        return (it for it in rows if is_filled(it[1]))
    return (
        (number, _spread(row, downward[number]) if number in downward else row)
        for number, row in rows
        if is_filled(row)
    )


def _downward(grid: Grid, head: Head) -> dict[int, list[int]]:
    """Cells under the first one of a merged area below the header: row from 1 -> columns."""
    found: dict[int, list[int]] = {}
    for first_row, first, last_row, last in grid.spans:
        if first_row >= head.row and last_row > first_row and first == last:
            for index in range(first_row + 1, min(last_row, grid.height) + 1):
                found.setdefault(index + 1, []).append(first)
    return found


def _spread(row: Row, columns: list[int]) -> Row:
    """Mark cells under a merged one with a ditto, so that they read as the one above."""
    spread = list(row)
    for column in columns:
        if column < len(spread) and spread[column] == "":
            spread[column] = "〃"
    return spread
