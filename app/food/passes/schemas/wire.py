"""Wire formats of passes: forms and API bodies become commands, passes become documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate

from app.doors.api import Query, Wire
from app.food.passes.rules import LINES_MAX
from app.food.passes.terms import Pass, PassState

_TEXT_MAX = 500
_ID_MAX = 2**63 - 1
AMOUNT = "quantity_"  # what the fields of an answer begin with; a dispatch's reference follows
PAGE, PAGE_MAX = 20, 100
_STATES = [state.value for state in PassState]


class AnswerForm(Schema):
    """What came of each line; fields are named after the dispatches."""

    class Meta:
        """Take the fields of the lines, whatever their number."""

        unknown = EXCLUDE

    answer = fields.String(required=True, validate=validate.OneOf(["taken", "refused"]))
    reason = fields.String(load_default="", validate=validate.Length(max=_TEXT_MAX))
    quantities = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)

    @pre_load
    def gather(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Put the amounts of the lines together."""
        said = {
            name.removeprefix(AMOUNT): str(value)
            for name, value in data.items()
            if name.startswith(AMOUNT)
        }
        if len(said) > LINES_MAX or any(len(value) > 40 for value in said.values()):
            raise ValidationError("too long")
        kept = {name: data[name] for name in ("answer", "reason") if data.get(name)}
        return {**kept, "quantities": said}


class IssueForm(Schema):
    """Which dispatches go on a pass."""

    class Meta:
        """Fields of the frame beside ours are no reason to refuse."""

        unknown = EXCLUDE

    references = fields.List(fields.String(validate=validate.Length(1, 40)), required=True)


class IssueBody(Wire):
    """Dispatches of one delivery, by reference."""

    references = fields.List(
        fields.String(validate=validate.Length(1, 40)),
        required=True,
        validate=validate.Length(1, LINES_MAX),
    )
    operator = fields.String(load_default="", metadata={"description": "USCC, where not your own"})


class AnswerBody(Wire):
    """A buyer's answer."""

    answer = fields.String(required=True, validate=validate.OneOf(["taken", "refused"]))
    quantities = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(max=40)),
        load_default=dict,
        metadata={"description": "what came, by reference of the dispatch, where it differs"},
    )
    reason = fields.String(load_default="", validate=validate.Length(max=_TEXT_MAX))


class PassesQuery(Query):
    """Which passes, a page at a time."""

    operator = fields.String(load_default="", metadata={"description": "USCC, where not your own"})
    sent = fields.Boolean(load_default=False, metadata={"description": "those you issued"})
    state = fields.Enum(PassState, by_value=True, load_default=None, allow_none=True)
    before = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, _ID_MAX))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, PAGE_MAX))


class LineAnswer(Schema):
    """One dispatch of a pass."""

    reference = fields.String(required=True)
    product_name = fields.String(required=True)
    gtin = fields.String(required=True)
    lot_number = fields.String(required=True)
    certificate = fields.String(required=True)
    quantity = fields.String(required=True)
    unit = fields.String(required=True)
    received = fields.String(required=True, metadata={"description": "empty before the answer"})


class PassAnswer(Schema):
    """A pass as its two sides see it."""

    number = fields.String(required=True, metadata={"description": "what its QR carries"})
    document = fields.String(required=True)
    seller = fields.String(required=True)
    buyer = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    issued_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    answered_at = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    receipt = fields.String(required=True, metadata={"description": "reference, or empty"})
    lines = fields.List(fields.Nested(LineAnswer), required=True)


class PassesAnswer(Schema):
    """A page of passes, without their lines; ``next`` is what to ask for as ``before``."""

    items = fields.List(fields.Nested(PassAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)


class AnsweredAnswer(Schema):
    """What an answer made of a pass."""

    state = fields.String(required=True, validate=validate.OneOf(_STATES))


class IssuedAnswer(Schema):
    """The number of a new pass."""

    number = fields.String(required=True)


def pass_answer(found: Pass, number: str) -> dict[str, Any]:
    """A pass as the API says it."""
    return {
        "number": number,
        "document": found.document,
        "seller": found.seller_name,
        "buyer": found.buyer_name,
        "state": found.state.value,
        "issued_at": found.issued_at,
        "expires_at": found.expires_at,
        "answered_at": found.answered_at,
        "reason": found.reason,
        "receipt": found.receipt,
        "lines": found.lines,
    }
