"""Global trade item numbers: GTIN-8, -12, -13, -14 and UPC-E, kept as fourteen digits.

Source: GS1 General Specifications; GB 12904 for the structure of the Chinese prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import errors
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.identifiers.spelling import echo, fold, is_digits

LENGTHS = (8, 12, 13, 14)
VARIABLE_MEASURE_INDICATOR = 9
ITEM_LENGTH = 8
UPC_E_BODY = 6
NOT_FOOD = {"977": "ISSN", "978": "ISBN", "979": "ISBN"}
# Restricted circulation: 02 and 20–29 within a shop or region, 04 within a company (GS1).
IN_STORE_PREFIXES = frozenset({"02", "04", *(str(number) for number in range(20, 30))})
# GB 12904: how many digits of a 13-digit Chinese number name the company (to be confirmed).
CHINESE_COMPANY_DIGITS = {
    **dict.fromkeys(("690", "691"), 7),
    **dict.fromkeys(("692", "693", "694", "695", "696"), 8),
    "697": 9,
}


@dataclass(frozen=True, slots=True)
class Gtin:
    """A trade item number with a true check digit, as fourteen digits."""

    digits: str

    def __str__(self) -> str:
        """The fourteen digits, as the ledger stores them."""
        return self.digits

    @property
    def indicator(self) -> int:
        """Packaging level: 0 the unit, 1–8 a case, 9 variable measure."""
        return int(self.digits[0])

    @property
    def check_digit(self) -> str:
        """The last digit."""
        return self.digits[-1]

    @property
    def is_variable_measure(self) -> bool:
        """Whether the item is of variable measure (indicator 9)."""
        return self.indicator == VARIABLE_MEASURE_INDICATOR

    @property
    def is_short(self) -> bool:
        """Whether it is a GTIN-8: six leading zeros and a short prefix of its own."""
        return self.digits.startswith("000000")

    @property
    def ean13(self) -> str | None:
        """The thirteen digits under an EAN-13 symbol; none for a case or a GTIN-8."""
        return None if self.indicator or self.is_short else self.digits[1:]

    @property
    def upc_a(self) -> str | None:
        """The twelve digits under a UPC-A symbol, where the number is one."""
        fits = self.digits.startswith("00") and not self.is_short
        return self.digits[2:] if fits else None

    @property
    def ean8(self) -> str | None:
        """The eight digits under an EAN-8 symbol, where the number is a GTIN-8."""
        return self.digits[-ITEM_LENGTH:] if self.is_short else None

    @property
    def itf14(self) -> str:
        """The fourteen digits under an ITF-14 symbol."""
        return self.digits

    @property
    def spelled(self) -> str:
        """The form people see on the pack: 8, 12, 13 or 14 digits."""
        return self.ean8 or self.upc_a or self.ean13 or self.digits

    @property
    def prefix(self) -> str:
        """The three-digit GS1 prefix: where the number was registered, never the origin."""
        return self.digits[6:9] if self.is_short else self.digits[1:4]

    @property
    def is_in_store(self) -> bool:
        """Whether a shop gave the number itself, so that it means nothing elsewhere."""
        if self.is_short:
            return self.prefix[0] in "02"
        return not self.indicator and self.prefix[:2] in IN_STORE_PREFIXES

    @property
    def not_food(self) -> str | None:
        """``ISSN`` or ``ISBN`` where the prefix is a periodical's or a book's."""
        return None if self.is_short else NOT_FOOD.get(self.prefix)

    @property
    def company_code(self) -> str | None:
        """The Chinese company's part of the number by GB 12904, prefix included."""
        digits = None if self.is_short else CHINESE_COMPANY_DIGITS.get(self.prefix)
        return self.digits[1 : 1 + digits] if digits else None

    @property
    def unit(self) -> Gtin:
        """The same item number with indicator 0; the unit most cases hold, but ask the product."""
        body = "0" + self.digits[1:-1]
        return Gtin(body + gs1_check_digit(body))


def parse_gtin(text: str) -> Gtin:
    """Read a trade item number in any spelling of 8, 12, 13 or 14 digits.

    Raises: GtinUnreadable, GtinCheckDigit.
    """
    digits = fold(text)
    if len(digits) not in LENGTHS or not is_digits(digits) or not int(digits):
        raise errors.GtinUnreadable(text=echo(text), length=len(digits))
    expected = gs1_check_digit(digits[:-1])
    if digits[-1] != expected:
        raise errors.GtinCheckDigit(text=digits, expected=expected, found=digits[-1])
    return Gtin(digits.zfill(14))


def parse_upc_e(text: str) -> Gtin:
    """Expand a zero-suppressed UPC-E of 6 digits, 7 (with system or check) or 8 digits.

    Seven digits are read as number system and body. Raises: UpcEUnreadable, GtinCheckDigit.
    """
    digits = fold(text)
    if not is_digits(digits) or not UPC_E_BODY <= len(digits) <= UPC_E_BODY + 2:
        raise errors.UpcEUnreadable(text=echo(text))
    system, body = ("0", digits) if len(digits) == UPC_E_BODY else (digits[0], digits[1:7])
    if system not in "01":
        raise errors.UpcEUnreadable(text=echo(text))
    expanded = system + expanded_upc_e(body)
    check = digits[7:] or gs1_check_digit(expanded)
    return parse_gtin(expanded + check)


def expanded_upc_e(body: str) -> str:
    """The ten digits a six-digit UPC-E body stands for: company and item, without system, check."""
    last = body[5]
    if last in "012":
        return f"{body[:2]}{last}0000{body[2:5]}"
    if last == "3":
        return f"{body[:3]}00000{body[3:5]}"
    if last == "4":
        return f"{body[:4]}00000{body[4]}"
    return f"{body[:5]}0000{last}"


def is_valid(text: str) -> bool:
    """Whether the text is a trade item number with a true check digit."""
    try:
        parse_gtin(text)
    except Refusal:
        return False
    return True
