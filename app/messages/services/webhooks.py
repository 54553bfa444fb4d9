"""Webhooks: registered, tried out, given a new secret, switched on again, removed."""

from __future__ import annotations

import secrets

from sqlalchemy import exists, func, select

from app.messages import errors
from app.messages.model import CallRow, WebhookRow
from app.messages.queries import owned_by
from app.messages.rules import guard
from app.messages.terms import AddWebhook
from ledger.kernel.actor import NotYourOperator
from ledger.kernel.uow import UnitOfWork

WEBHOOKS_MAX = 5  # two systems, each with a second one for trying out, and one more
_NONCE_BYTES = 16


def add_webhook(uow: UnitOfWork, command: AddWebhook, *, inside: bool) -> int:
    """Register a webhook of the actor's operator, of an office its account's; returns its number.

    ``inside`` lets it stand in a private network. Refuses: NotPermitted, NotYourOperator,
    WebhookAddressUnusable, WebhookAddressInside, TooManyWebhooks.
    """
    uow.actor.require("message.webhook")
    _own_operator(uow)
    url = guard.webhook_url(command.url, inside=inside)
    mine = select(func.count()).where(owned_by(uow.actor), WebhookRow.removed_at.is_(None))
    if (uow.session.scalar(mine) or 0) >= WEBHOOKS_MAX:
        raise errors.TooManyWebhooks(field="url", most=WEBHOOKS_MAX)
    row = WebhookRow(
        account_id=uow.actor.account_id,
        operator_id=uow.actor.operator_id,
        url=url,
        nonce=secrets.token_bytes(_NONCE_BYTES),
        added_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # its number is the answer
    uow.audit("webhook.added", f"webhook:{row.id}", url=url)
    return row.id


def _own_operator(uow: UnitOfWork) -> None:
    """Somebody else's book may be open: its messages are not given away with it."""
    operator_id = uow.actor.operator_id
    if operator_id is not None and operator_id in uow.actor.delegated:
        raise NotYourOperator(operator=operator_id)


def try_webhook(uow: UnitOfWork, webhook_id: int) -> None:
    """Send a test to a webhook of the actor's, also to one that is off; not two at once.

    Refuses: NotPermitted, NotYourOperator, UnknownWebhook. Announces: call.wanted.
    """
    row = own_webhook(uow, webhook_id)
    waits = select(
        exists().where(
            CallRow.webhook_id == row.id, CallRow.message_id.is_(None), CallRow.state == "waiting"
        )
    )
    if uow.session.scalar(waits):
        return
    uow.session.add(CallRow(webhook_id=row.id, at=uow.now, due_at=uow.now))
    uow.announce("call.wanted", kind="webhook.test")
    uow.audit("webhook.tried", f"webhook:{row.id}")


def renew_secret(uow: UnitOfWork, webhook_id: int) -> None:
    """Give a webhook another secret; the old one signs nothing from now on.

    Refuses as try_webhook.
    """
    row = own_webhook(uow, webhook_id)
    row.nonce = secrets.token_bytes(_NONCE_BYTES)
    uow.audit("webhook.renewed", f"webhook:{row.id}")


def switch_on(uow: UnitOfWork, webhook_id: int) -> None:
    """Call a webhook again that was switched off; what was missed meanwhile is in the box.

    Refuses as try_webhook.
    """
    row = own_webhook(uow, webhook_id)
    row.off_at, row.off_why, row.failures, row.failing_since = None, "", 0, None
    uow.audit("webhook.switched_on", f"webhook:{row.id}")


def remove_webhook(uow: UnitOfWork, webhook_id: int) -> None:
    """Call a webhook never again. Refuses as try_webhook."""
    row = own_webhook(uow, webhook_id)
    row.removed_at = uow.now
    uow.audit("webhook.removed", f"webhook:{row.id}")


def own_webhook(uow: UnitOfWork, webhook_id: int) -> WebhookRow:
    """A webhook of the actor's. Refuses: NotPermitted, NotYourOperator, UnknownWebhook."""
    uow.actor.require("message.webhook")
    _own_operator(uow)
    mine = (WebhookRow.id == webhook_id) & owned_by(uow.actor)
    row = uow.session.scalars(
        select(WebhookRow).where(mine, WebhookRow.removed_at.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise errors.UnknownWebhook(webhook=webhook_id)
    return row
