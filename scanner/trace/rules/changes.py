"""The transformations of whole lots in columns; the same as ``facts`` and ``answer`` say of them.

A lot that many a kitchen uses has a hundred of them, and few are looked at one by one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ledger.entries.terms import RowKind
from ledger.kernel.moment import from_stored
from scanner.trace.rules.columns import Columns, Flags, Ints, changes, renamed
from scanner.trace.rules.facts import Facts
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import EntryNamed, Portion, TransformationLink

_USE, _YIELD = int(RowKind.USE), int(RowKind.YIELD)
_TURNS = np.isin(np.arange(int(RowKind.VOID) + 1), (_USE, _YIELD))


@dataclass(slots=True)
class Ways:
    """Which lot goes into, or comes out of, which transformation, by number; sorted."""

    change: Ints
    lot: Ints

    def by_change(self, count: int) -> list[list[int]]:
        """The lots of each of ``count`` transformations, in ascending order."""
        ends = np.searchsorted(self.change, np.arange(count + 1)).tolist()
        lots = self.lot.tolist()
        return [lots[ends[each] : ends[each + 1]] for each in range(count)]


class Changes:
    """Transformations by number: uses and yields among some rows, all in force.

    ``beside`` are the uses of further lots in the same transformations.
    """

    def __init__(self, rows: Columns, beside: Columns, reading: Reading) -> None:
        turned = rows.only(_TURNS[rows.kind])
        if len(beside):
            turned = turned.with_all_of(beside)
        # an entry is named by its lowest row, whatever order its rows come in
        turned = turned.only(np.lexsort((turned.kind, turned.ts, turned.lot, turned.id)))
        is_first = changes(turned.id)
        first = np.flatnonzero(is_first)
        self.rows = turned
        self.number: Ints = np.cumsum(is_first) - 1
        self.id: Ints = turned.id[first]
        self.lowest: Ints = turned.lot[first]
        self.operator: Ints = renamed(turned.op[first], reading.same_operator)
        self.ts: Ints = turned.ts[first]
        self.precision: Ints = turned.precision[first]
        self.earliest: Ints = turned.earliest[first]
        self.latest: Ints = turned.latest[first]
        self.is_use: Flags = turned.kind == _USE
        self.inputs = self._ways(turned.lot, self.is_use)
        self.outputs = self._ways(np.where(self.is_use, turned.other, turned.lot), slice(None))
        self.out_of_order: Flags = np.zeros(len(first), bool)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.id)

    def _ways(self, lot: Ints, which: Flags | slice) -> Ways:
        pairs = np.unique((self.number[which] << 32) | lot[which])
        return Ways(pairs >> 32, pairs & 0xFFFFFFFF)

    @cached_property
    def lots(self) -> list[tuple[list[int], list[int]]]:
        """What went in and what came out, by number."""
        count = len(self)
        return [
            *zip(self.inputs.by_change(count), self.outputs.by_change(count), strict=True),
        ]

    def reached_from(self, roots: Iterable[int]) -> set[int]:
        """The closure of some lots under "was an input of"; terminates whatever the loops."""
        made: dict[int, set[int]] = {}
        for inputs, outputs in self.lots:
            for lot in inputs:
                made.setdefault(lot, set()).update(outputs)
        reached, queue = set(roots), deque(roots)
        while queue:
            new = made.get(queue.popleft(), set()) - reached
            reached |= new
            queue.extend(new)
        return reached

    def in_order(self, reached: Collection[int]) -> list[int]:
        """The numbers of those that touch some lots: by time, operator, lots, and at last id."""
        known = set(reached)
        found = [
            (ts, operator, *lots, number)
            for number, (ts, operator, lots) in enumerate(
                zip(self.ts.tolist(), self.operator.tolist(), self.lots, strict=True)
            )
            if not (known.isdisjoint(lots[0]) and known.isdisjoint(lots[1]))
        ]
        found.sort()
        return [each[-1] for each in found]

    def links(
        self, order: list[int], facts: Facts, firsts: Mapping[int, int]
    ) -> Iterator[TransformationLink]:
        """Some of them as links; ``firsts`` says which lot names an entry of several lots."""
        starts = np.flatnonzero(changes(self.number)).tolist() if len(self) else []
        starts.append(len(self.rows))
        rows = self.rows
        columns = (rows.lot, rows.qty, rows.measure)
        parts = [*zip(*(each.tolist() for each in columns), self.is_use.tolist(), strict=True)]
        of_each = zip(
            self.operator.tolist(),
            self.ts.tolist(),
            self.precision.tolist(),
            self.id.tolist(),
            self.lowest.tolist(),
            self.out_of_order.tolist(),
            strict=True,
        )
        every = [*of_each]
        for number in order:
            operator, ts, precision, entry, lowest, is_odd = every[number]
            mine = parts[starts[number] : starts[number + 1]]
            inputs, outputs = self.lots[number]
            yield TransformationLink(
                operator=operator,
                at=from_stored(ts, precision),
                inputs=_portions(inputs, [part for part in mine if part[3]], facts),
                outputs=_portions(outputs, [part for part in mine if not part[3]], facts),
                entries=(EntryNamed(firsts.get(entry, lowest), entry),),
                out_of_order=is_odd,
            )


def _portions(
    lots: list[int], rows: list[tuple[int, int, int, bool]], facts: Facts
) -> tuple[Portion, ...]:
    """How much of each lot, by measure; unknown where only the other side was read."""
    sums: dict[int, dict[int, int]] = {lot: {} for lot in lots}
    for lot, quantity, measure, _ in rows:
        mine = sums[lot]
        mine[measure] = mine.get(measure, 0) + quantity
    found = []
    for lot, mine in sums.items():
        if not mine:
            found.append(Portion(lot=lot, thousandths=None, unit=facts.lot_unit(lot)))
        for measure, quantity in mine.items():
            unit = facts.unit_of(lot, measure)
            found.append(Portion(lot=lot, thousandths=quantity, unit=unit))
    return tuple(found)
