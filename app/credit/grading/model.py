"""Tables of food grading: the grade each operator has, how it came there, runs, yearly forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class FoodRunRow(Table):
    """One grading of the whole city, or of some operators."""

    __tablename__ = "food_run"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    as_of: Mapped[date] = mapped_column(DATE)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    whole: Mapped[bool] = mapped_column(Boolean)
    operators: Mapped[int] = mapped_column(Integer, server_default="0")
    changed: Mapped[int] = mapped_column(Integer, server_default="0")
    unfilled: Mapped[int] = mapped_column(Integer, server_default="0")
    took_ms: Mapped[int] = mapped_column(Integer, server_default="0")
    # how many operators of a division have which grade
    tally: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # the engine's run of each scheme
    runs: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    snapshot: Mapped[bytes] = mapped_column(LargeBinary, server_default="")


class FoodGradeRow(Table):
    """The grade an operator has now; points in thousandths, -1 where none were reckoned."""

    __tablename__ = "food_grade"
    __table_args__ = (
        Index("ix_food_grade_grade", "grade", "subject_id"),
        Index("ix_food_grade_trade", "trade", "subject_id"),
        Index(
            "ix_food_grade_category",
            "category",
            "subject_id",
            postgresql_where=text("category <> ''"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(BigInteger)
    score_run: Mapped[int] = mapped_column(BigInteger, server_default="0")
    as_of: Mapped[date] = mapped_column(DATE)
    since: Mapped[date] = mapped_column(DATE)
    last_inspected: Mapped[date | None] = mapped_column(DATE)
    static: Mapped[int] = mapped_column(Integer)
    dynamic: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    grade: Mapped[str] = mapped_column(Text)
    reckoned: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    trade: Mapped[str] = mapped_column(Text)
    trades: Mapped[list[str]] = mapped_column(ARRAY(Text))
    category: Mapped[str] = mapped_column(Text, server_default="")
    scheme: Mapped[str] = mapped_column(Text, server_default="")
    tier: Mapped[str] = mapped_column(Text, server_default="")
    # what the ledger knew: licence, received, unanswered, written, late, held
    book: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")


class FoodGradeHistoryRow(Table):
    """What an operator's grade or points became in a run; a row only where something moved."""

    __tablename__ = "food_grade_history"

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    as_of: Mapped[date] = mapped_column(DATE)
    was: Mapped[str] = mapped_column(Text, server_default="")
    grade: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    static: Mapped[int] = mapped_column(Integer)
    dynamic: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)


class RiskGradeRow(Table):
    """风险等级确定表: one filling of a year's form; filling again adds a row."""

    __tablename__ = "risk_grade"

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    run_id: Mapped[int] = mapped_column(BigInteger)
    was: Mapped[str] = mapped_column(Text, server_default="")
    static: Mapped[int] = mapped_column(Integer)
    dynamic: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    grade: Mapped[str] = mapped_column(Text)
    serious: Mapped[bool] = mapped_column(Boolean)
    # flags and grounds, each with its evidence
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    suggestion: Mapped[str] = mapped_column(Text)
    next: Mapped[str] = mapped_column(Text)
    remark: Mapped[str] = mapped_column(Text, server_default="")
    filled_by: Mapped[int | None] = mapped_column(Integer)
    filler: Mapped[str] = mapped_column(Text)
    filled_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class RiskGradeStepRow(Table):
    """What another person did with a filling: confirmed it, or sent it back with a note."""

    __tablename__ = "risk_grade_step"
    __table_args__ = (
        Index(
            "uq_risk_grade_step_confirmed",
            "subject_id",
            "year",
            unique=True,
            postgresql_where=text("kind = 'confirmed'"),
        ),
        Index(
            "ix_risk_grade_step_year",
            "year",
            "subject_id",
            postgresql_where=text("kind = 'confirmed'"),
        ),
    )

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    next: Mapped[str] = mapped_column(Text, server_default="")
    by: Mapped[int | None] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class FoodConductRow(Table):
    """What the ledger's own clocks found of an operator, kept for the year's form."""

    __tablename__ = "food_conduct"

    subject_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    about: Mapped[str] = mapped_column(Text, primary_key=True)
    on: Mapped[date] = mapped_column(DATE)
