"""A file of records, xlsx, csv or JSON lines, as rows under a head, block by block."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from app.credit.records import errors
from app.credit.records.rules.head import HEAD_AMONG, Head, head_of
from app.credit.records.terms import Item
from app.sheets.cells import is_filled, text_of
from app.sheets.container import FileKind, TextFound, kind_of, opened, text_found
from app.sheets.errors import SheetEmpty, TooManyRows
from app.sheets.grid import FIELD_MAX, Grid, grids_of
from app.sheets.terms import Cell, Row
from ledger.kernel.errors import Refusal

NAMED = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file: their numbers as a person counts them, their cells as columns.

    ``strays`` are rows that cannot be taken whatever their cells say, by place.
    """

    numbers: Sequence[int]
    wide: Sequence[Sequence[Cell]]
    strays: Mapping[int, Refusal] = field(default_factory=dict)

    def said(self, place: int, head: Head) -> dict[str, str]:
        """A row as it was sent, by the texts of its head."""
        texts = [text_of(column[place]) for column in self.wide]
        return {name: text for name, text in zip(head.texts, texts, strict=False) if name}


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """A file of records whose head was understood; ``blocks`` goes through its rows."""

    head: Head
    rows: int
    source: Grid | _Lines

    def blocks(self, at: int, count: int) -> Iterator[Rows]:
        """The filled rows after the first ``at``, so many at a time, to the end of the file."""
        rest = islice(self._filled(), at, None)
        wide = len(self.head.texts)
        while block := list(islice(rest, count)):
            strays = {place: it for place, (_, it) in enumerate(block) if isinstance(it, Refusal)}
            rows: list[Row] = [[] if isinstance(it, Refusal) else it for _, it in block]
            columns: list[Sequence[Cell]] = list(zip_longest(*rows, fillvalue=""))
            columns += [[""] * len(block)] * (wide - len(columns))
            yield Rows([number for number, _ in block], columns, strays)

    def _filled(self) -> Iterator[tuple[int, Row | Refusal]]:
        if isinstance(self.source, _Lines):
            yield from self.source.rows(self.head)
            return
        rows = enumerate(islice(self.source.rows(), self.head.row, None), self.head.row + 1)
        yield from (it for it in rows if is_filled(it[1]))


def read_records(path: Path, filename: str, item: Item, *, rows_max: int) -> RecordSheet:
    """Look into a file of records of an item: its head, how many rows there are.

    Raises the refusals of a file as a whole (``app.sheets.errors``), HeadWrong,
    SheetWithoutRows, TooManyRows.
    """
    if _is_lines(path, filename):
        return _lines_sheet(path, item, rows_max)
    ways = [way for sheet in grids_of(path, filename, rows_max=rows_max) for way in sheet]
    problem: Refusal = SheetEmpty()
    for grid in ways:
        try:
            head = head_of(_first_rows(grid), item)
        except errors.HeadWrong as refusal:
            problem = refusal if isinstance(problem, SheetEmpty) else problem
        except errors.SheetWithoutRows:
            continue
        else:
            return _counted(RecordSheet(head, grid.filled(head.row), grid), item, rows_max)
    raise problem


def _first_rows(grid: Grid) -> list[tuple[int, Row]]:
    numbered = ((number, row) for number, row in enumerate(grid.rows(), 1) if is_filled(row))
    return list(islice(numbered, HEAD_AMONG))


def _counted(sheet: RecordSheet, item: Item, rows_max: int) -> RecordSheet:
    if not sheet.rows:
        raise errors.SheetWithoutRows(item=item.code)
    if sheet.rows > rows_max:
        raise TooManyRows(limit=rows_max, count=sheet.rows)
    return sheet


def _is_lines(path: Path, filename: str) -> bool:
    if kind_of(path) is not FileKind.TEXT:
        return False
    with opened(path) as stream:
        start = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") or filename.lower().endswith(NAMED)


def _lines_sheet(path: Path, item: Item, rows_max: int) -> RecordSheet:
    names = tuple(one.name for one in item.fields)
    lines = _Lines(path, text_found(path), frozenset(names))
    head = Head(row=0, texts=names, places={name: at for at, name in enumerate(names)})
    return _counted(RecordSheet(head, sum(1 for _ in lines.filled()), lines), item, rows_max)


@dataclass(frozen=True, slots=True)
class _Lines:
    """A file of JSON lines: one object of plain values a line, by the item's field names."""

    path: Path
    found: TextFound
    known: frozenset[str]

    def filled(self) -> Iterator[tuple[int, str]]:
        """(number, text) of every line that holds anything."""
        with self.path.open(encoding=self.found.encoding) as stream:
            for number, line in enumerate(stream, 1):
                if not line.isspace():
                    yield number, line

    def rows(self, head: Head) -> Iterator[tuple[int, Row | Refusal]]:
        """Each line as cells in the head's order, or why it is none."""
        for number, line in self.filled():
            try:
                yield number, self._cells(line, head)
            except Refusal as refusal:
                yield number, refusal

    def _cells(self, line: str, head: Head) -> Row:
        try:
            said: Any = json.loads(line, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            raise errors.LineUnreadable(text=line.strip()[:60]) from None
        plain = isinstance(said, dict) and all(
            it is None or (isinstance(it, (str, bool)) and len(str(it)) <= FIELD_MAX)
            for it in said.values()
        )
        if not plain:
            raise errors.LineUnreadable(text=line.strip()[:60])
        stray = next((name for name in said if name not in self.known), None)
        if stray is not None:
            raise errors.UnknownColumn(field=stray[:60], name=stray[:60])
        return ["" if said.get(name) is None else said[name] for name in head.texts]
