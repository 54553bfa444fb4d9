"""Wire formats of messages: forms and API bodies become commands, views become documents."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load, validate

from app.doors.api import Query, Wire
from app.messages import terms
from app.messages.rules import texts

_TEXT_MAX = 500
_ID_MAX = 2**63 - 1
PAGE, PAGE_MAX = 20, 100
STATES = ("waiting", "done", "failed", "dropped")


class _Form(Wire):
    """A form of a page: fields of the frame beside ours are no reason to refuse it."""

    class Meta:
        """Take what is ours."""

        unknown = EXCLUDE

    @pre_load
    def drop_empty(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A field left empty is a field not given."""
        return {name: value for name, value in data.items() if value != ""}


class AddressForm(_Form):
    """A new address; its channel is mail where none is named."""

    address = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))
    channel = fields.String(load_default=terms.MAIL, validate=validate.Length(1, 20))
    language = fields.String(load_default="zh")

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.AddAddress:
        """The command."""
        return terms.AddAddress(**data)


class WebhookForm(_Form):
    """A new webhook."""

    url = fields.String(required=True, validate=validate.Length(1, _TEXT_MAX))

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.AddWebhook:
        """The command."""
        return terms.AddWebhook(**data)


class WebhookBody(Wire):
    """A new webhook, as a machine says it."""

    url = fields.String(
        required=True,
        validate=validate.Length(1, _TEXT_MAX),
        metadata={"description": "a full https:// address"},
    )

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> terms.AddWebhook:
        """The command."""
        return terms.AddWebhook(**data)


class MarkForm(_Form):
    """Up to which message everything is read."""

    up_to = fields.Integer(required=True, validate=validate.Range(0, _ID_MAX))


class InboxQuery(Query):
    """Which messages, a page at a time."""

    unread = fields.Boolean(load_default=False)
    topic = fields.String(load_default="", validate=validate.Length(max=40))
    before = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, _ID_MAX),
        metadata={"description": "`next` of the page before"},
    )
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, PAGE_MAX))

    @post_load
    def asked(self, data: dict[str, Any], **_: Any) -> terms.InboxAsked:
        """What is asked for."""
        return terms.InboxAsked(**data)


class MessageAnswer(Schema):
    """A message in both languages."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"description": "for example recall.notice"})
    about = fields.String(required=True, metadata={"description": "the thing it is about"})
    link = fields.String(required=True, metadata={"description": "a page of this site, or empty"})
    urgent = fields.Boolean(required=True)
    at = fields.DateTime(required=True)
    read_at = fields.DateTime(required=True, allow_none=True)
    params = fields.Dict(required=True, keys=fields.String())
    title = fields.Dict(required=True, keys=fields.String(), values=fields.String())
    text = fields.Dict(required=True, keys=fields.String(), values=fields.String())


class InboxAnswer(Schema):
    """A page of messages; ``next`` is what to ask for as ``before``."""

    items = fields.List(fields.Nested(MessageAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True)
    unread = fields.Integer(required=True, metadata={"description": "counted up to 100"})


class WebhookAnswer(Schema):
    """A webhook of one's own."""

    id = fields.Integer(required=True)
    url = fields.String(required=True)
    added_at = fields.DateTime(required=True)
    failures = fields.Integer(required=True, metadata={"description": "in a row"})
    off_at = fields.DateTime(required=True, allow_none=True)
    off_why = fields.String(required=True)


class NewWebhookAnswer(Schema):
    """A new webhook and the secret its calls are signed with."""

    id = fields.Integer(required=True)
    secret = fields.String(required=True, metadata={"description": "whsec_ and base64"})


class WebhooksAnswer(Schema):
    """One's own webhooks."""

    items = fields.List(fields.Nested(WebhookAnswer), required=True)


class CallAnswer(Schema):
    """One delivery."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"description": "empty for a test"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    said = fields.String(required=True)
    at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True)
    done_at = fields.DateTime(required=True, allow_none=True)


class CallsAnswer(Schema):
    """The last deliveries to a webhook, newest first."""

    items = fields.List(fields.Nested(CallAnswer), required=True)


def message_answer(message: terms.Message) -> dict[str, Any]:
    """A message as the API says it."""
    words = {one: texts.words_of(message.kind, message.params, one) for one in terms.LANGUAGES}
    return {
        "id": message.id,
        "kind": message.kind,
        "about": message.about,
        "link": message.link,
        "urgent": message.urgent,
        "at": message.at,
        "read_at": message.read_at,
        "params": message.params,
        "title": {one: it.title for one, it in words.items()},
        "text": {one: it.text for one, it in words.items()},
    }
