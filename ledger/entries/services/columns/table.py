"""The lines of a filing by columns: read, and resolved once for each distinct value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ledger.entries.rules import amounts, fields
from ledger.entries.rules.canonical import document_hash
from ledger.entries.services import naming
from ledger.entries.services.batch import Batch, Form, Goods, Item
from ledger.entries.services.columns.coding import Codes, by_identity, by_value, together
from ledger.entries.terms import EntryKind, Line, LineColumns, Portion
from ledger.kernel.errors import Refusal
from ledger.kernel.quantity import Quantity
from ledger.products.services import resolve_lots
from ledger.products.terms import LotNamed, LotWanted
from ledger.subjects.services import resolve_parties
from ledger.subjects.terms import Party

Numbers = npt.NDArray[np.int64]
_LINES = {kind: Line(kind=kind) for kind in EntryKind}


class NotPlain(Exception):
    """A line asks for more than columns can tell: the filing is to be made line by line."""


class Table:
    """Lines by columns; after ``resolve`` with the numbers their rows are made of.

    ``bad`` are the lines that are refused, by row. Everything that follows from a distinct value
    alone is worked out once for it. Raises NotPlain.
    """

    def __init__(self, batch: Batch, columns: LineColumns) -> None:
        self.batch, self.columns = batch, columns
        self.rows = len(columns)
        self.kinds = by_identity(columns.kinds)
        self.moments = by_identity(columns.at)
        self.parties = by_identity(columns.partners)
        self.named = by_identity(columns.lots)
        self.amounts = by_identity(columns.amounts)
        self.returns = np.fromiter(columns.returns, np.int64, self.rows)
        self.texts = {name: it for name, it in columns.texts.items() if any(it)}
        self.bad: dict[int, Item] = {}
        self.operator = 0
        self.partners: list[int | None] = []
        self.forms: list[Form] = []
        self.form = self.lot = self.qty = self.unit = self.measure = self.other = self.returns

    def resolve(self) -> None:
        """Find out what the lines name; stops where lines turn out to be refused."""
        self.whens = [self.batch.when(at) for at in self.moments.values]
        for step in (self._read, self._name_operator, self._name_partners, self._name_goods):
            step()
            if self.bad:
                return

    def kind_is(self, kinds: Iterable[EntryKind]) -> npt.NDArray[np.bool_]:
        """Which lines are of one of these kinds."""
        wanted = frozenset(kinds)
        return np.array([kind in wanted for kind in self.kinds.values])[self.kinds.codes]

    def said(self, name: str) -> Codes:
        """1 where a text is there, else 0."""
        column = self.texts.get(name)
        return np.zeros(self.rows, np.int64) if column is None else _filled(column)

    def item(self, row: int) -> Item:
        """One of the lines by itself, as the rules take it."""
        line = self.columns.line(row)
        item = Item(self.columns.places[row], line, line, self.whens[self.moments.codes[row]])
        item.operator = self.operator
        if self.partners:
            item.partner = self.partners[self.parties.codes[row]]
        if self.forms:
            form, portion = self.forms[self.form[row]], line.portions[0]
            counted = (amounts.NOTHING, int(self.unit[row]), int(self.measure[row]))
            goods = Goods("", portion, form, counted)
            goods.qty = int(self.qty[row])
            item.goods = [goods]
        return item

    def sketch(self, row: int) -> Item:
        """The same with kind, lot and day alone, for who looks at nothing else: far quicker."""
        line = _LINES[self.columns.kinds[row]]
        item = Item(0, line, line, self.whens[self.moments.codes[row]], self.operator)
        portion = Portion(lot=self.columns.lots[row], quantity="", unit="")
        form, counted = self.forms[self.form[row]], (amounts.NOTHING, 0, 0)
        item.goods = [Goods("", portion, form, counted)]
        return item

    def refuse(self, rows: Iterable[int], refusal: Refusal, path: str = "") -> None:
        """Refuse lines for the same reason; the first refusal of a line counts."""
        for row in rows:
            if row not in self.bad:
                item = self.item(row)
                item.refuse(naming.again(refusal), path)
                self.bad[row] = item

    @cached_property
    def docs(self) -> Numbers:
        """The numbers of the lines' documents."""
        column = self.texts.get("document")
        if column is None:
            return np.zeros(self.rows, np.int64)
        hashed = ((document_hash(it) if it else 0) for it in column)
        return np.fromiter(hashed, np.int64, self.rows)

    def _read(self) -> None:
        """Refuse what means nothing; what means something that is not plain is for others."""
        if any(it is not None for it in self.columns.operators) or "document_line" in self.texts:
            raise NotPlain
        partnered = self.kind_is(fields.PARTNERED)
        there = np.array([it is not None for it in self.parties.values])[self.parties.codes]
        plain = np.array([kind in fields.PLAIN for kind in self.kinds.values])[self.kinds.codes]
        plain &= partnered == there
        plain &= np.array([bool(it.precision) for it in self.moments.values])[self.moments.codes]
        plain &= np.array([is_plain_lot(it) for it in self.named.values])[self.named.codes]
        said = [bool(it[0].strip() and it[1].strip()) for it in self.amounts.values]
        plain &= np.array(said)[self.amounts.codes]
        for name, column in self.texts.items():
            plain &= ~_unreadable(column, fields.TEXTS[name])
        for row in np.flatnonzero(~plain).tolist():
            refusal = fields.line_refusal(self.columns.line(row))
            if refusal is None:
                raise NotPlain
            item = self.item(row)
            item.refuse(refusal)
            self.bad[row] = item

    def _name_operator(self) -> None:
        """Whose book it is, as ``name_operators`` says of lines that do not name it."""
        batch, actor = self.batch, self.batch.uow.actor
        self.operator = batch.operator_id
        if batch.operator_id != actor.operator_id and batch.operator_id not in actor.delegated:
            own = Party(subject_id=batch.operator_id)
            (found,) = resolve_parties(batch.uow, [own], open_unknown=False)
            if isinstance(found, Refusal):
                raise NotPlain
            self.operator = found
        if not actor.may_act_for(self.operator):
            raise NotPlain

    def _name_partners(self) -> None:
        parties = [it for it in self.parties.values if it is not None]
        found = iter(resolve_parties(self.batch.uow, parties, open_unknown=True) if parties else [])
        partners: list[int | None] = []
        for code, party in enumerate(self.parties.values):
            named = next(found) if party is not None else None
            if isinstance(named, Refusal):
                for row in np.flatnonzero(self.parties.codes == code).tolist():
                    arrives = self.columns.kinds[row] is EntryKind.RECEIPT
                    self.refuse([row], named, "from." if arrives else "to.")
                named = None
            partners.append(named)
        self.partners = partners
        other = [self.operator if it is None else it for it in partners]
        self.other = np.array(other, np.int64)[self.parties.codes]

    def _name_goods(self) -> None:
        quantities = self._quantities()
        if self.bad:
            return
        values = by_value(self.named.values).codes  # the same words may have come as two objects
        made = self.kind_is([EntryKind.PRODUCTION]).astype(np.int64)
        wanted = together(values[self.named.codes], made)
        asked = [self._wanted(row) for row in wanted.values]
        resolved = resolve_lots(self.batch.uow, asked)
        forms: list[Form] = []
        for code, (it, found) in enumerate(zip(asked, resolved, strict=True)):
            if isinstance(found, Refusal):
                self.refuse(np.flatnonzero(wanted.codes == code).tolist(), found, "lot.")
            else:
                forms.append(Form(it.named, found))
        if self.bad:
            return
        if any(form.is_nameless for form in forms):
            raise NotPlain
        self.form = wanted.codes
        self.lot = np.array([form.lot for form in forms], np.int64)[self.form]
        self._count(forms, quantities)
        self.forms = forms

    def _wanted(self, row: int) -> LotWanted:
        columns, kind = self.columns, self.columns.kinds[row]
        supplier = self.partners[self.parties.codes[row]] if kind is EntryKind.RECEIPT else None
        documents = self.texts.get("document")
        return LotWanted(
            named=columns.lots[row],
            filer_id=self.operator,
            assumed_producer_id=supplier or self.operator,
            document=documents[row] if documents is not None else "",
            at=columns.at[row],
            kind=kind,
        )

    def _quantities(self) -> list[Quantity]:
        """What each distinct amount says."""
        found: list[Quantity] = []
        for code, (quantity, unit) in enumerate(self.amounts.values):
            try:
                found.append(amounts.as_written(quantity, unit))
            except Refusal as refusal:
                rows = np.flatnonzero(self.amounts.codes == code).tolist()
                self.refuse(rows, refusal, "quantity.")
        if any(quantity.unit.number == 0 for quantity in found):
            raise NotPlain  # a unit of measure that is in no list has to be given a number
        return found

    def _count(self, forms: list[Form], quantities: list[Quantity]) -> None:
        """The quantities in base units."""
        units = by_value([quantity.unit.code for quantity in quantities])
        written = np.array([quantity.thousandths for quantity in quantities], np.int64)
        kinds = together(self.form, units.codes[self.amounts.codes])
        self.qty = written[self.amounts.codes]
        self.unit, self.measure = np.zeros((2, self.rows), np.int64)
        ways = []
        for row in kinds.values:
            quantity = quantities[self.amounts.codes[row]]
            ways.append(forms[self.form[row]].way(quantity.unit, self.batch.numbers))
        self.unit = np.array([number for _, number, _ in ways], np.int64)[kinds.codes]
        self.measure = np.array([measure for _, _, measure in ways], np.int64)[kinds.codes]
        packed = np.array([factor is not None for factor, _, _ in ways])[kinds.codes]
        for row in np.flatnonzero(packed).tolist():
            factor, quantity = ways[kinds.codes[row]][0], quantities[self.amounts.codes[row]]
            assert factor is not None
            try:
                self.qty[row] = amounts.times(quantity, factor).thousandths
            except Refusal as refusal:
                self.refuse([row], refusal, "quantity.")


def is_plain_lot(named: LotNamed) -> bool:
    """Whether a lot is one of goods with a code, told apart by its number or its day."""
    if not named.gtin.strip() or named.sscc or named.lot_id is not None or named.producer:
        return False
    numbered = named.lot.strip() and named.lot.isprintable()
    return bool(numbered or named.produced_on.precision)


def _filled(column: Sequence[str]) -> Codes:
    return np.fromiter(map(bool, column), np.int64, len(column))


def _unreadable(column: Sequence[str], longest: int) -> npt.NDArray[np.bool_]:
    """Which texts no field may hold."""
    lengths = np.fromiter(map(len, column), np.int64, len(column))
    found: npt.NDArray[np.bool_] = lengths > longest
    if "\x00" in "".join(column):
        found |= np.array(["\x00" in text for text in column])
    return found
