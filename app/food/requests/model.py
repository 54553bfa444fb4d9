"""Tables of trace requests; answers are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class RequestRow(Table):
    """An operator was asked for its records of a lot."""

    __tablename__ = "trace_request"
    __table_args__ = (
        Index(
            "uq_trace_request_open",
            "operator_id",
            "lot_id",
            "gap",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_trace_request_lot", "lot_id", "id"),
        Index("ix_trace_request_operator", "operator_id", "id"),
        Index("ix_trace_request_due", "due_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer)
    lot_id: Mapped[int] = mapped_column(Integer)
    gap: Mapped[str] = mapped_column(Text)
    quantity: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    partner_id: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int | None] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    due_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reminded_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class AnswerRow(Table):
    """What the operator answered: an entry by its reference, or words."""

    __tablename__ = "trace_request_answer"
    __table_args__ = (Index("ix_trace_request_answer_request", "request_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("trace_request.id"))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    via: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(Integer)
    reference: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text)
