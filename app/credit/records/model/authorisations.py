"""Who was let in: a party, for a purpose, until a day. Its link is sealed and stands nowhere."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Identity, Index, Integer, Text
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class AuthorisationRow(Table):
    """A subject lets a party read the authorised version of its file."""

    __tablename__ = "credit_authorisation"
    __table_args__ = (Index("ix_credit_authorisation_subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer)
    party: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[int | None] = mapped_column(Integer)
    granted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    valid_to: Mapped[date] = mapped_column(DATE)
    revoked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
