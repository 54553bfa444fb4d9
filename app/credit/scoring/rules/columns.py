"""Columns of facts: which rows count on a day, and what is measured of the rows of each object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.rules.exact import Ints
from app.credit.scoring.terms import POINT, FactColumn, Objects, Take

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """The rows of a column that count, in order of the objects; ``who`` are places in them."""

    size: int
    who: Ints
    value: Ints
    on: NDArray[np.int32]
    until: NDArray[np.int32]
    evidence: Ints
    words: tuple[str, ...] | None

    @cached_property
    def count(self) -> Ints:
        """How many rows each object has."""
        return np.bincount(self.who, minlength=self.size)

    @cached_property
    def known(self) -> Mask:
        """Which objects have any."""
        found: Mask = self.count > 0
        return found

    @cached_property
    def starts(self) -> Ints:
        """Where the rows of each object that has any begin."""
        ends = np.cumsum(self.count)
        found: Ints = (ends - self.count)[self.known]
        return found

    @cached_property
    def latest(self) -> Ints:
        """The place of each known object's latest row: of one day that of the last evidence."""
        if len(self.who) == len(self.starts):
            return np.arange(len(self.who))
        order = np.lexsort((self.value, self.evidence, self.on, self.who))
        ends = np.append(self.starts[1:], len(self.who)) - 1
        found: Ints = order[ends]
        return found

    @cached_property
    def holding(self) -> Mask:
        """Which objects have a row that says something: a word, or a number other than 0."""
        if self.words is not None:
            return self.known
        found = np.zeros(self.size, dtype=bool)
        found[self.who[self.value != 0]] = True
        return found


def canonical(column: FactColumn) -> FactColumn:
    """The same column in the one order that rows can have: by object, day, evidence, value.

    Its words stand in order, each once, so that the same facts are the same bytes.
    """
    values, words = column.values, column.words
    if words is not None and any(a >= b for a, b in pairwise(words)):
        sorted_words = tuple(sorted(set(words)))
        place = {word: at for at, word in enumerate(sorted_words)}
        values = np.array([place[word] for word in words], dtype=np.int64)[values]
        words = sorted_words
    same = column.objects[1:] == column.objects[:-1]
    if np.all(column.objects[1:] >= column.objects[:-1]) and not same.any():
        return column if values is column.values else replace(column, values=values, words=words)
    order = np.lexsort((values, column.evidence, column.until, column.on, column.objects))
    return FactColumn(
        name=column.name,
        objects=column.objects[order],
        values=values[order],
        on=column.on[order],
        until=column.until[order],
        evidence=column.evidence[order],
        words=words,
    )


def counting(column: FactColumn, objects: Objects, as_of: int) -> Rows:
    """The rows about these objects that have happened by a day and have not lapsed on it.

    The column is ``canonical``.
    """
    place = np.searchsorted(objects.ids, column.objects)
    inside = np.minimum(place, max(len(objects.ids) - 1, 0))
    counts = (
        (objects.ids[inside] == column.objects)
        if len(objects.ids)
        else np.zeros(len(column.objects), dtype=bool)
    )
    counts &= column.on <= as_of
    counts &= (column.until == 0) | (column.until > as_of)
    kept: Ints = np.flatnonzero(counts)
    who = place[kept]
    return Rows(
        size=len(objects.ids),
        who=who,
        value=column.values[kept],
        on=column.on[kept],
        until=column.until[kept],
        evidence=column.evidence[kept],
        words=column.words,
    )


def joined(rows: Rows, values: Ints, take: Take) -> Ints:
    """One value for each object, 0 where it has none; ``values`` stand in the order of the rows."""
    found = np.zeros(rows.size, dtype=np.int64)
    if take is Take.COUNT:
        return rows.count * POINT
    if not len(rows.who):
        return found
    if take is Take.LATEST:
        found[rows.known] = values[rows.latest]
    elif take is Take.ANY:
        found[rows.who[values != 0]] = POINT
    elif take is Take.SUM:
        found[rows.known] = np.add.reduceat(values, rows.starts)
    elif take is Take.MOST:
        found[rows.known] = np.maximum.reduceat(values, rows.starts)
    else:
        found[rows.known] = np.minimum.reduceat(values, rows.starts)
    return found
