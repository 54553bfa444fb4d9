"""The API door of messages: one's box, webhooks and their deliveries."""

from __future__ import annotations

from typing import Any

from app.doors import http
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from app.messages import queries, schemas, services, terms
from app.messages.rules import letters, signing
from ledger.kernel import ids
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint(
    "messages-api", __name__, url_prefix="/api/v1", description="What the house tells you"
)


@endpoint(
    blueprint,
    "/messages",
    loads=schemas.InboxQuery,
    location="query",
    needs="account.own",
    answers=schemas.InboxAnswer,
)
def inbox(uow: UnitOfWork, asked: terms.InboxAsked) -> dict[str, Any]:
    """Read the messages of your operator, yourself and your role, newest first."""
    boxes = queries.boxes_of(uow.actor)
    found = queries.inbox(uow, boxes, asked)
    return {
        "items": [schemas.message_answer(one) for one in found],
        "next": found[-1].id if len(found) == asked.limit else None,
        "unread": queries.unread_count(uow, boxes),
    }


@endpoint(
    blueprint,
    "/messages/<int:message_id>/read",
    method="POST",
    needs="account.own",
    status=204,
)
def read(uow: UnitOfWork, message_id: int) -> None:
    """Mark a message as read, for everybody of its box."""
    services.mark_read(uow, message_id)


@endpoint(
    blueprint,
    "/messages/stop/<token>",
    method="POST",
    needs="code.read",
    status=204,
    limit="public",
)
def stop(uow: UnitOfWork, token: str) -> None:
    """Stop what is not urgent for the address of a letter (RFC 8058, one click)."""
    number = ids.parse_sealed_reference(letters.STOPS, token, http.room().settings.secret_key)
    services.mute_address(uow, number, muted=True)


@endpoint(blueprint, "/webhooks", needs="message.webhook", answers=schemas.WebhooksAnswer)
def webhooks(uow: UnitOfWork) -> dict[str, Any]:
    """List the webhooks of your operator, or of your account."""
    return {"items": queries.webhooks_of(uow)}


@endpoint(
    blueprint,
    "/webhooks",
    method="POST",
    loads=schemas.WebhookBody,
    needs="message.webhook",
    answers=schemas.NewWebhookAnswer,
    status=201,
    example={"url": "https://erp.example.cn/suyuan"},
)
def add_webhook(uow: UnitOfWork, command: terms.AddWebhook) -> dict[str, Any]:
    """Register a webhook; each message is sent there as a signed POST."""
    settings = http.room().settings
    made = services.add_webhook(uow, command, inside=bool(settings.webhooks_inside))
    shown = queries.webhook_by_id(uow, made)
    key = signing.key_of(settings.secret_key, made, shown.nonce)
    return {"id": made, "secret": signing.secret_text(key)}


@endpoint(
    blueprint,
    "/webhooks/<int:webhook_id>",
    method="DELETE",
    needs="message.webhook",
    status=204,
)
def remove_webhook(uow: UnitOfWork, webhook_id: int) -> None:
    """Call a webhook never again."""
    services.remove_webhook(uow, webhook_id)


@endpoint(
    blueprint,
    "/webhooks/<int:webhook_id>/test",
    method="POST",
    needs="message.webhook",
    status=204,
)
def try_webhook(uow: UnitOfWork, webhook_id: int) -> None:
    """Send a test; see the deliveries for how it went."""
    services.try_webhook(uow, webhook_id)


@endpoint(
    blueprint,
    "/webhooks/<int:webhook_id>/on",
    method="POST",
    needs="message.webhook",
    status=204,
)
def switch_on(uow: UnitOfWork, webhook_id: int) -> None:
    """Call a webhook again that was switched off."""
    services.switch_on(uow, webhook_id)


@endpoint(
    blueprint,
    "/webhooks/<int:webhook_id>/deliveries",
    needs="message.webhook",
    answers=schemas.CallsAnswer,
)
def deliveries(uow: UnitOfWork, webhook_id: int) -> dict[str, Any]:
    """List the last twenty deliveries to a webhook."""
    return {"items": queries.calls_of(uow, queries.webhook_by_id(uow, webhook_id).id)}
