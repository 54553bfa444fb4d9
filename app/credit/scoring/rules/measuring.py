"""What an indicator says of many objects: points, and which objects its fact is known of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from app.credit.scoring.errors import ColumnWrong
from app.credit.scoring.rules.columns import Mask, Rows, joined
from app.credit.scoring.rules.exact import Ints, bands_of, half_up_each, unit_of
from app.credit.scoring.rules.reading.bounds import shown
from app.credit.scoring.rules.shares import matrices_of, points_of_counts
from app.credit.scoring.terms import POINT, How, Indicator, Missing, Take


class Measured(NamedTuple):
    """Points of each object, whether its fact is known, and whether a word had no points."""

    points: Ints
    known: Mask
    strange: Mask


def measured(indicator: Indicator, rows: Mapping[str, Rows], decimals: int) -> Measured:
    """An indicator of all objects; ``rows`` are those that count, by fact.

    Raises ColumnWrong where the fact is a word and a number is wanted, or the other way.
    """
    own = rows[indicator.fact]
    strange = np.zeros(own.size, dtype=bool)
    if indicator.how is How.SHARES:
        points, known = _shares(indicator, rows, decimals), own.known
    else:
        points, known = _WAYS[indicator.how](indicator, own, decimals, strange)
    if indicator.missing is Missing.POINTS:
        points = np.where(known, points, indicator.missing_points)
    else:
        points = np.where(known, points, 0)
    return Measured(np.clip(points, indicator.least, indicator.most), known, strange)


def _numbers(indicator: Indicator, rows: Rows) -> Ints:
    if rows.words is not None and len(rows.who):
        raise ColumnWrong(line=indicator.line, name=indicator.fact)
    return rows.value


def _bands(indicator: Indicator, rows: Rows, _decimals: int, _strange: Mask) -> tuple[Ints, Mask]:
    counted = indicator.take in (Take.COUNT, Take.ANY)
    values = rows.value if counted else _numbers(indicator, rows)
    if indicator.take is Take.ANY and rows.words is not None:
        values = np.full(len(rows.who), POINT)
    measure = joined(rows, values, indicator.take)
    if indicator.whole:
        measure = half_up_each(measure, 1, POINT)
    known = np.ones(rows.size, dtype=bool) if counted else rows.known
    return bands_of(indicator.bands, measure), known


def _worded(indicator: Indicator, rows: Rows, strange: Mask) -> Ints:
    """The points of each row by its word; a number is its word as people write it."""
    places, words = rows.value, rows.words
    if words is None:
        numbers, places = np.unique(rows.value, return_inverse=True)
        words = tuple(shown(int(number)) for number in numbers)
    points = [indicator.table.get(word, indicator.otherwise) for word in words]
    unknown = np.array([point is None for point in points], dtype=bool)
    if unknown.any():
        strange[rows.who[unknown[places]]] = True
    found: Ints = np.array([point or 0 for point in points], dtype=np.int64)[places]
    return found


def _table(indicator: Indicator, rows: Rows, _decimals: int, strange: Mask) -> tuple[Ints, Mask]:
    return joined(rows, _worded(indicator, rows, strange), indicator.take), rows.known


def _each(indicator: Indicator, rows: Rows, decimals: int, strange: Mask) -> tuple[Ints, Mask]:
    if indicator.table:
        each = _worded(indicator, rows, strange)
    elif indicator.times:
        each = _numbers(indicator, rows) * indicator.times
        summed = joined(rows, each, Take.SUM)
        return half_up_each(summed, POINT, unit_of(decimals)), rows.known
    else:
        each = np.full(len(rows.who), indicator.points, dtype=np.int64)
    return joined(rows, each, Take.SUM), rows.known


def _flag(indicator: Indicator, rows: Rows, _decimals: int, _strange: Mask) -> tuple[Ints, Mask]:
    return np.where(rows.holding, indicator.points, 0), rows.holding


def _value(indicator: Indicator, rows: Rows, decimals: int, _strange: Mask) -> tuple[Ints, Mask]:
    measure = joined(rows, _numbers(indicator, rows), indicator.take)
    points = half_up_each(measure * indicator.times, POINT, unit_of(decimals))
    return points, np.ones(rows.size, dtype=bool) if indicator.take is Take.COUNT else rows.known


def _shares(indicator: Indicator, rows: Mapping[str, Rows], decimals: int) -> Ints:
    """The latest rows of all its facts added up; each different text is read once."""
    size, groups = rows[indicator.fact].size, len(indicator.shares)
    failed, applicable = np.zeros((2, size, groups), dtype=np.int64)
    for name in (indicator.fact, *indicator.also):
        fact = rows[name]
        if fact.words is None and len(fact.who):
            raise ColumnWrong(line=indicator.line, name=name)
        place = joined(fact, fact.value + 1, Take.LATEST)
        lost, applied = matrices_of(indicator.shares, fact.words or ())
        failed += lost[place]
        applicable += applied[place]
    return points_of_counts(indicator.shares, failed, applicable, decimals)


_Way = Callable[[Indicator, Rows, int, Mask], tuple[Ints, Mask]]
_WAYS: dict[How, _Way] = {
    How.BANDS: _bands,
    How.TABLE: _table,
    How.EACH: _each,
    How.FLAG: _flag,
    How.VALUE: _value,
}
