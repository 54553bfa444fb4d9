"""Bands and classes: that they follow each other without a gap and without lying on each other."""

from __future__ import annotations

from decimal import Decimal

from app.credit.scoring import errors
from app.credit.scoring.rules.reading.sections import CLASS_CODE, Section
from app.credit.scoring.terms import POINT, Band, SchemeClass

Edge = tuple[int, bool]  # the bound, and whether it is inside what lies before the edge


def _edge(section: Section, inside: str, outside: str, *, upper: bool) -> Edge | None:
    """The bound that one of two keys gives; both are one too many."""
    if inside in section.said and outside in section.said:
        section.fault(errors.KeyUnknown, outside)
    if inside in section.said:
        return section.points(inside), upper
    if outside in section.said:
        return section.points(outside), not upper
    section.used |= {inside, outside}
    return None


def _cut(edge: Edge) -> int:
    bound, inside = edge
    return 2 * bound + int(inside)


def _follows(section: Section, before: Edge | None, edge: Edge | None, whole: bool) -> None:
    """Note where a stretch begins before the one above it ends, or leaves something between."""
    if before is None or edge is None:
        return
    between = _cut(edge) - _cut(before)
    if between < 0:
        section.fault(errors.BandsOverlap, bound=shown(before[0]))
    elif between > 0 and not (whole and between == 2 * POINT - 1):  # 200, then from 201
        section.fault(errors.BandsHole, bound=shown(before[0]))


def shown(thousandths: int) -> str:
    """Thousandths as people write them."""
    said = f"{Decimal(thousandths) / POINT:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def read_bands(section: Section, *, whole: bool) -> tuple[Band, ...]:
    """The bands of an indicator, from the least value upwards; the last has no bound."""
    members = section.members("bands")
    if not members:
        section.fault(errors.KeyMissing, "bands")
    found: list[Band] = []
    before: Edge | None = None
    for at, member in enumerate(members):
        start = _edge(member, "over", "from", upper=True)  # "over 5": 5 lies before the edge
        end = _edge(member, "to", "below", upper=True)
        _follows(member, before, start, whole)
        last = at == len(members) - 1
        if at and before is None:
            member.fault(errors.BandsOverlap, bound="∞")
        if last and end is not None:
            member.fault(errors.BandsHole, bound=shown(end[0]))
        if before is not None and end is not None and _cut(end) <= _cut(before):
            member.fault(errors.BandsOverlap, bound=shown(before[0]))
        before = end
        bound, inside = end or (None, True)
        found.append(Band(bound=bound, below=not inside, points=member.points("points")))
        member.done()
    return tuple(found)


def read_classes(sections: list[Section], *, riskier: bool) -> tuple[SchemeClass, ...]:
    """The classes from the best to the worst, each beginning where the one above it ends."""
    found: list[SchemeClass] = []
    before: Edge | None = None
    for at, section in enumerate(sections):
        upper = _edge(section, "up_to", "below", upper=True)
        lower = _edge(section, "over", "at_least", upper=True)
        start, end = (lower, upper) if riskier else (upper, lower)
        if at and before is None:
            section.fault(errors.BandsOverlap, bound="∞")
        if at == len(sections) - 1 and end is not None:
            section.fault(errors.BandsHole, bound=shown(end[0]))
        _class_follows(section, before, start, end, riskier=riskier)
        before = end
        found.append(_class(section, end, riskier=riskier))
    return tuple(found)


def _class_follows(
    section: Section, before: Edge | None, start: Edge | None, end: Edge | None, *, riskier: bool
) -> None:
    sign = 1 if riskier else -1
    if before is not None and start is not None:
        between = sign * (_cut(start) - _cut(before))
        if between:
            wrong = errors.BandsOverlap if between < 0 else errors.BandsHole
            section.fault(wrong, bound=shown(before[0]))
    if before is not None and end is not None and sign * (_cut(end) - _cut(before)) <= 0:
        section.fault(errors.BandsOverlap, bound=shown(before[0]))


def _class(section: Section, end: Edge | None, *, riskier: bool) -> SchemeClass:
    bound, inside = end or (None, riskier)
    made = SchemeClass(
        code=section.text("code", like=CLASS_CODE),
        title=section.said_in_both("title"),
        bound=bound,
        beyond=inside != riskier,
        colour=section.text("colour", ""),
        clause=section.text("clause", ""),
        mark=section.text("mark", ""),
        line=section.line(),
    )
    section.done()
    return made
