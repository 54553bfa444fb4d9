"""The kernel's own tables: facts on their way up, audit lines, dated rule parameters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class OutboxFact(Table):
    """A fact written with the work that made it true, relayed after the commit."""

    __tablename__ = "outbox_fact"
    __table_args__ = (
        Index("ix_outbox_fact_waiting", "id", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    fact: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class AuditLine(Table):
    """Who did or looked up what, and when; only ever added to."""

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("ix_audit_line_account", "account_id", "id"),
        Index("ix_audit_line_about", "about", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str] = mapped_column(Text)


class Parameter(Table):
    """One number of a rule, valid from a day, with its source."""

    __tablename__ = "parameter"
    __table_args__ = (UniqueConstraint("key", "jurisdiction", "valid_from"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    jurisdiction: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    source: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(Text)
