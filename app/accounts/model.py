"""Tables of accounts: people and machines, their keys, delegations, attempts, ended sessions."""

from __future__ import annotations

from datetime import date, datetime

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
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class AccountRow(Table):
    """A person's account, or a machine's: that one has neither sign-in name nor password."""

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "uq_account_sign_in_name",
            "sign_in_name",
            unique=True,
            postgresql_where=text("sign_in_name <> ''"),
        ),
        Index(
            "ix_account_operator", "operator_id", postgresql_where=text("operator_id IS NOT NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(Text, server_default="")
    password_hash: Mapped[str] = mapped_column(Text, server_default="")
    role: Mapped[str] = mapped_column(Text)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="zh")
    password_changed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    # counted up by a new password and by "sign out everywhere": older sessions are worth nothing
    session_epoch: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class ApiKeyRow(Table):
    """A key: a prefix to find it by and the SHA-256 of the whole; the key itself is not kept."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index("uq_api_key_prefix", "prefix", unique=True),
        Index("ix_api_key_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    prefix: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    role: Mapped[str] = mapped_column(Text)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class DelegationRow(Table):
    """An operator's word that an account, or another operator, may act for it."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, agent_id) = 1", name="one_receiver"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        Index("ix_delegation_operator", "operator_id", "id"),
        Index("ix_delegation_account", "account_id", postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_delegation_agent", "agent_id", postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    valid_from: Mapped[date] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class SignInAttemptRow(Table):
    """One try to sign in, also for names nobody has: the pause must look the same for both."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_name", "sign_in_name", "id"),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    succeeded: Mapped[bool] = mapped_column(Boolean)


class EndedSessionRow(Table):
    """A session that was signed out; a copy of its cookie is worth nothing."""

    __tablename__ = "ended_session"
    __table_args__ = (Index("ix_ended_session_ended_at", "ended_at"),)

    session_id: Mapped[str] = mapped_column(Text, primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
