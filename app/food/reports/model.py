"""Tables of reports: what was told is never changed, steps are added."""

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
    text,
)
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class ReportRow(Table):
    """A report as it came in; ``state`` is that of its last step."""

    __tablename__ = "consumer_report"
    __table_args__ = (
        Index("ix_consumer_report_open", "id", postgresql_where=text("state <> 'closed'")),
        Index("ix_consumer_report_product", "product_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    lot: Mapped[str] = mapped_column(Text)
    product_id: Mapped[int | None] = mapped_column(Integer)
    lot_id: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(Text)
    bought_on: Mapped[date | None] = mapped_column(DATE)
    contact: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class ReportPhotoRow(Table):
    """A photograph of a report; the file is kept under its hash."""

    __tablename__ = "consumer_report_photo"

    report_id: Mapped[int] = mapped_column(ForeignKey("consumer_report.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(Text)


class ReportStepRow(Table):
    """What was done about a report; ``answer`` is read by who reported."""

    __tablename__ = "consumer_report_step"
    __table_args__ = (Index("ix_consumer_report_step_report", "report_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("consumer_report.id"))
    state: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
