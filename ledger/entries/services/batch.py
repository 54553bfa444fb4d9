"""A filing on its way into the book: lines, what they were resolved to, what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ledger.entries.queries.pools import PoolLink
from ledger.entries.rules.canonical import document_hash
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits, limits_on
from ledger.entries.rules.retention import expires_on
from ledger.entries.terms import Alias, Line, Portion, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, Moment, moment_of
from ledger.kernel.quantity import Quantity
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import Resolved

DAY = 86_400


class Link(NamedTuple):
    """One ALIAS row to be: how ``lot`` belongs to ``other``, and in whose hands (0 = all)."""

    lot: int
    other: int
    how: Alias
    op: int


@dataclass(slots=True)
class Goods:
    """One lot in a line, counted in base units.

    ``path`` prefixes the fields of refusals; ``unit`` is the stored unit number of ``qty``;
    ``sscc`` names the logistic unit the goods came out of, or nested in.
    """

    path: str
    portion: Portion
    resolved: Resolved
    quantity: Quantity
    unit: int
    measure: int
    sscc: str = ""
    produced: Moment = UNKNOWN
    expiry: date | None = None

    def __post_init__(self) -> None:
        """Work out the dates of the goods: as the line states them, else as the lot has them.

        The last day is the earlier of what the line and the lot say, or food past its date would
        become good by being filed with another one.
        """
        named, lot = self.portion.lot, self.resolved.lot
        self.produced = named.produced_on if named.produced_on.precision else lot.produced_on
        stated = named.expires_on if named.expires_on.precision else lot.expires_on
        life = named.shelf_life or self.resolved.product.shelf_life
        said = (
            expires_on(self.produced, life, stated),
            expires_on(lot.produced_on, life, lot.expires_on),
        )
        self.expiry = min((day for day in said if day), default=None)

    @property
    def lot(self) -> int:
        """The id of the lot."""
        return self.resolved.lot.id

    @property
    def qty(self) -> int:
        """Thousandths of the base unit."""
        return self.quantity.thousandths


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
    def all_goods(self) -> Iterator[Goods]:
        """Inputs and outputs."""
        yield from self.goods
        yield from self.made

    @property
    def lots(self) -> list[int]:
        """Every lot a row of the entry stands in, each once, the first one first."""
        seen = dict.fromkeys(goods.lot for goods in self.all_goods)
        return list(seen | dict.fromkeys(stored.lot for stored in self.corrected))


@dataclass(slots=True)
class Batch:
    """All lines of one filing with what they share.

    ``aliases`` are the rows between lots that are new, ``pooled`` every link the lines bear out.
    """

    uow: UnitOfWork
    operator_id: int
    items: list[Item]
    strict: bool = False
    numbers: dict[str, int] = field(default_factory=dict)
    aliases: list[Link] = field(default_factory=list)
    pooled: set[PoolLink] = field(default_factory=set)
    now: int = 0
    _limits: dict[int, Limits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fix the moment of filing in the book's seconds and the documents' hashes."""
        self.now = moment_of(self.uow.now).seconds
        hashes: dict[str, int] = {}
        for item in self.items:
            document = item.line.document
            if document not in hashes:
                hashes[document] = document_hash(document)
            item.doc = hashes[document]

    @property
    def alive(self) -> Iterable[Item]:
        """The lines that are not refused so far."""
        return (item for item in self.items if item.refusal is None)

    def limits(self, at: Moment) -> Limits:
        """The parameters of the day a moment begins; of today when it is unknown."""
        number = (at.seconds if at.precision else self.now) // DAY
        if number not in self._limits:
            day = at.start.date() if at.precision else self.uow.today
            self._limits[number] = limits_on(self.uow.parameters, day)
        return self._limits[number]
