"""Tables of visits: noted once, never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class VisitRow(Table):
    """A visit to a subject; ``branch_id`` is the office of who came, none for the city's own."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_account", "account_id", "id"),)

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(Integer)
    branch_id: Mapped[int | None] = mapped_column(Integer)
    inspector: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    came_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    left_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    results: Mapped[list[str]] = mapped_column(ARRAY(Text))
    said: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(Text)
    next_on: Mapped[date | None] = mapped_column(DATE)
    state: Mapped[str] = mapped_column(Text)
    found_by: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class VisitPhotoRow(Table):
    """A photograph of a visit; the file is kept under its hash."""

    __tablename__ = "visit_photo"

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    visit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(Text)
