"""What agencies sent: one row a batch or sheet, the rows refused, the subjects nobody knows yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class UploadRow(Table):
    """A batch of rows of one item by one agency and what became of it.

    Of the rows that were taken, ``complete`` counts the cells that hold anything and ``timely`` the
    rows that came within the item's cycle; ``progress`` belongs to the job that reads a sheet.
    """

    __tablename__ = "credit_upload"
    __table_args__ = (
        Index("ix_credit_upload_agency", "agency_id", "id"),
        Index("ix_credit_upload_at", "at"),
        Index(
            "ix_credit_upload_item",
            "item_id",
            "agency_id",
            "at",
            postgresql_where=text("state = 'done'"),
        ),
        Index(
            "uq_credit_upload_file",
            "agency_id",
            "item_id",
            "sha256",
            unique=True,
            postgresql_where=text("sha256 <> '' AND state <> 'refused'"),
        ),
        Index(
            "ix_credit_upload_unfinished",
            "updated_at",
            postgresql_where=text("state IN ('waiting', 'reading')"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    agency_id: Mapped[int] = mapped_column(SmallInteger)
    item_id: Mapped[int] = mapped_column(SmallInteger)
    account_id: Mapped[int | None] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    sha256: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="done")
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    total: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    added: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    corrected: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    duplicate: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    pending: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    refused: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    complete: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    timely: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    progress: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class UploadRefusalRow(Table):
    """A row that was not taken, with why, and the row as it was sent."""

    __tablename__ = "credit_upload_row"

    upload_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    column: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PendingRow(Table):
    """A row about a subject that is not on file; it waits here until the subject is."""

    __tablename__ = "credit_pending"
    __table_args__ = (
        Index("uq_credit_pending_row", "agency_id", "item_id", "uscc", "digest", unique=True),
        Index("ix_credit_pending_uscc", "uscc", postgresql_where=text("settled_at IS NULL")),
        Index("ix_credit_pending_open", "id", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    upload_id: Mapped[int] = mapped_column(Integer)
    agency_id: Mapped[int] = mapped_column(SmallInteger)
    item_id: Mapped[int] = mapped_column(SmallInteger)
    uscc: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    outcome: Mapped[str] = mapped_column(Text, server_default="")
