"""The verbs of ratings: list what is registered, rate it, as the scheme's file says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from app.credit.ratings import errors
from app.credit.ratings.rules import still_registered
from app.credit.ratings.terms import SOURCE, RunRatings
from app.credit.records.queries.facts import item_rows
from app.credit.scoring import services as scoring
from app.credit.scoring.queries import scheme_in_force
from app.credit.scoring.terms import (
    Kind,
    Objects,
    PlaceObjects,
    Run,
    RunScheme,
    Scheme,
)
from ledger.kernel.uow import UnitOfWork


def run_ratings(uow: UnitOfWork, command: RunRatings) -> Run:
    """Rate everything a scheme rates as of a day, all in one unit.

    Refuses: NotPermitted, DayAhead, scoring's UnknownScheme and NotInForce, NotOfRecords.
    Announces: scores.made, by scoring.
    """
    uow.actor.require("score.run")
    if command.as_of > uow.today:
        raise errors.DayAhead(day=command.as_of.isoformat())
    scheme = scheme_in_force(uow, command.scheme, command.as_of).scheme
    if any(kind.source != SOURCE for kind in scheme.kinds):
        raise errors.NotOfRecords(scheme=scheme.code)
    sets = scoring.sets_of(uow, scheme, command.as_of)
    asked = RunScheme(scheme=scheme, as_of=command.as_of, sets=sets, note=command.note)
    return scoring.run_scheme(uow, asked).run


def gather_objects(uow: UnitOfWork, scheme: Scheme, kind: Kind, as_of: date) -> Objects:
    """What is registered of a kind in the records a scheme names, each with a number for life.

    Of several registrations under one number the latest counts. One whose parent is not
    registered stands alone.
    """
    said = [str(kind.keys.get(name, "")) for name in ("number", "name", "parent", "current")]
    fields = tuple(dict.fromkeys(name for name in said if name))
    latest: dict[str, tuple[tuple[int, int], tuple[int, str, str, str]]] = {}
    for subject, record, day, values in item_rows(uow, str(kind.keys["item"]), as_of, fields):
        found = dict(zip(fields, values, strict=True))
        number, name, parent, until = (found.get(key, "") for key in said)
        if not number or not still_registered(until, as_of):
            continue
        if number not in latest or latest[number][0] < (day, record):
            latest[number] = ((day, record), (subject, number, name, parent))
    rows = tuple(row for _, row in sorted(latest.values(), key=lambda one: one[1][1]))
    if not rows:
        return _nothing(kind.name)
    placed = PlaceObjects(trade=scheme.trade, kind=kind.name, parent_kind=kind.parent, rows=rows)
    return scoring.place_objects(uow, placed)


def _nothing(kind: str) -> Objects:
    empty = np.zeros(0, np.int64)
    return Objects(kind=kind, ids=empty, subjects=empty, parents=empty)


def wrong_key(keys: Mapping[str, Any]) -> str:
    """The first key of a kind whose value is of the wrong sort; "" where none is."""
    for name in ("item", "number", "name", "parent", "place", "current"):
        if not isinstance(keys.get(name, ""), str):
            return name
    return "" if isinstance(keys.get("person", False), bool) else "person"
