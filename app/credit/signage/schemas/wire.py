"""A sign as JSON: what it says, how it stands, and a signed statement that ends soon."""

from __future__ import annotations

import base64
from typing import Any

from marshmallow import Schema, fields

from app.credit.signage.rules.statements import grouped
from app.credit.signage.terms import Board, ClassWords, Present, Reply, Sign, SignState


class GradeBody(Schema):
    """A class and the day it was given."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    on = fields.Date(required=True, allow_none=True)


class FactBody(Schema):
    """Something that is known of what is signed."""

    zh = fields.String(required=True)
    en = fields.String(required=True)
    value = fields.String(required=True)


class StatementBody(Schema):
    """What is stated, and the Ed25519 signature over exactly that text (base64)."""

    text = fields.String(required=True)
    signature = fields.String(required=True)


class SignAnswer(Schema):
    """A sign, what was printed on it and what is true now."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    scheme = fields.String(required=True)
    title = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    object_number = fields.String(required=True)
    place = fields.String(required=True)
    printed = fields.Nested(GradeBody, required=True)
    now = fields.Nested(GradeBody, required=True)
    facts = fields.List(fields.Nested(FactBody), required=True)
    issued_at = fields.DateTime(required=True)
    valid_until = fields.Date(required=True)
    replaced_by = fields.String(required=True)
    ended_at = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    reply = fields.String(required=True)
    statement = fields.Nested(StatementBody, required=True)


class KeyAnswer(Schema):
    """The public key statements and codes are checked with."""

    algorithm = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "32 bytes, base64"})


def grade_body(words: ClassWords, on: Any) -> dict[str, Any]:
    """A class as JSON."""
    return {"code": words.code, "zh": words.zh, "en": words.en, "on": on}


def sign_answer(
    sign: Sign,
    state: SignState,
    board: Board,
    present: Present | None,
    reply: Reply | None,
    stated: tuple[str, bytes],
) -> dict[str, Any]:
    """A sign as JSON. Every key of ``SignAnswer``."""
    now = board.words(present.class_code if present else "")
    shown = reply.text if reply and reply.hidden_at is None else ""
    return {
        "number": grouped(sign.number),
        "state": state.value,
        "scheme": sign.held.scheme,
        "title": board.title[0],
        "name": sign.name,
        "uscc": present.uscc if present else "",
        "object_number": sign.object_number,
        "place": sign.place,
        "printed": grade_body(board.words(sign.class_code), sign.graded_on),
        "now": grade_body(now, present.graded_on if present else None),
        "facts": [
            {"zh": one.zh, "en": one.en, "value": one.value}
            for one in (present.facts if present else ())
        ],
        "issued_at": sign.issued_at,
        "valid_until": sign.valid_until,
        "replaced_by": grouped(sign.replaced_by),
        "ended_at": sign.ended_at,
        "reason": sign.reason,
        "reply": shown,
        "statement": {
            "text": stated[0],
            "signature": base64.b64encode(stated[1]).decode(),
        },
    }
