"""Tables of uploads: a file that was sent, and the rows of it that are not simply filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class UploadRecord(Table):
    """One file sent for one operator's book, and how far its rows have been taken.

    ``taken`` says for each of the readers that share the file how many of its rows it has gone
    through. It moves in the same unit as the filing of a chunk, so that a reader that dies is
    followed by one that begins where it stopped. ``acts_for`` are the operators the sender might
    file for when the file was sent.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'reading', 'done', 'refused')", name="state_known"),
        Index(
            "uq_upload_file",
            "operator_id",
            "sha256",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index("ix_upload_operator", "operator_id", "id"),
        Index(
            "ix_upload_unfinished",
            "updated_at",
            postgresql_where=text("state IN ('waiting', 'reading')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(Integer)
    acts_for: Mapped[list[int]] = mapped_column(JSONB)
    filename: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    warnings: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    rows_total: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_done: Mapped[int] = mapped_column(Integer, server_default="0")
    taken: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{0}")
    accepted: Mapped[int] = mapped_column(Integer, server_default="0")
    refused: Mapped[int] = mapped_column(Integer, server_default="0")
    warned: Mapped[int] = mapped_column(Integer, server_default="0")
    skipped: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class UploadRowRecord(Table):
    """A row of an upload that was refused, warned about or skipped; filed ones are in the book."""

    __tablename__ = "upload_row"
    __table_args__ = (Index("ix_upload_row_upload", "upload_id", "state", "sheet", "number", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    upload_id: Mapped[int] = mapped_column(BigInteger)
    sheet: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text, server_default="")
    field: Mapped[str] = mapped_column(Text, server_default="")
    cell: Mapped[str] = mapped_column(Text, server_default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # the cells as they stood, of a refused row only: it has to be given back
    said: Mapped[list[str | float]] = mapped_column(JSONB, server_default="[]")


class DeliveryAnswerRecord(Table):
    """An operator says that a dispatch to it has not arrived (``refused``)."""

    __tablename__ = "delivery_answer"
    __table_args__ = (UniqueConstraint("operator_id", "reference"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer)
    reference: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
