"""Reads of messages: a box, its count, addresses, webhooks and their calls."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, text, union_all

from app.messages import errors
from app.messages.model import AddressRow, CallRow, MessageRow, WebhookRow
from app.messages.terms import Address, Boxes, Call, InboxAsked, Message, Webhook
from ledger.kernel.actor import Actor, Role
from ledger.kernel.uow import UnitOfWork

UNREAD_MAX = 100  # the bell says 99+ from here on
PAGE_MAX = 100
CALLS_MAX = 50
_NO_BOX = frozenset({Role.PUBLIC, Role.SYSTEM})


def boxes_of(actor: Actor) -> Boxes:
    """The boxes an actor reads; of operators the one whose book is open."""
    shared = "" if actor.role in _NO_BOX else actor.role.value
    return Boxes(operator_id=actor.operator_id, account_id=actor.account_id, role=shared)


def in_boxes(boxes: Boxes) -> list[ColumnElement[bool]]:
    """What holds of the messages of each box, one condition a box, so that each has its index."""
    found: list[ColumnElement[bool]] = []
    if boxes.operator_id is not None:
        found.append(MessageRow.operator_id == boxes.operator_id)
    if boxes.account_id is not None:
        found.append(MessageRow.account_id == boxes.account_id)
    if boxes.role:
        found.append((MessageRow.role == boxes.role) & (MessageRow.role != ""))
    return found


def unread_count(uow: UnitOfWork, boxes: Boxes) -> int:
    """How many messages stand unread in some boxes, counted up to 100."""
    parts = [
        select(MessageRow.id)
        .where(box, MessageRow.read_at.is_(None))
        .order_by(MessageRow.id.desc())
        .limit(UNREAD_MAX)
        for box in in_boxes(boxes)
    ]
    if not parts:
        return 0
    every = union_all(*(select(part.subquery()) for part in parts)).limit(UNREAD_MAX).subquery()
    return uow.session.scalar(select(func.count()).select_from(every)) or 0


def inbox(uow: UnitOfWork, boxes: Boxes, asked: InboxAsked) -> list[Message]:
    """The messages of some boxes, newest first, each box read through its own index."""
    limit = min(asked.limit, PAGE_MAX)
    parts = []
    for box in in_boxes(boxes):
        wanted = select(MessageRow.id).where(box).order_by(MessageRow.id.desc()).limit(limit)
        if asked.unread:
            wanted = wanted.where(MessageRow.read_at.is_(None))
        if asked.topic:
            wanted = wanted.where(MessageRow.kind.startswith(f"{asked.topic}.", autoescape=True))
        if asked.before is not None:
            wanted = wanted.where(MessageRow.id < asked.before)
        parts.append(select(wanted.subquery()))
    if not parts:
        return []
    ids = union_all(*parts).subquery()
    rows = uow.session.scalars(
        select(MessageRow)
        .where(MessageRow.id.in_(select(ids.c.id)))
        .order_by(MessageRow.id.desc())
        .limit(limit)
    )
    return [
        Message(
            id=row.id,
            kind=row.kind,
            params=row.params,
            link=row.link,
            about=row.about,
            urgent=row.urgent,
            at=row.at,
            read_at=row.read_at,
            reader=row.read_by,
        )
        for row in rows
    ]


def addresses_of(uow: UnitOfWork) -> list[Address]:
    """The actor's own addresses."""
    rows = uow.session.scalars(
        select(AddressRow)
        .where(AddressRow.account_id == uow.actor.account_id, AddressRow.removed_at.is_(None))
        .order_by(AddressRow.id)
        .limit(PAGE_MAX)
    )
    return [address_of(row) for row in rows]


def address_of(row: AddressRow) -> Address:
    """An address as others may see it."""
    return Address(
        id=row.id,
        channel=row.channel,
        address=row.address,
        language=row.language,
        added_at=row.added_at,
        confirmed_at=row.confirmed_at,
        muted_at=row.muted_at,
        failed_at=row.failed_at,
    )


def address_by_id(uow: UnitOfWork, address_id: int) -> Address:
    """An address that a link sent to it names. Raises UnknownAddress."""
    row = uow.session.get(AddressRow, address_id)
    if row is None or row.removed_at is not None:
        raise errors.UnknownAddress(address=address_id)
    return address_of(row)


def owned_by(actor: Actor) -> ColumnElement[bool]:
    """Which webhooks are an actor's: its operator's, or of an office its account's."""
    if actor.operator_id is not None:
        return WebhookRow.operator_id == actor.operator_id
    return (WebhookRow.account_id == actor.account_id) & WebhookRow.operator_id.is_(None)


def webhooks_of(uow: UnitOfWork) -> list[Webhook]:
    """The webhooks of the actor's operator, or of its account."""
    rows = uow.session.scalars(
        select(WebhookRow)
        .where(owned_by(uow.actor), WebhookRow.removed_at.is_(None))
        .order_by(WebhookRow.id)
        .limit(PAGE_MAX)
    )
    return [_webhook(row) for row in rows]


def webhook_by_id(uow: UnitOfWork, webhook_id: int) -> Webhook:
    """One of them. Raises UnknownWebhook."""
    row = uow.session.get(WebhookRow, webhook_id)
    if row is None or row.removed_at is not None or not _is_own(row, uow.actor):
        raise errors.UnknownWebhook(webhook=webhook_id)
    return _webhook(row)


def _is_own(row: WebhookRow, actor: Actor) -> bool:
    if actor.operator_id is not None:
        return row.operator_id == actor.operator_id and row.operator_id not in actor.delegated
    return row.account_id == actor.account_id and row.operator_id is None


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        nonce=row.nonce,
        added_at=row.added_at,
        failures=row.failures,
        off_at=row.off_at,
        off_why=row.off_why,
    )


def calls_of(uow: UnitOfWork, webhook_id: int, limit: int = 20) -> list[Call]:
    """The last deliveries to a webhook, newest first."""
    rows = uow.session.execute(
        select(CallRow, MessageRow.kind)
        .outerjoin(MessageRow, MessageRow.id == CallRow.message_id)
        .where(CallRow.webhook_id == webhook_id)
        .order_by(CallRow.id.desc())
        .limit(min(limit, CALLS_MAX))
    )
    return [
        Call(
            id=row.id,
            kind=kind or "",
            state=row.state,
            attempts=row.attempts,
            status=row.status,
            said=row.said,
            at=row.at,
            due_at=row.due_at,
            done_at=row.done_at,
        )
        for row, kind in rows
    ]


_TRAFFIC = text("""
    SELECT (SELECT count(*) FROM message_letter WHERE state = 'waiting') AS letters_waiting,
        (SELECT count(*) FROM message_call WHERE state = 'waiting') AS calls_waiting,
        (SELECT count(*) FROM message_address WHERE failed_at > :since) AS addresses_failing,
        (SELECT count(*) FROM message_webhook WHERE off_at IS NOT NULL AND removed_at IS NULL)
            AS webhooks_off
""")


def traffic(uow: UnitOfWork) -> dict[str, int]:
    """What waits to leave, and where nothing arrives, for who runs the installation."""
    since = uow.now - timedelta(days=7)
    return dict(uow.session.execute(_TRAFFIC, {"since": since}).mappings().one())
