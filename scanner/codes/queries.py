"""What other slices ask of the codes: what a text means, and how a meaning is written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from scanner.codes import rules
from scanner.codes.rules import bracketed, digital_link, element_string, pairs_of
from scanner.codes.terms import Meaning

_SHORT = 200  # characters; a longer text is no code of goods and not worth being kept
__all__ = [
    "bracketed",
    "described",
    "digital_link",
    "element_string",
    "meaning_of",
    "pairs_of",
]


def meaning_of(text: str, *, today: date, own_hosts: Collection[str] = ()) -> Meaning:
    """What a scanned or typed text means; never raises, see ``rules.meaning_of``."""
    if own_hosts or len(text) > _SHORT:
        return rules.meaning_of(text, today=today, own_hosts=own_hosts)
    return _meant(text, today)


@lru_cache(maxsize=256)
def _meant(text: str, today: date) -> Meaning:
    """The same for what a look-up asks twice, and a shop's customers one after the other."""
    return rules.meaning_of(text, today=today)


def described(
    text: str, *, today: date, own_hosts: Collection[str] = (), language: str = "zh"
) -> dict[str, Any]:
    """The meaning of a text as the JSON data of ``GET /api/v1/codes``."""
    return rules.describe(meaning_of(text, today=today, own_hosts=own_hosts), language=language)
