"""What the rows of some lots say, put in order once so that following them is one pass.

Rows come as they were fetched, in any order. Rows put out of force are dropped, merged operators
and aliased lots are read as one, quantities of a pack are counted in base units, and the two sides
of a delivery are paired. Nothing here depends on the order in which the rows were filed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.entries.rules.pairing import PAIR_DAYS, PairStatus, Side, pair
from ledger.entries.terms import RowKind
from ledger.kernel.moment import Moment, from_stored
from ledger.kernel.quantity import EA, Dimension, Unit, unit_numbered
from scanner.trace.rules.measures import (
    BASE_UNITS,
    COUNT,
    COUNTED,
    FIRST_WORD,
    MASS,
    NEVER_LATER,
    bounds,
    measure_of,
)
from scanner.trace.terms import EntryNamed, EventKind, Measure, Node, Row

_DISPATCH, _RECEIPT = int(RowKind.DISPATCH), int(RowKind.RECEIPT)
_USE, _YIELD = int(RowKind.USE), int(RowKind.YIELD)
_RETURN_FLAG = 64
_EVENTS = {
    int(RowKind.PRODUCTION): EventKind.PRODUCTION,
    int(RowKind.DISPOSAL): EventKind.DISPOSAL,
    int(RowKind.AGGREGATION): EventKind.AGGREGATION,
    int(RowKind.DISAGGREGATION): EventKind.DISAGGREGATION,
}
WEIGHT_TOLERANCE = Fraction(3, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What must be known to read rows: which ids mean the same, and how packs convert.

    ``same_lot`` and ``same_operator`` map an id to the one it is read as (absent: itself).
    ``contains`` gives, for a lot of a pack, how many base units one pack holds. ``words`` are the
    units kept as text. ``tolerance`` is the share by which two weights may differ and still fit.
    """

    same_lot: Mapping[int, int] = field(default_factory=dict)
    same_operator: Mapping[int, int] = field(default_factory=dict)
    contains: Mapping[int, Fraction] = field(default_factory=dict)
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


@dataclass(slots=True, eq=False)
class Move:
    """A delivery from holder to holder: it leaves at the dispatch and arrives at the receipt.

    ``leaving`` and ``arriving`` are the facts whose moments those are: the other side's, where one
    side was not filed. The receipt says when goods were booked in; they may have come, or gone
    straight on, any time since they were sent. So what an arrival may feed is asked from its
    dispatch on (decision 19): traders who pass goods on the day they are sent are not cut off from
    their sources. ``is_part`` says that a dispatch or receipt stands in further moves too.
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

    @property
    def earliest_arrival(self) -> int:
        """The first second at which the receiver can have had it."""
        return min(self.leaving.earliest, self.arriving.earliest)


@dataclass(slots=True, eq=False)
class Change:
    """A transformation: input lots became output lots in one operator's hands."""

    id: int
    operator: int
    row: Row
    earliest: int
    latest: int
    inputs: dict[int, list[Fact]] = field(default_factory=dict)
    outputs: dict[int, list[Fact]] = field(default_factory=dict)

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


@dataclass(slots=True)
class Facts:
    """Everything the rows say, by holder (operator and lot).

    ``first`` is the earliest second at which the lot can have come to a holder; a holder without
    any arrival is not in it. ``inward`` and ``outward`` are single facts for sums and gaps (each
    stored row once); ``moves_in`` and ``moves_out`` are the deliveries to follow.
    """

    reading: Reading
    nodes: set[Node] = field(default_factory=set)
    moves: list[Move] = field(default_factory=list)
    changes: dict[int, Change] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    moves_in: dict[Node, list[Move]] = field(default_factory=lambda: defaultdict(list))
    moves_out: dict[Node, list[Move]] = field(default_factory=lambda: defaultdict(list))
    used_in: dict[Node, list[Change]] = field(default_factory=lambda: defaultdict(list))
    made_by: dict[Node, list[Change]] = field(default_factory=lambda: defaultdict(list))
    events_at: dict[Node, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    first: dict[Node, int] = field(default_factory=dict)
    units: dict[tuple[int, Measure], set[int]] = field(default_factory=lambda: defaultdict(set))
    shown: dict[tuple[int, Measure], Unit] = field(default_factory=dict)

    def unit_of(self, lot: int, measure: Measure) -> Unit:
        """The unit a lot's sums are shown in: the one all wrote, else the measure's base."""
        found = self.shown.get((lot, measure))
        if found is None:
            found = self.shown[lot, measure] = self._unit_of(lot, measure)
        return found

    def _unit_of(self, lot: int, measure: Measure) -> Unit:
        if measure >= FIRST_WORD:
            word = self.reading.words.get(measure, str(measure))
            return Unit(measure, word, Dimension.OTHER, 1_000, word)
        numbers = self.units.get((lot, measure), set())
        if len(numbers) == 1 and 0 not in numbers:
            return unit_numbered(next(iter(numbers)))
        return BASE_UNITS.get(measure, EA)

    def lot_unit(self, lot: int) -> Unit:
        """The unit of a lot whose quantity is unknown: that of its other entries, else pieces."""
        for known, measure in self.units:
            if known == lot:
                return self.unit_of(lot, measure)
        return EA


def read_facts(rows: Iterable[Row], reading: Reading, *, within: frozenset[int]) -> Facts:
    """Put rows in order; rows of lots not in ``within`` only name inputs of a transformation.

    ``within`` holds stored lot ids (aliases too). Rows of voided entries and the VOID and ALIAS
    rows themselves leave no trace here.
    """
    facts = Facts(reading)
    sides: dict[tuple[Node, Node], tuple[list[Fact], list[Fact]]] = defaultdict(lambda: ([], []))
    for row in in_force(rows):
        fact = _fact(row, reading)
        if row.lot not in within:
            if row.kind == _USE:
                _join_change(facts, fact)
            continue
        facts.nodes.add(fact.node)
        facts.units[fact.node.lot, fact.measure].add(_written_unit(row, reading))
        if row.kind in (_DISPATCH, _RECEIPT) and row.other:
            partner = Node(reading.same_operator.get(row.other, row.other), fact.node.lot)
            facts.nodes.add(partner)
            if row.kind == _DISPATCH:
                sides[fact.node, partner][0].append(fact)
            else:
                sides[partner, fact.node][1].append(fact)
        elif row.kind in (_USE, _YIELD):
            _join_change(facts, fact)
        else:
            _happen(facts, fact)
    _pair_sides(facts, sides)
    _index_changes(facts, within)
    _find_first(facts)
    return facts


def in_force(rows: Iterable[Row]) -> list[Row]:
    """The rows that say something: not put out of force, and neither VOID nor ALIAS."""
    kept = list(rows)
    gone = {row[5] for row in kept if row[2] == RowKind.VOID}
    return [row for row in kept if row[2] < RowKind.ALIAS and row[6] not in gone]


def _fact(row: Row, reading: Reading) -> Fact:
    lot, ts, _kind, op, _other, qty, _id, _doc, unit, precision, _flags = row
    node = Node(reading.same_operator.get(op, op), reading.same_lot.get(lot, lot))
    earliest, latest = bounds(ts, precision)
    measure = measure_of(unit)
    contains = reading.contains.get(lot)
    if contains is not None and measure in COUNTED:
        measure = COUNT
        qty = round(qty * contains)
    return Fact(row, node, earliest, latest, qty, measure)


def _written_unit(row: Row, reading: Reading) -> int:
    """The unit as written, or 0 for a pack, whose own unit is no longer what is counted."""
    return 0 if row.lot in reading.contains else row.unit


def _happen(facts: Facts, fact: Fact) -> None:
    kind = _EVENTS.get(fact.row.kind)
    if kind is None:  # a dispatch to, or a receipt from, consumers
        dispatched = fact.row.kind == _DISPATCH
        kind = EventKind.SALE if dispatched else EventKind.CONSUMER_RETURN
    happening = Happening(kind, fact)
    facts.happenings.append(happening)
    facts.events_at[fact.node].append(happening)


def _join_change(facts: Facts, fact: Fact) -> None:
    row = fact.row
    change = facts.changes.get(row.id)
    if change is None:
        change = Change(row.id, fact.node.operator, row, fact.earliest, fact.latest)
        facts.changes[row.id] = change
    if row.kind == _YIELD:
        change.outputs.setdefault(fact.node.lot, []).append(fact)
        return
    change.inputs.setdefault(fact.node.lot, []).append(fact)
    made = facts.reading.same_lot.get(row.other, row.other)
    change.outputs.setdefault(made, [])


def _index_changes(facts: Facts, within: frozenset[int]) -> None:
    known = {facts.reading.same_lot.get(lot, lot) for lot in within}
    for change in facts.changes.values():
        for lot in sorted(change.inputs.keys() & known):
            node = Node(change.operator, lot)
            facts.nodes.add(node)
            facts.used_in[node].append(change)
        for lot in sorted(change.outputs.keys() & known):
            node = Node(change.operator, lot)
            facts.nodes.add(node)
            facts.made_by[node].append(change)


def _pair_sides(
    facts: Facts, sides: Mapping[tuple[Node, Node], tuple[list[Fact], list[Fact]]]
) -> None:
    for (sender, receiver), (sent, got) in sides.items():
        for move in _moves(sender, receiver, (sent, got), facts.reading):
            facts.moves.append(move)
            facts.moves_out[sender].append(move)
            facts.moves_in[receiver].append(move)


def _moves(
    sender: Node, receiver: Node, sides: tuple[list[Fact], list[Fact]], reading: Reading
) -> Iterable[Move]:
    sent, got = sides
    if not got:
        return [_one_sided(sender, receiver, fact, PairStatus.DISPATCH_ONLY) for fact in sent]
    if not sent:
        return [_one_sided(sender, receiver, fact, PairStatus.RECEIPT_ONLY) for fact in got]
    one, two = sent[0], got[0]
    if (
        len(sent) == len(got) == 1
        and one.row.doc
        and one.row.doc == two.row.doc
        and one.thousandths == two.thousandths
        and one.measure == two.measure
    ):
        # By far the commonest delivery; ``pair`` says the same of it.
        return [Move(sender, receiver, one, two, PairStatus.MATCHED, one.thousandths, one, two)]
    return _paired(sender, receiver, sides, reading)


def _one_sided(sender: Node, receiver: Node, fact: Fact, status: PairStatus) -> Move:
    sent = status is PairStatus.DISPATCH_ONLY
    return Move(
        sender,
        receiver,
        fact if sent else None,
        None if sent else fact,
        status,
        fact.thousandths,
        fact,
        fact,
    )


def _paired(
    sender: Node, receiver: Node, sides: tuple[list[Fact], list[Fact]], reading: Reading
) -> Iterable[Move]:
    sent, got = (sorted(side, key=_content) for side in sides)
    weighed = sent[0].measure == MASS
    pairs = pair(
        [_side(number, fact) for number, fact in enumerate(sent)],
        [_side(number, fact) for number, fact in enumerate(got, start=len(sent))],
        days=reading.pair_days,
        tolerance=reading.tolerance if weighed else Fraction(0),
    )
    stands = Counter(number for one in pairs for number in one[:2] if number is not None)
    for out, back, status, thousandths in pairs:
        one = None if out is None else sent[out]
        two = None if back is None else got[back - len(sent)]
        fact = one or two
        assert fact is not None  # pairing gives each pair one side at least
        yield Move(
            sender,
            receiver,
            one,
            two,
            status,
            thousandths,
            fact,
            two or fact,
            is_part=any(stands[end] > 1 for end in (out, back) if end is not None),
        )


def _content(fact: Fact) -> tuple[int, ...]:
    """What an entry says, before its number: so that pairing does not see the order of filing."""
    row = fact.row
    return (fact.earliest, fact.latest, fact.thousandths, row.doc, row.unit, row.flags, row.id)


def _side(number: int, fact: Fact) -> Side:
    return Side(number, fact.earliest, fact.latest, fact.thousandths, fact.row.doc, fact.measure)


def _find_first(facts: Facts) -> None:
    first = facts.first

    def come(node: Node, earliest: int) -> None:
        if earliest < first.get(node, NEVER_LATER + 1):
            first[node] = earliest

    for move in facts.moves:
        come(move.receiver, move.earliest_arrival)
    for node, changes in facts.made_by.items():
        for change in changes:
            come(node, change.earliest)
    for happening in facts.happenings:
        if happening.comes:
            come(happening.fact.node, happening.fact.earliest)
    for move in facts.moves:
        move.valid = may_have_left(facts, move.sender, move.leaving.latest)


def may_have_left(facts: Facts, node: Node, latest: int) -> bool:
    """Whether something left by ``latest`` can be what had come to the holder, as far as known."""
    came = facts.first.get(node)
    return came is None or came <= latest


def is_return(move: Move) -> bool:
    """Whether either side says that the goods went back."""
    return any(fact.row.flags & _RETURN_FLAG for fact in (move.dispatch, move.receipt) if fact)
