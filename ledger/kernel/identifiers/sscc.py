"""Serial shipping container codes: the eighteen digits of one case or pallet (GS1)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

LENGTH = 18


@dataclass(frozen=True, slots=True)
class Sscc:
    """A logistics unit number with a true check digit."""

    digits: str

    def __str__(self) -> str:
        """The eighteen digits."""
        return self.digits

    @property
    def extension(self) -> str:
        """The extension digit its maker chose."""
        return self.digits[0]


def parse_sscc(text: str) -> Sscc:
    """Read a logistics unit number, with or without its identifier (00) before it.

    Raises: SsccUnreadable, SsccCheckDigit.
    """
    digits = fold(text).removeprefix("(00)")
    if len(digits) == LENGTH + 2 and digits.startswith("00"):
        digits = digits[2:]
    if len(digits) != LENGTH or not is_digits(digits):
        raise errors.SsccUnreadable(text=echo(text), length=len(digits))
    expected = gs1_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise errors.SsccCheckDigit(text=digits, expected=expected, found=digits[-1])
    return Sscc(digits)


def is_valid(text: str) -> bool:
    """Whether the text is a logistics unit number with a true check digit."""
    try:
        parse_sscc(text)
    except Refusal:
        return False
    return True
