"""A filing on its way into the book: lines, what they were resolved to, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ledger.entries.queries.pools import PoolLink
from ledger.entries.rules import amounts, dates
from ledger.entries.rules.canonical import document_hash
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits, limits_on
from ledger.entries.rules.retention import expires_on
from ledger.entries.terms import Alias, EntryKind, Line, Portion, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import EPOCH, Moment, moment_of
from ledger.kernel.quantity import EA, Quantity, Unit
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed, Resolved


class Link(NamedTuple):
    """One ALIAS row to be: how ``lot`` belongs to ``other``, and in whose hands (0 = all)."""

    lot: int
    other: int
    how: Alias
    op: int


class Form:
    """One way in which lines of a filing name a lot, with what follows from that alone.

    A filing names the same lot on many lines; what depends on neither quantity nor day of trade is
    worked out once. ``made`` is the earliest second of production, ``counts`` what quantities come
    to by unit as written (see ``count``).
    """

    __slots__ = (
        "agricultural",
        "counts",
        "expiry",
        "has_spec",
        "is_nameless",
        "is_remarkable",
        "lasts",
        "lot",
        "made",
        "named",
        "produced",
        "resolved",
        "said",
    )

    def __init__(self, named: LotNamed, resolved: Resolved) -> None:
        """Work out the dates of the goods: as the line states them, else as the lot has them.

        The last day is the earlier of what the line and the lot say, or food past its date would
        become good by being filed with another one.
        """
        lot, product = resolved.lot, resolved.product
        self.named, self.resolved, self.lot = named, resolved, lot.id
        self.produced = named.produced_on if named.produced_on.precision else lot.produced_on
        self.made = self.produced.earliest
        life = named.shelf_life or product.shelf_life
        stated = named.expires_on if named.expires_on.precision else lot.expires_on
        own = expires_on(lot.produced_on, life, lot.expires_on)
        said = own
        if self.produced is not lot.produced_on or stated is not lot.expires_on:
            said = expires_on(self.produced, life, stated)
        self.expiry = min(said, own) if said and own else said or own
        self.lasts = bool(self.expiry or life)
        self.has_spec = bool(named.spec or product.spec)
        self.agricultural = resolved.agricultural
        self.is_nameless = not (product.gtin or product.in_store)
        self.is_remarkable = (
            resolved.name_differs or resolved.produced_differs or resolved.expires_differs
        )
        names = {"gtin": named.gtin, "product": named.product, "lot": named.lot}
        self.said = {name: text for name, text in names.items() if text}
        self.counts: dict[str, tuple[Decimal | None, int, int]] = {}

    def count(self, quantity: Quantity, numbers: Mapping[str, int]) -> tuple[Quantity, int, int]:
        """The quantity in base units, its stored unit number and measure. Raises QuantityTooLarge.

        ``numbers`` are those of units that are in no list.
        """
        factor, number, measure = self.way(quantity.unit, numbers)
        if factor is not None:
            quantity = amounts.times(quantity, factor)
        return quantity, number, measure

    def way(self, unit: Unit, numbers: Mapping[str, int]) -> tuple[Decimal | None, int, int]:
        """How quantities in a unit are counted: times what, in which stored unit and measure."""
        if unit.code not in self.counts:
            factor = amounts.factor_of(unit, self.resolved)
            base = EA if factor is not None else unit
            number = numbers.get(base.code, 0) or base.number
            self.counts[unit.code] = (factor, number, amounts.measure_of(number))
        return self.counts[unit.code]


class Goods:
    """One lot in a line, counted in base units.

    ``path`` prefixes the fields of refusals; ``unit`` is the stored unit number of ``qty``, in
    thousandths of the base unit; ``sscc`` names the logistic unit the goods came out of, or nested
    in.
    """

    __slots__ = ("form", "lot", "measure", "path", "portion", "qty", "quantity", "sscc", "unit")

    def __init__(
        self,
        path: str,
        portion: Portion,
        form: Form,
        counted: tuple[Quantity, int, int],
        sscc: str = "",
    ) -> None:
        self.path = path
        self.portion = portion
        self.form = form
        self.lot = form.lot
        self.quantity, self.unit, self.measure = counted
        self.qty = self.quantity.thousandths
        self.sscc = sscc

    @property
    def resolved(self) -> Resolved:
        """What the named lot turned out to be."""
        return self.form.resolved


class When:
    """A moment of trade with all that rules ask of it, worked out once per filing.

    ``days`` are the first and the last day it may mean, ``traded`` the last one or today,
    ``judged`` remembers what licences were found to allow on these days.
    """

    __slots__ = ("ahead", "at", "days", "judged", "late", "latest", "limits", "traded")

    def __init__(self, at: Moment, limits: Limits, now: int, today: date) -> None:
        self.at, self.limits = at, limits
        self.latest = at.latest
        self.days = (at.start.date(), (EPOCH + timedelta(seconds=self.latest)).date())
        self.traded = self.days[1] if at.precision else today
        self.late = dates.late(at, now, limits)
        self.ahead = dates.future(at, now, limits)
        self.judged: dict[tuple[object, ...], Finding | None] = {}


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of an entry that is to be corrected."""

    id: int
    lot: int
    op: int
    kind: RowKind


@dataclass(slots=True)
class Item:
    """One line of a filing.

    ``line`` is what takes effect: the line as filed, or the replacement a correction brings.
    """

    index: int
    filed: Line
    line: Line
    when: When
    operator: int = 0
    partner: int | None = None
    goods: list[Goods] = field(default_factory=list)
    made: list[Goods] = field(default_factory=list)
    corrects: int = 0
    corrected: tuple[Stored, ...] = ()
    unit_id: int = 0
    inner_units: list[int] = field(default_factory=list)
    taken_out: list[int] = field(default_factory=list)
    refusal: Refusal | None = None
    findings: list[Finding] = field(default_factory=list)
    flags: int = 0
    number: int = 0
    doc: int = 0

    def refuse(self, refusal: Refusal, path: str = "") -> None:
        """Keep the first refusal; ``path`` is put before its field."""
        if self.refusal is not None:
            return
        field = path + refusal.field if refusal.field else path.rstrip(".")
        if self.filed is not self.line and field.split(".")[0] not in ("corrects", "reason"):
            field = "entry." + field.removeprefix("entry.")
        refusal.field = field or None
        self.refusal = refusal

    def find(self, finding: Finding | None, path: str = "") -> None:
        """Take a rule's finding: a refusal, or a remark and a mark."""
        if finding is None or finding.effect is Effect.NONE:
            return
        if finding.effect.refuses:
            self.refuse(finding.as_refusal(), path)
            return
        if finding.flag:
            self.flags |= finding.flag
        if finding.effect is not Effect.FLAG and not self._said(finding):
            self.findings.append(finding)

    def _said(self, finding: Finding) -> bool:
        return any(it.refusal is finding.refusal for it in self.findings)

    @property
    def all_goods(self) -> list[Goods]:
        """Inputs and outputs."""
        return [*self.goods, *self.made] if self.made else self.goods

    @property
    def lots(self) -> list[int]:
        """Every lot a row of the entry stands in, each once, the first one first."""
        if len(self.goods) == 1 and not (self.made or self.corrected):
            return [self.goods[0].lot]
        seen = dict.fromkeys(goods.lot for goods in self.all_goods)
        return list(seen | dict.fromkeys(stored.lot for stored in self.corrected))


class Batch:
    """All lines of one filing with what they share.

    ``aliases`` are the rows between lots that are new, ``pooled`` every link the lines bear out,
    ``first_number`` and ``filing_number`` those taken for the entries and the filing,
    ``coded`` the lots of goods with a code of their own, ``new`` the lots that were not on file.
    """

    def __init__(
        self, uow: UnitOfWork, operator_id: int, lines: Iterable[tuple[int, Line]], *, strict: bool
    ) -> None:
        """Fix the moment of filing in the book's seconds, the documents' hashes, the days."""
        self.uow = uow
        self.operator_id = operator_id
        self.strict = strict
        self.now = moment_of(uow.now).seconds
        self.numbers: dict[str, int] = {}
        self.aliases: list[Link] = []
        self.pooled: set[PoolLink] = set()
        self.first_number = self.filing_number = 0
        self.coded: set[int] = set()
        self.new: set[int] = set()
        self._whens: dict[tuple[int, int], When] = {}
        self.items = [self._item(index, line) for index, line in lines]

    def _item(self, index: int, filed: Line) -> Item:
        line = filed
        if filed.kind is EntryKind.CORRECTION and filed.replacement is not None:
            line = filed.replacement
        item = Item(index, filed, line, self.when(line.at))
        if line.document:
            item.doc = document_hash(line.document)
        return item

    @property
    def alive(self) -> list[Item]:
        """The lines that are not refused so far."""
        return [item for item in self.items if item.refusal is None]

    def when(self, at: Moment) -> When:
        """A moment of trade with all that rules ask of it."""
        key = (at.seconds, at.precision)
        found = self._whens.get(key)
        if found is None:
            day = at.start.date() if at.precision else self.uow.today
            limits = limits_on(self.uow.parameters, day)
            found = self._whens[key] = When(at, limits, self.now, self.uow.today)
        return found
