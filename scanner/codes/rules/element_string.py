"""GS1 element strings: bare with separators, or with brackets as people print them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ledger.kernel.identifiers.spelling import echo
from scanner.codes import errors
from scanner.codes.rules.table import SEPARATOR, Identifier, identifier_at, identifiers
from scanner.codes.rules.values import NOT_INVARIANT, problem_of
from scanner.codes.terms import Pairs, Problem

Split = tuple[Pairs, tuple[Problem, ...]]
# How readers, keyboards and web forms spell the separator FNC1 (ASCII 29).
SEPARATOR_SPELLINGS = re.compile(
    r"<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\[FNC1\]|\^\]|~d029|\\x1d|\\u001d|\u241d|\u00e8|\|",
    re.IGNORECASE,
)
BRACKETED = re.compile(r"[(（\[]\s*([0-9]{2,4})\s*[)）\]]")
FREE_TEXTS = frozenset({"10", "21"})
ENDS_IN_DATES = re.compile(r"(.+?)(?:1[1-7][0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01]))+")
# No printed label runs longer without a separator; more is not worth the search.
MENDED_MAX = 120
GTIN_LENGTH = 14
SHORT_GTINS = re.compile("[0-9]{8}|[0-9]{12,13}")
PADDED = frozenset({"01", "02"})


def with_separators(text: str) -> str:
    """The text with every spelling of the separator turned into ASCII 29."""
    return SEPARATOR_SPELLINGS.sub(SEPARATOR, text)


def split(text: str) -> Split:
    """Identifiers and values of a bare element string, and what could not be split.

    An extra separator is skipped; a missing one is put back where only one reading is possible,
    with a remark.
    """
    pairs: list[tuple[str, str]] = []
    problems: list[Problem] = []
    at = 0
    while at < len(text):
        if text[at] == SEPARATOR:
            at += 1
            continue
        identifier = identifier_at(text, at)
        if identifier is None:
            problems.append(problem_of(errors.UnknownElement(text=echo(text[at:]))))
            break
        start = at + len(identifier.ai)
        value, mended = _value_at(identifier, text, start)
        pairs.append((identifier.ai, value))
        problems.extend(_separator_remarks(identifier.ai, value, mended=mended))
        at = start + len(value)
    return tuple(pairs), tuple(problems)


def split_brackets(text: str) -> Split | None:
    """Identifiers and values of a string such as ``(01)…(10)…``; none where it is not one.

    Spaces around values go, and a trade item number shorter than 14 digits is padded.
    """
    marks = [mark for mark in BRACKETED.finditer(text) if mark[1] in identifiers()]
    if not marks or text[: marks[0].start()].strip():
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pairs = tuple(
        (mark[1], padded(mark[1], text[mark.end() : end].strip(f" \t\r\n{SEPARATOR}")))
        for mark, end in zip(marks, ends, strict=True)
    )
    return pairs, ()


def pairs_of(text: str) -> Pairs:
    """Identifiers and values of an element string, bare or with brackets; empty if it is none."""
    found = split_brackets(text) or split(with_separators(text))
    return () if found[1] else found[0]


def element_string(pairs: Iterable[tuple[str, str]]) -> str:
    """The bare element string of identifiers and values, separators where they are needed.

    Raises: UnknownElement, ElementUnreadable, CharacterNotAllowed.
    """
    parts: list[str] = []
    open_ended = False
    for ai, value in pairs:
        identifier = _writable(ai, value)
        parts.append((SEPARATOR if open_ended else "") + ai + value)
        open_ended = not identifier.is_fixed
    return "".join(parts)


def bracketed(pairs: Iterable[tuple[str, str]]) -> str:
    """The line for human eyes, ``(01)…(10)…``. Raises: as ``element_string``."""
    return "".join(f"({_writable(ai, value).ai}){value}" for ai, value in pairs)


def padded(ai: str, value: str) -> str:
    """A trade item number of 8, 12 or 13 digits padded to 14; other values as they are."""
    is_short = ai in PADDED and SHORT_GTINS.fullmatch(value)
    return value.zfill(GTIN_LENGTH) if is_short else value


def _writable(ai: str, value: str) -> Identifier:
    identifier = identifiers().get(ai)
    if identifier is None:
        raise errors.UnknownElement(text=echo(ai))
    if found := NOT_INVARIANT.search(value):
        raise errors.CharacterNotAllowed(ai=ai, character=found.group(), value=echo(value))
    if not identifier.matches(value):
        raise errors.ElementUnreadable(ai=ai, value=echo(value), format=identifier.format)
    return identifier


def _value_at(identifier: Identifier, text: str, start: int) -> tuple[str, bool]:
    """The value that begins at a place, and whether a missing separator had to be put back."""
    end = text.find(SEPARATOR, start)
    value = text[start : end if end >= 0 else len(text)]
    if identifier.is_fixed:
        return value[: identifier.longest], False
    if identifier.matches(value):
        return value, False
    mended = _mended(identifier, value) if len(value) <= MENDED_MAX else None
    return (value, False) if mended is None else (mended, True)


def _mended(identifier: Identifier, text: str) -> str | None:
    """The longest value a text can begin with so that the rest is whole elements."""
    for length in range(min(identifier.longest, len(text) - 1), 0, -1):
        if identifier.matches(text[:length]) and _is_whole(text[length:]):
            return text[:length]
    return None


@lru_cache(maxsize=512)
def _is_whole(text: str) -> bool:
    """Whether a text without separators can be read as whole elements."""
    identifier = identifier_at(text, 0)
    if identifier is None:
        return False
    rest = text[len(identifier.ai) :]
    if not identifier.is_fixed:
        return identifier.matches(rest) or _mended(identifier, rest) is not None
    value, rest = rest[: identifier.longest], rest[identifier.longest :]
    return identifier.matches(value) and (not rest or _is_whole(rest))


def _separator_remarks(ai: str, value: str, *, mended: bool) -> tuple[Problem, ...]:
    if mended:
        return (problem_of(errors.SeparatorMissing(ai=ai), refuses=False),)
    found = ENDS_IN_DATES.fullmatch(value) if ai in FREE_TEXTS else None
    if not found:
        return ()
    refusal = errors.SeparatorPerhapsMissing(ai=ai, value=value, perhaps=found[1])
    return (problem_of(refusal, refuses=False),)
