"""How far each holder is from where the goods began: the fewest deliveries between."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from scanner.trace.terms import Holder, MovementLink, Node, TransformationLink


def beginnings(
    holders: Iterable[Holder], movements: Iterable[MovementLink], roots: Iterable[int]
) -> set[Node]:
    """Where recalled goods began: who made a lot, else who has it from nobody."""
    wanted = set(roots)
    supplied = {link.receiver for link in movements if not link.is_return}
    made: dict[int, set[Node]] = defaultdict(set)
    sourceless: dict[int, set[Node]] = defaultdict(set)
    for holder in holders:
        node = holder.node
        if node.lot in wanted:
            (made if holder.produced else sourceless)[node.lot].add(node)
    found: set[Node] = set()
    for lot in wanted:
        found |= made[lot] or {node for node in sourceless[lot] if node not in supplied}
    return found


def tiers_of(
    holders: Iterable[Holder],
    movements: Iterable[MovementLink],
    changes: Iterable[TransformationLink],
    starts: Iterable[Node],
) -> dict[Node, int]:
    """{holder: tier}; 0 where the goods began, 1 for those no way leads to.

    What is made of recalled goods is on the tier of its maker; returns lead no further.
    """
    onward: dict[Node, list[tuple[Node, int]]] = defaultdict(list)
    for link in movements:
        if not link.is_return:
            onward[link.sender].append((link.receiver, 1))
    for change in changes:
        for part in change.inputs:
            node = Node(change.operator, part.lot)
            onward[node] += [(Node(change.operator, it.lot), 0) for it in change.outputs]
    tiers: dict[Node, int] = {}
    _walk(dict.fromkeys(starts, 0), onward, tiers)
    nodes = {holder.node for holder in holders}
    reached = {end for ends in onward.values() for end, _ in ends}
    _walk(dict.fromkeys(nodes - tiers.keys() - reached, 1), onward, tiers)
    return {node: tiers.get(node, 1) for node in nodes}


def _walk(
    starts: dict[Node, int],
    onward: dict[Node, list[tuple[Node, int]]],
    tiers: dict[Node, int],
) -> None:
    """Go the shortest ways first: steps cost nothing within a holder, one between two."""
    queue = deque(starts.items())
    while queue:
        node, tier = queue.popleft()
        if tiers.get(node, tier + 1) <= tier:
            continue
        tiers[node] = tier
        for end, cost in onward.get(node, ()):
            if cost:
                queue.append((end, tier + 1))
            else:
                queue.appendleft((end, tier))
