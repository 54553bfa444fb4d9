"""Tables of libraries: rules with their history, dated membership, days of change, snapshots."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class LibraryRow(Table):
    """A library; ``members`` and ``refreshed_at`` are of its last pass."""

    __tablename__ = "library"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text, server_default="")
    industry: Mapped[str] = mapped_column(Text, server_default="")
    attribute: Mapped[str] = mapped_column(Text, server_default="")
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    official: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    source: Mapped[str] = mapped_column(Text, server_default="")
    mark: Mapped[str] = mapped_column(Text, server_default="")
    members: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    refreshed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class LibraryChangeRow(Table):
    """What changed on a library, when, by whom and why; old rules stay here."""

    __tablename__ = "library_change"
    __table_args__ = (Index("ix_library_change_library", "library_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("library.id"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(Text)


class LibraryMemberRow(Table):
    """A subject in a library from a day on, until the day before ``to_on``."""

    __tablename__ = "library_member"
    __table_args__ = (
        Index(
            "ix_library_member_now",
            "library_id",
            "subject_id",
            postgresql_where=text("to_on IS NULL"),
        ),
        Index("ix_library_member_begun", "library_id", "from_on", "subject_id"),
        Index(
            "ix_library_member_ended",
            "library_id",
            "to_on",
            "subject_id",
            postgresql_where=text("to_on IS NOT NULL"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("library.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(DATE, primary_key=True)
    to_on: Mapped[date | None] = mapped_column(DATE)


class LibraryDayRow(Table):
    """How many joined and left a library on a day."""

    __tablename__ = "library_day"

    library_id: Mapped[int] = mapped_column(ForeignKey("library.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(DATE, primary_key=True)
    joined: Mapped[int] = mapped_column(Integer)
    gone: Mapped[int] = mapped_column(Integer)


class LibrarySnapshotRow(Table):
    """Who was in a library at a moment: subjects as sorted little-endian numbers of 4 bytes."""

    __tablename__ = "library_snapshot"
    __table_args__ = (Index("ix_library_snapshot_library", "library_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("library.id"))
    taken_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    members: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    subjects: Mapped[bytes] = mapped_column(LargeBinary)


class LibraryMarkRow(Table):
    """How far newly registered and changed subjects have been followed; one row."""

    __tablename__ = "library_mark"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    subject_id: Mapped[int] = mapped_column(Integer)
    change_id: Mapped[int] = mapped_column(Integer)
