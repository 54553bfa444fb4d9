"""How much of what was shipped is accounted for: from entries alone.

A scope is a set of holders: one of them, or the whole market, which is everybody but those where
the goods began. Of a scope is asked what crossed its border and what ended inside it:

* shipped: deliveries into it; passed on: deliveries out of it; used: what was worked into other
  lots in it (those are followed themselves). Returns are neither. Where sender and receiver say
  different quantities the larger counts, so that no confirmation makes a return smaller.
* before: what had gone back, been destroyed or eaten before the case was known. It was no longer
  there to be recalled.
* returned: returns that left it; destroyed: disposals in it; consumed: meals sold by caterers in
  it, which are eaten at the table. What a shop has sold is shown, but nobody has proved that it was
  eaten, so it does not count.

base = shipped - passed on - used - before; accounted = returned + destroyed + consumed, at most the
base. A return into a scope changes nothing of it, and one that leaves it only adds: filing a return
can lower no figure. The price is that a trader who sends back what its customers returned to it is
shown with it as its own; the whole, measured where goods come back to, is not touched by that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.food.recalls.rules.shares import Measured, measured
from app.food.recalls.terms import Figures
from ledger.kernel.moment import from_stored
from ledger.kernel.quantity import EA, KGM, LTR, Dimension, Unit, unit_named
from scanner.trace.terms import (
    Event,
    EventKind,
    MovementLink,
    Node,
    Portion,
    Row,
    TransformationLink,
)

_BASES = {Dimension.MASS: KGM, Dimension.VOLUME: LTR, Dimension.COUNT: EA}
_SHIPPED, _PASSED_ON, _USED, _BEFORE, _RETURNED, _DESTROYED, _CONSUMED, _SOLD = range(8)


class NodeMeasure(NamedTuple):
    """A holder's lot, in one kind of measure."""

    node: Node
    measure: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Everything that moved in a recall; ``known`` is the second from which the case was known."""

    movements: tuple[MovementLink, ...]
    changes: tuple[TransformationLink, ...]
    events: tuple[Event, ...]
    tiers: Mapping[Node, int]
    origins: frozenset[Node]
    caterers: frozenset[int]
    known: int


@dataclass(frozen=True, slots=True)
class Effects:
    """The figures of every holder, of every tier, and of the whole market, by measure."""

    nodes: Mapping[NodeMeasure, Figures]
    tiers: Mapping[tuple[int, Measured], Figures]
    whole: Mapping[Measured, Figures]


def unit_of(measure: Measured) -> Unit:
    """The unit that sums of a measure are shown in."""
    dimension, word = measure
    return _BASES.get(dimension) or unit_named(word or "XCT")


def effects_of(flows: Flows) -> Effects:
    """The effectiveness of a recall, of each tier and of each holder."""
    sums = _Sums(flows)
    for link in flows.movements:
        sums.move(link)
    for change in flows.changes:
        sums.work_in(change)
    for event in flows.events:
        sums.end(event)
    nodes = {key: Figures(*said) for key, said in sums.nodes.items()}
    whole = {key: Figures(*said) for key, said in sums.whole.items()}
    return Effects(nodes, _by_tier(nodes, flows), whole)


class _Sums:
    """Running sums by holder, and of the whole."""

    def __init__(self, flows: Flows) -> None:
        self.flows = flows
        self.nodes: dict[NodeMeasure, list[int]] = defaultdict(lambda: [0] * 8)
        self.whole: dict[Measured, list[int]] = defaultdict(lambda: [0] * 8)

    def _inside(self, node: Node) -> bool:
        return node not in self.flows.origins

    def _was_before(self, *rows: Row | None) -> bool:
        """Whether all that was filed of it was certainly over before the case was known."""
        return all(
            from_stored(row.ts, row.precision).latest < self.flows.known for row in rows if row
        )

    def move(self, link: MovementLink) -> None:
        """A delivery or a return, at the larger of its sender's and its receiver's figure."""
        measure = measured(link.unit)
        leaves, comes = self._inside(link.sender), self._inside(link.receiver)
        if link.sender == link.receiver:
            return
        much = max(link.thousandths, _same(link))
        if link.is_return:
            place = _BEFORE if self._was_before(link.sent, link.received) else _RETURNED
            self.nodes[NodeMeasure(link.sender, measure)][place] += much
            if leaves and not comes:
                self.whole[measure][place] += much
            return
        self.nodes[NodeMeasure(link.sender, measure)][_PASSED_ON] += much
        self.nodes[NodeMeasure(link.receiver, measure)][_SHIPPED] += much
        if leaves != comes:
            self.whole[measure][_SHIPPED if comes else _PASSED_ON] += much

    def work_in(self, change: TransformationLink) -> None:
        """What was used to make other lots."""
        for part in change.inputs:
            node = Node(change.operator, part.lot)
            if node in self.flows.tiers:
                self._add(node, part, _USED)

    def _add(self, node: Node, part: Portion, place: int) -> None:
        measure, much = measured(part.unit), part.thousandths or 0
        self.nodes[NodeMeasure(node, measure)][place] += much
        if self._inside(node):
            self.whole[measure][place] += much

    def end(self, event: Event) -> None:
        """A disposal, or a sale to consumers."""
        if event.kind is EventKind.DISPOSAL:
            place = _DESTROYED
        elif event.kind is not EventKind.SALE:
            return
        elif event.node.operator in self.flows.caterers:
            place = _CONSUMED
        else:
            place = _SOLD
        if place != _SOLD and self._was_before(event.row):
            place = _BEFORE
        part = Portion(lot=event.node.lot, thousandths=event.thousandths, unit=event.unit)
        self._add(event.node, part, place)


def _same(link: MovementLink) -> int:
    """The receiver's figure, where it can be compared with the sender's."""
    if link.received_thousandths is None or link.received_unit is None:
        return 0
    return link.received_thousandths if measured(link.received_unit) == measured(link.unit) else 0


def _by_tier(
    nodes: Mapping[NodeMeasure, Figures], flows: Flows
) -> dict[tuple[int, Measured], Figures]:
    """What the holders of each tier have accounted for of what stayed with them."""
    found: dict[tuple[int, Measured], list[int]] = defaultdict(lambda: [0] * 8)
    for (node, measure), figures in nodes.items():
        if node in flows.origins:
            continue
        sums = found[max(1, flows.tiers.get(node, 1)), measure]
        left = figures.base
        sums[_SHIPPED] += left
        for place in (_RETURNED, _DESTROYED, _CONSUMED):
            part = min(left, figures[place])
            sums[place] += part
            left -= part
        sums[_SOLD] += figures.sold
    return {key: Figures(*said) for key, said in found.items()}
