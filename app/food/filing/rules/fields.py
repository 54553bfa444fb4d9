"""Reading one value of a JSON line: its type, its length, its path; every no names its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.food.filing import errors
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, Moment, parse_moment

TEXT_MAX = 200  # a name of a firm or product; the longest registered ones have about 120 characters
NOTE_MAX = 2_000
_DIGITS_MAX = 40  # a number with more digits is no quantity and no code
_HIDDEN = frozenset({"Cc", "Cs"})  # control characters and halves of surrogate pairs
_BREAKS = frozenset("\t\n\r")


def plain_text(value: object, field: str, longest: int = TEXT_MAX) -> str:
    """A JSON text or number as a text without space around it; nothing for ``null``.

    Numbers arrive as ``Decimal`` and come out as written, so 13-digit codes and exact quantities
    may be sent as numbers. Raises NotText, TextTooLong, TextUnprintable.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else _number_text(value, field)
    text = text.strip()
    if len(text) > longest:
        raise errors.TextTooLong(field=field, longest=longest, length=len(text))
    if not text.isprintable() and any(_is_hidden(char) for char in text):
        raise errors.TextUnprintable(field=field)
    return text


def _number_text(value: object, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise errors.NotText(field=field)
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS_MAX:
        raise errors.NotText(field=field)
    return format(number, "f")


def _is_hidden(char: str) -> bool:
    return char not in _BREAKS and unicodedata.category(char) in _HIDDEN


@lru_cache(maxsize=4_096)
def _moment(text: str) -> Moment:
    """A moment by its text: a filing says the same few days over and over."""
    return parse_moment(text)


class Node:
    """One JSON object of a line, its path, and the names it may hold."""

    def __init__(self, value: object, path: str, known: Collection[str]) -> None:
        if not isinstance(value, dict):
            raise errors.NotAnObject(field=path)
        self.value: dict[str, Any] = value
        self.path = path
        stray = next((name for name in value if name not in known), None)
        if stray is not None:
            name = "".join(char for char in stray if char.isprintable())[:60]
            raise errors.UnknownField(field=self.at(name), name=name)

    def at(self, name: str) -> str:
        """The dotted path of one of this object's fields."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether a field is there and not ``null``."""
        return self.value.get(name) is not None

    def text(self, name: str, longest: int = TEXT_MAX) -> str:
        """A text field; empty when it is not there."""
        value = self.value.get(name)
        return plain_text(value, self.at(name), longest) if value is not None else ""

    def flag(self, name: str) -> bool:
        """A yes-or-no field; no when it is not there. Raises NotYesOrNo."""
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            raise errors.NotYesOrNo(field=self.at(name))
        return value

    def moment(self, name: str) -> Moment:
        """A date or time field; unknown when it is not there. Raises MomentUnreadable."""
        text = self.text(name)
        if not text:
            return UNKNOWN
        try:
            return _moment(text)
        except Refusal as refusal:
            refusal.field = self.at(name)
            raise

    def items(self, name: str) -> Iterator[tuple[str, object]]:
        """(path, value) of each item of a list field. Raises FieldMissing, NotAList."""
        value = self.value.get(name)
        if value is None or value == []:
            raise errors.FieldMissing(field=self.at(name), name=name)
        if not isinstance(value, list):
            raise errors.NotAList(field=self.at(name))
        for index, item in enumerate(value):
            yield f"{self.at(name)}.{index}", item

    def need(self, *names: str) -> None:
        """Refuse with FieldMissing unless every one of the fields is there."""
        for name in names:
            if not self.has(name):
                raise errors.FieldMissing(field=self.at(name), name=name)
