"""Wire formats of accounts: forms and API bodies become commands, views become documents."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import EXCLUDE, fields, post_load, pre_load, validate

from app.accounts import terms
from app.doors.api import Day, Query, Wire
from ledger.kernel.actor import Role

_TEXT_MAX = 200
_ROLES = ("operator", "clerk", "inspector", "registrar", "credit", "agency", "admin")


class FormSchema(Wire):
    """A form of a page: fields of the frame beside ours are no reason to refuse it."""

    class Meta:
        """Take what is ours."""

        unknown = EXCLUDE

    @pre_load
    def drop_empty(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A field left empty is a field not given."""
        return {name: value for name, value in data.items() if value != ""}


class SignInForm(FormSchema):
    """Name and password; the address comes from the connection."""

    name = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))
    password = fields.String(required=True, validate=validate.Length(1, 1000))

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.SignIn:
        """The command."""
        return terms.SignIn(
            sign_in_name=data["name"], password=data["password"], address=request.remote_addr or ""
        )


class CreateAccountForm(FormSchema):
    """A new person's account; ``operator`` is a USCC, read by the view."""

    sign_in_name = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))
    name = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))
    password = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    operator = fields.String(load_default="")
    language = fields.String(load_default="zh")


class PasswordForm(FormSchema):
    """The present and the new password."""

    old = fields.String(required=True)
    password = fields.String(required=True)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.ChangePassword:
        """The command."""
        return terms.ChangePassword(old=data["old"], new=data["password"])


class LanguageForm(FormSchema):
    """The language of one's pages."""

    language = fields.String(required=True)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.ChooseLanguage:
        """The command."""
        return terms.ChooseLanguage(**data)


class KeyForm(FormSchema):
    """What a new key is for."""

    label = fields.String(required=True, validate=validate.Length(1, 100))


class DelegationForm(FormSchema):
    """To whom an operator gives its word, and for which days."""

    to = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))
    valid_from = fields.Date(allow_none=True, load_default=None)
    valid_to = fields.Date(allow_none=True, load_default=None)


class OperatorForm(FormSchema):
    """Whose book is opened."""

    operator_id = fields.Integer(required=True, validate=validate.Range(1, 2**31 - 1))


class Me(Wire):
    """Who the key or session is, and what it may do."""

    account = fields.Integer(
        required=True, metadata={"description": "number of the account", "example": 7}
    )
    name = fields.String(required=True, metadata={"example": "收银系统"})
    role = fields.String(
        required=True, validate=validate.OneOf(_ROLES), metadata={"example": "operator"}
    )
    operator = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "subject number of the operator whose book is open"},
    )
    delegated = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "subject numbers of the operators it may also file for"},
    )
    permissions = fields.List(
        fields.String(), required=True, metadata={"example": ["entry.file", "book.read"]}
    )


class AuditQuery(Query):
    """Which audit lines are wanted."""

    account_id = fields.Integer(validate=validate.Range(1, 2**31 - 1), data_key="account")
    action = fields.String(validate=validate.Length(max=_TEXT_MAX))
    about = fields.String(validate=validate.Length(max=_TEXT_MAX))
    since = Day()
    until = Day()
    before = fields.Integer(validate=validate.Range(1, 2**62), data_key="next")
