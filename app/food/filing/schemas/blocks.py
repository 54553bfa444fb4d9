"""The rows of a sheet in blocks: by columns where they are plain, one by one where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice, repeat, zip_longest
from typing import Any

from app.food.filing.rules.cells import DITTO, text_of
from app.food.filing.schemas.columns import OTHERS, UNSURE, Columns, Known
from app.food.filing.schemas.rows import RowReader
from app.food.filing.terms import Cell, Row, Share, SheetRow, Skipped, Taken
from ledger.entries.terms import Line, Portion


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
        found = self._read([block[index] for index in own])
        items: list[SheetRow | Skipped] = []
        for index, item in zip(own, found, strict=True):
            items.append(item if item is not None else self._alone(index, block, above))
        self._above = above.last()
        return Taken(len(block), tuple(items))

    def _own(self, cells: list[Row], above: _Above, share: Share) -> Sequence[int]:
        """The places of the rows that are a share's."""
        if share.of == 1:
            return range(len(cells))
        keys = self._columns.keys
        wide = _by_columns(cells, len(self._reader.header))
        found = [
            self._key_of(above.spelled_out(index)) if key is UNSURE else key
            for index, key in enumerate(keys.of(wide, len(cells)))
        ]
        return [index for index, key in enumerate(found) if key % share.of == share.number]

    def _key_of(self, row: Row) -> int:
        keys = self._columns.keys
        found = keys.known[tuple(row[place] if place < len(row) else "" for place in keys.places)]
        return self._columns.key_of_lot(row) if found is UNSURE else int(found)

    def _alone(self, index: int, block: list[tuple[int, Row]], above: _Above) -> SheetRow | Skipped:
        number, row = block[index]
        skipped = self._reader.skipped(number, row)
        return skipped or self._reader.entry(number, above.spelled_out(index))

    def _read(self, block: list[tuple[int, Row]]) -> list[SheetRow | None]:
        """The rows of which every cell is surely understood; None for the others."""
        if not block:
            return []
        count = len(block)
        cells = [row for _, row in block]
        wide = _by_columns(cells, len(self._reader.header))
        known, parts = self._columns, _Parts(count)
        for place, stray in known.strays(len(wide)):
            parts.look(stray, map(stray.__getitem__, wide[place]))
        texts = [
            parts.look(other, map(other.__getitem__, wide[known.places[field]]))
            if (other := known.others.get(field)) is not None
            else repeat("", count)
            for field in OTHERS
        ]
        operators = (
            parts.look(
                known.operator, map(known.operator.__getitem__, wide[known.places["operator"]])
            )
            if known.operator is not None
            else repeat(None, count)
        )
        groups = (
            known.kinds,
            known.partners,
            known.returns,
            known.lots,
            known.amounts,
            known.moments,
        )
        grouped = [parts.look(group.known, group.of(wide, count)) for group in groups]
        lines = map(_line, compress(zip(*grouped, operators, *texts, strict=True), parts.sure))
        numbered = compress(block, parts.sure)
        letters = self._reader.letters
        rows = (
            SheetRow(number, line, letters, row)
            for (number, row), line in zip(numbered, lines, strict=True)
        )
        return [next(rows) if sure else None for sure in parts.sure]


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


def _line(parts: tuple[Any, ...]) -> Line:
    (word, partner, is_return, lot, amount, at, operator, *texts) = parts
    document, document_line, certificate, origin, storage, reason, override_reason, note = texts
    return Line(
        kind=word.kind,
        operator=operator,
        portions=(Portion(lot=lot, quantity=amount[0], unit=amount[1]),),
        partner=partner,
        at=at,
        document=document,
        document_line=document_line,
        certificate=certificate,
        origin=origin,
        storage=storage,
        reason=reason,
        note=note,
        override_reason=override_reason,
        is_return=is_return,
    )


def _by_columns(cells: list[Row], least: int) -> list[Sequence[Cell]]:
    """Rows turned into columns of one length, at least as many as the header has."""
    columns: list[Sequence[Cell]] = list(zip_longest(*cells, fillvalue=""))
    for place, column in enumerate(columns):
        if bool in set(map(type, column)):  # or True would be found where 1 has been remembered
            columns[place] = [text_of(it) if isinstance(it, bool) else it for it in column]
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
