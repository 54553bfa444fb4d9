"""The rows of a sheet in blocks: by columns where they are plain, one by one where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any

from app.food.filing.rules.cells import DITTO
from app.food.filing.schemas.columns import UNSURE, Columns, Known, no_flag
from app.food.filing.schemas.rows import RowReader
from app.food.filing.terms import Block, Share, SheetRow, Skipped, Taken
from app.sheets.terms import Cell, Row
from ledger.entries.terms import Line, LineColumns


class ColumnReading:
    """One going through the filled rows of a sheet, (number, cells) each; see ``terms.Reading``."""

    def __init__(self, reader: RowReader, filled: Iterator[tuple[int, Row]]) -> None:
        self._reader = reader
        self._columns = Columns(reader)
        self._filled = filled
        self._above: Row = []

    def pass_over(self, rows: int) -> int:
        """Go past filled rows without reading them; how many there were."""
        passed = 0
        while passed < rows and (block := list(islice(self._filled, min(1_000, rows - passed)))):
            passed += len(block)
            self._above = _Above(self._reader, self._above, [row for _, row in block]).last()
        return passed

    def take(self, rows: int, share: Share) -> Taken:
        """Go through the next filled rows, at most so many, and read those of a share."""
        block = list(islice(self._filled, rows))
        if not block:
            return Taken(0, ())
        cells = [row for _, row in block]
        above = _Above(self._reader, self._above, cells)
        own = self._own(cells, above, share)
        read = _Read(self._columns, self._reader, [block[index] for index in own])
        for place in read.unsure:
            read.take(place, self._alone(own[place], block, above))
        self._above = above.last()
        return Taken(len(block), read.block())

    def _own(self, cells: list[Row], above: _Above, share: Share) -> Sequence[int]:
        """The places of the rows that are a share's."""
        if share.of == 1:
            return range(len(cells))
        keys = self._columns.keys_of(cells, above.spelled_out)
        return [index for index, key in enumerate(keys) if key % share.of == share.number]

    def _alone(self, index: int, block: list[tuple[int, Row]], above: _Above) -> SheetRow | Skipped:
        number, row = block[index]
        skipped = self._reader.skipped(number, row)
        return skipped or self._reader.entry(number, above.spelled_out(index))


class _Read:
    """A block of rows as columns; rows that are not surely understood are taken one by one."""

    def __init__(self, columns: Columns, reader: RowReader, block: list[tuple[int, Row]]) -> None:
        self._block, self._letters = block, reader.letters
        self._alone: dict[int, SheetRow | Skipped] = {}
        count = len(block)
        wide = _by_columns([row for _, row in block], len(reader.header))
        parts = _Parts(count)
        for place, stray in columns.strays(len(wide)):
            parts.look(stray.known, stray.of(wide[place]))
        self._texts = {
            field: parts.look(words.known, words.of(wide[columns.places[field]]))
            for field, words in columns.others.items()
        }
        self._operators: list[Any] = [None] * count
        if columns.operator is not None:
            said = map(columns.operator.__getitem__, wide[columns.places["operator"]])
            self._operators = parts.look(columns.operator, said)
        self._kinds, self._partners, self._returns, self._lots, self._amounts, self._at = (
            parts.look(group.known, group.of(wide, count))
            for group in (
                columns.kinds,
                columns.partners,
                columns.returns,
                columns.lots,
                columns.amounts,
                columns.moments,
            )
        )
        self.unsure = (
            [] if all(parts.sure) else [place for place, sure in enumerate(parts.sure) if not sure]
        )

    def take(self, place: int, item: SheetRow | Skipped) -> None:
        """Take what a row says that was read by itself."""
        if not (isinstance(item, SheetRow) and isinstance(item.line, Line)):
            self._alone[place] = item
            return
        line = item.line
        self._block[place] = item.number, item.row  # with its dittos spelled out
        (portion,) = line.portions
        self._kinds[place], self._partners[place] = line.kind, line.partner
        self._returns[place], self._lots[place] = line.is_return, portion.lot
        self._amounts[place], self._at[place] = (portion.quantity, portion.unit), line.at
        self._operators[place] = line.operator
        for name, column in self._texts.items():
            column[place] = getattr(line, name)

    def block(self) -> Block:
        """The rows."""
        count = len(self._block)
        columns = LineColumns(
            places=range(count),
            kinds=self._kinds,
            partners=self._partners,
            lots=self._lots,
            amounts=self._amounts,
            at=self._at,
            returns=self._returns,
            operators=self._operators,
            texts=self._texts,
        )
        if self._alone:
            columns = self._without(columns)
        return Block(self._block, self._letters, columns, self._alone)

    def _without(self, columns: LineColumns) -> LineColumns:
        """Only the rows that are lines, each at its place among those that are not skipped."""
        places, place = [], 0
        for at in range(len(self._block)):
            places.append(place)
            place += not isinstance(self._alone.get(at), Skipped)
        rows = [at for at in range(len(self._block)) if at not in self._alone]
        return replace(columns, places=places).only(rows)


class _Parts:
    """What the columns of a block say, and which of its rows are surely understood."""

    def __init__(self, count: int) -> None:
        self.sure = [True] * count

    def look(self, known: Known, said: Iterable[Any]) -> list[Any]:
        """Take what a column says; rows it is unsure about are to be read by themselves."""
        found = list(said)
        if known.doubts:
            for index, value in enumerate(found):
                if value is UNSURE:
                    self.sure[index] = False
        return found


def _by_columns(cells: list[Row], least: int) -> list[Sequence[Cell]]:
    """Rows turned into columns of one length, at least as many as the header has."""
    columns: list[Sequence[Cell]] = list(zip_longest(*cells, fillvalue=""))
    for place, column in enumerate(columns):
        if bool in set(map(type, column)):
            columns[place] = list(map(no_flag, column))
    columns += [[""] * len(cells)] * (least - len(columns))
    return columns


class _Above:
    """The rows of a block with every ditto mark replaced by what it stands for, where asked."""

    def __init__(self, reader: RowReader, above: Row, cells: list[Row]) -> None:
        self._reader = reader
        self._first = above
        self._cells = cells
        self._spelled: dict[int, Row] = {}

    def last(self) -> Row:
        """The last entry of the block spelled out, for the block after it."""
        index = self._entry_before(len(self._cells))
        return self._first if index is None else self.spelled_out(index)

    def spelled_out(self, index: int) -> Row:
        """The row at a place with its dittos replaced; without one it is the row itself."""
        chain: list[int] = []
        at: int | None = index
        while at is not None and at not in self._spelled and _has_ditto(self._cells[at]):
            chain.append(at)
            at = self._entry_before(at)
        above = self._first if at is None else self._spelled.get(at, self._cells[at])
        for place in reversed(chain):
            above = self._spelled[place] = _spelled(self._cells[place], above)
        return above

    def _entry_before(self, index: int) -> int | None:
        return next(
            (at for at in range(index - 1, -1, -1) if not self._reader.no_entry(self._cells[at])),
            None,
        )


def _has_ditto(row: Row) -> bool:
    return any(isinstance(cell, str) and cell.strip() in DITTO for cell in row)


def _spelled(row: Row, above: Row) -> Row:
    return [
        above[place]
        if isinstance(cell, str) and cell.strip() in DITTO and place < len(above)
        else cell
        for place, cell in enumerate(row)
    ]
