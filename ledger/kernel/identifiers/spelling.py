"""How people spell a number, folded to how it is stored: half-width, upper case, without gaps."""

from __future__ import annotations

import unicodedata

FULL_WIDTH_OFFSET = 0xFEE0
FULL_WIDTH = range(0xFF01, 0xFF5F)
# Spaces, dashes and invisible format characters carry no meaning in any of these numbers.
MEANINGLESS_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Pd", "Cf"})
MEANINGLESS_CHARACTERS = frozenset("\t\r\n\u2212\u00b7")
DIGITS = frozenset("0123456789")
LONGEST_ECHO = 64


def fold(text: str) -> str:
    """The text with full-width characters narrowed, letters raised, spaces and dashes dropped."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return "".join(_narrow(char) for char in text if not _is_meaningless(char)).upper()


def echo(text: str) -> str:
    """At most 64 characters of what was given, to be repeated in a refusal."""
    return text if len(text) <= LONGEST_ECHO else text[: LONGEST_ECHO - 1] + "…"


def is_digits(text: str) -> bool:
    """Whether the text is one or more ASCII digits; other scripts' digits are not codes."""
    return bool(text) and DIGITS.issuperset(text)


def _narrow(char: str) -> str:
    return chr(ord(char) - FULL_WIDTH_OFFSET) if ord(char) in FULL_WIDTH else char


def _is_meaningless(char: str) -> bool:
    if char.isascii() and char.isalnum():
        return False
    return char in MEANINGLESS_CHARACTERS or unicodedata.category(char) in MEANINGLESS_CATEGORIES
