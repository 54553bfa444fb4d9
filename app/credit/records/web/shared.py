"""What the pages of taking records in share: their blueprint, words of the catalogue, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from app.credit.records.terms import Agency, Field, Item
from app.doors.i18n import language
from app.doors.refusals import text_of

blueprint = Blueprint("records", __name__, template_folder="../templates")

STATE_TEXTS: dict[str, tuple[str, str]] = {
    "waiting": ("排队等着读", "waiting to be read"),
    "reading": ("正在读", "being read"),
    "done": ("读完", "read"),
    "refused": ("整个没有收", "refused as a whole"),
}


def in_words(texts: tuple[str, str]) -> str:
    """A text in the language of the page."""
    return texts[language() == "en"]


def named(one: Item | Agency | Field) -> str:
    """The name of an item, agency or field in the language of the page."""
    return in_words((one.zh, one.en or one.zh))


def says(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a refusal."""
    return text_of(code, dict(params), language())


def share(part: int) -> str:
    """A share of 10,000 as a percentage with two decimals."""
    return f"{part // 100}.{part % 100:02d} %"
