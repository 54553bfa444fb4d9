"""Who is downstream and who is upstream: following facts from holder to holder.

The rules, beyond the words of contract 3.3:

* Moments are intervals. A delivery has arrived, for what it may feed, from its dispatch on
  (decision 19): receipts are booked late. An arrival may feed a departure when its earliest second
  is not after the departure's latest one; so an unknown part of a date never excludes.
* A holder's departure is *valid* when the holder has no arrival of that lot at all (then its source
  is unknown, which is a gap), or when its first arrival may precede the departure.
* Downstream of an operator: its valid departures, and from each further holder the departures that
  an arrival so reached may feed. Upstream mirrors it: valid arrivals, and what may feed them. Both
  walk the same set of paths, so B is downstream of A exactly when A is upstream of B.
* A stated use is never excluded by dates; what was made arrives at the moment it was made.

Reaching is a fixpoint, because moments overlap and goods return: of each holder the best moment so
far is kept (earliest arrival, or latest departure), and it only ever widens. Departures are kept
sorted, so each is taken once: O(E log E) whatever the loops.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.trace.rules.facts import Facts
from scanner.trace.rules.measures import NEVER_EARLIER, NEVER_LATER
from scanner.trace.rules.shapes import Change, Happening, Move
from scanner.trace.terms import Node


@dataclass(slots=True)
class Scope:
    """What an answer speaks of; ``sourceless`` are deliveries left out because of their dates."""

    nodes: set[Node] = field(default_factory=set)
    moves: dict[int, Move] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)
    happenings: dict[int, Happening] = field(default_factory=dict)
    sourceless: dict[int, Move] = field(default_factory=dict)

    def take(self, thing: Move | Change | Happening) -> None:
        """Put a delivery, a transformation or an event into the scope; twice is once."""
        if isinstance(thing, Move):
            self.moves[id(thing)] = thing
        elif isinstance(thing, Change):
            self.changes[thing.id] = thing
        else:
            self.happenings[id(thing)] = thing

    def with_all_of(self, other: Scope) -> Scope:
        """Both scopes as one."""
        return Scope(
            self.nodes | other.nodes,
            self.moves | other.moves,
            self.changes | other.changes,
            self.happenings | other.happenings,
            self.sourceless | other.sourceless,
        )


def whole_down(facts: Facts, roots: Iterable[int]) -> Scope:
    """Every fact of the lots that were made of the roots, and of the roots themselves.

    Whoever holds such a lot together with others' goods as a lot of its own may have sent it on
    under the others' name: what left it so is followed too, from holder to holder.
    """
    lots = lots_made_of(facts, roots)
    scope = Scope(
        nodes={node for node in facts.nodes if node[1] in lots},
        moves={id(move): move for move in facts.moves if move.lot in lots},
    )
    for happening in facts.happenings:
        if happening.fact.node.lot in lots:
            scope.take(happening)
    for change in facts.changes.values():
        if not lots.isdisjoint(change.inputs) or not lots.isdisjoint(change.outputs):
            scope.take(change)
    pooled = {facts.at(*node) for node in facts.pools}
    walk = _Down(facts)
    for node in scope.nodes & pooled:
        for move in facts.moves_out.get(node, ()):
            if move.lot not in lots:
                scope.take(move)
                walk.come(move.receiver, NEVER_EARLIER)
    return scope.with_all_of(walk.finish(timeless=True))


def lots_made_of(facts: Facts, roots: Iterable[int]) -> set[int]:
    """The closure of some lots under "was an input of"; terminates whatever the loops."""
    made: dict[int, set[int]] = {}
    for change in facts.changes.values():
        for lot in change.inputs:
            made.setdefault(lot, set()).update(change.made)
    for node, pool in facts.pools.items():
        made.setdefault(node.lot, set()).add(pool)
    reached, queue = set(roots), deque(roots)
    while queue:
        for lot in made.get(queue.popleft(), ()):
            if lot not in reached:
                reached.add(lot)
                queue.append(lot)
    return reached


def operator_down(facts: Facts, roots: Iterable[int], operator: int) -> Scope:
    """What left an operator at or after the roots first came to it, and so on."""
    walk = _Down(facts)
    for lot in roots:
        node = facts.at(operator, lot)
        if node in facts.nodes:
            walk.come(node, facts.first.get(node, NEVER_EARLIER))
    return walk.finish()


def operator_up(facts: Facts, roots: Iterable[int], operator: int) -> Scope:
    """What could have reached an operator in time."""
    walk = _Up(facts)
    for lot in roots:
        node = facts.at(operator, lot)
        if node in facts.nodes:
            walk.go(node, NEVER_LATER)
    return walk.finish()


def whole_up(facts: Facts, roots: Iterable[int]) -> Scope:
    """From the roots' origins back to production or first receipt.

    Origins are the operators that produced or made a root; where there is none, those that handed
    it on and never received it; in a closed loop, all its holders. Of each transformation that made
    a root, every input lot is followed upstream from the transforming operator. A lot under whose
    name an operator hands on what it received begins with whatever came to that operator.
    """
    walk = _Up(facts)
    for lot in roots:
        here = [node for node in facts.nodes if node.lot == lot]
        makers = _makers(facts, lot)
        for node in makers:
            walk.begin_at_origin(node)
        poolers = {Node(node.operator, pool) for node, pool in facts.pools.items() if pool == lot}
        for node in sorted(poolers):
            walk.go(node, NEVER_LATER)
        if not makers and not poolers:
            senders = [n for n in here if n not in facts.first and facts.moves_out.get(n)]
            walk.scope.nodes.update(senders or here)
    return walk.finish()


def _makers(facts: Facts, lot: int) -> list[Node]:
    """Who produced or made a lot, as it was filed."""
    same_lot = facts.reading.same_lot
    found = {Node(it.operator, lot) for it in facts.changes.values() if lot in it.made}
    found |= {
        Node(event.fact.node.operator, lot)
        for event in facts.happenings
        if event.comes and same_lot.get(event.fact.row.lot, event.fact.row.lot) == lot
    }
    return sorted({facts.at(*node) for node in found} & facts.nodes)


def sources_in(facts: Facts, scope: Scope) -> dict[Node, int]:
    """How many lots may be in what an operator holds as its own; its own goods count as one."""
    found: dict[Node, int] = {}
    for node, pool in facts.pools.items():
        held = Node(node.operator, pool)
        if held in scope.nodes:
            found[held] = found.get(held, 0) + 1
    return {node: count + _comes_from_itself(facts, node) for node, count in found.items()}


def _comes_from_itself(facts: Facts, node: Node) -> bool:
    made = facts.made_by.get(node)
    return bool(made) or any(event.comes for event in facts.events_at.get(node, ()))


class _Down:
    """The fixpoint forwards: for each holder the earliest second at which the lot reached it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.scope = Scope()
        self.since: dict[Node, int] = {}
        self.waiting: dict[Node, list[Move | Happening]] = {}
        self.queue: deque[Node] = deque()

    def come(self, node: Node, earliest: int) -> None:
        """The lot reached a holder at ``earliest``; only news is followed."""
        known = self.since.get(node)
        if known is not None and known <= earliest:
            return
        self.since[node] = earliest
        self.queue.append(node)

    def _enter(self, node: Node, *, timeless: bool) -> None:
        self.scope.nodes.add(node)
        out: list[Move | Happening] = list(self.facts.moves_out.get(node, ()))
        out += [event for event in self.facts.events_at.get(node, ()) if not event.comes]
        out.sort(key=_leaves)
        self.waiting[node] = out
        for change in self.facts.used_in.get(node, ()):
            self.scope.take(change)
            for lot in change.outputs:
                self.come(
                    Node(change.operator, lot), NEVER_EARLIER if timeless else change.earliest
                )

    def finish(self, *, timeless: bool = False) -> Scope:
        """Follow everything that can still be reached, then give the scope."""
        while self.queue:
            node = self.queue.popleft()
            if node not in self.waiting:
                self._enter(node, timeless=timeless)
            waiting, since = self.waiting[node], self.since[node]
            while waiting and _leaves(waiting[-1]) >= since:
                thing = waiting.pop()
                self.scope.take(thing)
                if isinstance(thing, Move):
                    self.come(thing.receiver, NEVER_EARLIER if timeless else thing.earliest_arrival)
        return self.scope


class _Up:
    """The fixpoint backwards: for each holder the latest second at which the lot still left it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.scope = Scope()
        self.until: dict[Node, int] = {}
        self.waiting: dict[Node, list[Move | Change | Happening]] = {}
        self.queue: deque[Node] = deque()

    def begin_at_origin(self, node: Node) -> None:
        """Start from how a lot came into being, leaving out who else sent it there."""
        self.scope.nodes.add(node)
        for event in self.facts.events_at.get(node, ()):
            if event.comes:
                self.scope.take(event)
        for change in self.facts.made_by.get(node, ()):
            self._through(change)

    def go(self, node: Node, latest: int) -> None:
        """The lot left a holder at ``latest``; only news is followed."""
        known = self.until.get(node)
        if known is not None and known >= latest:
            return
        self.until[node] = latest
        self.queue.append(node)
        if known is None:
            self.scope.nodes.add(node)
            inward: list[Move | Change | Happening] = list(self.facts.moves_in.get(node, ()))
            inward += self.facts.made_by.get(node, ())
            inward += [event for event in self.facts.events_at.get(node, ()) if event.comes]
            inward.sort(key=_arrives, reverse=True)
            self.waiting[node] = inward

    def _through(self, change: Change) -> None:
        self.scope.take(change)
        for lot in change.inputs:
            self.go(Node(change.operator, lot), NEVER_LATER)

    def finish(self) -> Scope:
        """Follow everything that can still have fed the starts, then give the scope."""
        while self.queue:
            node = self.queue.popleft()
            waiting, until = self.waiting[node], self.until[node]
            while waiting and _arrives(waiting[-1]) <= until:
                self._take(waiting.pop())
        return self.scope

    def _take(self, thing: Move | Change | Happening) -> None:
        if isinstance(thing, Change):
            self._through(thing)
        elif isinstance(thing, Happening):
            self.scope.take(thing)
        elif thing.valid:
            self.scope.take(thing)
            self.go(thing.sender, thing.leaving.latest)
        else:
            self.scope.sourceless[id(thing)] = thing


def _leaves(thing: Move | Happening) -> int:
    return thing.leaving.latest if isinstance(thing, Move) else thing.fact.latest


def _arrives(thing: Move | Change | Happening) -> int:
    if isinstance(thing, Move):
        return thing.earliest_arrival
    return thing.earliest if isinstance(thing, Change) else thing.fact.earliest
