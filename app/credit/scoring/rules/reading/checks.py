"""What is wrong between the pieces of a scheme: names nobody defines, points nobody can reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.credit.scoring import errors
from app.credit.scoring.rules.reading.bounds import shown
from app.credit.scoring.rules.reading.sections import Faults
from app.credit.scoring.terms import (
    Adjust,
    FactSource,
    Indicator,
    ObjectSource,
    Override,
    Part,
    Scheme,
)

Lines = Mapping[str, int]


def check(
    scheme: Scheme,
    facts: Mapping[str, FactSource] | None,
    objects: Mapping[str, ObjectSource] | None,
    faults: Faults,
) -> None:
    """Note every fault between the pieces."""
    _complete(scheme, faults)
    _twins(scheme, faults)
    _sources(scheme, facts, objects, faults)
    _facts(scheme, faults)
    _names(scheme, faults)
    _parts(scheme, faults)
    _whole(scheme, faults)


def _complete(scheme: Scheme, faults: Faults) -> None:
    needed = {
        "objects": scheme.kinds,
        "part": scheme.parts,
        "indicator": scheme.indicators,
        "class": scheme.classes[1:],
    }
    for key, found in needed.items():
        if not found:
            faults.note(errors.KeyMissing, scheme.lines.get("scheme", 1), key=f"[[{key}]]")


def _twins(scheme: Scheme, faults: Faults) -> None:
    lists: tuple[Iterable[tuple[str, int]], ...] = (
        [(kind.name, kind.line) for kind in scheme.kinds],
        [(part.code, part.line) for part in scheme.parts],
        [(one.code, one.line) for one in scheme.indicators],
        [(one.code, one.line) for one in scheme.classes],
        [(one.code, one.line) for one in scheme.adjusts],
        [(one.class_code, one.line) for one in scheme.consequences],
        [(one.kind, one.line) for one in scheme.inherits],
    )
    for named in lists:
        count: Counter[str] = Counter()
        for name, line in named:
            count[name] += 1
            if count[name] == 2:
                faults.note(errors.NamedTwice, line, name=name)


def _sources(
    scheme: Scheme,
    facts: Mapping[str, FactSource] | None,
    objects: Mapping[str, ObjectSource] | None,
    faults: Faults,
) -> None:
    for fact in scheme.facts.values() if facts is not None else ():
        _source(facts or {}, fact, f"facts.{fact.name}", scheme.lines, faults)
    for at, kind in enumerate(scheme.kinds if objects is not None else ()):
        _source(objects or {}, kind, f"objects[{at}]", scheme.lines, faults)


def _source(known: Mapping[str, Any], asked: Any, path: str, lines: Lines, faults: Faults) -> None:
    def line(key: str) -> int:
        return lines.get(f"{path}.{key}", asked.line)

    source = known.get(asked.source)
    if source is None:
        faults.note(errors.UnknownSource, line("from"), name=asked.source)
        return
    for key in source.required - set(asked.keys):
        faults.note(errors.KeyMissing, asked.line, key=key)
    for key in set(asked.keys) - source.required - source.optional:
        faults.note(errors.KeyUnknown, line(key), key=key)
    if source.check is not None and (wrong := source.check(asked.keys)):
        faults.note(errors.SourceKeyWrong, line(wrong), key=wrong)


def _facts(scheme: Scheme, faults: Faults) -> None:
    asked: set[str] = set()

    def ask(name: str, line: int) -> None:
        asked.add(name)
        if name and name not in scheme.facts:
            faults.note(errors.UnknownFact, line, name=name)

    for at, one in enumerate(scheme.indicators):
        for name in (one.fact, *one.also):
            ask(name, scheme.lines.get(f"indicator[{at}].fact", one.line))
    lists: dict[str, tuple[Override | Adjust, ...]] = {
        "override": scheme.overrides,
        "adjust": scheme.adjusts,
    }
    for key, conditions in lists.items():
        for at, condition in enumerate(conditions):
            for part in ("when", "unless"):
                line = scheme.lines.get(f"{key}[{at}].{part}", condition.line)
                ask(getattr(condition, part), line)
    for name, fact in scheme.facts.items():
        if name not in asked:
            faults.note(errors.FactUnused, fact.line, name=name)


def _names(scheme: Scheme, faults: Faults) -> None:
    kinds = [kind.name for kind in scheme.kinds]
    classes = {one.code for one in scheme.classes}
    limited: list[Indicator | Override | Adjust] = [
        *scheme.indicators,
        *scheme.overrides,
        *scheme.adjusts,
    ]
    named: list[tuple[Iterable[str], Iterable[str], int]] = [
        *(([kind.parent], kinds[:at], kind.line) for at, kind in enumerate(scheme.kinds)),
        *(
            ([one.part], [part.code for part in scheme.parts], one.line)
            for one in scheme.indicators
        ),
        *((one.kinds, kinds, one.line) for one in limited),
        *(
            ([one.kind], [kind.name for kind in scheme.kinds if kind.parent], one.line)
            for one in scheme.inherits
        ),
        *(
            ((one.at, one.at_least, one.at_most, *one.classes.values()), classes, one.line)
            for one in scheme.overrides
        ),
        *(([one.class_code], classes, one.line) for one in scheme.consequences),
    ]
    for names, among, line in named:
        for name in names:
            if name and name not in among:
                faults.note(errors.UnknownName, line, name=name)


def reach(
    indicators: Iterable[Indicator], get: Callable[[Indicator], int], best: Callable[..., int]
) -> int:
    """The sum that indicators can give together; of one ``either`` only one counts."""
    total, either = 0, defaultdict(list)
    for one in indicators:
        if one.either:
            either[one.either].append(get(one))
        else:
            total += get(one)
    return total + sum(best(found) for found in either.values())


def _parts(scheme: Scheme, faults: Faults) -> None:
    for at, part in enumerate(scheme.parts):
        line = scheme.lines.get(f"part[{at}].most", part.line)
        most = _furthest(scheme, part, lambda one: one.most, max)
        if most < part.most:
            said = {"name": part.code, "most": shown(part.most), "sum": shown(most)}
            faults.note(errors.MostUnreachable, line, **said)
        least = -_furthest(scheme, part, lambda one: -one.least, max)
        if least > part.least:
            said = {"name": part.code, "most": shown(part.least), "sum": shown(least)}
            faults.note(errors.MostUnreachable, line, **said)
        if part.capped:
            continue
        for bound, sum_ in ((part.most, most), (part.least, least)):
            if abs(sum_) > abs(bound):
                said = {"name": part.code, "most": shown(bound), "sum": shown(sum_)}
                faults.note(errors.MostExceeded, line, **said)


def _furthest(
    scheme: Scheme, part: Part, get: Callable[[Indicator], int], best: Callable[..., int]
) -> int:
    """The furthest any kind of object can come in a part."""
    return max(
        reach([one for one in scheme.indicators_of(kind.name) if one.part == part.code], get, best)
        for kind in scheme.kinds
    )


def _whole(scheme: Scheme, faults: Faults) -> None:
    most = scheme.start + sum(part.most for part in scheme.parts)
    least = scheme.start + sum(part.least for part in scheme.parts)
    for key, bound, sum_, short in (
        ("most", scheme.most, most, most < scheme.most),
        ("least", scheme.least, least, least > scheme.least),
    ):
        if short:
            said = {"name": "scheme", "most": shown(bound), "sum": shown(sum_)}
            faults.note(errors.MostUnreachable, scheme.lines.get(f"scheme.{key}", 1), **said)
    for at, one in enumerate(scheme.classes):
        if one.bound is not None and not scheme.least <= one.bound <= scheme.most:
            line = scheme.lines.get(f"class[{at}].code", one.line)
            faults.note(errors.UnknownName, line, name=one.code)
