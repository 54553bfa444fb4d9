"""Which lots are one: aliases joined, and which of them the others are read as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


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
