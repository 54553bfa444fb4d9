"""The words of a trace: what is asked, and holders, links, gaps and limits of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from ledger.kernel.moment import Moment, from_stored
from ledger.kernel.quantity import Unit, plain
from ledger.products.terms import Lot, Product


class Direction(StrEnum):
    """Where a trace looks: to who had it after, to where it came from, or both."""

    DOWN = "down"
    UP = "up"
    BOTH = "both"


class LinkStatus(StrEnum):
    """How far the two books of one delivery agree."""

    MATCHED = "matched"
    DISPATCH_ONLY = "dispatch_only"
    RECEIPT_ONLY = "receipt_only"
    DIFFERS = "differs"


class GapKind(StrEnum):
    """What nobody has filed."""

    SOURCE_UNKNOWN = "source_unknown"
    MORE_OUT_THAN_IN = "more_out_than_in"
    UNANSWERED_DISPATCH = "unanswered_dispatch"
    UNANSWERED_RECEIPT = "unanswered_receipt"
    DATE_UNKNOWN = "date_unknown"


class Limit(StrEnum):
    """What cut an answer; each is also a setting."""

    LOTS = "lots"
    ROWS = "rows"
    PAGE = "page"
    SOURCES = "sources"


class EventKind(StrEnum):
    """An entry that hands the lot to no other operator."""

    PRODUCTION = "production"
    SALE = "sale"
    DISPOSAL = "disposal"
    AGGREGATION = "aggregation"
    DISAGGREGATION = "disaggregation"
    CONSUMER_RETURN = "consumer_return"


class PointedKind(StrEnum):
    """What a code can point at."""

    LOT = "lot"
    PRODUCT = "product"
    UNIT = "unit"
    SIGN = "sign"


class Row(NamedTuple):
    """One row of the book as the trace fetches it; see ``ledger.entries.terms.RowKind``.

    ``qty`` counts thousandths of the base unit, ``ts``/``precision`` are a Moment.
    """

    lot: int
    ts: int
    kind: int
    op: int
    other: int
    qty: int
    id: int
    doc: int
    unit: int
    precision: int
    flags: int


class Node(NamedTuple):
    """Who and what: an operator and a canonical lot."""

    operator: int
    lot: int


Measure = int
"""What can be added up: the place of a dimension in its list, or the number of a unit kept as text
(1000 and above, addable with itself only). A plain number, because every row is looked up by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a trace may read: lots, rows of the book, milliseconds in the database.

    ``sources`` is how many lots of others it looks into for what else their buyers had.

    Without ``milliseconds`` the limit of the connection holds.
    """

    lots: int = 5_000
    rows: int = 200_000
    milliseconds: int | None = None
    sources: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceAsked:
    """A question to the book.

    ``lots`` are the lots to begin from (one, or the page of a product's lots). ``operator_id``
    narrows the trace to what left that operator, or could have reached it. ``level_wise`` reads
    lot by lot level instead of in one query; the answers are equal, a cluster needs it.
    With ``alone`` lots made of these are not followed: for who has these, and how much.
    """

    lots: tuple[int, ...]
    direction: Direction = Direction.DOWN
    operator_id: int | None = None
    limits: Limits = Limits()
    level_wise: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """What a code points at; ``lots`` is empty where a whole product is meant, or a sign of ours.

    ``sscc`` names the logistic unit whose contents the lots are, ``own_id`` a sign's number.
    ``product`` and ``goods`` are what was found on the way, so that nobody looks it up again.
    """

    kind: PointedKind
    product_id: int | None = None
    lots: tuple[int, ...] = ()
    sscc: str = ""
    own_id: str = ""
    product: Product | None = field(default=None, compare=False)
    goods: tuple[Lot, ...] = field(default=(), compare=False)


class EntryNamed(NamedTuple):
    """Which stored entry something comes from: the lot and number its public reference holds."""

    lot: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A lot and how much of it, in thousandths; ``None`` where the answer does not know it."""

    lot: int
    thousandths: int | None
    unit: Unit


class Holder(NamedTuple):
    """One operator's holdings of one lot in one measure, over *all* its entries of that lot.

    Everything is in thousandths of the base of ``unit``. ``received`` counts receipts, and for a
    dispatch nobody has answered the sender's figure (that part is ``presumed``); ``dispatched``
    counts what was handed on (of it ``sold`` to consumers), by the receiver's figure where only
    the receiver filed. ``on_hand`` is what came in less what went out, never below zero: what is
    lacking then is a gap: received + produced + lacking = dispatched + used + disposed + on_hand.
    """

    node: Node
    unit: Unit
    received: int = 0
    produced: int = 0
    dispatched: int = 0
    sold: int = 0
    used: int = 0
    disposed: int = 0
    on_hand: int = 0
    presumed: int = 0
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    @property
    def first_at(self) -> Moment | None:
        """When the lot is first seen with the holder; none where no entry has a date."""
        return self.first and from_stored(*self.first)

    @property
    def last_at(self) -> Moment | None:
        """When it is last seen there."""
        return self.last and from_stored(*self.last)


class MovementLink(NamedTuple):
    """One delivery: a dispatch, the receipt that answers it, or both.

    It leaves at ``sent_at`` and arrives at ``received_at``; a side that was not filed is ``None``
    and read as the other. ``thousandths`` is the sender's figure where there is one. ``sent`` and
    ``received`` are the rows behind it: a trace has thousands of links, of which few are looked at
    closely, so dates and references are made when they are asked for.
    """

    sender: Node
    receiver: Node
    thousandths: int
    unit: Unit
    status: LinkStatus
    sent: Row | None
    received: Row | None
    received_thousandths: int | None
    received_unit: Unit | None
    is_return: bool = False

    @property
    def sent_at(self) -> Moment | None:
        """When it left, where the sender filed it."""
        return self.sent and from_stored(self.sent.ts, self.sent.precision)

    @property
    def received_at(self) -> Moment | None:
        """When it arrived, where the receiver filed it."""
        return self.received and from_stored(self.received.ts, self.received.precision)

    @property
    def entries(self) -> tuple[EntryNamed, ...]:
        """The dispatch, then the receipt."""
        return tuple(EntryNamed(row.lot, row.id) for row in (self.sent, self.received) if row)

    @property
    def at(self) -> Moment:
        """When it left, or where that was not filed, when it arrived."""
        at = self.sent_at if self.sent_at is not None else self.received_at
        assert at is not None  # a link has at least one side
        return at


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformationLink:
    """Lots that became other lots in one operator's hands.

    ``out_of_order`` says that every arrival of some input is later than its use: the use is stated
    and therefore followed, but its dates cannot be right.
    """

    operator: int
    at: Moment
    inputs: tuple[Portion, ...]
    outputs: tuple[Portion, ...]
    entries: tuple[EntryNamed, ...]
    out_of_order: bool = False


class Event(NamedTuple):
    """An entry that is no link: production, a sale to consumers, a disposal, packing."""

    kind: EventKind
    node: Node
    thousandths: int
    unit: Unit
    row: Row

    @property
    def at(self) -> Moment:
        """When it was."""
        return from_stored(self.row.ts, self.row.precision)

    @property
    def entry(self) -> EntryNamed:
        """The stored entry."""
        return EntryNamed(self.row.lot, self.row.id)


class Gap(NamedTuple):
    """A part of the history nobody has filed.

    ``node`` is the operator who can close it: the receiver of an unanswered dispatch, the sender
    of an unanswered receipt, else the holder; ``partner`` is the other side, where there is one.
    """

    kind: GapKind
    node: Node
    thousandths: int
    unit: Unit
    entries: tuple[EntryNamed, ...]
    partner: int | None = None


class OperatorShown(NamedTuple):
    """An operator as an answer names it; ``kind`` is the first of its kinds."""

    id: int
    uscc: str = ""
    name: str = ""
    kind: str = ""
    division: str = ""
    registered: bool = True


class LotShown(NamedTuple):
    """A lot as an answer names it; ``number`` falls back to the lot's key where none is printed."""

    id: int
    gtin: str = ""
    number: str = ""
    product_id: int = 0
    product: str = ""
    spec: str = ""
    producer_id: int | None = None
    produced_on: Moment | None = None
    expires_on: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The answer: who holds or held it, how it moved, what is missing, and what cut the answer.

    ``operators`` and ``lots`` name every id that occurs (of producers, those of the lots asked
    about); ``rows_read`` counts rows of the book.
    ``pooled`` gives, for an operator and a lot it received, the holder it counts as; ``sources``
    how many lots may be in what such a holder has: more than one, and nobody can tell which.
    """

    roots: tuple[int, ...]
    direction: Direction
    operator_id: int | None
    holders: Sequence[Holder]
    movements: Sequence[MovementLink]
    transformations: Sequence[TransformationLink]
    events: Sequence[Event]
    gaps: tuple[Gap, ...]
    operators: Mapping[int, OperatorShown] = field(default_factory=dict)
    lots: Mapping[int, LotShown] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    pooled: Mapping[Node, Node] = field(default_factory=dict)
    sources: Mapping[Node, int] = field(default_factory=dict)
    rows_read: int = 0
    round_trips: int = 0

    @property
    def complete(self) -> bool:
        """Whether no limit cut the answer."""
        return not self.limits


FIGURES = (
    "received",
    "produced",
    "dispatched",
    "sold",
    "used",
    "disposed",
    "on_hand",
    "presumed",
)


class Total(NamedTuple):
    """What one operator has of several lots, in one unit; ``figures`` in the order of FIGURES."""

    operator: int
    shown: OperatorShown
    lots: int
    unit: Unit
    figures: tuple[int, ...]

    @property
    def on_hand(self) -> int:
        """What came in less what went out, in thousandths of the base of ``unit``."""
        return self.figures[FIGURES.index("on_hand")]


class Totals(NamedTuple):
    """The totals of all operators over so many lots; not ``complete`` where a limit cut them."""

    items: tuple[Total, ...]
    lots: int
    complete: bool


def amount(thousandths: int, unit: Unit) -> str:
    """A quantity as the decimal text of the contract, without trailing zeros."""
    whole, rest = divmod(thousandths, unit.factor)
    return str(plain(thousandths, unit)) if rest else str(whole)
