"""What a message says: texts by kind in both languages, filled in when somebody reads it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from app.doors.formats import number_text, when_text
from app.messages.terms import LANGUAGES, Words

_FOLDER = Path(__file__).resolve().parent.parent.parent / "locale" / "messages"


@cache
def texts() -> dict[str, dict[str, str]]:
    """All texts by kind, joined from ``app/locale/messages``: zh, en, zh_title, en_title."""
    joined: dict[str, dict[str, str]] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        joined |= tomllib.loads(path.read_text("utf-8"))["kinds"]
    return joined


@cache
def blanks_of(kind: str) -> frozenset[str]:
    """The names a kind's texts leave blank, in either language."""
    said = texts()[kind]
    return frozenset(
        name
        for language in LANGUAGES
        for part in (said[f"{language}_title"], said[language])
        for _, name, _, _ in Formatter().parse(part)
        if name
    )


@cache
def topics() -> tuple[str, ...]:
    """What messages are about: the first words of all kinds."""
    return tuple(sorted({kind.partition(".")[0] for kind in texts()}))


def check(kind: str, given: Iterable[str]) -> None:
    """Raise ValueError, a bug of who tells, when a kind has no text or other blanks than given."""
    if kind not in texts():
        raise ValueError(f"no text for messages of kind {kind}")
    if set(given) != blanks_of(kind):
        raise ValueError(f"{kind} says {sorted(blanks_of(kind))}, given were {sorted(given)}")


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they are kept: texts, whole numbers, ISO moments; {zh, en} for both words."""
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {language: str(value[language]) for language in LANGUAGES}
    return value if isinstance(value, int) else str(value)


def words_of(kind: str, params: Mapping[str, Any], language: str) -> Words:
    """A message in words; a kind whose text has gone since reads as its name."""
    said = texts().get(kind)
    if said is None:
        return Words(title=kind, text="")
    filler = _Filler(language)
    try:
        return Words(
            title=filler.vformat(said[f"{language}_title"], (), params),
            text=filler.vformat(said[language], (), params),
        )
    except (KeyError, ValueError):  # told under an older text with other blanks
        return Words(title=kind, text=" · ".join(str(value) for value in params.values()))


class _Filler(Formatter):
    """Fills ``{until:when}``, ``{count:number}`` and bare ``{name}`` as the language writes it."""

    def __init__(self, language: str) -> None:
        self.language: Literal["zh", "en"] = "en" if language == "en" else "zh"

    def format_field(self, value: Any, format_spec: str) -> str:
        """One blank, filled."""
        if isinstance(value, Mapping):
            value = value.get(self.language, "")
        if format_spec == "when":
            return when_text(str(value), language=self.language)
        if format_spec == "number":
            return number_text(value)
        return str(value)
