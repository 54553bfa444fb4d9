"""The page door of messages: the box, the bell in every frame, addresses, webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, request, url_for

from app.doors import http, i18n
from app.doors.refusals import text_of
from app.doors.refusals import texts as refusals
from app.doors.web import action, form, page
from app.messages import jobs, queries, schemas, services, terms
from app.messages.rules import letters, signing, texts
from ledger.kernel import ids
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("messages", __name__, template_folder="templates")

TOPIC_TEXTS = {
    "address": ("接收地址", "addresses"),
    "certificate": ("合格证明", "certificates"),
    "delivery": ("往来对账", "deliveries"),
    "licence": ("许可证", "licences"),
    "pass": ("一票通", "passes"),
    "recall": ("召回", "recalls"),
    "report": ("消费者反映", "consumer reports"),
    "supplier": ("供货者", "suppliers"),
    "trace": ("追溯", "tracing"),
    "webhook": ("推送", "webhooks"),
}
CHANNEL_TEXTS = {terms.MAIL: ("邮件", "mail")}


# --- the bell --------------------------------------------------------------------------------


def unread() -> int:
    """How many messages wait unread for who is signed in, for the bell of every frame."""
    who = http.actor_or_public()
    if who.account_id is None:
        return 0
    if "unread" not in g:
        g.unread = _counted()
    return int(g.unread)


def _counted() -> int:
    """Counted in the unit of the page; a page that says why it could not be made counts by itself.

    A bell is no reason to fail: where the store is silent it shows nothing.
    """
    boxes = queries.boxes_of(http.actor())
    try:
        if (uow := http.open_unit()) is not None:
            return queries.unread_count(uow, boxes)
        with http.unit(read_only=True) as own:
            return queries.unread_count(own, boxes)
    except Refusal:
        return 0


# --- the box ---------------------------------------------------------------------------------


@page(blueprint, "/messages", needs="account.own", template="messages/inbox.html")
def inbox(uow: UnitOfWork) -> Mapping[str, Any]:
    """The messages of the boxes one reads, newest first."""
    asked = schemas.InboxQuery().load({k: v for k, v in request.args.items() if v})
    boxes = queries.boxes_of(uow.actor)
    found = queries.inbox(uow, boxes, asked)
    return {
        "messages": [(one, texts.words_of(one.kind, one.params, i18n.language())) for one in found],
        "asked": asked,
        "topics": [(one, _in_words(TOPIC_TEXTS, one)) for one in texts.topics()],
        "unread": unread(),
        "newest": found[0].id if found else 0,
        "next": found[-1].id if len(found) == asked.limit else None,
    }


def _in_words(known: Mapping[str, tuple[str, str]], name: str) -> str:
    return known.get(name, (name, name))[i18n.language() == "en"]


@action(blueprint, "/messages/<int:message_id>/open", needs="account.own")
def open_message(uow: UnitOfWork, message_id: int) -> str:
    """Mark a message as read and go to what it is about."""
    link = services.mark_read(uow, message_id)
    return link or url_for("messages.inbox")


@action(blueprint, "/messages/<int:message_id>/read", needs="account.own")
def read(uow: UnitOfWork, message_id: int) -> str:
    """Mark a message as read and stay."""
    services.mark_read(uow, message_id)
    return _back()


@action(blueprint, "/messages/read", needs="account.own", loads=schemas.MarkForm)
def read_all(uow: UnitOfWork, command: Mapping[str, int]) -> str:
    """Mark everything up to the newest message shown as read."""
    services.mark_all_read(uow, command["up_to"])
    return _back()


def _back() -> str:
    """The page as it was filtered."""
    kept = {name: request.args[name] for name in ("unread", "topic") if request.args.get(name)}
    return url_for("messages.inbox") + (f"?{urlencode(kept)}" if kept else "")


# --- addresses -------------------------------------------------------------------------------


def _settings_context(uow: UnitOfWork) -> Mapping[str, Any]:
    channels = sorted(jobs.carriers(http.room().settings))
    may_call = uow.actor.may("message.webhook")
    return {
        "addresses": queries.addresses_of(uow),
        "channels": [(one, _in_words(CHANNEL_TEXTS, one)) for one in channels],
        "webhooks": queries.webhooks_of(uow) if may_call else [],
        "may_call": may_call,
        "values": {"language": i18n.language(), "channel": terms.MAIL},
    }


@form(
    blueprint,
    "/messages/settings",
    needs="account.own",
    loads=schemas.AddressForm,
    template="messages/settings.html",
    context=_settings_context,
    endpoint="settings",
)
def add_address(uow: UnitOfWork, command: terms.AddAddress) -> str:
    """Note an address; a letter asks there whether it is right."""
    services.add_address(uow, command, jobs.carriers(http.room().settings))
    return url_for("messages.settings", done="added")


@action(blueprint, "/messages/addresses/<int:address_id>/remove", needs="account.own")
def remove_address(uow: UnitOfWork, address_id: int) -> str:
    """Forget an address."""
    services.remove_address(uow, address_id)
    return url_for("messages.settings", done="removed")


@action(blueprint, "/messages/addresses/<int:address_id>/unmute", needs="account.own")
def unmute_address(uow: UnitOfWork, address_id: int) -> str:
    """Send an address everything again."""
    services.own_address(uow, address_id)
    services.mute_address(uow, address_id, muted=False)
    return url_for("messages.settings", done="unmuted")


def _named(letter: str, token: str) -> int:
    return ids.parse_sealed_reference(letter, token, http.room().settings.secret_key)


@page(
    blueprint,
    "/messages/confirm/<token>",
    needs="code.read",
    template="messages/confirm.html",
    limit="public",
    fresh=True,
)
def confirm(uow: UnitOfWork, token: str) -> Mapping[str, Any]:
    """Ask who opened the link of a first letter; looking at it alone confirms nothing."""
    return {"address": queries.address_by_id(uow, _named(letters.CONFIRMS, token)), "token": token}


@action(blueprint, "/messages/confirm/<token>", needs="code.read", endpoint="confirmed")
def confirmed(uow: UnitOfWork, token: str) -> str:
    """The address is right."""
    services.confirm_address(uow, _named(letters.CONFIRMS, token))
    return url_for("messages.confirm", token=token)


@page(
    blueprint,
    "/messages/stop/<token>",
    needs="code.read",
    template="messages/stop.html",
    limit="public",
    fresh=True,
)
def stop(uow: UnitOfWork, token: str) -> Mapping[str, Any]:
    """Ask whether what is not urgent shall stop."""
    return {"address": queries.address_by_id(uow, _named(letters.STOPS, token)), "token": token}


@action(blueprint, "/messages/stop/<token>", needs="code.read", endpoint="stopped")
def stopped(uow: UnitOfWork, token: str) -> str:
    """Stop what is not urgent; a mail program may say so for its reader (RFC 8058)."""
    services.mute_address(uow, _named(letters.STOPS, token), muted=True)
    return url_for("messages.stop", token=token)


# --- webhooks --------------------------------------------------------------------------------


@form(
    blueprint,
    "/messages/webhooks",
    needs="message.webhook",
    loads=schemas.WebhookForm,
    template="messages/new_webhook.html",
    context=lambda _uow: {},
)
def new_webhook(uow: UnitOfWork, command: terms.AddWebhook) -> str:
    """Register a webhook and show what it is signed with."""
    inside = bool(http.room().settings.webhooks_inside)
    made = services.add_webhook(uow, command, inside=inside)
    return url_for("messages.webhook", webhook_id=made)


@page(
    blueprint,
    "/messages/webhooks/<int:webhook_id>",
    needs="message.webhook",
    template="messages/webhook.html",
)
def webhook(uow: UnitOfWork, webhook_id: int) -> Mapping[str, Any]:
    """A webhook, its secret and its last deliveries."""
    shown = queries.webhook_by_id(uow, webhook_id)
    key = signing.key_of(http.room().settings.secret_key, shown.id, shown.nonce)
    return {
        "webhook": shown,
        "secret": signing.secret_text(key),
        "calls": queries.calls_of(uow, shown.id),
        "why": _why,
    }


def _why(said: str) -> str:
    """Why a call failed; one of our own refusals in its words."""
    return text_of(said, {"host": "?"}, i18n.language()) if said in refusals() else said


@action(blueprint, "/messages/webhooks/<int:webhook_id>/try", needs="message.webhook")
def try_webhook(uow: UnitOfWork, webhook_id: int) -> str:
    """Send a test."""
    services.try_webhook(uow, webhook_id)
    return url_for("messages.webhook", webhook_id=webhook_id, done="tried")


@action(blueprint, "/messages/webhooks/<int:webhook_id>/renew", needs="message.webhook")
def renew_secret(uow: UnitOfWork, webhook_id: int) -> str:
    """Make another secret."""
    services.renew_secret(uow, webhook_id)
    return url_for("messages.webhook", webhook_id=webhook_id, done="renewed")


@action(blueprint, "/messages/webhooks/<int:webhook_id>/on", needs="message.webhook")
def switch_on(uow: UnitOfWork, webhook_id: int) -> str:
    """Call it again."""
    services.switch_on(uow, webhook_id)
    return url_for("messages.webhook", webhook_id=webhook_id, done="on")


@action(blueprint, "/messages/webhooks/<int:webhook_id>/remove", needs="message.webhook")
def remove_webhook(uow: UnitOfWork, webhook_id: int) -> str:
    """Call it never again."""
    services.remove_webhook(uow, webhook_id)
    return url_for("messages.settings", done="webhook_removed")
