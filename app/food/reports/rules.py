"""What a report must say, and what of it may be shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from app.food.reports import errors
from app.food.reports.terms import NUMBER_LETTERS, NUMBER_RANDOM, SubmitReport

LENGTHS = {"said": 1_000, "code": 100, "lot": 60, "place": 200, "contact": 100}
ANSWER_MAX = 500
_NUMBER = re.compile(rf"FK-\d{{8}}-[{NUMBER_LETTERS}]{{{NUMBER_RANDOM}}}")


def check(command: SubmitReport, today: date) -> None:
    """Refuse what nobody could look into. Refuses: NothingTold, TextTooLong, BoughtInFuture."""
    if not command.said.strip():
        raise errors.NothingTold(field="said")
    for name, limit in LENGTHS.items():
        if len(getattr(command, name)) > limit:
            raise errors.TextTooLong(limit=limit, field=name)
    if command.bought_on and command.bought_on > today:
        raise errors.BoughtInFuture(field="bought_on")


def number_of(day: date, letters: str) -> str:
    """The number a person keeps to ask what became of it."""
    return f"FK-{day:%Y%m%d}-{letters}"


def read_number(text: str) -> str | None:
    """A number as it was typed, in its one spelling; None when it cannot be one."""
    typed = unicodedata.normalize("NFKC", text).strip().upper()
    return typed if _NUMBER.fullmatch(typed) else None
