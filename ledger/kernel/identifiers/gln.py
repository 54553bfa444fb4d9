"""Global location numbers: the thirteen digits of one premises or party (GS1)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

LENGTH = 13


@dataclass(frozen=True, slots=True)
class Gln:
    """A location number with a true check digit."""

    digits: str

    def __str__(self) -> str:
        """The thirteen digits."""
        return self.digits


def parse_gln(text: str) -> Gln:
    """Read a location number. Raises: GlnUnreadable, GlnCheckDigit."""
    digits = fold(text)
    if len(digits) != LENGTH or not is_digits(digits):
        raise errors.GlnUnreadable(text=echo(text), length=len(digits))
    expected = gs1_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise errors.GlnCheckDigit(text=digits, expected=expected, found=digits[-1])
    return Gln(digits)


def is_valid(text: str) -> bool:
    """Whether the text is a location number with a true check digit."""
    try:
        parse_gln(text)
    except Refusal:
        return False
    return True
