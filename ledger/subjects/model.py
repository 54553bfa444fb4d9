"""Tables of subjects: one row for life per USCC, its history, its premises and licences."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class SubjectRow(Table):
    """A subject; registered ones have a USCC, unregistered ones a key of name and contact."""

    __tablename__ = "subject"
    __table_args__ = (
        Index("uq_subject_uscc", "uscc", unique=True, postgresql_where=text("uscc <> ''")),
        Index(
            "uq_subject_party_key",
            "party_key",
            unique=True,
            postgresql_where=text("party_key <> ''"),
        ),
        Index("ix_subject_gln", "gln", postgresql_where=text("gln <> ''")),
        Index("ix_subject_division", "division", "id"),
        Index("ix_subject_bigrams", "bigrams", postgresql_using="gin"),
        Index(
            "ix_subject_merged_into",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    uscc: Mapped[str] = mapped_column(Text, server_default="")
    party_key: Mapped[str] = mapped_column(Text, server_default="")
    gln: Mapped[str] = mapped_column(Text, server_default="")
    name: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    division: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")
    contact: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    country: Mapped[str] = mapped_column(Text, server_default="")
    status: Mapped[str] = mapped_column(Text, server_default="active")
    registered: Mapped[bool] = mapped_column(Boolean)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    # two-character pieces of name and former names: search by any part of a Chinese name
    bigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class SubjectChangeRow(Table):
    """What changed on a subject, when, by whom and why; old values stay here."""

    __tablename__ = "subject_change"
    __table_args__ = (Index("ix_subject_change_subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text, server_default="")


class PremisesRow(Table):
    """A place of an operator."""

    __tablename__ = "premises"
    __table_args__ = (
        Index("ix_premises_subject", "subject_id"),
        Index("ix_premises_gln", "gln", postgresql_where=text("gln <> ''")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default="")
    division: Mapped[str] = mapped_column(Text, server_default="")
    gln: Mapped[str] = mapped_column(Text, server_default="")


class LicenceRow(Table):
    """A licence on file; a renewed one is a new row, so that any past day can be asked about."""

    __tablename__ = "licence"
    __table_args__ = (
        Index("ix_licence_subject", "subject_id"),
        Index("ix_licence_number", "number"),
        Index("ix_licence_ends", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    premises_id: Mapped[int | None] = mapped_column(ForeignKey("premises.id"))
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    scope: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    revoked_on: Mapped[date | None] = mapped_column(DATE)
    number_checks: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
