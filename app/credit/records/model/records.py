"""Records as they are kept: narrow rows, added to only.

``said`` holds the fields in the item's order, joined by U+001F: 151 bytes a row where an array
takes 198 and JSON 173, and COPY of it is the quickest. The one index finds a record, finds whether
one is there already, and counts a subject's file without touching the rows. ``id`` is a hash of
what names the record (item, agency, document) with the revision in its low bits.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class RecordRow(Table):
    """One revision of a record; ``by_item`` rows can be found by their item alone."""

    __tablename__ = "credit_record"
    __table_args__ = (
        PrimaryKeyConstraint(
            "subject_id", "item_id", "agency_id", "id", postgresql_include=["decided_on"]
        ),
        Index(
            "ix_credit_record_item",
            "item_id",
            "decided_on",
            "subject_id",
            postgresql_where=text("by_item"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(Integer)
    upload_id: Mapped[int] = mapped_column(Integer)
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    decided_on: Mapped[date] = mapped_column(DATE)
    item_id: Mapped[int] = mapped_column(SmallInteger)
    agency_id: Mapped[int] = mapped_column(SmallInteger)
    by_item: Mapped[bool] = mapped_column(Boolean)
    said: Mapped[str] = mapped_column(Text)


class RecordEventRow(Table):
    """What happened to a record: corrected, withdrawn, marked, repaired; nothing is undone here."""

    __tablename__ = "credit_record_event"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "id"),)

    subject_id: Mapped[int] = mapped_column(Integer)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    record_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    agency_id: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
