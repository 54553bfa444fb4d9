"""Hooks: which slices serve facts and list objects, and which scheme files come with the program.

The engine knows no source and no trade. A module says what it serves in its manifest's ``extras``;
the registry declares it here, as it declares jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app.credit.scoring.terms.facts import FactColumn, Objects
from app.credit.scoring.terms.scheme import Fact, Kind, Scheme

Gather = Callable[[Any, Sequence[Fact], Objects, date], Sequence[FactColumn]]
"""(unit, facts asked for, objects, as of) → a column for each fact, in the order asked."""
GatherObjects = Callable[[Any, Scheme, Kind, date], Objects]
"""(unit, scheme, kind, as of) → the objects of the kind; places them first where they need it."""
Check = Callable[[Mapping[str, Any]], str]
"""What is wrong with the keys of a fact or a kind, in a word; "" where nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Who serves facts: the keys a fact of this source must and may have, and how to gather them.

    ``link(evidence number, subject id)`` is the address where a row's evidence can be read, "" for
    none.
    """

    name: str
    gather: Gather
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    check: Check | None = None
    link: Callable[[int, int], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSource:
    """Who lists objects of a kind: the keys a kind must and may have, and how to list them."""

    name: str
    gather: GatherObjects
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    check: Check | None = field(default=None)


FACT_SOURCES: dict[str, FactSource] = {}
OBJECT_SOURCES: dict[str, ObjectSource] = {}
SCHEME_FILES: dict[str, Path] = {}
"""Scheme files that come with the program, by their path as text, loaded where the store has not
got them yet."""


def declare(extras: Mapping[str, Any]) -> None:
    """Know what a manifest says: ``fact_sources``, ``object_sources``, ``schemes`` (paths)."""
    for source in extras.get("fact_sources", ()):
        FACT_SOURCES[source.name] = source
    for source in extras.get("object_sources", ()):
        OBJECT_SOURCES[source.name] = source
    for path in extras.get("schemes", ()):
        SCHEME_FILES[str(path)] = path
