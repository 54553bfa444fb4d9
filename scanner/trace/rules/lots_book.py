"""Deliveries, totals and gaps of whole lots, reckoned in columns.

The same as ``deliveries``, ``holdings`` and ``answer`` say row by row; see there for what each
figure means. A holder has a number here, and a place for each measure that occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ledger.entries.terms import RowKind
from ledger.kernel.quantity import Unit
from scanner.trace.rules.answer import gap_place
from scanner.trace.rules.changes import Changes
from scanner.trace.rules.columns import Columns, Ends, Flags, Ints, renamed
from scanner.trace.rules.facts import Facts, event_kind
from scanner.trace.rules.holdings import named_entries
from scanner.trace.rules.later import Later
from scanner.trace.rules.measures import NEVER_LATER
from scanner.trace.rules.pairs import (
    DISPATCH_ONLY,
    RECEIPT_ONLY,
    STATUS,
    deliveries_of,
)
from scanner.trace.terms import (
    EntryNamed,
    Event,
    Gap,
    GapKind,
    Holder,
    MovementLink,
    Node,
    Row,
)

_DISPATCH, _RECEIPT, _USE = int(RowKind.DISPATCH), int(RowKind.RECEIPT), int(RowKind.USE)
_KINDS = np.arange(int(RowKind.VOID) + 1)
_MOVES = np.isin(_KINDS, (_DISPATCH, _RECEIPT))
_TURNS = np.isin(_KINDS, (_USE, int(RowKind.YIELD)))
_GOES = np.isin(_KINDS, (_DISPATCH, int(RowKind.DISPOSAL)))
_COMES = np.isin(_KINDS, (int(RowKind.PRODUCTION), int(RowKind.YIELD), _RECEIPT))
# the totals, and in which of them a row counts for whoever filed it
RECEIVED, PRODUCED, DISPATCHED, SOLD, USED, DISPOSED, PRESUMED, NOTHING = range(8)
_COUNTED = np.full(len(_KINDS), NOTHING)
_COUNTED[[int(RowKind.PRODUCTION), int(RowKind.YIELD)]] = PRODUCED
_COUNTED[[_DISPATCH, _RECEIPT, _USE]] = DISPATCHED, RECEIVED, USED
_COUNTED[int(RowKind.DISPOSAL)] = DISPOSED
_RETURN = 64
_SIGN = 2**31  # makes a signed 32-bit second unsigned
_NEVER, _ALWAYS = 2**63 - 1, -(2**63)
_DAY, _MONTH = 86_399, 31 * 86_400


class LotsBook:
    """Everything that was filed of some lots, in force, with their transformations.

    It tells these which of them used a lot before it can have come.
    """

    def __init__(self, rows: Columns, facts: Facts, changes: Changes) -> None:
        self.rows, self.facts = rows, facts
        same = facts.reading.same_operator
        self.moved: Ints = np.flatnonzero(_MOVES[rows.kind] & (rows.other != 0))
        partner = renamed(rows.other[self.moved], same)
        self.ends = Ends(
            np.concatenate([rows.lot, rows.lot[self.moved]]),
            np.concatenate([renamed(rows.op, same), partner]),
        )
        self.mine: Ints = self.ends.where[: len(rows)]
        self.deliveries = deliveries_of(rows, self.ends, self.moved, facts.reading)
        self.measures = sorted(set(rows.measure.tolist()))
        self.place_of: Ints = np.searchsorted(self.measures, rows.measure)
        self.lone_out = np.flatnonzero(self.deliveries.status == DISPATCH_ONLY)
        self.lone_in = np.flatnonzero(self.deliveries.status == RECEIPT_ONLY)
        self._count()
        self._find_first(changes)

    def slot(self, holder: Ints, row: Ints) -> Ints:
        """Where a holder's totals in the measure of a row stand."""
        return holder * len(self.measures) + self.place_of[row]

    def _count(self) -> None:
        """The totals of all holders, and when each first and last had the lot."""
        rows, moves = self.rows, self.deliveries
        every = np.arange(len(rows))
        sent, got = moves.sent[self.lone_out], moves.received[self.lone_in]
        slot = self.slot(self.mine, every)
        presumed = self.slot(moves.receiver[self.lone_out], sent)
        unsaid = self.slot(moves.sender[self.lone_in], got)
        size = len(self.ends) * len(self.measures)
        sums = np.zeros(8 * size, np.int64)
        np.add.at(sums, _COUNTED[rows.kind] * size + slot, rows.qty)
        np.add.at(sums, RECEIVED * size + presumed, rows.qty[sent])
        np.add.at(sums, PRESUMED * size + presumed, rows.qty[sent])
        np.add.at(sums, DISPATCHED * size + unsaid, rows.qty[got])
        sold = np.flatnonzero((rows.kind == _DISPATCH) & (rows.other == 0))
        if len(sold):
            np.add.at(sums, SOLD * size + slot[sold], rows.qty[sold])
        self.sums = sums.reshape(8, size)
        self.came: Ints = self.sums[RECEIVED] + self.sums[PRODUCED]
        self.went: Ints = self.sums[DISPATCHED] + self.sums[USED] + self.sums[DISPOSED]
        self.is_held: Flags = np.zeros(size, bool)
        goes = np.flatnonzero(_GOES[rows.kind] | ((rows.kind == _USE) & (rows.qty != 0)))
        self.out_row: Ints = np.concatenate([goes, got])
        self.out_slot: Ints = np.concatenate([slot[goes], unsaid])
        self._see(np.concatenate([slot, presumed, unsaid]), np.concatenate([every, sent, got]))

    def _see(self, slot: Ints, row: Ints) -> None:
        """First and last moment per slot: the start that is first, the end that is last."""
        rows = self.rows
        self.is_held[slot] = True
        if not rows.precision.all():
            dated = rows.precision[row] != 0
            slot, row = slot[dated], row[dated]
        ts, latest = rows.ts[row], rows.latest[row]
        self.first_seen: Ints = np.full(len(self.is_held), _NEVER)
        self.last_seen: Ints = np.full(len(self.is_held), _ALWAYS)
        np.minimum.at(self.first_seen, slot, (ts << 32) + (latest + _SIGN))
        np.maximum.at(self.last_seen, slot, (latest << 32) + (ts + _SIGN))

    def _find_first(self, changes: Changes) -> None:
        """The earliest second at which the lot can have come to each holder."""
        rows = self.rows
        self.first: Ints = np.full(len(self.ends), NEVER_LATER + 1)
        comes = np.flatnonzero(_COMES[rows.kind])
        np.minimum.at(self.first, self.mine[comes], rows.earliest[comes])
        sent = rows.kind[self.moved] == _DISPATCH
        partners = self.ends.where[len(rows) :][sent]
        np.minimum.at(self.first, partners, rows.earliest[self.moved[sent]])
        if not len(changes) or not len(self.ends):
            return
        made, used = changes.outputs, changes.inputs
        number, known = self.ends.numbers(made.lot, changes.operator[made.change])
        np.minimum.at(self.first, number[known], changes.earliest[made.change[known]])
        number, known = self.ends.numbers(used.lot, changes.operator[used.change])
        known &= self.first[number] <= NEVER_LATER
        late = known & (self.first[number] > changes.latest[used.change])
        changes.out_of_order[used.change[late]] = True

    @cached_property
    def nodes(self) -> list[Node]:
        """Every holder by its number."""
        pairs = zip(self.ends.operator.tolist(), self.ends.lot.tolist(), strict=True)
        return [*map(Node._make, pairs)]

    @cached_property
    def objects(self) -> list[Row]:
        """Every row as an object."""
        return self.rows.rows()

    def _units(self, lot: Ints, place: Ints) -> list[Unit]:
        """The unit in which each lot is shown in each measure, by the measure's place."""
        if not len(lot):
            return []
        unit_of, measures, count = self.facts.unit_of, self.measures, len(self.measures)
        both, where = _numbered(lot * count + place)
        units = [unit_of(one // count, measures[one % count]) for one in both]
        if len(units) == 1:
            return units * len(lot)
        return [*map(units.__getitem__, where.tolist())]

    def holders(self, order: Mapping[int, int]) -> Later[Holder]:
        """The holders: lots in ``order``, within a lot the largest stock first."""
        slots = np.flatnonzero(self.is_held)
        number, place = np.divmod(slots, len(self.measures) or 1)
        ranks = np.array([order.get(lot, len(order)) for lot in self.ends.lots], np.int64)
        stock = np.maximum(self.came - self.went, 0)[slots]
        keys = [self.ends.operator[number], -stock, ranks[self.ends.lot_place[number]]]
        if len(self.measures) > 1:
            units = self._units(self.ends.lot[number], place)
            keys.insert(0, np.array([unit.number for unit in units], np.int64))
        chosen = np.lexsort(keys)
        return Later(len(slots), lambda: self._holders(slots[chosen], stock[chosen]))

    def _holders(self, slots: Ints, stock: Ints) -> Iterator[Holder]:
        number, place = np.divmod(slots, len(self.measures) or 1)
        sums = self.sums[:NOTHING, slots].tolist()
        return map(
            Holder,
            map(self.nodes.__getitem__, number.tolist()),
            self._units(self.ends.lot[number], place),
            *sums[:PRESUMED],
            stock.tolist(),
            sums[PRESUMED],
            _moments(self.first_seen[slots], is_first=True),
            _moments(self.last_seen[slots], is_first=False),
        )

    def movements(self) -> Later[MovementLink]:
        """The deliveries by time."""
        moves, rows = self.deliveries, self.rows
        leaving = moves.leaving
        receiver = self.ends.operator[moves.receiver]
        keys = (rows.id[leaving], moves.qty, receiver, moves.sender, rows.ts[leaving])
        chosen = np.lexsort(keys)
        return Later(len(chosen), lambda: self._movements(chosen))

    def _movements(self, chosen: Ints) -> Iterator[MovementLink]:
        moves, rows = self.deliveries, self.rows
        sent, got, leaving = moves.sent[chosen], moves.received[chosen], moves.leaving[chosen]
        filed, answered = sent >= 0, got >= 0
        back = (filed & (rows.flags[sent] & _RETURN > 0)) | (
            answered & (rows.flags[got] & _RETURN > 0)
        )
        row_at = [*self.objects, None]  # -1: not filed
        got_units = self._units(rows.lot[got], self.place_of[got])
        return map(
            MovementLink,
            map(self.nodes.__getitem__, moves.sender[chosen].tolist()),
            map(self.nodes.__getitem__, moves.receiver[chosen].tolist()),
            moves.qty[chosen].tolist(),
            self._units(rows.lot[leaving], self.place_of[leaving]),
            map(STATUS.__getitem__, moves.status[chosen].tolist()),
            map(row_at.__getitem__, sent.tolist()),
            map(row_at.__getitem__, got.tolist()),
            _or_none(moves.got[chosen].tolist(), answered),
            _or_none(got_units, answered),
            back.tolist(),
        )

    def events(self) -> Later[Event]:
        """What hands the lot to no other operator, by time."""
        rows = self.rows
        loose = ~_TURNS[rows.kind]
        loose[self.moved] = False
        places = np.flatnonzero(loose)
        keys = (rows.unit, rows.id, self.ends.operator[self.mine], rows.lot, rows.kind, rows.ts)
        chosen = places[np.lexsort([key[places] for key in keys])]
        return Later(len(chosen), lambda: self._events(chosen))

    def _events(self, chosen: Ints) -> Iterator[Event]:
        rows = self.rows
        units = self._units(rows.lot[chosen], self.place_of[chosen])
        for place, unit in zip(chosen.tolist(), units, strict=True):
            row = rows.row(place)
            yield Event(event_kind(row), self.nodes[self.mine[place]], row.qty, unit, row)

    def gaps(self, order: Mapping[int, int]) -> list[Gap]:
        """Everything missing, the largest first; each gap names who can close it."""
        found = [*self._sourceless(), *self._lacking(), *self._undated()]
        found += self._unanswered(GapKind.UNANSWERED_DISPATCH, self.lone_out)
        found += self._unanswered(GapKind.UNANSWERED_RECEIPT, self.lone_in)
        return sorted(found, key=gap_place(order))

    def _sourceless(self) -> Iterator[Gap]:
        """What left a holder before the lot can have come to it, or without its ever coming."""
        holder = self.out_slot // (len(self.measures) or 1)
        early = np.flatnonzero(self.rows.latest[self.out_row] < self.first[holder])
        for slot, rows in self._by_slot(early):
            quantity = int(self.rows.qty[rows].sum())
            yield self._gap(GapKind.SOURCE_UNKNOWN, slot, quantity, rows)

    def _lacking(self) -> Iterator[Gap]:
        """More out than in, where something did come in that can be compared with it."""
        lacking = (self.came > 0) & (self.went > self.came)
        if lacking.any():
            for slot, rows in self._by_slot(np.flatnonzero(lacking[self.out_slot])):
                quantity = int(self.went[slot] - self.came[slot])
                yield self._gap(GapKind.MORE_OUT_THAN_IN, slot, quantity, rows)

    def _by_slot(self, outs: Ints) -> Iterator[tuple[int, list[int]]]:
        """The rows of some departures, by the totals they belong to."""
        mine: dict[int, list[int]] = {}
        pairs = zip(self.out_slot[outs].tolist(), self.out_row[outs].tolist(), strict=True)
        for slot, row in pairs:
            mine.setdefault(slot, []).append(row)
        yield from mine.items()

    def _gap(self, kind: GapKind, slot: int, quantity: int, rows: list[int]) -> Gap:
        number, place = divmod(slot, len(self.measures))
        node = self._node(number)
        unit = self.facts.unit_of(node.lot, self.measures[place])
        return Gap(kind, node, quantity, unit, named_entries(map(self._entry, rows)))

    def _unanswered(self, kind: GapKind, lone: Ints) -> Iterator[Gap]:
        moves = self.deliveries
        by_sender = kind is GapKind.UNANSWERED_RECEIPT
        places = (moves.received if by_sender else moves.sent)[lone].tolist()
        senders, receivers = moves.sender[lone].tolist(), moves.receiver[lone].tolist()
        for row, sender, receiver in zip(places, senders, receivers, strict=True):
            owner, partner = (sender, receiver) if by_sender else (receiver, sender)
            node = self._node(owner)
            unit = self.facts.unit_of(node.lot, int(self.rows.measure[row]))
            quantity = int(self.rows.qty[row])
            entries = (self._entry(row),)
            yield Gap(kind, node, quantity, unit, entries, int(self.ends.operator[partner]))

    def _undated(self) -> Iterator[Gap]:
        """Entries without any date; one with several rows in a lot is named by the lowest."""
        places = np.flatnonzero(self.rows.precision == 0).tolist()
        seen: dict[tuple[int, int], tuple[Row, int, int]] = {}
        for place in places:
            row = self.rows.row(place)
            known, at, most = seen.get((row.lot, row.id), (row, place, 0))
            first = min((known, at), (row, place))
            seen[row.lot, row.id] = (*first, max(row.qty, most))
        for row, place, quantity in seen.values():
            node = self._node(int(self.mine[place]))
            unit = self.facts.unit_of(node.lot, int(self.rows.measure[place]))
            entries = (EntryNamed(row.lot, row.id),)
            yield Gap(GapKind.DATE_UNKNOWN, node, quantity, unit, entries)

    def _node(self, number: int) -> Node:
        return Node(int(self.ends.operator[number]), int(self.ends.lot[number]))

    def _entry(self, row: int) -> EntryNamed:
        return EntryNamed(int(self.rows.lot[row]), int(self.rows.id[row]))


def _numbered(values: Ints) -> tuple[list[int], Ints]:
    """The different values, and which of them each is."""
    if (values == values[0]).all():
        return [int(values[0])], np.zeros(len(values), np.int64)
    known, where = np.unique(values, return_inverse=True)
    return known.tolist(), where


def _or_none(values: list[Any], there: Flags) -> list[Any]:
    if there.all():
        return values
    return [one if yes else None for one, yes in zip(values, there.tolist(), strict=True)]


def _moments(seen: Ints, *, is_first: bool) -> Iterator[tuple[int, int] | None]:
    """Stored moments out of the two seconds they were compared by; none where nothing is dated."""
    high, low = seen >> 32, (seen & 0xFFFFFFFF) - _SIGN
    ts, latest = (high, low) if is_first else (low, high)
    length = latest - ts
    precision = np.select([length == 0, length == _DAY, length < _MONTH], [4, 3, 2], 1)
    dated = (seen != _NEVER) & (seen != _ALWAYS)
    pairs = zip(ts.tolist(), precision.tolist(), strict=True)
    if dated.all():
        return pairs
    return (pair if yes else None for pair, yes in zip(pairs, dated.tolist(), strict=True))
