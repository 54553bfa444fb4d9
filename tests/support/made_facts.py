"""Sources of facts for tests of scoring: what a test puts here is what a run finds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.credit.scoring.terms import (
    FACT_SOURCES,
    OBJECT_SOURCES,
    FactColumn,
    FactSource,
    Objects,
    ObjectSource,
)


class Made:
    """Objects by kind and facts ``{name: [(object id, FactRow), …]}``; ``words`` are texts."""

    def __init__(self):
        self.objects, self.facts, self.words = {}, {}, set()

    def gather(self, uow, facts, objects, as_of):
        return [
            FactColumn.of(one.name, self.facts.get(one.name, ()), text=one.name in self.words)
            for one in facts
        ]

    def list(self, uow, scheme, kind, as_of):
        found = self.objects.get(kind.name, ())
        if isinstance(found, Objects):
            return found
        return Objects.of_subjects(found, kind.name)


@contextmanager
def made_facts() -> Iterator[Made]:
    """The source "made" is declared while this lasts."""
    made = Made()
    FACT_SOURCES["made"] = FactSource(name="made", gather=made.gather, optional=frozenset({"of"}))
    OBJECT_SOURCES["made"] = ObjectSource(name="made", gather=made.list)
    try:
        yield made
    finally:
        del FACT_SOURCES["made"], OBJECT_SOURCES["made"]
