"""The application identifiers: the food trade's from our list, the rest as biip knows them.

Source: GS1 General Specifications, section 3; which stand with which, GS1 syntax dictionary.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier

LIST = Path(__file__).parents[1] / "data" / "application_identifiers.csv"
# One digit of a family's number: 310n has 0–5 decimals, 703n the processors 0–9.
FAMILY_DIGITS = {"703n": range(10)}
DECIMALS = range(6)
COMPONENT = re.compile(r"(\[)?\+?([NX])(\.\.)?(\d+)\]?")
SEPARATOR = "\x1d"
AI_LENGTHS = (2, 3, 4)
# Measures and amounts carry their decimals in the last digit of the identifier.
DECIMAL_FAMILIES = ("31", "32", "33", "34", "35", "36", "390", "392", "394", "395")
LONGEST_VALUE = 90
ASSIGNED_HUNDREDS = (*range(31, 37), 39, 43, 70, 72, 80, 81, 82)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """One application identifier: its titles, format, reading and company it keeps."""

    ai: str
    title_zh: str
    title_en: str
    format: str
    reading: str
    unit: str | None
    is_fixed: bool
    requires: tuple[frozenset[str], ...]
    excludes: frozenset[str]
    pattern: re.Pattern[str]
    longest: int

    @property
    def decimals(self) -> int:
        """How many digits of the value stand behind the decimal point."""
        return int(self.ai[3]) if self.reading == "decimal" else 0

    @property
    def family(self) -> str:
        """The identifier without its decimal digit; a measure may stand only once."""
        return self.ai[:3] + "n" if self.reading == "decimal" else self.ai

    def matches(self, value: str) -> bool:
        """Whether the value has the identifier's format."""
        return self.pattern.fullmatch(value) is not None


def identifier_at(text: str, start: int) -> Identifier | None:
    """The application identifier that begins at a place of the text, if one does."""
    for length in AI_LENGTHS:
        if found := identifiers().get(text[start : start + length]):
            return found
    return None


@cache
def identifiers() -> dict[str, Identifier]:
    """Every application identifier by its number; no number begins another."""
    rest = {item.ai: _from_biip(item) for item in map(_item, _numbers()) if item}
    with LIST.open(encoding="utf-8", newline="") as lines:
        ours = {found.ai: found for row in csv.DictReader(lines) for found in _from_row(row)}
    return rest | ours


def compiled(form: str) -> tuple[re.Pattern[str], int]:
    """A GS1 format such as ``N3+X..9`` or ``N6[+N6]`` as a pattern, and its greatest length."""
    pattern, longest = "", 0
    for optional, kind, varies, size in COMPONENT.findall(form):
        char = "[0-9]" if kind == "N" else f"[^{SEPARATOR}]"
        part = f"{char}{{{'1,' if varies else ''}{size}}}"
        pattern += f"(?:{part})?" if optional else part
        longest += int(size)
    return re.compile(pattern), longest


def _from_row(row: dict[str, str]) -> list[Identifier]:
    pattern, longest = compiled(row["format"])
    family = FAMILY_DIGITS.get(row["ai"], DECIMALS)
    numbers = [row["ai"].replace("n", str(digit)) for digit in family]
    return [
        Identifier(
            ai=number,
            title_zh=row["title_zh"],
            title_en=row["title_en"],
            format=row["format"],
            reading=row["reading"],
            unit=row["unit"] or None,
            is_fixed=row["fixed"] == "yes",
            requires=tuple(frozenset(way.split("+")) for way in row["requires"].split("|") if way),
            excludes=frozenset(row["excludes"].split()),
            pattern=pattern,
            longest=longest,
        )
        for number in dict.fromkeys(numbers)
    ]


def _numbers() -> list[str]:
    # biip can be asked about one number at a time, so only assigned hundreds are asked about.
    two = [f"{number:02}" for number in range(100)]
    three = [
        f"{number}" for hundred in (2, 4, 7) for number in range(hundred * 100, hundred * 100 + 100)
    ]
    four = [f"{hundred}{number:02}" for hundred in ASSIGNED_HUNDREDS for number in range(100)]
    return [*two, *three, *four]


def _item(number: str) -> GS1ApplicationIdentifier | None:
    # extract() finds the identifier a text begins with; ours is the text itself.
    try:
        found = GS1ApplicationIdentifier.extract(number)
    except ParseError:
        return None
    return found if found.ai == number else None


def _from_biip(item: GS1ApplicationIdentifier) -> Identifier:
    form = item.format.partition("+")[2]
    is_decimal = len(item.ai) > 3 and item.ai.startswith(DECIMAL_FAMILIES)
    pattern = re.compile(item.pattern.removeprefix("^" + item.ai).removesuffix("$"))
    longest = sum(int(size) for _, _, _, size in COMPONENT.findall(form)) or LONGEST_VALUE
    return Identifier(
        ai=item.ai,
        title_zh=item.description,
        title_en=item.description,
        format=form,
        reading="decimal" if is_decimal else "text",
        unit=None,
        is_fixed=not item.separator_required,
        requires=(),
        excludes=frozenset(),
        pattern=pattern,
        longest=longest,
    )
