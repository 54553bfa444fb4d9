"""Applying the rules to every line, in the order of precedence of their refusals."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.entries import errors
from ledger.entries.rules import amounts, dates, fields, papers, stops
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import WIDTH_MAX, Limits
from ledger.entries.rules.stops import Likeness, Twin
from ledger.entries.services.batch import Batch, Goods, Item
from ledger.entries.services.context import ROW_KINDS, Context
from ledger.entries.terms import EntryKind, Flag, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.licence import parse_licence
from ledger.kernel.moment import EPOCH, Moment

OUT = {
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
    EntryKind.TRANSFORMATION: RowKind.USE,
}
IN = {EntryKind.PRODUCTION: RowKind.PRODUCTION, EntryKind.RECEIPT: RowKind.RECEIPT}
Days = tuple[date, date]


class Checker:
    """Checks lines one after the other: what an earlier line did is known to a later one."""

    def __init__(self, batch: Batch, context: Context) -> None:
        self.batch = batch
        self.context = context
        self._judged: dict[tuple[object, ...], Finding | None] = {}
        self._days: dict[Moment, Days] = {}

    def check(self, item: Item) -> None:
        """Find what the rules say of one line, and count it in if it stands."""
        line = item.line
        if line.kind is EntryKind.CORRECTION:
            return  # it only puts an entry out of force
        limits = self.batch.limits(line.at)
        for step in (
            self._shape,
            self._dates,
            self._licences,
            self._stops,
            self._duplicates,
            self._proof,
            self._fields,
        ):
            try:
                step(item, limits)
            except Refusal as refusal:  # of this line alone: the others are none the worse for it
                item.refuse(refusal)
            if item.refusal:
                return
        self._take_stock(item, limits)
        self._remarks(item, limits)
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
        at = item.line.at
        item.find(dates.future(at, self.batch.now, limits))
        for goods in item.all_goods:
            item.find(dates.before_production(at, goods.produced, f"{goods.path}lot."))
        for goods in item.goods:
            item.find(
                dates.expired(
                    item.line.kind, at, goods.expiry, limits, is_return=item.line.is_return
                )
            )

    def _licences(self, item: Item, limits: Limits) -> None:
        line = item.line
        if line.at not in self._days:
            self._days[line.at] = _days(line.at)
        days = self._days[line.at]
        for goods in item.made or item.goods[:1]:
            category = goods.resolved.product.category
            item.find(self._own(item.operator, line.kind, days, category, limits))
            if (
                line.kind is EntryKind.RECEIPT
                and item.partner
                and not line.is_return
                and not goods.resolved.agricultural
            ):
                item.find(self._supplier(item, days, category, limits))

    def _own(
        self, operator: int, kind: EntryKind, days: Days, category: str, limits: Limits
    ) -> Finding | None:
        key = ("own", operator, kind, days, category)
        if key not in self._judged:
            subject = self.context.subjects[operator]
            self._judged[key] = papers.own_licence(subject, kind, days, category, limits)
        return self._judged[key]

    def _supplier(self, item: Item, days: Days, category: str, limits: Limits) -> Finding | None:
        line = item.line
        stated = bool(line.partner and line.partner.licence)
        key = ("supplier", item.partner, days, category, line.override_reason, stated)
        if key not in self._judged:
            subject = self.context.subjects[item.partner or 0]
            found = papers.supplier_licence(subject, days, category, limits, line.override_reason)
            stranger = found and found.refusal is errors.SupplierLicenceMissing and stated
            self._judged[key] = None if stranger else found
        return self._judged[key]

    def _stops(self, item: Item, _limits: Limits) -> None:
        for goods in item.goods:
            hold = self.context.holds.get(self.context.family[goods.lot])
            if hold:
                found = stops.held(item.line.kind, hold.reason, is_return=item.line.is_return)
                item.find(found, goods.path)

    def _duplicates(self, item: Item, limits: Limits) -> None:
        line = item.line
        kind = ROW_KINDS.get(line.kind)
        if kind is None:
            return
        if (item.operator, kind, line.document, line.document_line) in self.context.lines:
            item.find(stops.duplicate(line.document, line.document_line))
            return
        for goods in item.goods:
            mine = Twin(line.at.seconds, item.doc, line.document_line)
            twins = self.context.twins.get(_likeness(item, goods, kind), ())
            if any(stops.same_again(mine, twin, limits.duplicate_hours) for twin in twins):
                item.find(stops.near_duplicate())

    def _proof(self, item: Item, limits: Limits) -> None:
        line = item.line
        item.find(papers.proof(line.kind, line.certificate, limits))
        for goods in item.goods:
            stock = self.context.stock.get((item.operator, self.context.family[goods.lot]))
            pending = stock.pending_since if stock and not stock.proven else None
            item.find(papers.proof_overdue(line.kind, line.at.latest, pending, limits))

    def _fields(self, item: Item, _limits: Limits) -> None:
        line = item.line
        goods = item.goods[0]
        named, product = goods.portion.lot, goods.resolved.product
        party, subject = line.partner, self.context.subjects.get(item.partner or 0)
        contact = party and (party.contact or party.gln)
        missing = fields.missing_fields(
            line,
            agricultural=goods.resolved.agricultural,
            spec=named.spec or product.spec,
            lasts=bool(goods.expiry or named.shelf_life or product.shelf_life),
            reachable=bool(
                (contact or (subject and (subject.contact or subject.phone)))
                and ((party and party.address) or (subject and subject.address))
            ),
        )
        item.find(fields.missing(missing, strict=self.batch.strict))

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

    def _remarks(self, item: Item, limits: Limits) -> None:
        line = item.line
        if dates.late(line.at, self.batch.now, limits):
            item.flags |= Flag.LATE
        if line.is_return:
            item.flags |= Flag.RETURN
        if line.kind is EntryKind.DISPATCH and line.partner and line.partner.consumers:
            item.flags |= Flag.RETAIL
        if line.partner and line.partner.licence:
            item.find(_licence_doubt(line.partner.licence))
        for goods in item.all_goods:
            _remark_dates(item, goods)
            if goods.resolved.name_differs:
                item.find(
                    _doubt(
                        errors.NameDiffers,
                        f"{goods.path}lot.name",
                        name=goods.resolved.product.name,
                    )
                )
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
        for goods in item.goods:
            twin = Twin(line.at.seconds, item.doc, line.document_line)
            self.context.twins[_likeness(item, goods, kind)].append(twin)
            if line.kind in (EntryKind.RECEIPT, EntryKind.PRODUCTION):
                stock = self.context.stock[item.operator, self.context.family[goods.lot]]
                if item.flags & Flag.PENDING_PROOF:
                    since = stock.pending_since
                    stock.pending_since = min(since or line.at.latest, line.at.latest)
                else:
                    stock.proven = True
        if line.document and line.document_line:
            self.context.lines.add((item.operator, kind, line.document, line.document_line))


def _likeness(item: Item, goods: Goods, kind: RowKind) -> Likeness:
    other = item.operator if item.partner is None else item.partner
    return Likeness(item.operator, kind, goods.lot, other, goods.qty, goods.unit)


def _days(at: Moment) -> Days:
    return at.start.date(), (EPOCH + timedelta(seconds=at.latest)).date()


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
