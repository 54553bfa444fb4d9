"""One row of a sheet as a line of the book, or why it cannot be read or is no entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.food.filing import errors
from app.food.filing.rules import cells as read
from app.food.filing.rules.cells import DITTO
from app.food.filing.rules.head import Head, Word, folded, kind_words
from app.food.filing.terms import SheetRow, Skipped, SkipReason
from app.sheets.cells import text_of
from app.sheets.terms import Cell, Row
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
CONSUMERS = frozenset(
    {"零售", "散客", "消费者", "个人", "零售客户", "散户", "门店零售", "consumers"}
)
YES = frozenset({"是", "y", "yes", "1", "true", "退货", "√"})
TEXTS = (
    "document",
    "document_line",
    "certificate",
    "origin",
    "storage",
    "reason",
    "override_reason",
)
_LOOKED_FOR_TOTALS = 4  # the word stands in one of the first filled cells


PARTNERED = (EntryKind.RECEIPT, EntryKind.DISPATCH)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Turns single rows of one sheet into lines; dittos have been spelled out before."""

    places: dict[str, int]
    letters: dict[str, str]
    hints: dict[str, str]
    kind: EntryKind | None
    header: tuple[str, ...]

    @classmethod
    def of(cls, head: Head, kind: EntryKind | None, *, told: bool) -> RowReader:
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
        )

    def entry(self, number: int, row: Row) -> SheetRow:
        """One row that is an entry, as a line or as unreadable."""
        said = {
            field: row[place] if place < len(row) else "" for field, place in self.places.items()
        }
        line: Line | Unreadable
        try:
            line = _Row(said, self.hints, self.kind).line()
        except Refusal as refusal:
            line = Unreadable(code=refusal.code, field=refusal.field or "", params=refusal.params)
        return SheetRow(number, line, self.letters, row)

    def skipped(self, number: int, row: Row) -> Skipped | None:
        """A row that is no entry, with the reason; None when it is one."""
        reason = self.no_entry(row)
        if reason is None:
            return None
        text = " ".join(text_of(cell) for cell in row if text_of(cell))
        return Skipped(number=number, reason=reason, text=text[:100])

    def no_entry(self, row: Row) -> SkipReason | None:
        """Why a filled row is no entry: totals, a signature, the header again; None if it is."""
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


def may_be_no_entry(cell: Cell, header: str) -> bool:
    """Whether this cell under a ``header`` word alone could make its row no entry, or a ditto."""
    if not isinstance(cell, str):
        return folded(text_of(cell)) == header
    text = cell.strip()
    if text in DITTO:
        return True
    first = text[:1].casefold()
    if text.isascii() and (not text or (first.isalnum() and first not in ("t", "s", header[:1]))):
        return False
    text = text_of(text)
    bare = folded(text)
    return bool(
        _TOTALS.match(bare) or _FOOTER.match(text.replace(" ", "")) or (text and bare == header)
    )


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
        if word.kind in PARTNERED:
            parts = {"partner": self._partner(word), "is_return": self._is_return(word)}
        parts |= {name: self._text(name) for name in TEXTS}
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
        return word.variant == "return" or self._text("return").casefold() in YES

    def _partner(self, word: Word) -> Party:
        uscc, name = self._code("partner_uscc"), self._text("partner_name")
        out = word.kind is EntryKind.DISPATCH
        if out and not uscc and (word.variant == "consumers" or name.casefold() in CONSUMERS):
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
