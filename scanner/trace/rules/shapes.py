"""What the rows of the book become when they are read: facts, deliveries, changes, happenings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.entries.rules.pairing import PAIR_DAYS, PairStatus
from ledger.kernel.moment import Moment, from_stored
from scanner.trace.terms import EntryNamed, EventKind, Measure, Node, Row

WEIGHT_TOLERANCE = Fraction(3, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What must be known to read rows: which ids mean the same, and how packs convert.

    ``same_lot`` and ``same_operator`` map an id to the one it is read as (absent: itself).
    ``contains`` gives, for a lot of a pack, how many base units one pack holds; ``cases``, for a
    lot of a unit, how many units a case (箱) holds that was written before its pack was declared.
    ``words`` are the units kept as text. ``tolerance`` is the share by which two weights may
    differ and still fit.
    """

    same_lot: Mapping[int, int] = field(default_factory=dict)
    same_operator: Mapping[int, int] = field(default_factory=dict)
    contains: Mapping[int, Fraction] = field(default_factory=dict)
    cases: Mapping[int, Fraction] = field(default_factory=dict)
    words: Mapping[int, str] = field(default_factory=dict)
    pair_days: int = PAIR_DAYS
    tolerance: Fraction = WEIGHT_TOLERANCE


@dataclass(slots=True, eq=False)
class Fact:
    """One row as it is read: who, which lot, when at the earliest and latest, how much."""

    row: Row
    node: Node
    earliest: int
    latest: int
    thousandths: int
    measure: Measure

    @property
    def entry(self) -> EntryNamed:
        """The stored entry it comes from."""
        return EntryNamed(lot=self.row.lot, id=self.row.id)

    @property
    def moment(self) -> Moment:
        """When, as precisely as it was stated."""
        return from_stored(self.row.ts, self.row.precision)


Sides = dict[tuple[int, int, int], tuple[list[Fact], list[Fact]]]
"""By sender, receiver and lot: what the one filed as sent, and the other as received."""


@dataclass(slots=True, eq=False)
class Move:
    """A delivery from holder to holder: it leaves at the dispatch and arrives at the receipt.

    ``leaving`` and ``arriving`` are the facts whose moments those are: the other side's, where one
    side was not filed. The receipt says when goods were booked in; they may have come, or gone
    straight on, any time since they were sent. So what an arrival may feed is asked from its
    dispatch on (decision 19): traders who pass goods on the day they are sent are not cut off from
    their sources. ``is_part`` says that a dispatch or receipt stands in further moves too.
    ``lot`` is the lot as it was filed; its ends may hold it as a lot of their own (``pools_in``).
    ``valid`` is false when the sender has had the lot, but only after this left: then it cannot
    be what the sender had received, and its source is unknown.
    """

    sender: Node
    receiver: Node
    dispatch: Fact | None
    receipt: Fact | None
    status: PairStatus
    thousandths: int
    leaving: Fact
    arriving: Fact
    is_part: bool = False
    valid: bool = True
    lot: int = 0

    @property
    def earliest_arrival(self) -> int:
        """The first second at which the receiver can have had it."""
        return min(self.leaving.earliest, self.arriving.earliest)


@dataclass(slots=True, eq=False)
class Change:
    """A transformation: input lots became output lots in one operator's hands.

    ``made`` are the output lots as they were filed, whatever the operator holds them as.
    """

    id: int
    operator: int
    row: Row
    earliest: int
    latest: int
    inputs: dict[int, list[Fact]] = field(default_factory=dict)
    outputs: dict[int, list[Fact]] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)

    @property
    def moment(self) -> Moment:
        """When, as precisely as it was stated."""
        return from_stored(self.row.ts, self.row.precision)


@dataclass(slots=True, eq=False)
class Happening:
    """An event with its fact; ``comes`` when it brings the lot to its holder, ``goes`` when not."""

    kind: EventKind
    fact: Fact

    @property
    def comes(self) -> bool:
        """Whether the holder has the lot because of it."""
        return self.kind in (EventKind.PRODUCTION, EventKind.CONSUMER_RETURN)
