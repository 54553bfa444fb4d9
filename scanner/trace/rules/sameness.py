"""Which lots are one: everywhere, or only in the hands of one operator.

A pack and its unit are one lot everywhere. Goods whose producer nobody stated are one lot with
what their holder hands on as its own only in that holder's hands (decision 13): what came as the
farm's may leave as the shop's, but two farms that both sold to the shop stay apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ledger.entries.terms import Alias, RowKind
from scanner.trace.terms import Direction, Node, Row

_DISPATCH, _RECEIPT = int(RowKind.DISPATCH), int(RowKind.RECEIPT)
_USE, _ALIAS = int(RowKind.USE), int(RowKind.ALIAS)


def canonical_lots(
    aliases: Iterable[tuple[int, int]], doubtful: Mapping[int, tuple[bool, bool]]
) -> dict[int, int]:
    """For every aliased lot the lot it is read as.

    ``doubtful`` says of a lot whether it is a pack and whether its producer was only assumed: the
    lot with the fewest doubts stands for all (base units before packs, a stated producer before an
    assumed one), the lowest id among equals, so that the choice does not depend on who asks.
    """
    parent: dict[int, int] = {}

    def root(lot: int) -> int:
        while parent.setdefault(lot, lot) != lot:
            parent[lot] = lot = parent[parent[lot]]
        return lot

    for one, other in aliases:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for lot in parent:
        groups.setdefault(root(lot), []).append(lot)
    best = {
        name: min(lots, key=lambda lot: (doubtful.get(lot, (True, True)), lot))
        for name, lots in groups.items()
    }
    return {lot: best[root(lot)] for lot in parent}


def pools_said(
    rows: Iterable[Row], same_lot: Mapping[int, int], same_operator: Mapping[int, int]
) -> dict[Node, int]:
    """{(operator, lot received): the lot it may hand that on as}, by the ALIAS rows alone."""
    found: dict[Node, int] = {}
    for row in rows:
        if row.kind != _ALIAS or row.unit == Alias.SAME:
            continue
        lots = (row.lot, row.other) if row.unit == Alias.SOURCE else (row.other, row.lot)
        source, pool = (same_lot.get(lot, lot) for lot in lots)
        if source != pool:
            node = Node(same_operator.get(row.op, row.op), source)
            found[node] = min(pool, found.get(node, pool))
    return found


def pools_in(
    rows: Iterable[Row],
    said: Mapping[Node, int],
    same_lot: Mapping[int, int],
    same_operator: Mapping[int, int],
) -> dict[Node, int]:
    """Of what is said, that which some arrival among ``rows`` (all in force) bears out."""
    if not said:
        return {}
    arrived: set[Node] = set()
    for row in rows:
        if row.kind in (_DISPATCH, _RECEIPT):
            who = row.op if row.kind == _RECEIPT else row.other
            arrived.add(Node(same_operator.get(who, who), same_lot.get(row.lot, row.lot)))
    return {node: pool for node, pool in said.items() if node in arrived}


class Known(NamedTuple):
    """What was read so far: whole lots, and which numbers mean the same; and who was asked about.

    ``same_lot`` may name any lot of a family.
    """

    lots: set[int]
    same_lot: Mapping[int, int]
    same_operator: Mapping[int, int]
    operator: int | None
    roots: frozenset[int]


def pools_to_follow(
    rows: Iterable[Row], said: Mapping[Node, int], known: Known
) -> dict[Direction, set[int]]:
    """Lots to read as a whole, by direction, because their holder holds them as one with others.

    A source handed on under its own name may be any of what its holder had: downstream it is
    followed like the holder's own lot, upstream its holder's own lot with all its sources is.
    """
    read = {known.same_lot.get(lot, lot) for lot in known.lots}
    left = {
        node
        for row in rows
        if row.kind in (_DISPATCH, _RECEIPT, _USE)
        for who in (row.other if row.kind == _RECEIPT else row.op,)
        for node in (Node(known.same_operator.get(who, who), known.same_lot.get(row.lot, row.lot)),)
        if node in said
    }
    if known.operator is not None:
        who = known.same_operator.get(known.operator, known.operator)
        asked = {Node(who, known.same_lot.get(lot, lot)) for lot in known.roots}
        left |= asked & said.keys()
    return {
        Direction.DOWN: {node.lot for node in left if said[node] in read and node.lot not in read},
        Direction.UP: {said[node] for node in left if node.lot in read and said[node] not in read},
    }
