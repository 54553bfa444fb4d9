"""What the cells of a sheet's columns say: each distinct cell of a column is read once.

A row of which every cell is surely understood is put together from what its columns say. Any other
row — one that may be refused, skipped, or filled in from the row above — is read by itself by the
``RowReader``, whose word counts; so there is one place that refuses, and this is only quicker.
"""

from __future__ import annotations

import re
import string
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from app.food.filing.rules import cells as read
from app.food.filing.rules.fields import NOTE_MAX, TEXT_MAX
from app.food.filing.rules.head import Word, folded, kind_words
from app.food.filing.schemas.rows import (
    CONSUMERS,
    PARTNERED,
    TEXTS,
    YES,
    RowReader,
    may_be_no_entry,
)
from app.sheets.cells import text_of
from app.sheets.terms import Cell, Row
from ledger.entries.terms import EntryKind
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.kernel.moment import UNKNOWN
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

KNOWN_MAX = 20_000  # cells remembered per column, about 25 MB for a file at the very worst
UNSURE: Any = object()
"""In place of what a cell says: its row has to be read by itself."""
_PARTNER = ("partner_uscc", "partner_name", "partner_address", "partner_contact", "partner_licence")
_GOODS = ("gtin", "name", "sscc", "producer", "shelf_life", "spec", "category")
_BATCH = ("lot", "produced_on", "expires_on")
OTHERS = (*TEXTS, "note")
_LETTERS = f"{string.digits}{string.ascii_letters}"
_NUMERIC = (*"-0123456789", "inf", "nan")  # what the text of a number begins with
_KEYS = ("lot", "produced_on", "document", "at")


class Known(dict[Any, Any]):
    """What each distinct cell, or tuple of cells, says; ``doubts`` once one was UNSURE."""

    def __init__(self, read_one: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read_one = read_one
        self.doubts = False

    def __missing__(self, cell: Any) -> Any:
        """Read what has not been met before."""
        found = self.read_one(cell)
        if len(self) >= KNOWN_MAX:
            self.clear()
        self[cell] = found
        self.doubts = self.doubts or found is UNSURE
        return found


class Columns:
    """What the cells of one sheet's columns say."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.places = reader.places
        grouped = {"kind", "return", "quantity", "unit", "at", *_PARTNER, *_GOODS, *_BATCH}
        self._cell = {field: self._column(field) for field in self.places}
        self.others = {field: self._words(field) for field in OTHERS if field in self.places}
        self.operator = self._cell.get("operator")
        self._grouped = [place for field, place in self.places.items() if field in grouped]
        self.kinds = self._group(("kind",), self._kind_alone)
        self.partners = self._group(("kind", *_PARTNER), self._partner)
        self.returns = self._group(("kind", "return"), self._return)
        self._goods = self._group(_GOODS, self._of_goods)
        self.lots = self._lots()
        self.amounts = self._group(("quantity", "unit"), self._amount)
        self.moments = self._group(("kind", "at", "produced_on"), self._at)
        self._numbers = self._words("lot") if "lot" in self.places else None
        self._lot_keys = Known(self._key_of_number)
        self.keys = self._group(_KEYS, self._key)
        self._strays: dict[int, Strays] = {}

    def _column(self, field: str) -> Known:
        header = self.reader.header[self.places[field]]
        return Known(partial(_surely, _READ.get(field, read.read_text), field, header))

    def _words(self, field: str) -> Words:
        longest = NOTE_MAX if field == "note" else TEXT_MAX
        return Words(self._cell[field], self.reader.header[self.places[field]], longest)

    def _group(self, fields: Iterable[str], build: Callable[..., Any]) -> Group:
        present = tuple(field for field in fields if field in self.places)

        columns = [self._cell[field] for field in present]

        def read_one(row: tuple[Cell, ...]) -> Any:
            said = [column[cell] for column, cell in zip(columns, row, strict=True)]
            if UNSURE in said:
                return UNSURE
            try:
                return build(dict(zip(present, said, strict=True)))
            except Refusal:
                return UNSURE

        return Group(tuple(self.places[field] for field in present), Known(read_one))

    def _lots(self) -> Group:
        """Lots: the goods are few and what tells their lots apart is much, so each by itself."""
        present = [field for field in _BATCH if field in self.places]
        columns = [self._cell[field] for field in present]
        goods, cut = self._goods, len(present)
        places = (*(self.places[field] for field in present), *goods.places)

        def read_one(row: tuple[Cell, ...]) -> Any:
            what = goods.known[row[cut:]]
            said = [column[cell] for column, cell in zip(columns, row, strict=False)]
            if what is UNSURE or UNSURE in said:
                return UNSURE
            return _lot_of(what, dict(zip(present, said, strict=True)))

        return Group(places, Known(read_one))

    def strays(self, wide: int) -> Iterator[tuple[int, Strays]]:
        """Columns that say nothing for the book, where a row may still turn out to be no entry."""
        for place in range(wide):
            if place in self._grouped or place in (self.places[field] for field in self.others):
                continue
            if place not in self._strays:
                headers = self.reader.header
                header = headers[place] if place < len(headers) else ""
                known = Known(partial(_no_stray, header))
                self._strays[place] = Strays(known, header, TEXT_MAX)
            yield place, self._strays[place]

    def _kind(self, said: dict[str, Any]) -> Any:
        found = kind_words("cell").get(folded(said.get("kind", "")))
        if found is not None:
            return found
        return Word(self.reader.kind, "") if self.reader.kind is not None else UNSURE

    def _kind_alone(self, said: dict[str, Any]) -> Any:
        word = self._kind(said)
        return word if word is UNSURE else word.kind

    def _partner(self, said: dict[str, Any]) -> Any:
        word = self._kind(said)
        if word is UNSURE or word.kind not in PARTNERED:
            return UNSURE if word is UNSURE else None
        uscc, name = said.get("partner_uscc", ""), said.get("partner_name", "")
        to_consumers = word.variant == "consumers" or name.casefold() in CONSUMERS
        if word.kind is EntryKind.DISPATCH and not uscc and to_consumers:
            return Party(consumers=True)
        if not uscc and is_uscc(name):
            uscc, name = name, ""
        if not uscc and not name:
            return UNSURE
        return Party(
            uscc=uscc,
            name=name,
            address=said.get("partner_address", ""),
            contact=said.get("partner_contact", ""),
            licence=said.get("partner_licence", ""),
        )

    def _return(self, said: dict[str, Any]) -> Any:
        word = self._kind(said)
        if word is UNSURE or word.kind not in PARTNERED:
            return UNSURE if word is UNSURE else False
        return word.variant == "return" or said.get("return", "").casefold() in YES

    def _of_goods(self, said: dict[str, Any]) -> Any:
        gtin, name, sscc = said.get("gtin", ""), said.get("name", ""), said.get("sscc", "")
        if gtin in read.NONE_WORDS:
            gtin = ""
        if not (gtin or name or sscc):
            return UNSURE
        producer = said.get("producer", "")
        hint = self.reader.hints.get("shelf_life", "")
        period, until = read.read_shelf_life(said.get("shelf_life", ""), hint, "shelf_life")
        return {
            "gtin": gtin,
            "sscc": sscc,
            "name": name if gtin else "",
            "product": "" if gtin else name,
            "producer": Party(name=producer) if producer and not gtin else None,
            "spec": said.get("spec", ""),
            "category": said.get("category", ""),
            "shelf_life": period,
            "expires_on": until,
        }

    def _amount(self, said: dict[str, Any]) -> Any:
        if text_of(said.get("quantity", "")) == "":
            return UNSURE
        amount = read.read_quantity(said["quantity"], "quantity")
        hint = self.reader.hints.get("quantity", "")
        return amount.number, read.unit_of(amount, said.get("unit", ""), hint, "unit")

    def _at(self, said: dict[str, Any]) -> Any:
        word, at = self._kind(said), said.get("at", UNKNOWN)
        if word is UNSURE:
            return UNSURE
        if at is UNKNOWN and word.kind is EntryKind.PRODUCTION:
            return said.get("produced_on", UNKNOWN)
        return at

    def keys_of(self, cells: Sequence[Row], spelled_out: Callable[[int], Row]) -> Iterator[int]:
        """For each of some rows a number that is the same for all rows of a lot.

        Most rows name their lot by its number; what else tells lots apart, documents above all, is
        looked at in the others alone. ``spelled_out`` gives a row without references to others.
        """
        place, known = self.places.get("lot"), self.keys.known
        numbers: Iterable[int | None] = repeat(None, len(cells))
        if place is not None:
            numbers = map(self._lot_keys.__getitem__, column_of(cells, place))
        for row, number in enumerate(numbers):
            key = known[self._key_cells(cells[row])] if number is None else number
            yield self._key_alone(spelled_out(row)) if key is UNSURE else key

    def _key_of_number(self, cell: Cell) -> int | None:
        assert self._numbers is not None
        (said,) = self._numbers.of((cell,))
        key = "" if said is UNSURE else _folded_number({"lot": said})
        return zlib.crc32(key.encode()) if key else None

    def _key(self, said: dict[str, Any]) -> int:
        """A number of a lot's name, else of what names it."""
        key, made = _folded_number(said), said.get("produced_on", UNKNOWN)
        if not key and made is not UNKNOWN:
            key = f"@{made.seconds}"
        if not key:
            key = said.get("document", "") or f"@{said.get('at', UNKNOWN).seconds}"
        return zlib.crc32(key.encode())

    def _key_cells(self, row: Row) -> tuple[Cell, ...]:
        cells = (row[place] if place < len(row) else "" for place in self.keys.places)
        return tuple(map(no_flag, cells))

    def _key_alone(self, row: Row) -> int:
        found = self.keys.known[self._key_cells(row)]
        return self._key_of_lot(row) if found is UNSURE else int(found)

    def _key_of_lot(self, row: Row) -> int:
        """The same for a row of which only the lot is surely understood; 0 where not even that."""
        place = self.places.get("lot", len(row))
        said = self._cell["lot"][no_flag(row[place])] if place < len(row) else UNSURE
        return 0 if said is UNSURE else self._key({"lot": said})


class Words:
    """A column of texts: where all its cells plainly stand for themselves, they are taken at once.

    Such a cell has nothing that is read or refused; see ``read_text`` and ``may_be_no_entry``.
    """

    def __init__(self, known: Known, header: str, longest: int) -> None:
        self.known, self.header = known, header
        first = [it for it in _LETTERS if it.casefold() not in ("t", "s", header[:1])]
        word = f"(?:[{''.join(first)}][{_LETTERS}_/.-]{{0,{longest - 1}}}+)?+"
        self._words = re.compile(f"{word}(?:\0{word})*+")

    def of(self, column: Sequence[Cell]) -> Sequence[Any]:
        """What each cell says; UNSURE where its row has to be read by itself."""
        return column if self.are_plain(column) else [self.known[cell] for cell in column]

    def are_plain(self, column: Sequence[Any]) -> bool:
        """Whether all cells stand for themselves."""
        if set(map(type, column)) != {str}:
            return False
        said = "\0".join(column)
        return said.count("\0") < len(column) and bool(self._words.fullmatch(said))


class Strays(Words):
    """A column that says nothing for the book; numbers in it are no header and no total."""

    def are_plain(self, column: Sequence[Any]) -> bool:
        """Whether no cell could make its row no entry."""
        if set(map(type, column)) == {float}:
            return not self.header.startswith(_NUMERIC)
        return super().are_plain(column)


class Group:
    """Columns whose cells mean something together."""

    def __init__(self, places: tuple[int, ...], known: Known) -> None:
        self.places = places
        self.known = known

    def of(self, columns: Sequence[Sequence[Cell]], rows: int) -> Iterable[Any]:
        """What each row of a block says; UNSURE where that is to be found out row by row."""
        if not self.places:
            return repeat(self.known[()], rows)
        return map(
            self.known.__getitem__, zip(*(columns[place] for place in self.places), strict=True)
        )


def _surely(reads: Callable[..., Any], field: str, header: str, cell: Cell) -> Any:
    try:
        return UNSURE if may_be_no_entry(cell, header) else reads(cell, field)
    except Refusal:
        return UNSURE


def _no_stray(header: str, cell: Cell) -> Any:
    return UNSURE if may_be_no_entry(cell, header) else None


def _as_it_stands(cell: Cell, _field: str) -> Cell:
    return cell


def _note(cell: Cell, field: str) -> str:
    return read.read_text(cell, field, NOTE_MAX)


def _operator(cell: Cell, field: str) -> Party | None:
    uscc = read.read_code(cell, field)
    return Party(uscc=uscc) if uscc else None


def _lot_of(goods: dict[str, Any], said: dict[str, Any]) -> LotNamed:
    expires = said.get("expires_on", UNKNOWN)
    return LotNamed(
        **{
            **goods,
            "lot": _number(said),
            "produced_on": said.get("produced_on", UNKNOWN),
            "expires_on": goods["expires_on"] if expires is UNKNOWN else expires,
        }
    )


def _folded_number(said: dict[str, Any]) -> str:
    number = unicodedata.normalize("NFKC", _number(said)).casefold()
    if number.isalnum():
        return number
    return "".join(char for char in number if char.isalnum())


def column_of(cells: Sequence[Row], place: int) -> list[Cell]:
    """One column of some rows; a row that is shorter has nothing there."""
    try:
        column = [row[place] for row in cells]
    except IndexError:
        column = [row[place] if place < len(row) else "" for row in cells]
    return list(map(no_flag, column)) if bool in set(map(type, column)) else column


def no_flag(cell: Cell) -> Cell:
    """A cell as it is remembered: or True would be found where 1 has been met."""
    return text_of(cell) if isinstance(cell, bool) else cell


def _number(said: dict[str, Any]) -> str:
    number: str = said.get("lot", "")
    return "" if number.casefold() in read.NONE_WORDS else number


_READ: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("gtin", "sscc", "lot", "partner_uscc", "partner_licence"), read.read_code),
    **dict.fromkeys(("at", "produced_on", "expires_on"), read.read_date),
    **dict.fromkeys(("quantity", "shelf_life"), _as_it_stands),
    "note": _note,
    "operator": _operator,
}
