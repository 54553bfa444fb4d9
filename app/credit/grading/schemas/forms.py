"""Forms of grading as commands."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, fields, post_load
from marshmallow.validate import Length, OneOf

from app.credit.grading.rules.tables import flags, grounds


class _Typed(Schema):
    """What people type into a form."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE


class YearFormTyped(_Typed):
    """The year's form as an inspector fills it in."""

    flags = fields.List(fields.String(validate=OneOf([one.code for one in flags()])))
    grounds = fields.List(fields.String(validate=OneOf([one.code for one in grounds()])))
    remark = fields.String(load_default="", validate=Length(max=1000))

    @post_load
    def said(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """The parts of the command a form tells."""
        return {
            "flags": tuple(int(one) for one in data.get("flags", ())),
            "grounds": tuple(data.get("grounds", ())),
            "remark": data["remark"],
        }


class ReviewTyped(_Typed):
    """What the reviewer decides."""

    number = fields.Integer(required=True)
    confirm = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=Length(max=1000))


class FactorsTyped(Schema):
    """Static factors as typed: which fields there are is the catalogue's to say."""

    class Meta:
        """Names of its own."""

        unknown = INCLUDE

    food_category = fields.List(fields.String())

    @post_load
    def said(self, data: dict[str, Any], **_said: object) -> dict[str, str]:
        """The texts by field; several categories are joined by commas."""
        found = {name: str(value)[:200].strip() for name, value in data.items()}
        if "food_category" in data:
            found["food_category"] = ",".join(data["food_category"])
        return found
