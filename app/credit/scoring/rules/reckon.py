"""All objects of a kind at once: points by indicator, sums, classes, overrides, adjustments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.rules.columns import Mask, Rows, canonical, counting
from app.credit.scoring.rules.exact import Ints, ranks_of
from app.credit.scoring.rules.measuring import Measured, measured
from app.credit.scoring.terms import (
    FactColumn,
    Flag,
    Indicator,
    Missing,
    Objects,
    ObjectSet,
    Override,
    Reckoned,
    Scheme,
    Take,
    UsedRows,
)

Ranks = NDArray[np.int16]
_NEVER = -(10**12)  # less than any points: what is not known never outdoes


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a kind is reckoned beside: its parents' scores, and the ranks objects had before."""

    parents: Reckoned | None = None
    ranks: Mapping[int, int] | None = None


def reckon(scheme: Scheme, given: ObjectSet, as_of: int, before: Before | None = None) -> Reckoned:
    """Score all objects of a kind on a day (days since 1970).

    Raises ColumnWrong where a column does not fit the scheme.
    """
    before = before or Before()
    objects = given.objects
    rows = _rows(scheme, given, as_of)
    found = {
        one.code: measured(one, rows, scheme.decimals) for one in scheme.indicators_of(objects.kind)
    }
    points = {code: one.points for code, one in found.items()}
    _outdo(scheme.indicators_of(objects.kind), found, points)
    own = _own(scheme, objects, points)
    parent = _parent(scheme, objects, before.parents)
    counted = _inherited(scheme, objects.kind, own, parent)
    flags = np.where(counted != own, Flag.INHERITED.value, 0).astype(np.int16)
    ranks = ranks_of(scheme.classes, counted, riskier=scheme.riskier)
    kept = _missing(scheme.indicators_of(objects.kind), found)
    earlier = _ranks_before(objects, before.ranks)
    ranks[kept] = earlier[kept]
    flags[kept] |= Flag.MISSING
    classes, adjusted = moved(scheme, objects.kind, ranks, rows, flags)
    for one in found.values():
        flags[one.strange] |= Flag.UNKNOWN_WORD
    return Reckoned(
        objects=objects,
        own=own,
        parent=parent,
        points=counted,
        class_rank=classes,
        adjusted_rank=adjusted,
        before_rank=earlier,
        flags=flags,
        lines=np.array(list(points.values()), dtype=np.int64).reshape(len(points), len(own)),
        used=_used(scheme, objects.kind, rows),
    )


def _rows(scheme: Scheme, given: ObjectSet, as_of: int) -> dict[str, Rows]:
    found = {}
    for fact in scheme.facts_of(given.objects.kind):
        column = given.facts.get(fact.name)
        if column is None:
            column = FactColumn.nothing(fact.name, text=_wants_words(scheme, fact.name))
        found[fact.name] = counting(canonical(column), given.objects, as_of)
    return found


def _wants_words(scheme: Scheme, name: str) -> bool:
    return any(name in (one.fact, *one.also) and one.shares for one in scheme.indicators)


def _outdo(
    indicators: tuple[Indicator, ...], found: Mapping[str, Measured], points: dict[str, Ints]
) -> None:
    """Of indicators with one ``either`` let only the one with most points count, in place."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in indicators:
        if one.either:
            groups[one.either].append(one.code)
    for codes in groups.values():
        heard = [
            np.where(_says(indicator, found[indicator.code]), points[indicator.code], _NEVER)
            for indicator in indicators
            if indicator.code in codes
        ]
        best = np.argmax(np.stack(heard), axis=0)
        for at, code in enumerate(codes):
            points[code] = np.where(best == at, points[code], 0)


def _says(indicator: Indicator, one: Measured) -> Mask:
    """Whether an indicator has points to say: its fact is known, or its absence has points."""
    found: Mask = one.known | (indicator.missing is Missing.POINTS)
    return found


def _own(scheme: Scheme, objects: Objects, points: Mapping[str, Ints]) -> Ints:
    total = np.full(len(objects.ids), scheme.start, dtype=np.int64)
    for part in scheme.parts:
        inside = [
            points[one.code] for one in scheme.indicators_of(objects.kind) if one.part == part.code
        ]
        if inside:
            total += np.clip(np.sum(inside, axis=0), part.least, part.most)
    return np.clip(total, scheme.least, scheme.most)


def _parent(scheme: Scheme, objects: Objects, parents: Reckoned | None) -> Ints:
    """The points of each object's parent, -1 where it has none or nothing is inherited."""
    found = np.full(len(objects.ids), -1, dtype=np.int64)
    if parents is None or not any(one.kind == objects.kind for one in scheme.inherits):
        return found
    ids = parents.objects.ids
    if not len(ids):
        return found
    place = np.minimum(np.searchsorted(ids, objects.parents), len(ids) - 1)
    known = ids[place] == objects.parents
    found[known] = parents.points[place[known]]
    return found


def _inherited(scheme: Scheme, kind: str, own: Ints, parent: Ints) -> Ints:
    for one in scheme.inherits:
        if one.kind == kind:
            join = np.minimum if one.take is Take.LEAST else np.maximum
            return np.where(parent >= 0, join(own, parent), own)
    return own


def _missing(indicators: tuple[Indicator, ...], found: Mapping[str, Measured]) -> Mask:
    needed = [found[one.code].known for one in indicators if one.missing is Missing.LAST]
    if not needed:
        size = len(next(iter(found.values())).known) if found else 0
        return np.zeros(size, dtype=bool)
    missing: Mask = ~np.all(needed, axis=0)
    return missing


def _ranks_before(objects: Objects, ranks: Mapping[int, int] | None) -> Ranks:
    known = ranks or {}
    return np.array([known.get(at, -1) for at in objects.ids.tolist()], dtype=np.int16)


def moved(
    scheme: Scheme, kind: str, ranks: Ranks, rows: Mapping[str, Rows], flags: NDArray[np.int16]
) -> tuple[Ranks, Ranks]:
    """The classes now and after the adjustments; the flags say what was done, in place."""
    overrides = scheme.overrides_of(kind)
    now = _overridden(scheme, [one for one in overrides if one.first], ranks, rows)
    adjusted = _adjusted(scheme, kind, now, rows)
    flags[adjusted != now] |= Flag.ADJUSTED
    last = [one for one in overrides if not one.first]
    ends = _overridden(scheme, last, now, rows), _overridden(scheme, last, adjusted, rows)
    flags[(now != ranks) | (ends[0] != now) | (ends[1] != adjusted)] |= Flag.OVERRIDDEN
    return ends


def _holds(rows: Mapping[str, Rows], when: str, unless: str) -> Mask:
    holding = rows[when].holding
    return holding & ~rows[unless].holding if unless else holding


def _overridden(
    scheme: Scheme, overrides: list[Override], ranks: Ranks, rows: Mapping[str, Rows]
) -> Ranks:
    found = ranks.copy()
    for one in overrides:
        holding = _holds(rows, one.when, one.unless)
        if one.classes:
            named = _named(scheme, one, rows[one.when])
            holding = holding & (named >= 0)
            found[holding] = named[holding]
        elif one.at:
            found[holding] = scheme.rank(one.at)
        elif one.at_least:
            found[holding] = np.maximum(found[holding], scheme.rank(one.at_least))
        else:
            found[holding] = np.minimum(found[holding], scheme.rank(one.at_most))
    return found


def _named(scheme: Scheme, override: Override, rows: Rows) -> Ranks:
    """The class the latest word of a fact names, -1 for none."""
    found = np.full(rows.size, -1, dtype=np.int16)
    if rows.words is None or not len(rows.who):
        return found
    ranks = [scheme.rank(code) if code else -1 for code in map(override.classes.get, rows.words)]
    found[rows.known] = np.array(ranks, dtype=np.int16)[rows.value[rows.latest]]
    return found


def _adjusted(scheme: Scheme, kind: str, ranks: Ranks, rows: Mapping[str, Rows]) -> Ranks:
    adjusts = scheme.adjusts_of(kind)
    if not adjusts:
        return ranks
    size = len(ranks)
    worse, triggers, better = (np.zeros(size, dtype=np.int16) for _ in range(3))
    for one in adjusts:
        holding = _holds(rows, one.when, one.unless)
        if one.worse:
            triggers += holding
            worse = np.maximum(worse, np.where(holding, one.steps, 0))
        else:
            better = np.maximum(better, np.where(holding, one.steps, 0))
    rule = scheme.adjusting
    if rule.several:
        worse = np.where(triggers >= 2, np.maximum(worse, rule.several), worse)
    if rule.most:
        worse, better = np.minimum(worse, rule.most), np.minimum(better, rule.most)
    if rule.cancels:
        better = np.where(triggers > 0, 0, better)
    moved = np.clip(ranks + worse - better, 0, len(scheme.classes) - 1)
    return np.where(ranks >= 0, moved, ranks).astype(np.int16)


def _used(scheme: Scheme, kind: str, rows: Mapping[str, Rows]) -> UsedRows:
    facts = [rows[fact.name] for fact in scheme.facts_of(kind)]
    who = np.concatenate([one.who for one in facts])
    order = np.argsort(who, kind="stable")
    return UsedRows(
        who=who[order],
        fact=np.repeat(np.arange(len(facts)), [len(one.who) for one in facts])[order],
        value=np.concatenate([one.value for one in facts])[order],
        on=np.concatenate([one.on for one in facts])[order],
        until=np.concatenate([one.until for one in facts])[order],
        evidence=np.concatenate([one.evidence for one in facts])[order],
        words=tuple(one.words for one in facts),
    )
