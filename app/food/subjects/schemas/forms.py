"""The forms of subjects' pages: what a registrar types becomes a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, fields, post_load, pre_load, validate

from app.doors.api import Wire
from ledger.subjects.terms import (
    LicenceKind,
    LicenceNamed,
    RegisterSubject,
    SubjectKind,
    SubjectStatus,
)

KINDS = tuple(SubjectKind)
LICENCES = tuple(LicenceKind)


class FormSchema(Wire):
    """A form of a page; fields of the frame and empty ones are no reason to refuse it."""

    class Meta:
        """Take what is ours."""

        unknown = EXCLUDE

    @pre_load
    def without_empty(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """An empty date or choice was left out, not typed wrong."""
        emptied = {
            name
            for name, field in self.fields.items()
            if isinstance(field, (fields.Date, fields.Enum))
        }
        return {name: said for name, said in data.items() if said != "" or name not in emptied}


class ParticularsForm(FormSchema):
    """What is typed of a subject, with one licence."""

    name = fields.String(load_default="", validate=validate.Length(max=200))
    kinds = fields.List(fields.Enum(SubjectKind, by_value=True), load_default=list)
    division = fields.String(load_default="", validate=validate.Length(max=12))
    address = fields.String(load_default="", validate=validate.Length(max=500))
    contact = fields.String(load_default="", validate=validate.Length(max=200))
    phone = fields.String(load_default="", validate=validate.Length(max=60))
    gln = fields.String(load_default="", validate=validate.Length(max=20))
    licence_kind = fields.Enum(LicenceKind, by_value=True, load_default=LicenceKind.JY)
    licence_number = fields.String(load_default="", validate=validate.Length(max=60))
    valid_from = fields.Date(load_default=None)
    valid_to = fields.Date(load_default=None)
    revoked_on = fields.Date(load_default=None)
    reason = fields.String(load_default="", validate=validate.Length(max=500))


def _licences(data: Mapping[str, Any]) -> tuple[LicenceNamed, ...]:
    if not data["licence_number"].strip():
        return ()
    dates = {name: data[name] for name in ("valid_from", "valid_to", "revoked_on")}
    return (LicenceNamed(kind=data["licence_kind"], number=data["licence_number"], **dates),)


_PLAIN = ("name", "division", "address", "contact", "phone", "gln")


class RegisterForm(ParticularsForm):
    """A new subject."""

    uscc = fields.String(load_default="", validate=validate.Length(max=40))

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> RegisterSubject:
        """The command."""
        return RegisterSubject(
            uscc=data["uscc"],
            kinds=tuple(data["kinds"]),
            licences=_licences(data),
            **{name: data[name] for name in _PLAIN},
        )


class AmendForm(ParticularsForm):
    """Particulars as they are to be; a licence typed here is added or put right."""

    status = fields.Enum(SubjectStatus, by_value=True, load_default=SubjectStatus.ACTIVE)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What ``AmendSubject`` takes beside the USCC."""
        changes = {name: data[name] for name in (*_PLAIN, "kinds", "status")}
        if papers := _licences(data):
            changes["licences"] = papers
        return {"changes": changes, "reason": data["reason"]}


class MergeForm(FormSchema):
    """Into whom an unregistered party is merged."""

    into = fields.String(load_default="", validate=validate.Length(max=40))
    reason = fields.String(load_default="", validate=validate.Length(max=500))
