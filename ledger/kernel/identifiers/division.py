"""Division codes of GB/T 2260: provinces, the cities served, and the towns of Ruichang."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

DIVISIONS = Path(__file__).parent / "data" / "divisions.csv"
COUNTY_LENGTH = 6
TOWN_LENGTH = 9
NATION = "100000"


@dataclass(frozen=True, slots=True)
class Division:
    """A division code of 6 digits (9 for a town); names are empty where the list lacks it."""

    code: str
    name_zh: str
    name_en: str
    level: str

    def __str__(self) -> str:
        """The digits."""
        return self.code

    @property
    def is_listed(self) -> bool:
        """Whether the list names it; a code of a known province is accepted unlisted."""
        return bool(self.name_zh)

    @property
    def parents(self) -> tuple[str, ...]:
        """The codes above it, nearest first: county, city, province."""
        code = self.code
        above = (code[:6], code[:4] + "00", code[:2] + "0000")
        return tuple(dict.fromkeys(parent for parent in above if parent != code))


def parse_division(text: str) -> Division:
    """Read a division code of 6 or 9 digits.

    Raises: DivisionUnreadable, UnknownProvince.
    """
    code = fold(text)
    if len(code) not in (COUNTY_LENGTH, TOWN_LENGTH) or not is_digits(code):
        raise errors.DivisionUnreadable(text=echo(text))
    if not is_known_province(code):
        raise errors.UnknownProvince(text=code, province=code[:2])
    return divisions().get(code) or Division(code, "", "", _level_of(code))


def is_known_province(code: str) -> bool:
    """Whether the code lies in a province of the list, or names the whole nation."""
    return code == NATION or f"{code[:2]}0000" in divisions().keys() - {NATION}


def is_valid(text: str) -> bool:
    """Whether the text is a division code of a known province."""
    try:
        parse_division(text)
    except Refusal:
        return False
    return True


@cache
def divisions() -> dict[str, Division]:
    """Every division of the list, by code, in the order of the codes."""
    with DIVISIONS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return {
            row["code"]: Division(row["code"], row["name_zh"], row["name_en"], row["level"])
            for row in rows
        }


def divisions_within(code: str) -> tuple[Division, ...]:
    """The listed divisions directly or further below a code."""
    stem = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return tuple(
        division for key, division in divisions().items() if key != code and key.startswith(stem)
    )


def _level_of(code: str) -> str:
    if len(code) == TOWN_LENGTH:
        return "town"
    return "city" if code.endswith("00") else "county"
