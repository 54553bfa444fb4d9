"""Forms of reports as commands."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load
from marshmallow.validate import OneOf

from app.doors.api import Day
from app.food.reports.terms import PHOTOS_MAX, ReportKind, ReportState

PHOTOS = tuple(f"photo_{number}" for number in range(1, PHOTOS_MAX + 1))
_DAY = Day(load_default=None, allow_none=True)


class _Typed(Schema):
    """What people type: loose spaces cut, empty fields as if they were not there."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE


class ReportForm(_Typed):
    """A report as it is typed; gives its fields, photographs as files."""

    kind = fields.String(required=True, validate=OneOf([each.value for each in ReportKind]))
    said = fields.String(load_default="")
    code = fields.String(load_default="")
    lot = fields.String(load_default="")
    place = fields.String(load_default="")
    bought_on = fields.String(load_default="")
    contact = fields.String(load_default="")
    website = fields.String(load_default="")  # nobody sees this field; programs fill it in
    photo_1 = fields.Raw(load_default=None)
    photo_2 = fields.Raw(load_default=None)
    photo_3 = fields.Raw(load_default=None)

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """The day as a day, the kind as a kind."""
        day = data["bought_on"].strip()
        data["bought_on"] = _DAY.deserialize(day) if day else None
        data["kind"] = ReportKind(data["kind"])
        return data


class MoveForm(_Typed):
    """How far a report has come, and what its sender is told."""

    state = fields.Enum(ReportState, by_value=True, required=True)
    answer = fields.String(load_default="")
