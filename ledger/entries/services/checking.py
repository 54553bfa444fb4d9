"""Applying the rules to every line, in the order of precedence of their refusals."""

from __future__ import annotations

from ledger.entries import errors
from ledger.entries.rules import amounts, dates, fields, papers, stops
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import WIDTH_MAX, Limits
from ledger.entries.rules.stops import Likeness, Twin
from ledger.entries.services.batch import Batch, Goods, Item
from ledger.entries.services.context import Context
from ledger.entries.services.looking import ROW_KINDS
from ledger.entries.terms import EntryKind, Flag, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.licence import parse_licence
from ledger.kernel.moment import moment_of
from ledger.subjects.terms import Party

OUT = {
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
    EntryKind.TRANSFORMATION: RowKind.USE,
}
IN = {EntryKind.PRODUCTION: RowKind.PRODUCTION, EntryKind.RECEIPT: RowKind.RECEIPT}


class Checker:
    """Checks lines one after the other: what an earlier line did is known to a later one."""

    def __init__(self, batch: Batch, context: Context) -> None:
        self.batch = batch
        self.context = context
        self._missing: dict[tuple[object, ...], Finding | None] = {}
        self._pending: dict[int, Finding | None] = {}
        self._like: list[Likeness] = []
        # Stock is asked about only where something leaves it.
        self._counts = any(item.line.kind in OUT for item in batch.alive)
        steps = (self._shape, self._dates, self._licences, self._stops, self._duplicates)
        self._steps = (*steps, self._proof, self._fields)

    def check(self, item: Item) -> None:
        """Find what the rules say of one line, and count it in if it stands."""
        if item.line.kind is EntryKind.CORRECTION:
            return  # it only puts an entry out of force
        limits = item.when.limits
        try:
            for step in self._steps:
                step(item, limits)
                if item.refusal:
                    return
        except Refusal as refusal:  # of this line alone: the others are none the worse for it
            item.refuse(refusal)
            return
        if self._counts:
            self._take_stock(item, limits)
        self._remarks(item)
        self._remember(item)

    def _shape(self, item: Item, _limits: Limits) -> None:
        if item.line.kind is not EntryKind.TRANSFORMATION:
            return
        inputs, outputs = {it.lot for it in item.goods}, {it.lot for it in item.made}
        if inputs & outputs:
            both = next(it for it in item.made if it.lot in inputs)
            item.refuse(errors.OwnInput(lot=both.resolved.lot.number, field="lot"), both.path)
        if len(inputs) * len(outputs) > WIDTH_MAX:
            item.refuse(
                errors.TooWide(
                    inputs=len(inputs), outputs=len(outputs), limit=WIDTH_MAX, field="inputs"
                )
            )

    def _dates(self, item: Item, limits: Limits) -> None:
        line, when = item.line, item.when
        if when.ahead:
            item.find(when.ahead)
        for goods in item.all_goods:
            if goods.form.made > when.latest:
                field = f"{goods.path}lot."
                item.find(dates.before_production(line.at, goods.form.produced, field))
        for goods in item.goods:
            expiry = goods.form.expiry
            if expiry is not None and expiry < when.days[0]:
                found = dates.expired(line.kind, line.at, expiry, limits, is_return=line.is_return)
                item.find(found)

    def _licences(self, item: Item, limits: Limits) -> None:
        line, judged = item.line, item.when.judged
        for goods in item.made or item.goods[:1]:
            category = goods.resolved.product.category
            key: tuple[object, ...] = (item.operator, line.kind, category)
            if key not in judged:
                judged[key] = self._own(item, category, limits)
            if judged[key]:
                item.find(judged[key])
            if (
                line.kind is EntryKind.RECEIPT
                and item.partner
                and not line.is_return
                and not goods.form.agricultural
            ):
                stated = bool(line.partner and line.partner.licence)
                key = (item.partner, category, line.override_reason, stated)
                if key not in judged:
                    judged[key] = self._supplier(item, category, limits, stated=stated)
                if judged[key]:
                    item.find(judged[key])

    def _own(self, item: Item, category: str, limits: Limits) -> Finding | None:
        subject, days = self.context.subjects[item.operator], item.when.days
        return papers.own_licence(subject, item.line.kind, days, category, limits)

    def _supplier(
        self, item: Item, category: str, limits: Limits, *, stated: bool
    ) -> Finding | None:
        subject, days = self.context.subjects[item.partner or 0], item.when.days
        found = papers.supplier_licence(subject, days, category, limits, item.line.override_reason)
        stranger = found and found.refusal is errors.SupplierLicenceMissing and stated
        return None if stranger else found

    def _stops(self, item: Item, _limits: Limits) -> None:
        if not self.context.holds:
            return
        for goods in item.goods:
            hold = self.context.holds.get(self.context.family[goods.lot])
            if hold:
                found = stops.held(
                    item.line.kind,
                    hold.reason,
                    is_return=item.line.is_return,
                    was_before=item.when.latest < moment_of(hold.held_at).seconds,
                )
                item.find(found, goods.path)

    def _duplicates(self, item: Item, limits: Limits) -> None:
        line = item.line
        kind = ROW_KINDS.get(line.kind)
        self._like = []
        if kind is None:
            return
        known = self.context.lines
        if known and (item.operator, kind, line.document, line.document_line) in known:
            item.find(stops.duplicate(line.document, line.document_line))
            return
        other = item.operator if item.partner is None else item.partner
        for goods in item.goods:
            like = (item.operator, kind, goods.lot, other, goods.qty, goods.unit)
            self._like.append(like)
            if twins := self.context.twins.get(like):
                mine = Twin(line.at.seconds, item.doc, line.document_line)
                if any(stops.same_again(mine, twin, limits.duplicate_hours) for twin in twins):
                    item.find(stops.near_duplicate())

    def _proof(self, item: Item, limits: Limits) -> None:
        line = item.line
        if line.kind in (EntryKind.RECEIPT, EntryKind.PRODUCTION) and not line.certificate.strip():
            hours = limits.proof_hours
            if hours not in self._pending:
                self._pending[hours] = papers.proof(line.kind, line.certificate, limits)
            item.find(self._pending[hours])
        if line.kind is not EntryKind.DISPATCH:
            return
        for goods in item.goods:
            stock = self.context.stock.get((item.operator, self.context.family[goods.lot]))
            pending = stock.pending_since if stock and not stock.proven else None
            if pending is not None:
                item.find(papers.proof_overdue(line.kind, item.when.latest, pending, limits))

    def _fields(self, item: Item, _limits: Limits) -> None:
        line, form = item.line, item.goods[0].form
        party = line.partner
        said = (line.kind, bool(line.document), bool(line.origin), party is not None)
        consumers = party is not None and party.consumers
        reachable = party is not None and self._reachable(party, item.partner)
        facts = (form.agricultural, form.has_spec, form.lasts, reachable)
        key = (*said, consumers, *facts)
        if key not in self._missing:
            missing = fields.missing_fields(
                line,
                agricultural=form.agricultural,
                spec="-" if form.has_spec else "",
                lasts=form.lasts,
                reachable=reachable,
            )
            self._missing[key] = fields.missing(missing, strict=self.batch.strict)
        if self._missing[key]:
            item.find(self._missing[key])

    def _reachable(self, party: Party, partner: int | None) -> bool:
        """Whether contact and address of a partner are known, from the line or from its file."""
        subject = self.context.subjects.get(partner or 0)
        contact = party.contact or party.gln or (subject and (subject.contact or subject.phone))
        return bool(contact and (party.address or (subject and subject.address)))

    def _take_stock(self, item: Item, limits: Limits) -> None:
        kind = OUT.get(item.line.kind)
        wanted: dict[tuple[int, int], int] = {}
        for goods in item.goods if kind else ():
            measure, qty = self._in_base(goods)
            key = (self.context.family[goods.lot], measure)
            wanted[key] = wanted.get(key, 0) + qty
        for (lot, measure), out in wanted.items():
            stock = self.context.stock[item.operator, lot]
            others = sum(qty for it, qty in stock.received.items() if it != measure)
            if stock.received.get(measure) or not others:  # else cases came in and pieces go out
                item.find(
                    amounts.more_out_than_in(
                        out, stock.on_hand[measure], stock.received[measure], measure, limits
                    )
                )
            stock.add(kind or 0, measure, out)
        come = IN.get(item.line.kind)
        for goods in item.goods if come else item.made:
            self.context.stock[item.operator, self.context.family[goods.lot]].add(
                come or RowKind.YIELD, *self._in_base(goods)
            )

    def _in_base(self, goods: Goods) -> tuple[int, int]:
        return amounts.in_base(goods.measure, goods.qty, self.context.packs.get(goods.lot))

    def _remarks(self, item: Item) -> None:
        line, party = item.line, item.line.partner
        if item.when.late:
            item.flags |= Flag.LATE
        if line.is_return:
            item.flags |= Flag.RETURN
        if party is not None:
            if line.kind is EntryKind.DISPATCH and party.consumers:
                item.flags |= Flag.RETAIL
            if party.licence:
                item.find(_licence_doubt(party.licence))
        for goods in item.all_goods:
            if goods.form.is_remarkable:
                remark_form(item, goods)
            if goods.measure >= 1000:
                item.find(
                    _doubt(
                        errors.UnitOfMeasureUnknown,
                        f"{goods.path}unit",
                        unit=goods.portion.unit or goods.quantity.unit.code,
                    )
                )

    def _remember(self, item: Item) -> None:
        line = item.line
        kind = ROW_KINDS.get(line.kind)
        if kind is None:
            return
        twin = Twin(line.at.seconds, item.doc, line.document_line)
        for like in self._like:
            self.context.twins[like].append(twin)
        if self._counts and line.kind in IN:
            self._remember_proof(item)
        if line.document and line.document_line:
            self.context.lines.add((item.operator, kind, line.document, line.document_line))

    def _remember_proof(self, item: Item) -> None:
        latest = item.when.latest
        for goods in item.goods:
            stock = self.context.stock[item.operator, self.context.family[goods.lot]]
            if item.flags & Flag.PENDING_PROOF:
                stock.pending_since = min(stock.pending_since or latest, latest)
            else:
                stock.proven = True


def remark_form(item: Item, goods: Goods) -> None:
    """L05, L06 and L11: what a line says of its lot is not what is on file."""
    _remark_dates(item, goods)
    if goods.resolved.name_differs:
        name = goods.resolved.product.name
        item.find(_doubt(errors.NameDiffers, f"{goods.path}lot.name", name=name))


def _remark_dates(item: Item, goods: Goods) -> None:
    named, resolved = goods.portion.lot, goods.resolved
    for rule, refusal, differs, name in (
        ("L05", errors.ProductionDateDiffers, resolved.produced_differs, "produced_on"),
        ("L06", errors.ExpiryDiffers, resolved.expires_differs, "expires_on"),
    ):
        if differs:
            on_file, stated = str(getattr(resolved.lot, name)), str(getattr(named, name))
            field = f"{goods.path}lot.{name}"
            item.find(_doubt(refusal, field, rule=rule, on_file=on_file, stated=stated))


def _doubt(refusal: type[Refusal], field: str, rule: str = "L11", **params: str) -> Finding:
    return Finding(rule=rule, effect=Effect.WARN, refusal=refusal, field=field, params=params)


def _licence_doubt(number: str) -> Finding | None:
    try:
        doubts = parse_licence(number).doubts
    except Refusal:
        return None  # a paper of another country or province: nothing is known of its form
    if not doubts:
        return None
    return _doubt(errors.LicenceDoubtful, "licence", number=number, doubt=doubts[0].code)
