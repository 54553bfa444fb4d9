"""The scope of a recall put together from traces: holders of all tiers, lots, flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from app.food.recalls.rules.effects import Flows
from app.food.recalls.rules.shares import Derived, derived_lots
from app.food.recalls.rules.tiers import beginnings, tiers_of
from scanner.trace.terms import (
    Event,
    Holder,
    MovementLink,
    Node,
    OperatorShown,
    Trace,
    TransformationLink,
)

CATERING = "catering"


class HoldingKey(NamedTuple):
    """One line of a frozen scope: who, which lot, counted in what."""

    operator_id: int
    lot_id: int
    unit: str


@dataclass(slots=True)
class Gathered:
    """What several traces found; what two of them found counts once."""

    roots: set[int] = field(default_factory=set)
    holders: dict[HoldingKey, Holder] = field(default_factory=dict)
    movements: dict[tuple[object, ...], MovementLink] = field(default_factory=dict)
    changes: dict[tuple[object, ...], TransformationLink] = field(default_factory=dict)
    events: dict[tuple[object, ...], Event] = field(default_factory=dict)
    operators: dict[int, OperatorShown] = field(default_factory=dict)
    mark: int = 0  # what the book had learnt of the lots before they were followed
    complete: bool = True

    def add(self, trace: Trace) -> None:
        """Take in what one more trace found."""
        self.roots |= set(trace.roots)
        self.complete = self.complete and trace.complete
        for holder in trace.holders:
            key = HoldingKey(holder.node.operator, holder.node.lot, holder.unit.code)
            self.holders[key] = holder
        for link in trace.movements:
            said = (link.sent and link.sent.id, link.received and link.received.id)
            self.movements[(link.sender, link.receiver, link.unit.number, *said)] = link
        for change in trace.transformations:
            self.changes[change.entries] = change
        for event in trace.events:
            self.events[(event.row.id, event.node, event.kind)] = event
        self.operators.update(trace.operators)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who has to do with a recall: every holder's lots with its tier, and the derived lots."""

    roots: frozenset[int]
    holders: dict[HoldingKey, Holder]
    tiers: dict[Node, int]
    derived: dict[int, Derived]
    flows: Flows
    operators: dict[int, OperatorShown]
    mark: int
    complete: bool

    @property
    def pooled(self) -> frozenset[int]:
        """Lots under which holders hand recalled ones on as their own, mixed with others' goods."""
        found = {holder.node.lot for holder in self.holders.values()}
        return frozenset(found - self.roots - self.derived.keys())

    @property
    def lots(self) -> frozenset[int]:
        """Every lot of the recall."""
        return self.roots | self.derived.keys() | self.pooled


def scope_of(gathered: Gathered, known: int) -> Scope:
    """The scope that traces found; ``known`` is the second from which the case was known."""
    holders = gathered.holders.values()
    movements = tuple(gathered.movements.values())
    changes = tuple(gathered.changes.values())
    starts = beginnings(holders, movements, gathered.roots)
    tiers = tiers_of(holders, movements, changes, starts)
    makers = {holder.node for holder in holders if holder.produced}
    flows = Flows(
        movements=movements,
        changes=changes,
        events=tuple(gathered.events.values()),
        tiers=tiers,
        origins=frozenset(starts | makers),
        caterers=_caterers(gathered.operators.values()),
        known=known,
    )
    return Scope(
        roots=frozenset(gathered.roots),
        holders=gathered.holders,
        tiers=tiers,
        derived=derived_lots(changes, gathered.roots),
        flows=flows,
        operators=gathered.operators,
        mark=gathered.mark,
        complete=gathered.complete,
    )


def _caterers(operators: Iterable[OperatorShown]) -> frozenset[int]:
    return frozenset(one.id for one in operators if one.kind == CATERING)
