"""The form in which a subject lets a party in."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from app.credit.records import errors
from app.credit.records.terms.authorising import Purpose
from app.doors.api import Day

_DAY = Day(load_default=None, allow_none=True)


class GrantForm(Schema):
    """Who may read, for what, until when."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    party = fields.String(load_default="")
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    note = fields.String(load_default="")
    valid_to = fields.String(load_default="")

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """The day as a day. Refuses: AuthorisationDayMissing."""
        day = data["valid_to"].strip()
        if not day:
            raise errors.AuthorisationDayMissing(field="valid_to")
        return data | {"valid_to": _DAY.deserialize(day)}
