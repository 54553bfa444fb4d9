"""Tables of signs: each as it was issued and what became of it, and what their holders say."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class SignRow(Table):
    """One sign. It is never changed but for its end: by another sign, or revoked with a reason."""

    __tablename__ = "sign"
    __table_args__ = (
        Index("ix_sign_number", "number"),
        Index(
            "uq_sign_hanging",
            "subject_id",
            "scheme",
            "kind",
            "object_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_sign_hanging", "scheme", "number", postgresql_where=text("ended_at IS NULL")),
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int] = mapped_column(BigInteger)
    class_code: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    graded_on: Mapped[date] = mapped_column(DATE)
    issued_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    valid_until: Mapped[date] = mapped_column(DATE)
    name: Mapped[str] = mapped_column(Text)
    object_number: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    issued_by: Mapped[int | None] = mapped_column(Integer)
    replaced_by: Mapped[str] = mapped_column(Text, server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_by: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, server_default="")


class SignReplyRow(Table):
    """What who holds a sign said of its grade; the newest is shown unless it was taken away."""

    __tablename__ = "sign_reply"
    __table_args__ = (Index("ix_sign_reply_about", "subject_id", "scheme", "kind", "object_id"),)

    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    scheme: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    said_by: Mapped[int | None] = mapped_column(Integer)
    hidden_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    hidden_by: Mapped[int | None] = mapped_column(Integer)
    hidden_why: Mapped[str] = mapped_column(Text, server_default="")
