"""Tables of objections; steps and files are only ever added."""

from __future__ import annotations

from datetime import date, datetime

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
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class ObjectionRow(Table):
    """A subject disputes a record of an agency."""

    __tablename__ = "objection"
    __table_args__ = (
        Index(
            "uq_objection_open",
            "subject_id",
            "record_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_objection_subject", "subject_id", "id"),
        Index("ix_objection_agency", "agency_id", "id"),
        Index("ix_objection_due", "due_on", postgresql_where=text("due_on IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    subject_id: Mapped[int] = mapped_column(Integer)
    record_subject_id: Mapped[int] = mapped_column(Integer)  # another where subjects merged
    record_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(SmallInteger)
    item_code: Mapped[str] = mapped_column(Text)
    document_no: Mapped[str] = mapped_column(Text)
    agency_id: Mapped[int] = mapped_column(Integer)
    is_own: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    remedy: Mapped[str] = mapped_column(Text, server_default="")
    channel: Mapped[str] = mapped_column(Text)
    brought_by: Mapped[str] = mapped_column(Text, server_default="")
    grounds: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date] = mapped_column(DATE)
    filed_by: Mapped[int | None] = mapped_column(Integer)
    filed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    since: Mapped[date] = mapped_column(DATE)  # the day the running clock counts from
    due_on: Mapped[date | None] = mapped_column(DATE)
    provisional: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    told_late_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")


class ObjectionStepRow(Table):
    """What happened to an objection."""

    __tablename__ = "objection_step"
    __table_args__ = (Index("ix_objection_step_objection", "objection_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objection.id"))
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    by_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")


class ObjectionFileRow(Table):
    """A picture or PDF that goes with an objection; the file lies in ``app.blobs``."""

    __tablename__ = "objection_file"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objection.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(Text)
