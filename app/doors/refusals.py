"""What a refusal looks like outside: numbers per kind, words per code in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from ledger.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    LimitReached,
    Malformed,
    NotFound,
    NotSignedIn,
    Refusal,
    Unavailable,
)

LOCALE = Path(__file__).resolve().parent.parent / "locale"


@dataclass(frozen=True, slots=True)
class Outside:
    """How one kind of refusal leaves: HTTP status, exit code, whether a job tries again."""

    status: int
    exit_code: int
    again: bool = False


OUTSIDE: dict[type[Refusal], Outside] = {
    Malformed: Outside(400, 2),
    NotSignedIn: Outside(401, 9),
    Forbidden: Outside(403, 5),
    NotFound: Outside(404, 4),
    Conflict: Outside(409, 6),
    Invalid: Outside(422, 3),
    LimitReached: Outside(429, 7, again=True),
    Unavailable: Outside(503, 8, again=True),
}


def outside_of(refusal: Refusal) -> Outside:
    """The numbers of the kind a refusal is of."""
    for kind, outside in OUTSIDE.items():
        if isinstance(refusal, kind):
            return outside
    return Outside(422, 3)


@cache
def texts() -> dict[str, dict[str, str]]:
    """All refusal texts by code, then by language, joined from ``app/locale/refusals``."""
    joined: dict[str, dict[str, str]] = {}
    for path in sorted((LOCALE / "refusals").glob("*.toml")):
        joined |= tomllib.loads(path.read_text("utf-8")).get("codes", {})
    return joined


def text_of(code: str, params: dict[str, Any], language: str) -> str:
    """The sentence of a refusal in ``zh`` or ``en``; a code without a text reads as itself."""
    template = texts().get(code, {}).get(language) or code
    try:
        return template.format(**params)
    except (KeyError, IndexError, ValueError):
        return template


def detail_of(refusal: Refusal, language: str) -> str:
    """The sentence of a raised refusal."""
    return text_of(refusal.code, refusal.params, language)


def problem_of(refusal: Refusal, language: str, request_id: str) -> dict[str, Any]:
    """The RFC 9457 problem document of a refusal (contract 3)."""
    fields = refusal.params.get("fields") or (
        {refusal.field: [detail_of(refusal, language)]} if refusal.field else {}
    )
    lines = [line_of(line, language) for line in refusal.params.get("refused", ())]
    if lines:
        fields = {
            f"entries.{it['index']}.{it['field']}".rstrip("."): [it["detail"]] for it in lines
        }
    return {
        "type": f"urn:suyuan:refusal:{refusal.code}",
        "title": refusal.code,
        "status": outside_of(refusal).status,
        "code": refusal.code,
        "detail": detail_of(refusal, language),
        "params": {
            key: _plain(value)
            for key, value in refusal.params.items()
            if key not in ("fields", "refused")
        },
        "fields": fields,
        "request_id": request_id,
        **({"refused": lines} if lines else {}),
    }


class RefusedLine(Protocol):
    """One line of many that was refused, as its slice says it."""

    @property
    def index(self) -> int:
        """Its place, from 0."""

    @property
    def code(self) -> str:
        """The refusal."""

    @property
    def field(self) -> str:
        """What in the line caused it."""

    @property
    def params(self) -> Mapping[str, Any]:
        """What the refusal's text may use."""


def line_of(line: RefusedLine, language: str) -> dict[str, Any]:
    """One refused line of a filing as contract 3.1 shows it, in the reader's language."""
    return {
        "index": line.index,
        "code": line.code,
        "field": line.field,
        "detail": text_of(line.code, dict(line.params), language),
    }


def flat(messages: object, path: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages as dotted field -> sentences."""
    if isinstance(messages, dict):
        out: dict[str, list[str]] = {}
        for key, inner in messages.items():
            out |= flat(inner, f"{path}.{key}" if path else str(key))
        return out
    texts = messages if isinstance(messages, list) else [messages]
    return {path: [str(text) for text in texts]}


def _plain(value: Any) -> Any:
    """A parameter as JSON can carry it."""
    return value if isinstance(value, (str, int, float, bool, list, dict)) else str(value)
