"""The rules over columns: each asked once for every distinct combination of what it looks at.

The rules themselves are those of ``Checker``; here is only what of a line each of them reads. What
depends on the lines before — goods on hand, lines that come twice — goes through the lines of the
lots in question one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ledger.entries.errors import SupplierLicenceMissing
from ledger.entries.rules import amounts, papers, stops
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits
from ledger.entries.rules.stops import Twin
from ledger.entries.services.batch import Batch, Item
from ledger.entries.services.checking import IN, OUT, Checker, remark_form
from ledger.entries.services.columns.coding import Coded, Codes, by_value, together
from ledger.entries.services.columns.table import Table
from ledger.entries.services.context import Context, Stock, context_of
from ledger.entries.services.looking import ROW_KINDS, Alike, Looked, boxes_around, look
from ledger.entries.services.partitions import make_room_for
from ledger.entries.terms import EntryKind, Flag
from ledger.kernel.errors import Refusal

Step = Callable[[Item, Limits], None]
Found = tuple[Finding, ...]


def context_for(table: Table) -> Context:
    """What the book knows about the goods and traders of the lines."""
    batch = table.batch
    lots = {form.lot for form in table.forms}
    make_room_for(batch.uow, lots)
    batch.coded = lots
    batch.new = {form.lot for form in table.forms if form.resolved.is_new}
    alike, hours = _alike(table, batch)
    traders = {table.operator, *(it for it in table.partners if it)}
    asked = Looked(lots, traders, boxes_around(alike, hours), table.rows, [])
    rows = together(table.kinds.codes, table.form).values
    return context_of(batch, [table.sketch(row) for row in rows], look(batch, asked), lots, [])


def _alike(table: Table, batch: Batch) -> tuple[Alike, int]:
    """The deliveries of lots that are on file already, and how far apart twins lie at most."""
    alike: Alike = defaultdict(list)
    known = np.array([form.lot not in batch.new for form in table.forms])[table.form]
    for row in np.flatnonzero(known).tolist():
        key = (int(table.lot[row]), table.operator, int(ROW_KINDS[table.columns.kinds[row]]))
        delivery = (table.columns.at[row].seconds, int(table.other[row]), int(table.qty[row]))
        alike[key].append(delivery)
    return alike, max(when.limits.duplicate_hours for when in table.whens)


class Sweep(Checker):
    """The rules on all lines of a table; ``flags`` and ``found`` are what they say of each.

    Lines that are refused are told to the table, and the rest is not gone on with.
    """

    def __init__(self, table: Table, context: Context) -> None:
        super().__init__(table.batch, context)
        self.table = table
        self.flags = np.zeros(table.rows, np.int64)
        self._said: list[Coded[Found]] = []
        self._whens = table.whens
        self._moment = table.moments.codes
        self._kind = table.kinds.codes

    @property
    def found(self) -> Coded[Found]:
        """What was found about the lines, in the order of the rules."""
        if not self._said:
            return Coded([()], np.zeros(self.table.rows, np.int64))
        ways = together(*(step.codes for step in self._said))
        found = [
            tuple(it for step in self._said for it in step.values[step.codes[row]])
            for row in ways.values
        ]
        return Coded(found, ways.codes)

    def run(self) -> None:
        """Ask every rule."""
        self._date_rules()
        self._licence_rules()
        if self.context.holds:
            self._step(self._stops, (self.table.form, self._kind, self.table.returns, self._moment))
        if self.table.bad:
            return
        self._repeated()
        self._proofs()
        more = self._in_and_out() if self.table.kind_is(OUT).any() else {}
        self._required()
        self._say(more)
        self._marks()

    def _step(
        self,
        step: Step,
        columns: Sequence[Codes],
        among: Codes | None = None,
        item_of: Callable[[int], Item] | None = None,
    ) -> None:
        """Ask a rule for every combination in columns, of the lines ``among`` or of all."""
        item_of = item_of or self.table.item
        rows = np.arange(self.table.rows) if among is None else among
        if not len(rows):
            return
        ways = together(*(column[rows] for column in columns))
        flags: list[int] = [0]
        found: list[Found] = [()]
        for code, place in enumerate(ways.values):
            item = item_of(int(rows[place]))
            try:
                step(item, item.when.limits)
            except Refusal as refusal:
                item.refuse(refusal)
            if item.refusal:
                self._refuse(rows[ways.codes == code].tolist(), item)
            flags.append(item.flags)
            found.append(tuple(item.findings))
        codes = np.zeros(self.table.rows, np.int64)
        codes[rows] = ways.codes + 1
        self.flags |= np.array(flags)[codes]
        if any(found):
            self._said.append(Coded(found, codes))

    def _ask(
        self,
        rule: Callable[[int], Finding | None],
        columns: Sequence[Codes],
        among: Codes | None = None,
    ) -> None:
        """The same of a rule that gives one finding for a line by its row."""
        rows = np.arange(self.table.rows) if among is None else among
        if not len(rows):
            return
        ways = together(*(column[rows] for column in columns))
        found = [rule(int(rows[place])) for place in ways.values]
        if not any(found):
            return
        flags: list[int] = [0]
        said: list[Found] = [()]
        for code, it in enumerate(found):
            if it and it.effect.refuses:
                self.table.refuse(rows[ways.codes == code].tolist(), it.as_refusal())
            stands = it is not None and it.effect is not Effect.NONE
            flags.append((it.flag or 0) if it and stands else 0)
            said.append((it,) if it and stands and it.effect is not Effect.FLAG else ())
        codes = np.zeros(self.table.rows, np.int64)
        codes[rows] = ways.codes + 1
        self.flags |= np.array(flags)[codes]
        self._said.append(Coded(said, codes))

    def _refuse(self, rows: Iterable[int], like: Item) -> None:
        """Refuse lines as another one that differs in nothing the rule looked at."""
        assert like.refusal is not None
        for row in rows:
            self.table.refuse([row], like.refusal)

    def _say(self, found: dict[int, Finding]) -> None:
        """Remarks on single lines."""
        if not found:
            return
        codes = np.zeros(self.table.rows, np.int64)
        said: list[Found] = [()]
        for row, finding in found.items():
            codes[row] = len(said)
            said.append((finding,) if finding.effect is not Effect.FLAG else ())
            self.flags[row] |= finding.flag or 0
        self._said.append(Coded(said, codes))

    def _date_rules(self) -> None:
        """L05 and L06, of those lines alone whose dates are not plainly in order."""
        table = self.table
        days = np.array([when.days[0].toordinal() for when in self._whens])[self._moment]
        latest = np.array([when.latest for when in self._whens])[self._moment]
        ahead = np.array([when.ahead is not None for when in self._whens])[self._moment]
        made = np.array([form.made for form in table.forms])[table.form]
        last = [form.expiry.toordinal() if form.expiry else 10**7 for form in table.forms]
        odd = ahead | (made > latest) | (np.array(last)[table.form] < days)
        columns = (table.form, self._moment, self._kind, table.returns)
        self._step(self._dates, columns, np.flatnonzero(odd))

    def _licence_rules(self) -> None:
        """L02 by kind, day and category; L03 of receipts by supplier and day.

        The category is asked about only where a licence of the supplier names some.
        """
        table = self.table
        category = by_value([it.resolved.product.category for it in table.forms])
        what = category.codes[table.form]
        self._ask(self._own_licence, (self._kind, self._moment, what))
        farmed = np.array([it.agricultural for it in table.forms])[table.form]
        known = np.array([bool(it) for it in table.partners])[table.parties.codes]
        among = table.kind_is([EntryKind.RECEIPT]) & (table.returns == 0) & ~farmed & known
        reasons = table.texts.get("override_reason")
        why = what * 0 if reasons is None else by_value(reasons).codes
        subjects = self.context.subjects
        names = [
            bool(it) and any(paper.scope for paper in subjects[it or 0].licences)
            for it in table.partners
        ]
        asked = np.where(np.array(names)[table.parties.codes], what + 1, 0)
        columns = (self._moment, table.parties.codes, why, asked)
        self._ask(self._supplied, columns, np.flatnonzero(among))

    def _own_licence(self, row: int) -> Finding | None:
        table, when = self.table, self._whens[self._moment[row]]
        category = table.forms[table.form[row]].resolved.product.category
        subject, kind = self.context.subjects[table.operator], table.columns.kinds[row]
        return papers.own_licence(subject, kind, when.days, category, when.limits)

    def _supplied(self, row: int) -> Finding | None:
        table, when = self.table, self._whens[self._moment[row]]
        category = table.forms[table.form[row]].resolved.product.category
        party = table.parties.codes[row]
        subject = self.context.subjects[table.partners[party] or 0]
        reason = table.texts["override_reason"][row] if "override_reason" in table.texts else ""
        found = papers.supplier_licence(subject, when.days, category, when.limits, reason)
        named = table.parties.values[party]
        stated = bool(named and named.licence)
        return None if found and stated and found.refusal is SupplierLicenceMissing else found

    def _repeated(self) -> None:
        """L08: lines that are alike, in the filing or with what is in the book."""
        table, twins = self.table, self.context.twins
        like = together(self._kind, table.lot, table.other, table.qty, table.unit)
        often = np.bincount(like.codes)[like.codes] > 1
        lots = {key[2] for key in twins}
        if lots:
            often |= np.isin(table.lot, list(lots))
        found: dict[int, Finding] = {}
        for row in np.flatnonzero(often).tolist():
            kind, when = ROW_KINDS[table.columns.kinds[row]], self._whens[self._moment[row]]
            numbers = (table.lot[row], table.other[row], table.qty[row], table.unit[row])
            lot, other, qty, unit = map(int, numbers)
            before = twins[table.operator, kind, lot, other, qty, unit]
            mine = Twin(when.at.seconds, int(table.docs[row]), "")
            hours = when.limits.duplicate_hours
            if any(stops.same_again(mine, twin, hours) for twin in before):
                found[row] = stops.near_duplicate()
            before.append(mine)
        self._say(found)

    def _proofs(self) -> None:
        """L04 of what comes in: without a certificate it is filed and marked."""
        column = self.table.texts.get("certificate")
        bare = np.ones(self.table.rows, bool)
        if column is not None:
            bare = np.array([not it.strip() for it in column])
        bare &= self.table.kind_is([EntryKind.RECEIPT, EntryKind.PRODUCTION])
        self._step(self._proof, (self._kind, self._moment), np.flatnonzero(bare))

    def _in_and_out(self) -> dict[int, Finding]:
        """L04 of what goes out, and L07, which is the answer: line by line, as stock goes on."""
        overdue: dict[int, Finding] = {}
        more: dict[int, Finding] = {}
        for row, kind in enumerate(self.table.columns.kinds):
            limits = self._whens[self._moment[row]].limits
            lot = int(self.table.lot[row])
            key = (self.table.operator, self.context.family[lot])
            if kind is EntryKind.DISPATCH and (found := self._overdue(row, key, limits)):
                if found.effect.refuses:
                    self.table.refuse([row], found.as_refusal())
                    continue
                overdue[row] = found
            stock = self.context.stock[key]
            written = int(self.table.measure[row]), int(self.table.qty[row])
            measure, qty = amounts.in_base(*written, self.context.packs.get(lot))
            if kind in OUT and (finding := _more_out(stock, measure, qty, limits)):
                more[row] = finding
            stock.add(OUT.get(kind) or IN[kind], measure, qty)
            if kind in IN:
                self._come(row, stock)
        self._say(overdue)
        return more

    def _overdue(self, row: int, key: tuple[int, int], limits: Limits) -> Finding | None:
        stock = self.context.stock.get(key)
        pending = stock.pending_since if stock and not stock.proven else None
        latest = self._whens[self._moment[row]].latest
        found = papers.proof_overdue(EntryKind.DISPATCH, latest, pending, limits)
        return None if found and found.effect is Effect.NONE else found

    def _come(self, row: int, stock: Stock) -> None:
        """What came in with a certificate is proven, what came without is waited for."""
        latest = self._whens[self._moment[row]].latest
        if self.flags[row] & Flag.PENDING_PROOF:
            stock.pending_since = min(stock.pending_since or latest, latest)
        else:
            stock.proven = True

    def _required(self) -> None:
        """L01, by which fields are there and what the files know."""
        table = self.table
        known = [
            None if party is None else (party.consumers, self._reachable(party, partner))
            for party, partner in zip(table.parties.values, table.partners, strict=True)
        ]
        who = by_value(known).codes
        what = by_value([(it.agricultural, it.has_spec, it.lasts) for it in table.forms]).codes
        said = (table.said("document"), table.said("origin"))
        self._step(self._fields, (self._kind, *said, who[table.parties.codes], what[table.form]))

    def _marks(self) -> None:
        """L05, L06 and L11 of names and dates, L12, returns and sales to consumers."""
        table = self.table
        late = np.array([int(when.late) for when in self._whens])[self._moment]
        who = np.array(
            [
                0 if it is None else code + 2 if it.licence else int(it.consumers)
                for code, it in enumerate(table.parties.values)
            ]
        )[table.parties.codes]
        self._step(self._remark_line, (self._kind, late, table.returns, who))
        odd = np.array([it.is_remarkable for it in table.forms])[table.form]
        self._step(self._remark_goods, (table.form,), np.flatnonzero(odd), table.sketch)

    def _remark_line(self, item: Item, _limits: Limits) -> None:
        item.goods = []
        self._remarks(item)

    def _remark_goods(self, item: Item, _limits: Limits) -> None:
        remark_form(item, item.goods[0])


def _more_out(stock: Stock, measure: int, out: int, limits: Limits) -> Finding | None:
    others = sum(qty for it, qty in stock.received.items() if it != measure)
    if others and not stock.received.get(measure):
        return None  # cases came in and pieces go out
    on_hand, received = stock.on_hand[measure], stock.received[measure]
    return amounts.more_out_than_in(out, on_hand, received, measure, limits)
