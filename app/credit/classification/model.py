"""Tables of classification: versions of the combination, and the joined classes of each month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class CombinationRow(Table):
    """A version of the combination as its file said it, in force until the next begins."""

    __tablename__ = "combination"
    __table_args__ = (UniqueConstraint("version"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    version: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(DATE)
    text: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)


class CombinedRunRow(Table):
    """The joining of one month; the newest of a month counts."""

    __tablename__ = "combined_run"
    __table_args__ = (Index("ix_combined_run_month", "month", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    month: Mapped[date] = mapped_column(DATE)
    combination_id: Mapped[int] = mapped_column(ForeignKey("combination.id"))
    credit_run: Mapped[int] = mapped_column(Integer)
    food_runs: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    classes: Mapped[dict[str, Any]] = mapped_column(JSONB)


class CombinedClassRow(Table):
    """The joined class of one food operator."""

    __tablename__ = "combined_class"
    __table_args__ = (PrimaryKeyConstraint("subject_id", "run_id"),)

    subject_id: Mapped[int] = mapped_column(Integer)
    run_id: Mapped[int] = mapped_column(Integer)
    class_code: Mapped[str] = mapped_column(Text)
    food: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
