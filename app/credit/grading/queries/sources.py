"""Facts of food for the engine: what records say, and what the ledger knows by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from app.credit.grading.queries.city import City, city_of
from app.credit.grading.rules.tables import serious_item
from app.credit.grading.terms import Trade
from app.credit.records.queries.facts import FACTS as RECORDS
from app.credit.scoring.terms import (
    Fact,
    FactColumn,
    FactSource,
    Kind,
    Objects,
    ObjectSource,
    Scheme,
)
from ledger.kernel.uow import UnitOfWork

NAME = "food"
ITEMS = frozenset(
    {
        "inspection.food",
        "food.profile.sales",
        "food.profile.catering",
        "food.profile.production",
        "food.profile.health",
        serious_item(),
    }
)
"""The items of the catalogue whose records make a grade."""
_WHAT = ("book", "categories", "serious")


def columns_of(
    uow: UnitOfWork, scheme: Scheme, objects: Objects, city: City, trade: Trade
) -> dict[str, FactColumn]:
    """All facts a scheme asks of a trade's operators; records are read once for all of them."""
    asked = scheme.facts_of(objects.kind)
    of_records = [fact for fact in asked if fact.source == RECORDS.name]
    found = dict(
        zip(
            (fact.name for fact in of_records),
            RECORDS.gather(uow, of_records, objects, city.as_of),
            strict=True,
        )
    )
    for fact in asked:
        if fact.source == NAME:
            found[fact.name] = _column(city, fact.keys["what"], trade)
    return found


def _column(city: City, what: str, trade: Trade) -> FactColumn:
    if what == "book":
        return city.book_column(trade)
    return city.serious if what == "serious" else city.category_column(trade)


def _gather(
    uow: UnitOfWork, facts: Sequence[Fact], objects: Objects, as_of: date
) -> tuple[FactColumn, ...]:
    """The food source's columns for whoever runs a food scheme beside the gradings, as a draft."""
    city = city_of(uow, as_of, objects.subjects.tolist())
    found = []
    for fact in facts:
        column = _column(city, fact.keys["what"], Trade(fact.keys.get("trade", Trade.SALES)))
        found.append(_of_objects(column, objects))
    return tuple(found)


def _of_objects(column: FactColumn, objects: Objects) -> FactColumn:
    kept = np.isin(column.objects, objects.ids)
    return replace(
        column,
        objects=column.objects[kept],
        values=column.values[kept],
        on=column.on[kept],
        until=column.until[kept],
        evidence=column.evidence[kept],
    )


def _operators(uow: UnitOfWork, scheme: Scheme, kind: Kind, as_of: date) -> Objects:
    """The operators of a trade."""
    city = city_of(uow, as_of)
    return Objects.of_subjects(city.trades[Trade(kind.keys["trade"])].tolist(), kind.name)


def _check_fact(keys: Mapping[str, Any]) -> str:
    if keys.get("what") not in _WHAT:
        return "what"
    return _check_kind(keys) if "trade" in keys else ""


def _check_kind(keys: Mapping[str, Any]) -> str:
    return "" if keys.get("trade") in set(Trade) else "trade"


FACTS = FactSource(
    name=NAME,
    gather=_gather,
    required=frozenset({"what"}),
    optional=frozenset({"trade"}),
    check=_check_fact,
)
OBJECTS = ObjectSource(
    name=NAME, gather=_operators, required=frozenset({"trade"}), check=_check_kind
)
