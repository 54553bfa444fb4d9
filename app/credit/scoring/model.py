"""Tables of scoring: schemes, objects that are no subjects, runs, and scores with what they used.

A score keeps the points of each indicator and the rows of facts they come from, packed: a run of a
city is copied in one go, and an explanation is made of them when somebody reads it.
"""

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
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class SchemeRow(Table):
    """A version of a scheme as its file said it."""

    __tablename__ = "scheme"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    trade: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    public: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    loaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)


class ScoreObjectRow(Table):
    """A rated object that is no subject of its own: a shop, a person of an agency."""

    __tablename__ = "score_object"
    __table_args__ = (
        UniqueConstraint("trade", "kind", "number"),
        Index("ix_score_object_subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    trade: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[int] = mapped_column(Integer, server_default="0")


class ScoreRunRow(Table):
    """A run: of a scheme in force with all its scores, or of a draft with its distributions only.

    ``snapshot`` is the hash of scheme, objects and facts, ``result`` that of the scores.
    """

    __tablename__ = "score_run"
    __table_args__ = (Index("ix_score_run_scheme", "scheme_id", "as_of", "id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"))
    as_of: Mapped[date] = mapped_column(DATE)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    state: Mapped[str] = mapped_column(Text)
    objects: Mapped[int] = mapped_column(Integer)
    snapshot: Mapped[bytes] = mapped_column(LargeBinary)
    result: Mapped[bytes] = mapped_column(LargeBinary)
    distributions: Mapped[list[Any]] = mapped_column(JSONB)
    about: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(Text)


class ScoreRow(Table):
    """One object's score of one run; points in thousandths, classes by their place, -1 for none.

    ``lines`` are int32 points of the indicators, ``rows`` the counted facts and ``words`` their
    texts, as the writer packs them.
    """

    __tablename__ = "score"
    __table_args__ = (
        PrimaryKeyConstraint("subject_id", "run_id", "kind", "object_id"),
        Index("ix_score_run", "run_id", "kind", "object_id", "adjusted"),
    )

    subject_id: Mapped[int] = mapped_column(Integer)
    run_id: Mapped[int] = mapped_column(Integer)
    object_id: Mapped[int] = mapped_column(BigInteger)
    own: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(Integer)
    parent: Mapped[int] = mapped_column(Integer)
    kind: Mapped[int] = mapped_column(SmallInteger)
    class_rank: Mapped[int] = mapped_column(SmallInteger)
    adjusted: Mapped[int] = mapped_column(SmallInteger)
    before: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[int] = mapped_column(SmallInteger)
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[str] = mapped_column(Text)
