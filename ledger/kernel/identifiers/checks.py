"""The check characters of GS1, ISO 7064 MOD 11,10, GB 32100-2015 and GB 11714."""

from __future__ import annotations

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def gs1_check_digit(body: str) -> str:
    """The GS1 check digit of a body of digits: weights 3, 1, 3, 1 … from the right."""
    return str(-(3 * sum(map(int, body[::-2])) + sum(map(int, body[-2::-2]))) % 10)


def mod_11_10_check_digit(body: str) -> str:
    """The ISO 7064 MOD 11,10 (GB/T 17710-1999) check digit of a body of digits."""
    product = 10
    for digit in body:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def uscc_check_character(body: str) -> str:
    """The 18th character of a social credit code whose first 17 are given (GB 32100-2015).

    The outer ``mod 31`` matters: a weighted sum of 0 gives the character 0.
    """
    weighed = zip(body, USCC_WEIGHTS, strict=True)
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in weighed)
    return USCC_ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(body: str) -> str:
    """The check character of an 8-character organisation code (GB 11714; A=10 … Z=35)."""
    weighed = zip(body, ORGANISATION_WEIGHTS, strict=True)
    remainder = 11 - sum(int(char, 36) * weight for char, weight in weighed) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))
