"""Tables of messages: boxes, addresses and letters, webhooks and calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table

_UNREAD = "read_at IS NULL AND "


class MessageRow(Table):
    """A message in one box: an operator's, a person's or a role's."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(operator_id, account_id) + CAST(role <> '' AS integer) = 1",
            name="one_box",
        ),
        Index(
            "uq_message_once",
            "once_key",
            "operator_id",
            "account_id",
            "role",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("once_key <> ''"),
        ),
        Index(
            "ix_message_operator",
            "operator_id",
            "id",
            postgresql_where=text("operator_id IS NOT NULL"),
        ),
        Index(
            "ix_message_account",
            "account_id",
            "id",
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index("ix_message_role", "role", "id", postgresql_where=text("role <> ''")),
        Index(
            "ix_message_operator_unread",
            "operator_id",
            "id",
            postgresql_where=text(_UNREAD + "operator_id IS NOT NULL"),
        ),
        Index(
            "ix_message_account_unread",
            "account_id",
            "id",
            postgresql_where=text(_UNREAD + "account_id IS NOT NULL"),
        ),
        Index(
            "ix_message_role_unread",
            "role",
            "id",
            postgresql_where=text(_UNREAD + "role <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int | None] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(Text, server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    link: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(Boolean)
    once_key: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    read_by: Mapped[int | None] = mapped_column(Integer)


class AddressRow(Table):
    """Where messages of one person's boxes go; a removed one keeps its number and no address."""

    __tablename__ = "message_address"
    __table_args__ = (
        Index(
            "ix_message_address_operator",
            "operator_id",
            postgresql_where=text("operator_id IS NOT NULL AND removed_at IS NULL"),
        ),
        Index(
            "ix_message_address_account",
            "account_id",
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_message_address_role",
            "role",
            postgresql_where=text("role <> '' AND removed_at IS NULL"),
        ),
        Index(
            "uq_message_address",
            "account_id",
            "channel",
            "address",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    role: Mapped[str] = mapped_column(Text, server_default="")
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    muted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    failed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    removed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class LetterRow(Table):
    """A message on its way to an address; those of one posting leave together."""

    __tablename__ = "message_letter"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name="state_known"),
        Index("ix_message_letter_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_letter_address", "address_id", "done_at"),
    )

    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id", ondelete="CASCADE"), primary_key=True
    )
    address_id: Mapped[int] = mapped_column(ForeignKey("message_address.id"), primary_key=True)
    urgent: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    posting: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    said: Mapped[str] = mapped_column(Text, server_default="")
    done_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class WebhookRow(Table):
    """A registered webhook; its secret is made of the nonce and the installation's own key."""

    __tablename__ = "message_webhook"
    __table_args__ = (
        Index(
            "ix_message_webhook_operator",
            "operator_id",
            postgresql_where=text("operator_id IS NOT NULL AND removed_at IS NULL"),
        ),
        Index(
            "ix_message_webhook_account",
            "account_id",
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(Integer)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    url: Mapped[str] = mapped_column(Text)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    off_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    off_why: Mapped[str] = mapped_column(Text, server_default="")
    removed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class CallRow(Table):
    """A delivery to a webhook; without a message it is a test."""

    __tablename__ = "message_call"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'dropped')", name="state_known"),
        Index("ix_message_call_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_call_webhook", "webhook_id", "id"),
        Index(
            "ix_message_call_message",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("message_webhook.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    due_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    status: Mapped[int | None] = mapped_column(Integer)
    said: Mapped[str] = mapped_column(Text, server_default="")
    done_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
