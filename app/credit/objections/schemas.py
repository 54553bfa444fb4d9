"""Forms and documents of objections as commands."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load
from marshmallow.validate import Length, Range

from app.credit.objections.rules import EVIDENCE_MAX
from app.credit.objections.terms import Remedy
from app.doors.api import Query, Wire

EVIDENCE = tuple(f"evidence_{number}" for number in range(1, EVIDENCE_MAX + 1))
_FIELD = "field."


class _Typed(Schema):
    """What people type into a form."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE


class FileForm(_Typed):
    """An objection as it is typed; files as they were attached."""

    grounds = fields.String(load_default="")
    received_on = fields.String(load_default="")
    brought_by = fields.String(load_default="")
    evidence_1 = fields.Raw(load_default=None)
    evidence_2 = fields.Raw(load_default=None)
    evidence_3 = fields.Raw(load_default=None)
    evidence_4 = fields.Raw(load_default=None)
    evidence_5 = fields.Raw(load_default=None)

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """The fields, and the files under one name."""
        given = [data.pop(name) for name in EVIDENCE]
        return data | {"files": [file for file in given if file is not None and file.filename]}


class DecideForm(Schema):
    """A decision as it is typed; the fields of a correction come as ``field.NAME``."""

    class Meta:
        """The fields of a record are those of its item."""

        unknown = "include"

    upheld = fields.String(load_default="")
    remedy = fields.Enum(Remedy, by_value=True, load_default=Remedy.WITHDRAW)
    reason = fields.String(load_default="")
    basis = fields.String(load_default="")
    revision = fields.Integer(load_default=None, allow_none=True, validate=Range(0, 2**10 - 1))

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """What was decided, and the record's fields as they should be."""
        said = {
            name.removeprefix(_FIELD): str(text).strip()
            for name, text in data.items()
            if name.startswith(_FIELD)
        }
        names = ("remedy", "reason", "basis", "revision")
        return {name: data[name] for name in names} | {
            "upheld": data["upheld"] == "yes",
            "answered": data["upheld"] in ("yes", "no"),
            "said": said,
        }


class ReasonForm(_Typed):
    """Why, in a sentence."""

    reason = fields.String(load_default="")


class ObjectionIn(Wire):
    """An objection as a machine files it."""

    record = fields.String(
        required=True, validate=Length(max=80), metadata={"description": "reference of the record"}
    )
    grounds = fields.String(required=True, validate=Length(max=4000))


class DecisionIn(Wire):
    """A decision as an agency's system gives it."""

    upheld = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=Length(max=4000))
    remedy = fields.Enum(Remedy, by_value=True, load_default=Remedy.WITHDRAW)
    basis = fields.String(load_default="", validate=Length(max=500))
    revision = fields.Integer(load_default=None, allow_none=True, validate=Range(0, 2**10 - 1))
    said = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        metadata={"description": "the record's fields as they should be, to correct at once"},
    )


class ObjectionsQuery(Query):
    """Which objections are wanted."""

    open = fields.Boolean(load_default=True)
    next = fields.Integer(load_default=None, allow_none=True, validate=Range(1, 2**31 - 1))
    limit = fields.Integer(load_default=30, validate=Range(1, 100))


class StepOut(Schema):
    """One step."""

    kind = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(attribute="by_name", required=True)
    reason = fields.String(required=True)


class ObjectionOut(Schema):
    """An objection as machines read it."""

    id = fields.Integer(required=True)
    uscc = fields.String(required=True)
    subject = fields.String(attribute="subject_name", required=True)
    record = fields.String(attribute="reference", required=True)
    item = fields.String(attribute="item_code", required=True)
    document_no = fields.String(required=True)
    agency = fields.String(attribute="agency_name", required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True)
    channel = fields.String(required=True)
    grounds = fields.String(required=True)
    filed_at = fields.AwareDateTime(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True)
    steps = fields.List(fields.Nested(StepOut))


class ObjectionsOut(Schema):
    """A page of objections."""

    items = fields.List(fields.Nested(ObjectionOut), required=True)
    next = fields.Integer(required=True, allow_none=True)
