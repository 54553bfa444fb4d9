"""Which elements may stand together, and which dates make sense together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from ledger.kernel.errors import Refusal
from scanner.codes import errors
from scanner.codes.rules.table import identifiers
from scanner.codes.rules.values import problem_of, read_element
from scanner.codes.terms import Element, Problem

# A clock may be wrong and a label printed the evening before; more than a day is an error.
DAYS_AHEAD_MAX = 1


def read_elements(
    pairs: Iterable[tuple[str, str]], *, today: date
) -> tuple[tuple[Element, ...], tuple[Problem, ...]]:
    """Identifiers and values understood one by one and then together.

    The same identifier with the same value twice counts once.
    """
    elements: list[Element] = []
    problems: list[Problem] = []
    for ai, value in dict.fromkeys(pairs):
        element, wrong = read_element(ai, value, today=today)
        elements.append(element)
        problems.extend(wrong)
    problems.extend(map(problem_of, _company(elements)))
    problems.extend(map(problem_of, _dates(elements, today)))
    return tuple(elements), tuple(problems)


def _company(elements: Sequence[Element]) -> Iterator[Refusal]:
    present = {element.ai for element in elements}
    families: set[str] = set()
    for element in elements:
        identifier = identifiers()[element.ai]
        if identifier.family in families:
            yield errors.ElementRepeated(ai=element.ai)
        families.add(identifier.family)
        for other in sorted(identifier.excludes & present):
            yield errors.ElementExcluded(ai=element.ai, other=other)
        if identifier.requires and not any(way <= present for way in identifier.requires):
            ways = " / ".join("+".join(sorted(way)) for way in identifier.requires)
            yield errors.ElementMissing(ai=element.ai, requires=ways)


def _dates(elements: Sequence[Element], today: date) -> Iterator[Refusal]:
    found = {element.ai: element.parsed for element in elements}
    produced, expires = found.get("11"), found.get("17")
    if not isinstance(produced, date):
        return
    if isinstance(expires, date) and expires < produced:
        yield errors.ExpiresBeforeProduction(produced_on=produced, expires_on=expires)
    if produced - today > timedelta(days=DAYS_AHEAD_MAX):
        yield errors.ProducedInFuture(produced_on=produced, today=today)
