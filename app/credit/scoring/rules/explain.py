"""One object scored in plain words, line by line; tests hold it against ``reckon``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.credit.scoring.errors import ColumnWrong
from app.credit.scoring.rules.exact import band_of, half_up, rank_of, unit_of
from app.credit.scoring.rules.reading.bounds import shown
from app.credit.scoring.rules.shares import added, share_lines, share_points
from app.credit.scoring.terms import (
    POINT,
    Adjust,
    Case,
    FactRow,
    Flag,
    How,
    Indicator,
    Line,
    LineState,
    Missing,
    Outcome,
    Override,
    PartScore,
    Scheme,
    Take,
)

Facts = Mapping[str, Sequence[FactRow]]


def explain(scheme: Scheme, case: Case, as_of: int) -> Outcome:
    """Score one object on a day (days since 1970) and say why, line by line.

    Raises ColumnWrong where a fact does not fit the scheme.
    """
    facts = counting(scheme, case, as_of)
    flags = Flag(0)
    lines = []
    for indicator in scheme.indicators_of(case.kind):
        line, strange = _line(indicator, facts, scheme.decimals)
        flags |= Flag.UNKNOWN_WORD if strange else Flag(0)
        lines.append(line)
    return scored(replace(_blank(scheme, case, as_of), flags=flags), case, facts, lines)


def counting(scheme: Scheme, case: Case, as_of: int) -> Facts:
    """The rows that count on a day, for every fact the scheme asks of the kind."""
    return {
        fact.name: tuple(row for row in case.facts.get(fact.name, ()) if counts(row, as_of))
        for fact in scheme.facts_of(case.kind)
    }


def _blank(scheme: Scheme, case: Case, as_of: int) -> Outcome:
    return Outcome(
        scheme=scheme,
        kind=case.kind,
        as_of=as_of,
        own=0,
        parent=case.parent,
        points=0,
        class_code="",
        adjusted_class="",
        parts=(),
        overrides=(),
        adjusts=(),
        flags=Flag(0),
    )


def scored(blank: Outcome, case: Case, facts: Facts, lines: list[Line]) -> Outcome:
    """The score that lines make, with what overrides and adjusts it; ``blank`` has flags so far."""
    scheme, flags = blank.scheme, blank.flags
    parts = _parts(scheme, _outdone(lines))
    total = scheme.start + sum(part.points for part in parts)
    own = min(max(total, scheme.least), scheme.most)
    points = _inherited(scheme, case, own)
    flags |= Flag.INHERITED if points != own else Flag(0)
    found = replace(blank, own=own, points=points, parts=parts, flags=flags)
    return _classed(found, case, facts)


def counts(row: FactRow, as_of: int) -> bool:
    """Whether a row has happened by a day and has not lapsed on it."""
    return row.on <= as_of and (not row.until or row.until > as_of)


def latest(rows: Sequence[FactRow]) -> FactRow:
    """The latest row, of one day the last by evidence."""
    return max(rows, key=lambda row: (row.on, row.evidence, row.value, row.text))


def holds(rows: Sequence[FactRow]) -> bool:
    """Whether one of the rows says something: a word, or a number other than 0."""
    return any(row.text or row.value for row in rows)


def _join(rows: Sequence[FactRow], values: Sequence[int], take: Take) -> int:
    if take is Take.COUNT:
        return len(rows) * POINT
    if not rows:
        return 0
    if take is Take.LATEST:
        return values[rows.index(latest(rows))]
    if take is Take.ANY:
        return POINT if any(values) else 0
    if take is Take.SUM:
        return sum(values)
    return max(values) if take is Take.MOST else min(values)


def _number(indicator: Indicator, row: FactRow) -> int:
    if row.text:
        raise ColumnWrong(line=indicator.line, name=indicator.fact)
    return row.value


def _worded(indicator: Indicator, rows: Sequence[FactRow]) -> tuple[list[int], bool]:
    found = [indicator.table.get(row.text or shown(row.value), indicator.otherwise) for row in rows]
    return [points or 0 for points in found], None in found


def _line(indicator: Indicator, facts: Facts, decimals: int) -> tuple[Line, bool]:
    """The line of an indicator, and whether a word had no points."""
    rows = facts[indicator.fact]
    if indicator.how is How.SHARES:
        return _shares_line(indicator, facts, decimals), False
    measure, points, strange = _points(indicator, rows, decimals)
    known = _always(indicator) or (holds(rows) if indicator.how is How.FLAG else bool(rows))
    if not known:
        return _unknown(indicator), False
    words = [row.text for row in rows if row.text]
    single = indicator.take is Take.LATEST and bool(words)
    line = Line(
        indicator=indicator,
        points=min(max(points, indicator.least), indicator.most),
        state=LineState.COUNTED,
        value=measure,
        text=latest(rows).text if single else "",
        rows=tuple(rows),
    )
    return line, strange


def _unknown(indicator: Indicator) -> Line:
    missing = indicator.missing is not Missing.ABSENT
    return Line(
        indicator=indicator,
        points=indicator.missing_points,
        state=LineState.MISSING if missing else LineState.ABSENT,
        value=None,
        text="",
        rows=(),
    )


def _points(
    indicator: Indicator, rows: Sequence[FactRow], decimals: int
) -> tuple[int | None, int, bool]:
    """The measure, the points, and whether a word had none."""
    if indicator.how is How.TABLE:
        values, strange = _worded(indicator, rows)
        return None, _join(rows, values, indicator.take), strange
    if indicator.how is How.FLAG:
        return None, indicator.points, False
    if indicator.how is How.EACH:
        return _each(indicator, rows, decimals)
    if _always(indicator):
        measure = _join(rows, [row.value or int(bool(row.text)) for row in rows], indicator.take)
    else:
        measure = _join(rows, [_number(indicator, row) for row in rows], indicator.take)
    if indicator.how is How.VALUE:
        return measure, half_up(measure * indicator.times, POINT, unit_of(decimals)), False
    if indicator.whole:
        measure = half_up(measure, 1, POINT)
    return measure, band_of(indicator.bands, measure).points, False


def _each(
    indicator: Indicator, rows: Sequence[FactRow], decimals: int
) -> tuple[int | None, int, bool]:
    if indicator.table:
        values, strange = _worded(indicator, rows)
        return len(rows) * POINT, sum(values), strange
    if indicator.times:
        total = sum(_number(indicator, row) for row in rows)
        return total, half_up(total * indicator.times, POINT, unit_of(decimals)), False
    return len(rows) * POINT, indicator.points * len(rows), False


def _shares_line(indicator: Indicator, facts: Facts, decimals: int) -> Line:
    if not facts[indicator.fact]:
        return _unknown(indicator)
    rows = []
    for name in (indicator.fact, *indicator.also):
        if known := facts[name]:
            if any(not row.text for row in known):
                raise ColumnWrong(line=indicator.line, name=name)
            rows.append(latest(known))
    counted = added(row.text for row in rows)
    points = share_points(indicator.shares, counted, decimals)
    return Line(
        indicator=indicator,
        points=min(max(points, indicator.least), indicator.most),
        state=LineState.COUNTED,
        value=None,
        text=rows[0].text,
        rows=tuple(rows),
        shares=share_lines(indicator, counted),
    )


def _outdone(lines: list[Line]) -> list[Line]:
    """Of lines with one ``either`` let only the first with most points count.

    A line that was outdone already stays so.
    """
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.indicator.either and line.state is not LineState.ABSENT:
            says = line.state is LineState.COUNTED or line.indicator.missing is Missing.POINTS
            if says:
                groups[line.indicator.either].append(line)
    best = {
        group: max(found, key=lambda line: line.points).indicator.code
        for group, found in groups.items()
    }
    return [
        replace(line, points=0, state=LineState.OUTDONE)
        if line.state is not LineState.ABSENT
        and line.indicator.either
        and best.get(line.indicator.either) != line.indicator.code
        else line
        for line in lines
    ]


def _parts(scheme: Scheme, lines: list[Line]) -> tuple[PartScore, ...]:
    found = []
    for part in scheme.parts:
        inside = tuple(line for line in lines if line.indicator.part == part.code)
        if inside:
            points = min(max(sum(line.points for line in inside), part.least), part.most)
            found.append(PartScore(part=part, points=points, lines=inside))
    return tuple(found)


def _inherited(scheme: Scheme, case: Case, own: int) -> int:
    for one in scheme.inherits:
        if one.kind == case.kind and case.parent is not None:
            return min(own, case.parent) if one.take is Take.LEAST else max(own, case.parent)
    return own


def _classed(found: Outcome, case: Case, facts: Facts) -> Outcome:
    scheme, flags = found.scheme, found.flags
    rank = rank_of(scheme.classes, found.points, riskier=scheme.riskier)
    lacking = any(
        line.indicator.missing is Missing.LAST and not line.rows
        for line in found.lines
        if not _always(line.indicator)
    )
    if lacking:
        flags |= Flag.MISSING
        rank = scheme.rank(case.before) if case.before else -1
    overrides = [one for one in scheme.overrides_of(case.kind) if _condition(one, facts)]
    first = [one for one in overrides if one.first]
    last = [one for one in overrides if not one.first]
    now = _overridden(scheme, first, rank, facts)
    adjusts = tuple(one for one in scheme.adjusts_of(case.kind) if _condition(one, facts))
    adjusted = _adjusted(scheme, adjusts, now)
    ends = _overridden(scheme, last, now, facts), _overridden(scheme, last, adjusted, facts)
    flags |= Flag.ADJUSTED if adjusted != now else Flag(0)
    flags |= Flag.OVERRIDDEN if (now, now, adjusted) != (rank, *ends) else Flag(0)
    codes = [scheme.classes[at].code if at >= 0 else "" for at in ends]
    return replace(
        found,
        class_code=codes[0],
        adjusted_class=codes[1],
        overrides=tuple(overrides),
        adjusts=adjusts,
        flags=flags,
    )


def _always(indicator: Indicator) -> bool:
    """Whether the measure is known even where nothing is: a count of none is none."""
    if indicator.how is How.BANDS:
        return indicator.take in (Take.COUNT, Take.ANY)
    return indicator.how is How.VALUE and indicator.take is Take.COUNT


def _condition(one: Override | Adjust, facts: Facts) -> bool:
    return holds(facts[one.when]) and not (one.unless and holds(facts[one.unless]))


def _overridden(scheme: Scheme, overrides: list[Override], rank: int, facts: Facts) -> int:
    for one in overrides:
        if one.classes:
            code = one.classes.get(latest(facts[one.when]).text, "")
            rank = scheme.rank(code) if code else rank
        elif one.at:
            rank = scheme.rank(one.at)
        elif one.at_least:
            rank = max(rank, scheme.rank(one.at_least))
        else:
            rank = min(rank, scheme.rank(one.at_most))
    return rank


def _adjusted(scheme: Scheme, adjusts: Sequence[Adjust], rank: int) -> int:
    triggers = [one.steps for one in adjusts if one.worse]
    worse = max(triggers, default=0)
    better = max((one.steps for one in adjusts if not one.worse), default=0)
    rule = scheme.adjusting
    if rule.several and len(triggers) >= 2:
        worse = max(worse, rule.several)
    if rule.most:
        worse, better = min(worse, rule.most), min(better, rule.most)
    if rule.cancels and triggers:
        better = 0
    return min(max(rank + worse - better, 0), len(scheme.classes) - 1) if rank >= 0 else rank
