"""Calls to webhooks on their way: taken, noted, repeated, and a webhook given up in the end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text, update

from app.messages.model import CallRow, MessageRow, WebhookRow
from app.messages.rules import signing, texts, times
from app.messages.services.telling import tell
from app.messages.terms import LANGUAGES, Heard, OutgoingCall, Tell
from ledger.kernel.uow import UnitOfWork

CALLS_AT_ONCE = 40
SWITCHED_OFF = "webhook.switched_off"
_DUE = text("""
    SELECT id FROM message_call WHERE state = 'waiting' AND due_at <= :now
    ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
""")


def take_calls(uow: UnitOfWork, house_key: str) -> list[OutgoingCall]:
    """Take what is due; nobody else takes it for the next five minutes."""
    ids = list(uow.session.scalars(_DUE, {"now": uow.now, "most": CALLS_AT_ONCE}))
    if not ids:
        return []
    rows = uow.session.execute(
        select(CallRow, WebhookRow, MessageRow)
        .join(WebhookRow, WebhookRow.id == CallRow.webhook_id)
        .outerjoin(MessageRow, MessageRow.id == CallRow.message_id)
        .where(CallRow.id.in_(ids))
        .order_by(CallRow.id)
    ).all()
    taken = []
    for call, webhook, message in rows:
        off = webhook.off_at is not None and message is not None
        if webhook.removed_at is not None or off:
            call.state, call.done_at = "dropped", uow.now
            continue
        call.attempts += 1
        call.due_at = uow.now + times.LEASE
        taken.append(_outgoing(call, webhook, message, house_key))
    return taken


def _outgoing(
    call: CallRow, webhook: WebhookRow, message: MessageRow | None, house_key: str
) -> OutgoingCall:
    reference = f"msg_{message.id}_{webhook.id}" if message is not None else f"test_{call.id}"
    return OutgoingCall(
        id=call.id,
        webhook_id=webhook.id,
        attempts=call.attempts,
        url=webhook.url,
        key=signing.key_of(house_key, webhook.id, webhook.nonce),
        reference=reference,
        body=_body(call, message),
    )


def _body(call: CallRow, message: MessageRow | None) -> bytes:
    """What is sent: the same bytes however often it is sent."""
    said: dict[str, Any] = {"type": "webhook.test", "timestamp": call.at.isoformat(), "data": {}}
    if message is not None:
        words = {one: texts.words_of(message.kind, message.params, one) for one in LANGUAGES}
        said = {
            "type": message.kind,
            "timestamp": message.at.isoformat(),
            "data": {
                "message": message.id,
                "about": message.about,
                "link": message.link,
                "urgent": message.urgent,
                "params": message.params,
                "title": {one: it.title for one, it in words.items()},
                "text": {one: it.text for one, it in words.items()},
            },
        }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def note_heard(uow: UnitOfWork, gone: OutgoingCall, heard: Heard) -> str:
    """Note what a webhook answered; returns the outcome: done, again, failed.

    One that has failed often enough for long enough is switched off, and its owner told.
    """
    webhook = uow.session.get(WebhookRow, gone.webhook_id, with_for_update=True)
    assert webhook is not None
    if heard.is_fine:
        webhook.failures, webhook.failing_since = 0, None
        _note(uow, gone, state="done", done_at=uow.now, status=heard.status, said="")
        return "done"
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or uow.now
    if webhook.off_at is None and times.is_given_up(
        webhook.failures, webhook.failing_since, uow.now, heard.status
    ):
        _switch_off(uow, webhook, heard)
    is_test = gone.reference.startswith("test_")  # a person waits for its answer, not for a retry
    again = None if is_test or webhook.off_at else times.call_again_at(uow.now, gone.attempts)
    said = heard.said[:200]
    if again is not None:
        _note(uow, gone, due_at=again, status=heard.status, said=said)
        return "again"
    _note(uow, gone, state="failed", done_at=uow.now, status=heard.status, said=said)
    return "failed"


def _switch_off(uow: UnitOfWork, webhook: WebhookRow, heard: Heard) -> None:
    webhook.off_at = uow.now
    webhook.off_why = heard.said[:200] or f"HTTP {heard.status}"
    to_operator = webhook.operator_id is not None
    command = Tell(
        kind=SWITCHED_OFF,
        operator_ids=(webhook.operator_id,) if webhook.operator_id is not None else (),
        account_ids=() if to_operator else (webhook.account_id,),
        params={"url": webhook.url, "failures": webhook.failures},
        link=f"/messages/webhooks/{webhook.id}",
        about=f"webhook:{webhook.id}",
        once_key=f"{SWITCHED_OFF}:{webhook.id}:{uow.now.isoformat()}",
    )
    tell(uow, command)
    uow.audit("webhook.switched_off", f"webhook:{webhook.id}", failures=webhook.failures)


def _note(uow: UnitOfWork, gone: OutgoingCall, **values: Any) -> None:
    uow.session.execute(
        update(CallRow)
        .where(CallRow.id == gone.id, CallRow.state == "waiting")
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def forget_calls(uow: UnitOfWork) -> None:
    """Delete tests of webhooks after a month; other calls go with their messages."""
    before = uow.now - timedelta(days=30)
    uow.session.execute(
        text("DELETE FROM message_call WHERE message_id IS NULL AND at < :before"),
        {"before": before},
    )
