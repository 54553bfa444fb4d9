"""What other slices ask of the codes: what a text means, as words and as data."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from scanner.codes import rules
from scanner.codes.terms import Meaning


def meaning_of(text: str, *, today: date, own_hosts: Collection[str] = ()) -> Meaning:
    """What a scanned or typed text means; never raises, see ``rules.meaning_of``."""
    return rules.meaning_of(text, today=today, own_hosts=own_hosts)


def described(
    text: str, *, today: date, own_hosts: Collection[str] = (), language: str = "zh"
) -> dict[str, Any]:
    """The meaning of a text as the JSON data of ``GET /api/v1/codes``."""
    return rules.describe(meaning_of(text, today=today, own_hosts=own_hosts), language=language)
