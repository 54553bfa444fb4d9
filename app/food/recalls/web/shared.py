"""What the pages of recalls share: the blueprint, words, and keeping pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, Response

from app.blobs import services as blobs
from app.blobs.terms import PICTURES
from app.doors import files, http
from app.doors.i18n import language
from app.food.recalls import errors
from app.food.recalls.schemas.cockpit import last_day, unit_of
from app.food.recalls.terms import Answer, AnswerShown, Notice, texts
from ledger.kernel.quantity import Unit, unit_named
from scanner.trace.terms import LotShown, amount

blueprint = Blueprint("recalls", __name__, template_folder="../templates")
_UNITS = ("EA", "KGM", "LTR")
_MAGIC = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png", b"RI": "image/webp"}


def words() -> dict[str, Any]:
    """The words of recalls in the language of the page, by stored value."""
    said = language()
    return {
        "w": {
            "state": texts.in_words(texts.STATE_TEXTS, said),
            "step": texts.in_words(texts.STEP_TEXTS, said),
            "act": texts.in_words(texts.ACT_TEXTS, said),
            "level": texts.in_words(texts.LEVEL_TEXTS, said),
            "grounds": texts.in_words(texts.LEVEL_GROUNDS, said),
            "kind": texts.in_words(texts.KIND_TEXTS, said),
            "hazard": texts.in_words(texts.HAZARD_TEXTS, said),
            "found": texts.in_words(texts.FOUND_TEXTS, said),
            "method": texts.in_words(texts.METHOD_TEXTS, said),
            "plan": texts.in_words(texts.PLAN_TEXTS, said),
            "notice": texts.in_words(texts.NOTICE_TEXTS, said),
            "answer": texts.in_words(texts.ANSWER_TEXTS, said),
            "via": texts.in_words(texts.VIA_TEXTS, said),
            "timer": texts.in_words(texts.TIMER_TEXTS, said),
        },
        "state_marks": {state.value: mark for state, mark in texts.STATE_MARKS.items()},
        "unit_words": unit_words,
        "amount_text": amount,
        "last_day": last_day,
    }


def unit_words(unit: Unit | str) -> str:
    """A unit as people say it."""
    return unit_of(unit_named(unit) if isinstance(unit, str) else unit)


def answer_choices(notice: Notice, lots: Mapping[int, LotShown]) -> dict[str, Any]:
    """What the form for an answer offers: the holder's lots, its units first, and what is set."""
    own = [one.unit.code for one in notice.expected]
    units = list(dict.fromkeys([*own, *_UNITS]))
    return {
        "lot_options": [
            (str(lot.id), f"{lot.product} {lot.number}".strip()) for lot in lots.values()
        ],
        "units": [(code, unit_words(code)) for code in units],
        "values": {
            "answer": Answer.COUNTED.value,
            "lot_id": str(min(lots, default="")),
            "unit": units[0],
        },
    }


def kept(sent: Iterable[Any]) -> tuple[bytes, ...]:
    """Pictures that were attached, kept by their content; refuses what is no picture."""
    settings = http.room().settings
    return tuple(blobs.put(settings, one.stream, kinds=PICTURES).sha256 for one in sent)


def picture(answers: Iterable[AnswerShown], answer_id: int, position: int) -> Response:
    """A picture of one of these answers. Raises UnknownHolder where there is none."""
    said = next((one for one in answers if one.id == answer_id), None)
    if said is None or not 1 <= position <= len(said.pictures):
        raise errors.UnknownHolder
    with blobs.opened(http.room().settings, said.pictures[position - 1]) as stream:
        content = stream.read()
    media_type = _MAGIC.get(content[:2], "application/octet-stream")
    name = f"recall-{said.id}-{position}"
    inline = media_type.startswith("image/")
    return files.answer(BytesIO(content), media_type, name, size=len(content), inline=inline)
