"""What would bring an object to a better class: by itself in time, or by what somebody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.credit.scoring.rules.exact import unit_of
from app.credit.scoring.rules.explain import Facts, counting, explain, scored
from app.credit.scoring.terms import (
    Adjust,
    Case,
    Change,
    FactRow,
    How,
    Line,
    LineState,
    Outcome,
    Override,
    Scheme,
    Way,
)

_DAYS_MOST, _WAYS_MOST, _SINGLES_MOST = 60, 4, 3
_CONTINUOUS = (How.SHARES, How.VALUE)
Movable = list[tuple[Line, list[int]]]


def next_better(outcome: Outcome) -> str:
    """The class one better than the object's, "" where it has the best or none."""
    if not outcome.adjusted_class:
        return ""
    rank = outcome.scheme.rank(outcome.adjusted_class)
    return outcome.scheme.classes[rank - 1].code if rank else ""


def ways_to(scheme: Scheme, case: Case, as_of: int, target: str = "") -> tuple[Way, ...]:
    """The smallest changes that bring an object to a class, the next better one by default.

    First what happens by itself: the day on which enough has lapsed. Then single changes, the
    smallest first; where none is enough, one set of several. Empty where it is there already, or
    where its parent's score keeps it back.
    """
    now = explain(scheme, case, as_of)
    wanted = target or next_better(now)
    if not wanted or not now.adjusted_class:
        return ()
    rank = scheme.rank(wanted)
    if scheme.rank(now.adjusted_class) <= rank:
        return ()
    in_time = _in_time(case, now, rank)
    done = _Doing(scheme, case, now, rank).ways()
    return (*([in_time] if in_time else []), *done)[:_WAYS_MOST]


def _in_time(case: Case, now: Outcome, rank: int) -> Way | None:
    """The first day on which the class is reached if nothing else happens."""
    days = sorted({row.until for rows in case.facts.values() for row in rows if row.until})
    for day in [day for day in days if day > now.as_of][:_DAYS_MOST]:
        then = explain(now.scheme, case, day)
        if then.adjusted_class and now.scheme.rank(then.adjusted_class) <= rank:
            changes = _differences(now, then, day)
            return Way(changes=changes, points=then.points, class_code=then.adjusted_class, on=day)
    return None


def _differences(now: Outcome, then: Outcome, day: int) -> tuple[Change, ...]:
    """The lines, overrides and adjustments that are otherwise on a later day."""
    after = {line.indicator.code: line for line in then.lines}
    changes = []
    for line in now.lines:
        other = after[line.indicator.code]
        if other.points != line.points:
            gone = tuple(row for row in line.rows if row not in other.rows)
            last = max((row.until for row in gone), default=day)
            changes.append(_change(line, other.points, last, rows=gone))
    gone_rules: list[Override | Adjust] = [
        *(one for one in now.overrides if one not in then.overrides),
        *(one for one in now.adjusts if one not in then.adjusts),
    ]
    return (*changes, *(_rule(one, day) for one in gone_rules))


def _change(line: Line, after: int, on: int | None, *, rows: Sequence[FactRow] = ()) -> Change:
    return Change(
        indicator=line.indicator,
        override=None,
        adjust=None,
        before=line.points,
        after=after,
        on=on,
        rows=tuple(rows),
    )


def _rule(one: Override | Adjust, on: int | None) -> Change:
    return Change(
        indicator=None,
        override=one if isinstance(one, Override) else None,
        adjust=one if isinstance(one, Adjust) else None,
        before=0,
        after=0,
        on=on,
    )


def _gain(movable: tuple[Line, list[int]]) -> int:
    line, options = movable
    return abs(options[-1] - line.points)


class _Doing:
    """Tries other points in the place of lines, and rules that no longer hold."""

    def __init__(self, scheme: Scheme, case: Case, now: Outcome, rank: int) -> None:
        self.scheme, self.case, self.now, self.rank = scheme, case, now, rank
        self.facts: Facts = counting(scheme, case, now.as_of)
        self.sign = -1 if scheme.riskier else 1  # which way points get better
        self.rules: list[Change] = []

    def ways(self) -> list[Way]:
        """Single changes that are enough, the smallest first; else one set of several."""
        best = [(line, self._options(line)) for line in self.now.lines]
        movable = [(line, options) for line, options in best if options]
        furthest = {line.indicator.code: options[-1] for line, options in movable}
        if not self._reached(furthest):
            self._drop_rules()
            if not self._reached(furthest):
                return []
        if self._reached({}):
            return [self._way({})]
        singles = self._singles({}, movable)
        if singles:
            return [self._way(one) for one in singles[:_SINGLES_MOST]]
        return [self._way(self._several(movable))]

    def _singles(self, chosen: dict[str, int], movable: Movable) -> list[dict[str, int]]:
        """The single changes that reach the class beside those chosen, the smallest first."""
        found = [
            chosen | {line.indicator.code: enough}
            for line, options in movable
            if line.indicator.code not in chosen
            and (enough := self._enough(chosen, line, options)) is not None
        ]
        return sorted(found, key=self._distance)

    def _options(self, line: Line) -> list[int]:
        """The better points a line could have, the nearest first."""
        one = line.indicator
        if line.state is LineState.OUTDONE:
            return []
        if one.how is How.BANDS:
            found = {band.points for band in one.bands}
        elif one.how is How.TABLE:
            found = {*one.table.values(), *([] if one.otherwise is None else [one.otherwise])}
        elif one.how in _CONTINUOUS:
            found = {one.least if self.sign < 0 else one.most}
        elif one.how is How.FLAG:
            found = {0, one.points}
        else:
            step = abs(one.points) or max(map(abs, one.table.values()), default=0) or 1000
            ends = range(one.least, one.most + 1, step)
            found = {*ends[:200], one.least, one.most}
        better = [points for points in found if (points - line.points) * self.sign > 0]
        return sorted(better, key=lambda points: points * self.sign)

    def _outcome(self, points: dict[str, int]) -> Outcome:
        lines = [
            replace(line, points=points.get(line.indicator.code, line.points))
            for line in self.now.lines
        ]
        return scored(self.now, self.case, self.facts, lines)

    def _reached(self, points: dict[str, int]) -> bool:
        code = self._outcome(points).adjusted_class
        return bool(code) and self.scheme.rank(code) <= self.rank

    def _drop_rules(self) -> None:
        """Let the overrides and adjustments that keep the object back hold no longer."""
        held: list[Override | Adjust] = [
            *self.now.overrides,
            *(one for one in self.now.adjusts if one.worse),
        ]
        self.rules = [_rule(one, None) for one in held]
        whens = {one.when for one in held}
        self.facts = {name: () if name in whens else rows for name, rows in self.facts.items()}

    def _enough(self, points: dict[str, int], line: Line, options: list[int]) -> int | None:
        """The nearest of a line's better points that reach the class beside ``points``."""
        code = line.indicator.code
        if line.indicator.how in _CONTINUOUS:
            return self._just_enough(points, line, options[-1])
        return next((one for one in options if self._reached(points | {code: one})), None)

    def _just_enough(self, points: dict[str, int], line: Line, furthest: int) -> int | None:
        """By halves: the least change of a line whose points may be anything."""
        code, unit = line.indicator.code, unit_of(self.scheme.decimals)
        if not self._reached(points | {code: furthest}):
            return None
        near, far = 0, abs(furthest - line.points) // unit
        exact = line.points + self.sign * far * unit
        if not self._reached(points | {code: exact}):
            return furthest
        while near + 1 < far:
            middle = (near + far) // 2
            if self._reached(points | {code: line.points + self.sign * middle * unit}):
                far = middle
            else:
                near = middle
        return line.points + self.sign * far * unit

    def _several(self, movable: Movable) -> dict[str, int]:
        """The lines that can give most, until it is enough; the last no further than needed."""
        chosen: dict[str, int] = {}
        for line, options in sorted(movable, key=_gain, reverse=True):
            if singles := self._singles(chosen, movable):
                return singles[0]
            chosen[line.indicator.code] = options[-1]
        return chosen

    def _distance(self, points: dict[str, int]) -> int:
        lines = {line.indicator.code: line.points for line in self.now.lines}
        return sum(abs(after - lines[code]) for code, after in points.items())

    def _way(self, points: dict[str, int]) -> Way:
        then = self._outcome(points)
        changes = [
            _change(line, points[line.indicator.code], None, rows=line.rows)
            for line in self.now.lines
            if line.indicator.code in points
        ]
        return Way(
            changes=(*self.rules, *changes),
            points=then.points,
            class_code=then.adjusted_class,
            on=None,
        )
