"""Unified social credit codes of GB 32100-2015, and the 15-digit numbers they replaced."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.checks import (
    USCC_ALPHABET,
    mod_11_10_check_digit,
    organisation_check_character,
    uscc_check_character,
)
from ledger.kernel.identifiers.division import is_known_province
from ledger.kernel.identifiers.doubts import Doubt
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

LENGTH = 18
REGISTRATION_LENGTH = 15
ALPHABET = frozenset(USCC_ALPHABET)
# The registering department (position 1); 1, 5 and 9 are certain, the rest to be confirmed.
DEPARTMENTS = {
    "1": "机构编制",
    "2": "外交",
    "3": "司法行政",
    "4": "文化",
    "5": "民政",
    "6": "旅游",
    "7": "宗教",
    "8": "工会",
    "9": "市场监督管理",
    "A": "中央军委改革和编制办公室",
    "N": "农业农村",
    "Y": "其他",
}
# The kind of body (positions 1 and 2 together).
ENTITY_TYPES = {
    "11": "机关",
    "12": "事业单位",
    "13": "群众团体",
    "19": "其他",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "59": "其他",
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "N1": "农村集体经济组织",
    "N2": "农村集体经济组织",
    "N3": "农村集体经济组织",
}


@dataclass(frozen=True, slots=True)
class Uscc:
    """A social credit code whose check character is true; the key of a subject."""

    text: str

    def __str__(self) -> str:
        """The eighteen characters."""
        return self.text

    @property
    def department(self) -> str | None:
        """The registering department in Chinese, where the first character names one."""
        return DEPARTMENTS.get(self.text[0])

    @property
    def entity_type(self) -> str | None:
        """The kind of body in Chinese, where the first two characters name one."""
        return ENTITY_TYPES.get(self.text[:2])

    @property
    def division(self) -> str:
        """The registrar's division code, six digits of GB/T 2260."""
        return self.text[2:8]

    @property
    def organisation(self) -> str:
        """The organisation code of GB 11714, nine characters with its own check."""
        return self.text[8:17]

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is odd about the code and yet no ground to refuse it (early codes err inside)."""
        found = []
        expected = organisation_check_character(self.organisation[:-1])
        if expected != self.organisation[-1]:
            params = {"expected": expected, "found": self.organisation[-1]}
            found.append(Doubt(code="identifiers.organisation_check", params=params))
        if self.department is None:
            params = {"found": self.text[0]}
            found.append(Doubt(code="identifiers.unknown_department", params=params))
        if not is_known_province(self.division):
            params = {"division": self.division}
            found.append(Doubt(code="identifiers.unknown_division", params=params))
        return tuple(found)


def parse_uscc(text: str) -> Uscc:
    """Read a social credit code in any spelling.

    Raises: UsccUnreadable, UsccCharacter, UsccCheckCharacter.
    """
    code = fold(text)
    if len(code) != LENGTH:
        raise errors.UsccUnreadable(text=echo(text), length=len(code))
    _refuse_wrong_characters(code)
    expected = uscc_check_character(code[:-1])
    if code[-1] != expected:
        raise errors.UsccCheckCharacter(text=code, expected=expected, found=code[-1])
    return Uscc(code)


def parse_registration_number(text: str) -> str:
    """Read a business registration number of before 2015: 15 digits, ISO 7064 MOD 11,10.

    Raises: RegistrationUnreadable, RegistrationCheckDigit.
    """
    digits = fold(text)
    if len(digits) != REGISTRATION_LENGTH or not is_digits(digits):
        raise errors.RegistrationUnreadable(text=echo(text), length=len(digits))
    expected = mod_11_10_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise errors.RegistrationCheckDigit(text=digits, expected=expected, found=digits[-1])
    return digits


def is_valid(text: str) -> bool:
    """Whether the text is a social credit code with a true check character."""
    try:
        parse_uscc(text)
    except Refusal:
        return False
    return True


def _refuse_wrong_characters(code: str) -> None:
    for position, char in enumerate(code, start=1):
        in_division = 3 <= position <= 8
        if char not in ALPHABET or (in_division and not is_digits(char)):
            raise errors.UsccCharacter(text=code, character=char, position=position)
