"""Numbers of food licences and filings: SC, JY, YB and the QS that ended in 2018.

A wrong check digit is a doubt and not a refusal: old papers carry issuing errors, so a person
compares the number with the paper.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.checks import mod_11_10_check_digit
from ledger.kernel.identifiers.division import is_known_province
from ledger.kernel.identifiers.doubts import Doubt
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

CATEGORIES = Path(__file__).parent / "data" / "licence_categories.csv"
LENGTHS = {"SC": 14, "JY": 14, "YB": 14, "QS": 12}
# Food made on or after this day may no longer carry a QS number.
QS_ENDED_ON = date(2018, 10, 1)
FORMS = {
    "JY": {"1": "食品销售经营者", "2": "餐饮服务经营者", "3": "单位食堂"},
    "YB": {"1": "批发", "2": "零售"},
    "SC": {"1": "食品", "2": "食品添加剂"},
}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence or filing number taken apart; ``doubts`` say what to verify by hand."""

    kind: str
    digits: str

    def __str__(self) -> str:
        """The letters and digits, as printed."""
        return self.kind + self.digits

    @property
    def form(self) -> str | None:
        """What the first digit says: food or additive, form of trade, wholesale or retail."""
        return FORMS.get(self.kind, {}).get(self.digits[0])

    @property
    def category_code(self) -> str | None:
        """For SC, the first digit and the two category digits of the main product."""
        return self.digits[:3] if self.kind == "SC" else None

    @property
    def category(self) -> str | None:
        """The name of the category of the main product, where the code names one."""
        return categories().get(self.category_code or "")

    @property
    def division(self) -> str | None:
        """The division code of the address the licence was issued for; none in a QS number."""
        return {"SC": self.digits[3:9], "JY": self.digits[1:7], "YB": self.digits[1:7]}.get(
            self.kind
        )

    @property
    def sequence(self) -> str:
        """The issuing sequence number."""
        return {"SC": self.digits[9:13], "QS": self.digits[4:]}.get(self.kind, self.digits[7:13])

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What a person has to compare with the paper; empty when all fits."""
        if self.kind == "QS":
            return (Doubt(code="identifiers.qs_ended", params={"ended_on": str(QS_ENDED_ON)}),)
        found = []
        expected = mod_11_10_check_digit(self.digits[:-1])
        if expected != self.digits[-1]:
            params = {"expected": expected, "found": self.digits[-1]}
            found.append(Doubt(code="identifiers.licence_check_digit", params=params))
        if self.form is None or (self.kind == "SC" and self.category is None):
            params = {"found": self.category_code or self.digits[0]}
            found.append(Doubt(code="identifiers.licence_category", params=params))
        if not is_known_province(self.division or ""):
            params = {"division": self.division or ""}
            found.append(Doubt(code="identifiers.unknown_division", params=params))
        return tuple(found)

    @property
    def to_verify_by_hand(self) -> bool:
        """Whether a person has to look at the paper before the number is relied on."""
        return bool(self.doubts)

    def may_mark_goods_made_on(self, produced_on: date) -> bool:
        """Whether goods made that day may carry the number; only QS has an end."""
        return self.kind != "QS" or produced_on < QS_ENDED_ON


def parse_licence(text: str) -> Licence:
    """Read a licence number in any spelling, such as ``sc 105 350203 0001 7``.

    Raises: LicenceUnreadable. A wrong check digit, category or division is a doubt.
    """
    number = fold(text)
    kind, digits = number[:2], number[2:]
    if LENGTHS.get(kind) != len(digits) or not is_digits(digits):
        raise errors.LicenceUnreadable(text=echo(text))
    return Licence(kind, digits)


def is_valid(text: str) -> bool:
    """Whether the text is a licence number about which there is no doubt."""
    try:
        return not parse_licence(text).doubts
    except Refusal:
        return False


@cache
def category_names() -> dict[str, dict[str, str]]:
    """The categories of production licences in both languages, by their three digits."""
    with CATEGORIES.open(encoding="utf-8", newline="") as lines:
        return {
            line["code"]: {"zh": line["name_zh"], "en": line["name_en"]}
            for line in csv.DictReader(lines)
        }


def categories() -> dict[str, str]:
    """The categories of production licences, by their three digits."""
    return {code: names["zh"] for code, names in category_names().items()}
