"""What goes over the wire of specimen title."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from app.credit.specimens.terms import Specimen, SpecimensPage
from app.doors.api import Query, Wire

_USCC = {"example": "91350200MA2XFA1T37"}
_NUMBER_MAX = 2**63 - 1


class SpecimenBody(Wire):
    """A line about a subject, named by its USCC."""

    subject = fields.String(required=True, validate=validate.Length(1, 40), metadata=_USCC)
    said = fields.String(required=True, metadata={"example": "……"})


class SpecimenForm(Schema):
    """A line as it is typed on the page of its subject."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    said = fields.String(load_default="")


class SpecimenQuery(Query):
    """Which lines of a subject are wanted; ``next`` is that of the page before."""

    next = fields.Integer(load_default=None, validate=validate.Range(1, _NUMBER_MAX))


class SpecimenAnswer(Schema):
    """A line."""

    id = fields.String(required=True)
    said = fields.String(required=True)
    at = fields.DateTime(required=True)


class SpecimenListAnswer(Schema):
    """Lines, the newest first; ``next`` asks for those before."""

    items = fields.List(fields.Nested(SpecimenAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


def document(specimen: Specimen) -> dict[str, Any]:
    """A line as JSON."""
    return {"id": str(specimen.id), "said": specimen.said, "at": specimen.at}


def documents(found: SpecimensPage) -> dict[str, Any]:
    """A page of lines as JSON."""
    following = None if found.next is None else str(found.next)
    return {"items": [document(each) for each in found.items], "next": following}
