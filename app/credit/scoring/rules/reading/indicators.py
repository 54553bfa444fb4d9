"""Indicators: which keys each way of making points needs, and the most and least it can give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.credit.scoring import errors
from app.credit.scoring.rules.reading.bounds import read_bands
from app.credit.scoring.rules.reading.sections import CODE, Section
from app.credit.scoring.terms import Band, How, Indicator, Missing, Share, Take

_SHARES_MOST = 150_000  # thousandths; beyond, the exact sums of columns would not fit 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What a way of making points reads of its own."""

    most: int = 0
    least: int = 0
    bands: tuple[Band, ...] = ()
    table: dict[str, int] = field(default_factory=dict)
    otherwise: int | None = None
    points: int = 0
    times: int = 0
    shares: tuple[Share, ...] = ()
    also: tuple[str, ...] = ()


def read_indicator(section: Section) -> Indicator:
    """One ``[[indicator]]``; its faults are noted."""
    how = section.choice("how", How)
    whole = section.yes("whole", False)
    fact, also = _facts(section, how)
    made = _WAYS[how](section)
    if how is How.BANDS:
        made = _bands(section, whole=whole)
    missing, missing_points = _missing(section)
    kinds = section.texts("kinds")
    found = Indicator(
        code=section.text("code", like=CODE),
        part=section.text("part"),
        title=section.said_in_both("title"),
        fact=fact,
        how=how,
        take=section.choice("take", Take, Take.LATEST),
        most=max(made.most, missing_points),
        least=min(made.least, missing_points),
        clause=section.text("clause"),
        mark=section.text("mark"),
        line=section.line(),
        kinds=kinds,
        also=also,
        bands=made.bands,
        table=made.table,
        otherwise=made.otherwise,
        points=made.points,
        times=made.times,
        shares=made.shares,
        missing=missing,
        missing_points=missing_points,
        whole=whole,
        either=section.text("either", ""),
        advice=section.said_in_both("advice", "") if "advice" in section.said else None,
    )
    section.done()
    return found


def _facts(section: Section, how: How) -> tuple[str, tuple[str, ...]]:
    """The fact, and for shares perhaps several: the first must be known, the others are added."""
    if how is How.SHARES and "facts" in section.said:
        several = section.texts("facts")
        return (several[0], several[1:]) if several else ("", ())
    return section.text("fact"), ()


def _missing(section: Section) -> tuple[Missing, int]:
    said = section.said.get("missing", "absent")
    section.used.add("missing")
    if said in (Missing.ABSENT, Missing.LAST):
        return Missing(said), 0
    return Missing.POINTS, section.thousandths(said, "missing")


def _bands(section: Section, *, whole: bool = False) -> _Made:
    bands = read_bands(section, whole=whole)
    points = [band.points for band in bands] or [0]
    return _Made(most=max(*points, 0), least=min(*points, 0), bands=bands)


def _nothing(_section: Section) -> _Made:
    return _Made()


def _worded(section: Section) -> tuple[dict[str, int], int | None]:
    table = {
        word: section.thousandths(points, "table")
        for word, points in section.table("table").items()
    }
    return table, section.points("else") if "else" in section.said else None


def _table(section: Section) -> _Made:
    table, otherwise = _worded(section)
    if not table:
        section.fault(errors.KeyMissing, "table")
    points = [*table.values(), otherwise or 0]
    return _Made(most=max(*points, 0), least=min(*points, 0), table=table, otherwise=otherwise)


def _each(section: Section) -> _Made:
    """Points for every row: the same, by its word, or so many times its value; up to a cap."""
    ways = {"points", "table", "times"} & set(section.said)
    if len(ways) != 1:
        section.fault(errors.KeyMissing, "points")
    table, otherwise = _worded(section)
    made = _Made(
        table=table,
        otherwise=otherwise,
        points=section.points("points", 0),
        times=section.points("times", 0),
    )
    return _capped(section, made, [*table.values(), otherwise or 0, made.points, made.times])


def _capped(section: Section, made: _Made, points: list[int]) -> _Made:
    cap = section.points("cap")
    if cap < 0:
        section.fault(errors.ValueWrong, "cap", said=str(section.said.get("cap")))
    most = cap if max(points) > 0 else 0
    return replace(made, most=most, least=-cap if min(points) < 0 else 0)


def _value(section: Section) -> _Made:
    times = section.points("times", 1000)
    return _capped(section, _Made(times=times), [times])


def _flag(section: Section) -> _Made:
    points = section.points("points")
    return _Made(most=max(points, 0), least=min(points, 0), points=points)


def _shares(section: Section) -> _Made:
    members = section.members("groups")
    if not members:
        section.fault(errors.KeyMissing, "groups")
    shares: list[Share] = []
    for member in members:
        share = Share(
            code=member.text("code", like=CODE),
            title=member.said_in_both("title"),
            weight=member.points("points"),
        )
        if share.weight <= 0:
            member.fault(errors.ValueWrong, "points", said=str(member.said.get("points")))
        if share.code in {known.code for known in shares}:
            member.fault(errors.NamedTwice, "code", name=share.code)
        shares.append(share)
        member.done()
    most = sum(share.weight for share in shares)
    if most > _SHARES_MOST:
        section.fault(errors.ValueWrong, "groups", said=str(most // 1000))
    return _Made(most=most, shares=tuple(shares))


_WAYS: dict[How, Callable[[Section], Any]] = {
    How.BANDS: _nothing,
    How.TABLE: _table,
    How.EACH: _each,
    How.FLAG: _flag,
    How.SHARES: _shares,
    How.VALUE: _value,
}
