"""The forms of taking records in."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

REASON_MAX = 500


class Form(Schema):
    """Base of forms: what a browser adds is left out."""

    class Meta:
        """Ignore what is not asked for."""

        unknown = EXCLUDE


class FileForm(Form):
    """A file of records and the item it is of."""

    item = fields.String(required=True, validate=validate.Length(min=1, max=80))
    file = fields.Raw(load_default=None)


class MatchForm(Form):
    """Whom a waiting row is about, or that nobody is."""

    uscc = fields.String(load_default="", validate=validate.Length(max=40))
    drop = fields.String(load_default="")
    reason = fields.String(required=True, validate=validate.Length(min=1, max=REASON_MAX))


class WithdrawForm(Form):
    """Why a record is taken back."""

    reason = fields.String(load_default="")
    basis = fields.String(load_default="", validate=validate.Length(max=REASON_MAX))


class CorrectForm(WithdrawForm):
    """Why a record is put right, and which revision was read; its fields follow the item's."""

    revision = fields.Integer(required=True)
