"""The forms of signs' pages."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from app.credit.signage.terms import REASON_MAX

_TYPED_MAX = 2_000  # what is longer than a reply is refused by the rule, in its own words


class _Form(Schema):
    class Meta:
        """Fields of the frame are no reason to refuse a form."""

        unknown = EXCLUDE


class ReasonForm(_Form):
    """Why a sign ends or a reply is taken away."""

    reason = fields.String(load_default="", validate=validate.Length(max=REASON_MAX))


class ReplyForm(_Form):
    """What who holds a sign says."""

    text = fields.String(load_default="", validate=validate.Length(max=_TYPED_MAX))
