"""What the rows of some lots say, put in order once so that following them is one pass.

Rows come as they were fetched, in any order. Rows put out of force are dropped, merged operators
and aliased lots are read as one, quantities of a pack are counted in base units, and the two sides
of a delivery are paired. Nothing here depends on the order in which the rows were filed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger.entries.terms import RowKind
from ledger.kernel.quantity import EA, Dimension, Unit, unit_numbered
from scanner.trace.rules.deliveries import moves_of
from scanner.trace.rules.measures import (
    BASE_UNITS,
    CASE,
    COUNT,
    COUNTED,
    FIRST_WORD,
    NEVER_LATER,
    SECOND,
    bounds,
    measure_of,
)
from scanner.trace.rules.sameness import pools_in, pools_said
from scanner.trace.rules.shapes import Change, Fact, Happening, Move, Reading, Sides
from scanner.trace.terms import EventKind, Measure, Node, Row

_DISPATCH, _RECEIPT = int(RowKind.DISPATCH), int(RowKind.RECEIPT)
_USE, _YIELD = int(RowKind.USE), int(RowKind.YIELD)
_EVENTS = {
    int(RowKind.PRODUCTION): EventKind.PRODUCTION,
    int(RowKind.DISPOSAL): EventKind.DISPOSAL,
    int(RowKind.AGGREGATION): EventKind.AGGREGATION,
    int(RowKind.DISAGGREGATION): EventKind.DISAGGREGATION,
}


@dataclass(slots=True)
class Facts:
    """Everything the rows say, by holder (operator and lot).

    ``first`` is the earliest second at which the lot can have come to a holder; a holder without
    any arrival is not in it. ``pools`` gives, for a holder and a lot it received, the lot of its
    own that it holds this as. ``units`` are the unit numbers written of a lot, by measure.
    """

    reading: Reading
    pools: dict[Node, int] = field(default_factory=dict)
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
    measures: dict[int, Measure] = field(default_factory=dict)  # the lowest of each lot

    def at(self, operator: int, lot: int) -> Node:
        """The holder of a lot in an operator's hands; both as they are read."""
        node = Node(operator, lot)
        pool = self.pools.get(node)
        return node if pool is None else Node(operator, pool)

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
        if not self.measures:
            for known, measure in sorted(self.units, reverse=True):
                self.measures[known] = measure
        return self.unit_of(lot, self.measures[lot]) if lot in self.measures else EA


def read_facts(rows: Iterable[Row], reading: Reading, *, within: frozenset[int]) -> Facts:
    """Put rows in order; rows of lots not in ``within`` only name inputs of a transformation.

    Except in the hands of one who holds such a lot as one of its own: there they count in full.

    ``within`` holds stored lot ids (aliases too). Rows of voided entries and the VOID and ALIAS
    rows themselves leave no trace here.
    """
    facts = Facts(reading)
    sides: Sides = {}
    written: set[tuple[int, int]] = set()
    rows = list(rows)
    kept = in_force(rows)
    said = pools_said(rows, reading.same_lot, reading.same_operator)
    facts.pools = pools_in(kept, said, reading.same_lot, reading.same_operator)
    for fact in facts_of(kept, facts):
        row = fact.row
        lot, kind, other = row[0], row[2], row[4]
        if lot not in within and not _is_pooled(facts, row):
            if kind == _USE:
                join_change(facts, fact)
            continue
        if (lot, row[8]) not in written or facts.pools:
            written.add((lot, row[8]))
            for one in {fact.node.lot, reading.same_lot.get(lot, lot)}:
                facts.units[one, fact.measure].add(_written_unit(row, reading))
        if other and kind in (_DISPATCH, _RECEIPT):
            _take_side(sides, fact, reading)
        elif kind in (_USE, _YIELD):
            join_change(facts, fact)
            facts.nodes.add(fact.node)
        else:
            _happen(facts, fact)
            facts.nodes.add(fact.node)
    _pair_sides(facts, sides)
    index_changes(facts, within)
    _find_first(facts)
    return facts


def _is_pooled(facts: Facts, row: Row) -> bool:
    """Whether a row speaks of a lot in the hands of one who holds it as a lot of its own."""
    pools, reading = facts.pools, facts.reading
    if not pools:
        return False
    ends = (row.op, row.other) if row.kind in (_DISPATCH, _RECEIPT) else (row.op,)
    lot = reading.same_lot.get(row.lot, row.lot)
    return any(Node(reading.same_operator.get(end, end), lot) in pools for end in ends)


def _take_side(sides: Sides, fact: Fact, reading: Reading) -> None:
    """Put a dispatch or a receipt with all others of the lot between the same two operators."""
    row, who = fact.row, fact.node[0]
    sent = row[2] == _DISPATCH
    partner = reading.same_operator.get(row[4], row[4])
    lot = reading.same_lot.get(row[0], row[0])
    key = (who, partner, lot) if sent else (partner, who, lot)
    both = sides.get(key)
    if both is None:
        both = sides[key] = ([], [])
    both[0 if sent else 1].append(fact)


def in_force(rows: Iterable[Row]) -> list[Row]:
    """The rows that say something: not put out of force, and neither VOID nor ALIAS."""
    kept = list(rows)
    gone = {row[5] for row in kept if row[2] == RowKind.VOID}
    return [row for row in kept if row[2] < RowKind.ALIAS and row[6] not in gone]


def facts_of(rows: Iterable[Row], facts: Facts) -> Iterator[Fact]:
    """Each row as it is read; what repeats from row to row is looked up once."""
    nodes: dict[tuple[int, int], Node] = {}
    reading = facts.reading
    contains = reading.contains
    for row in rows:
        lot, ts, op, qty, precision = row[0], row[1], row[3], row[5], row[9]
        node = nodes.get((op, lot))
        if node is None:
            node = facts.at(reading.same_operator.get(op, op), reading.same_lot.get(lot, lot))
            nodes[op, lot] = node
        earliest, latest = (ts, ts) if precision == SECOND else bounds(ts, precision)
        measure = measure_of(row[8])
        if contains and measure in COUNTED and lot in contains:
            measure, qty = COUNT, round(qty * contains[lot])
        elif measure == CASE and lot in reading.cases:
            measure, qty = COUNT, round(qty * reading.cases[lot])
        yield Fact(row, node, earliest, latest, qty, measure)


def _written_unit(row: Row, reading: Reading) -> int:
    """The unit as written, or 0 for a pack, whose own unit is no longer what is counted."""
    counted = row.lot in reading.contains or (
        row.lot in reading.cases and measure_of(row.unit) == CASE
    )
    return 0 if counted else row.unit


def event_kind(row: Row) -> EventKind:
    """What a row is that is neither a delivery nor part of a transformation."""
    kind = _EVENTS.get(row.kind)
    if kind is None:  # a dispatch to, or a receipt from, consumers
        return EventKind.SALE if row.kind == _DISPATCH else EventKind.CONSUMER_RETURN
    return kind


def _happen(facts: Facts, fact: Fact) -> None:
    happening = Happening(event_kind(fact.row), fact)
    facts.happenings.append(happening)
    facts.events_at[fact.node].append(happening)


def join_change(facts: Facts, fact: Fact) -> None:
    """Put a use or a yield into its transformation."""
    row = fact.row
    change = facts.changes.get(row.id)
    if change is None:
        change = Change(row.id, fact.node.operator, row, fact.earliest, fact.latest)
        facts.changes[row.id] = change
    # its rows come in no fixed order, and an entry is referred to by one of its lots: the lowest
    change.row = min(change.row, row)
    made = row.lot if row.kind == _YIELD else row.other
    made = facts.reading.same_lot.get(made, made)
    change.made.add(made)
    if row.kind == _YIELD:
        change.outputs.setdefault(fact.node.lot, []).append(fact)
        return
    change.inputs.setdefault(fact.node.lot, []).append(fact)
    change.outputs.setdefault(facts.at(change.operator, made).lot, [])


def index_changes(facts: Facts, within: frozenset[int]) -> None:
    """Note at each holder what it used and made of the lots ``within``."""
    known = {facts.reading.same_lot.get(lot, lot) for lot in within}
    known |= {pool for node, pool in facts.pools.items() if node.lot in known}
    for change in facts.changes.values():
        for lot in sorted(change.inputs.keys() & known):
            node = Node(change.operator, lot)
            facts.nodes.add(node)
            facts.used_in[node].append(change)
        for lot in sorted(change.outputs.keys() & known):
            node = Node(change.operator, lot)
            facts.nodes.add(node)
            facts.made_by[node].append(change)


def _pair_sides(facts: Facts, sides: Sides) -> None:
    nodes: dict[tuple[int, int], Node] = {}
    for (sent_by, got_by, lot), both in sides.items():
        sender = nodes.get((sent_by, lot)) or nodes.setdefault(
            (sent_by, lot), facts.at(sent_by, lot)
        )
        receiver = nodes.get((got_by, lot)) or nodes.setdefault(
            (got_by, lot), facts.at(got_by, lot)
        )
        for move in moves_of((sender, receiver), both, facts.reading):
            move.lot = lot
            facts.moves.append(move)
            facts.moves_out[sender].append(move)
            facts.moves_in[receiver].append(move)
    facts.nodes.update(nodes.values())


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
