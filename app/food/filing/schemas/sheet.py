"""A file of rows as lines of the book; every refusal names its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import Any

from app.food.filing import errors
from app.food.filing.rules import cells as read
from app.food.filing.rules.cells import DITTO, Cell, text_of
from app.food.filing.rules.grid import Grid, Row, grids_of
from app.food.filing.rules.head import Head, Word, folded, header_of, kind_in, kind_words
from app.food.filing.terms import (
    LeftOut,
    Sheet,
    SheetRow,
    Skipped,
    SkipReason,
    Values,
    Workbook,
)
from ledger.entries.terms import EntryKind, Line, Portion, Unreadable
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.kernel.moment import UNKNOWN
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

_TOTALS = re.compile(
    r"^(本页|本日|本月|累计|总)?(合计|总计|小计|共计|累计|total|subtotal|sum)(:|：|\(.*)?$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^(制表|填表|填报|审核|复核|负责人|经办|记录人|单位负责|备注[:：]|说明[:：]|注[:：]|第\d+页|共\d+页|以上|打印|日期[:：])"
)
_CONSUMERS = frozenset(
    {"零售", "散客", "消费者", "个人", "零售客户", "散户", "门店零售", "consumers"}
)
_YES = frozenset({"是", "y", "yes", "1", "true", "退货", "√"})
_TEXTS = (
    "document",
    "document_line",
    "certificate",
    "origin",
    "storage",
    "reason",
    "override_reason",
)
_LOOKED_FOR_TOTALS = 4  # the word stands in one of the first filled cells


def read_workbook(
    data: bytes, filename: str, *, rows_max: int, kind: EntryKind | None = None
) -> Workbook:
    """Read a file of entries: xlsx by what it is, otherwise text in UTF-8, UTF-16 or GB18030.

    ``kind`` says what the rows are where the file does not. Rows are read one by one from
    ``Sheet.items``; nothing is cut silently. Raises the refusals of a sheet as a whole
    (``errors.py``) when no sheet of the file can be understood, and TooManyRows.
    """
    sheets: list[Sheet] = []
    left_out: list[tuple[str, Refusal]] = []
    for ways in grids_of(data, filename, rows_max=rows_max):
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
        raise left_out[0][1] if left_out else errors.SheetEmpty()
    if book.rows > rows_max:
        raise errors.TooManyRows(limit=rows_max, count=book.rows)
    return book


def _sheet(ways: list[Grid], filename: str, kind: EntryKind | None) -> Sheet:
    grid, head = header_of(ways)
    titles = " ".join(text for row in head.above[:-1] for text in map(str, row))
    chosen = kind or _kind_of(head, (titles, grid.name, filename))
    rows = sum(1 for _ in _filled(grid, head))
    if not rows:
        raise errors.NoRows(sheet=grid.name)

    def items() -> Iterator[SheetRow | Skipped]:
        return _Reader.of(head, chosen, told=kind is not None).read_all(grid, head)

    return Sheet(
        name=grid.name,
        kind=chosen,
        header_row=head.row,
        columns=head.columns,
        above=head.above,
        rows=rows,
        items=items,
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
    for number, row in enumerate(islice(grid.rows(), head.row, None), head.row + 1):
        if any(cell != "" and text_of(cell) for cell in row):
            yield number, _spread(row, number - 1, downward)


def _downward(grid: Grid, head: Head) -> dict[int, list[tuple[int, int]]]:
    """Merged areas under the header that span rows: column -> (first, last) rows from 0."""
    found: dict[int, list[tuple[int, int]]] = {}
    for first_row, first, last_row, last in grid.spans:
        if first_row >= head.row and last_row > first_row and first == last:
            found.setdefault(first, []).append((first_row, last_row))
    return found


def _spread(row: Row, index: int, downward: Mapping[int, list[tuple[int, int]]]) -> Row:
    """Mark cells under a merged one with a ditto, so that they read as the one above."""
    if not downward:
        return row
    spread = list(row)
    for column, areas in downward.items():
        inside = any(first < index <= last for first, last in areas)
        if inside and column < len(spread) and spread[column] == "":
            spread[column] = "〃"
    return spread


@dataclass(slots=True)
class _Reader:
    """Turns the rows of one sheet into lines; remembers the row above for ditto marks."""

    places: dict[str, int]
    letters: dict[str, str]
    hints: dict[str, str]
    kind: EntryKind | None
    header: tuple[str, ...]
    above: Row

    @classmethod
    def of(cls, head: Head, kind: EntryKind | None, *, told: bool) -> _Reader:
        """A reader for the columns of a header; ``told`` kinds leave the kind column unread."""
        known = {c.field: i for i, c in enumerate(head.columns) if c.field not in ("", "-")}
        if told:
            known.pop("kind", None)
        return cls(
            places=known,
            letters={field: head.columns[place].letter for field, place in known.items()},
            hints={field: head.columns[place].hint for field, place in known.items()},
            kind=kind,
            header=tuple(folded(c.text) for c in head.columns),
            above=[],
        )

    def read_all(self, grid: Grid, head: Head) -> Iterator[SheetRow | Skipped]:
        """Every filled row, in order."""
        return (self.read(number, row) for number, row in _filled(grid, head))

    def read(self, number: int, row: Row) -> SheetRow | Skipped:
        """One row as a line, as unreadable, or as skipped with the reason."""
        if reason := self._no_entry(row):
            text = " ".join(text_of(cell) for cell in row if text_of(cell))
            return Skipped(number=number, reason=reason, text=text[:100])
        row = self._spelled_out(row)
        said = {
            field: row[place] if place < len(row) else "" for field, place in self.places.items()
        }
        cells = {field: f"{letter}{number}" for field, letter in self.letters.items()}
        line: Line | Unreadable
        try:
            line = _Row(said, self.hints, self.kind).line()
        except Refusal as refusal:
            line = Unreadable(code=refusal.code, field=refusal.field or "", params=refusal.params)
        return SheetRow(number=number, line=line, cells=cells, values=values_of(row))

    def _spelled_out(self, row: Row) -> Row:
        """The row with every ditto mark replaced by what it stands for."""
        full = [
            self.above[place]
            if isinstance(cell, str) and cell.strip() in DITTO and place < len(self.above)
            else cell
            for place, cell in enumerate(row)
        ]
        self.above = full
        return full

    def _no_entry(self, row: Row) -> SkipReason | None:
        texts = [text_of(cell) for cell in row]
        filled = [text for text in texts if text]
        if any(_TOTALS.match(folded(text)) for text in filled[:_LOOKED_FOR_TOTALS]):
            coded = (self._text(row, field) for field in ("gtin", "lot", "at"))
            said = any(text and not _TOTALS.match(folded(text)) for text in coded)
            return None if said else SkipReason.TOTAL
        if _FOOTER.match(filled[0].replace(" ", "")) and not self._text(row, "quantity"):
            return SkipReason.FOOTER
        same = sum(1 for a, b in zip(map(folded, texts), self.header, strict=False) if a and a == b)
        return SkipReason.HEADER if same >= max(2, len(filled) - 1) else None

    def _text(self, row: Row, field: str) -> str:
        place = self.places.get(field)
        return text_of(row[place]) if place is not None and place < len(row) else ""


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


@dataclass(frozen=True, slots=True)
class _Row:
    """One row's cells by field, read as the parts of a line."""

    said: Mapping[str, Cell]
    hints: Mapping[str, str]
    kind: EntryKind | None

    def line(self) -> Line:
        """The line this row is; raises the refusals of single cells, field = the column's."""
        word = self._word()
        parts: dict[str, Any] = {}
        if word.kind in (EntryKind.RECEIPT, EntryKind.DISPATCH):
            parts = {"partner": self._partner(word), "is_return": self._is_return(word)}
        parts |= {name: self._text(name) for name in _TEXTS}
        at = self._moment("at")
        if at is UNKNOWN and word.kind is EntryKind.PRODUCTION:
            at = self._moment("produced_on")
        return Line(
            kind=word.kind,
            at=at,
            portions=(self._portion(),),
            operator=self._operator(),
            note=read.read_text(self._cell("note"), "note", 2_000),
            **parts,
        )

    def _cell(self, field: str) -> Cell:
        return self.said.get(field, "")

    def _text(self, field: str) -> str:
        return read.read_text(self._cell(field), field)

    def _code(self, field: str) -> str:
        return read.read_code(self._cell(field), field)

    def _moment(self, field: str) -> Any:
        return read.read_date(self._cell(field), field)

    def _word(self) -> Word:
        text = self._text("kind")
        found = kind_words("cell").get(folded(text))
        if found is not None:
            return found
        if self.kind is not None:  # 类型 may as well be the kind of food
            return Word(self.kind, "")
        if not text:
            raise errors.CellMissing(field="kind")
        raise errors.KindUnclear(field="kind", text=text[:40])

    def _is_return(self, word: Word) -> bool:
        return word.variant == "return" or self._text("return").casefold() in _YES

    def _partner(self, word: Word) -> Party:
        uscc, name = self._code("partner_uscc"), self._text("partner_name")
        out = word.kind is EntryKind.DISPATCH
        if out and not uscc and (word.variant == "consumers" or name.casefold() in _CONSUMERS):
            return Party(consumers=True)
        if not uscc and is_uscc(name):
            uscc, name = name, ""
        if not uscc and not name:
            raise errors.CellMissing(field="partner_name")
        return Party(
            uscc=uscc,
            name=name,
            address=self._text("partner_address"),
            contact=self._text("partner_contact"),
            licence=self._code("partner_licence"),
        )

    def _operator(self) -> Party | None:
        uscc = self._code("operator")
        return Party(uscc=uscc) if uscc else None

    def _portion(self) -> Portion:
        lot = self._lot()
        if text_of(self._cell("quantity")) == "":
            raise errors.CellMissing(field="quantity")
        amount = read.read_quantity(self._cell("quantity"), "quantity")
        unit = read.unit_of(amount, self._text("unit"), self.hints.get("quantity", ""), "unit")
        return Portion(lot=lot, quantity=amount.number, unit=unit)

    def _lot(self) -> LotNamed:
        gtin, name, sscc = self._code("gtin"), self._text("name"), self._code("sscc")
        if gtin in read.NONE_WORDS:
            gtin = ""
        if not (gtin or name or sscc):
            raise errors.CellMissing(field="name")
        producer = self._text("producer")
        period, until = read.read_shelf_life(
            self._cell("shelf_life"), self.hints.get("shelf_life", ""), "shelf_life"
        )
        expires = self._moment("expires_on")
        return LotNamed(
            gtin=gtin,
            sscc=sscc,
            name=name if gtin else "",
            product="" if gtin else name,
            producer=Party(name=producer) if producer and not gtin else None,
            lot=self._lot_number(),
            spec=self._text("spec"),
            category=self._text("category"),
            produced_on=self._moment("produced_on"),
            shelf_life=period,
            expires_on=until if expires is UNKNOWN else expires,
        )

    def _lot_number(self) -> str:
        number = self._code("lot")
        return "" if number.casefold() in read.NONE_WORDS else number
