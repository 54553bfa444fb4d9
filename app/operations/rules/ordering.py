"""In which order tables are filled, so that what a row points at is there before the row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter


def filling_order(names: Iterable[str], points_at: Mapping[str, set[str]]) -> list[str]:
    """The tables in an order of filling; ``points_at`` says which tables a foreign key names.

    A table that points at itself is no matter: one COPY is checked as a whole at its end.
    """
    known = list(names)
    graph = {name: (points_at.get(name, set()) - {name}) & set(known) for name in known}
    return list(TopologicalSorter(graph).static_order())
