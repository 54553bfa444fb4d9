"""Hashes of what a run looked at and of what came out: the same in, the same out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from app.credit.scoring.rules.columns import canonical
from app.credit.scoring.terms import ObjectSet, Reckoned, Scheme


class _Hash(Protocol):
    def update(self, data: Any, /) -> None:
        """Go on with these bytes."""


def _add(told: _Hash, *arrays: Any) -> None:
    for array in arrays:
        told.update(len(array).to_bytes(8, "big"))
        told.update(np.ascontiguousarray(array).data if isinstance(array, np.ndarray) else array)


def snapshot_of(
    scheme: Scheme, as_of: int, sets: Iterable[ObjectSet], earlier: bytes = b""
) -> bytes:
    """The hash of a scheme, a day, objects, and the facts the scheme asks for of them.

    ``earlier`` are the classes the objects had before, as bytes.
    """
    told = hashlib.sha256(scheme.digest)
    told.update(as_of.to_bytes(8, "big", signed=True))
    _add(told, earlier)
    for given in sets:
        objects = given.objects
        _add(told, objects.kind.encode(), objects.ids, objects.subjects, objects.parents)
        for fact in scheme.facts_of(objects.kind):
            column = given.facts.get(fact.name)
            if column is None or not len(column.objects):
                continue
            one = canonical(column)
            _add(told, fact.name.encode(), one.objects, one.values, one.on, one.until, one.evidence)
            if one.words is not None:
                _add(told, "\x1f".join(one.words).encode())
    return told.digest()


def result_of(reckoned: Iterable[Reckoned]) -> bytes:
    """The hash of the scores: points, classes, flags and the points of every line."""
    told = hashlib.sha256()
    for one in reckoned:
        _add(told, one.objects.ids, one.own, one.parent, one.points, one.lines)
        _add(told, one.class_rank, one.adjusted_rank, one.flags)
    return told.digest()
