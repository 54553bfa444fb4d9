"""Tables of recalls: how each stands, and beside it what was done, found, told and answered.

``recall`` and ``recall_notice`` say how things stand and are brought up to date by the verbs that
add to the others; history, scope and answers are only ever added to. ``recall_effect`` can be made
again from the book at any time.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class RecallRow(Table):
    """A recall, a withdrawal or a drill as it stands.

    ``newest_entry`` is the mark of what the book knew of its lots when they were last followed.
    """

    __tablename__ = "recall"
    __table_args__ = (
        Index("uq_recall_number", "number", unique=True),
        Index("ix_recall_open", "id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_recall_recaller", "recaller_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    hazard: Mapped[str] = mapped_column(Text)
    found: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    is_drill: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_ordered: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    recaller_id: Mapped[int | None] = mapped_column(Integer)
    product_id: Mapped[int | None] = mapped_column(Integer)
    account_id: Mapped[int | None] = mapped_column(Integer)
    known_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    opened_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    start_due: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    notice_on: Mapped[date | None] = mapped_column(DATE)
    finish_due: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    finish_is_provisional: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    completed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    report_due: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    reported_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    lots: Mapped[int] = mapped_column(Integer, server_default="0")
    holders: Mapped[int] = mapped_column(Integer, server_default="0")
    revision: Mapped[int] = mapped_column(Integer, server_default="0")
    spread_done: Mapped[int] = mapped_column(Integer, server_default="0")
    spread_total: Mapped[int] = mapped_column(Integer, server_default="0")
    newest_entry: Mapped[int] = mapped_column(BigInteger, server_default="0")
    looked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class RecallEventRow(Table):
    """A line of a recall's history: what was done, by whom, on what ground, on which paper."""

    __tablename__ = "recall_event"
    __table_args__ = (Index("ix_recall_event_recall", "recall_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    step: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(Text)
    organ: Mapped[str] = mapped_column(Text, server_default="")
    basis: Mapped[str] = mapped_column(Text, server_default="")
    document: Mapped[str] = mapped_column(Text, server_default="")
    note: Mapped[str] = mapped_column(Text, server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class RecallLotRow(Table):
    """A lot of a recall: picked, or made of what was picked."""

    __tablename__ = "recall_lot"
    __table_args__ = (Index("ix_recall_lot_lot", "lot_id"),)

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    lot_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    is_root: Mapped[bool] = mapped_column(Boolean)
    share: Mapped[Decimal] = mapped_column(Numeric(12, 9), server_default="1")
    made_of: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    revision: Mapped[int] = mapped_column(Integer)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class RecallHolderRow(Table):
    """What a holder had of a lot: frozen at revision 1, and again whenever late filings change it.

    Quantities count thousandths of the base of ``unit``.
    """

    __tablename__ = "recall_holder"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lot_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    tier: Mapped[int] = mapped_column(SmallInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    produced: Mapped[int] = mapped_column(BigInteger)
    dispatched: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    disposed: Mapped[int] = mapped_column(BigInteger)
    on_hand: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    why: Mapped[str] = mapped_column(Text)


class RecallNoticeRow(Table):
    """A holder's notice and how it stands."""

    __tablename__ = "recall_notice"
    __table_args__ = (
        Index("ix_recall_notice_operator", "operator_id"),
        Index(
            "ix_recall_notice_silent",
            "recall_id",
            "stage",
            postgresql_where=text("sent_at IS NOT NULL AND answered_at IS NULL"),
        ),
    )

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    tier: Mapped[int] = mapped_column(SmallInteger)
    reach: Mapped[str] = mapped_column(Text)
    issue: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    added_revision: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    answered: Mapped[str] = mapped_column(Text, server_default="")
    stage: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class RecallAnswerRow(Table):
    """What a holder answered; a later answer stands beside it, not in its place."""

    __tablename__ = "recall_answer"
    __table_args__ = (Index("ix_recall_answer_recall", "recall_id", "operator_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    operator_id: Mapped[int] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text)
    lot_id: Mapped[int | None] = mapped_column(Integer)
    quantity: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str] = mapped_column(Text, server_default="")
    remark: Mapped[str] = mapped_column(Text, server_default="")
    pictures: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default="{}")
    via: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)


class RecallEffectRow(Table):
    """The effectiveness of a scope when the book was last looked at; tier -1 is the whole.

    ``operator_id`` and ``lot_id`` are 0 for tiers and the whole.
    """

    __tablename__ = "recall_effect"

    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"), primary_key=True)
    tier: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lot_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit: Mapped[str] = mapped_column(Text, primary_key=True)
    shipped: Mapped[int] = mapped_column(BigInteger)
    passed_on: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[int] = mapped_column(BigInteger)
    returned: Mapped[int] = mapped_column(BigInteger)
    destroyed: Mapped[int] = mapped_column(BigInteger)
    consumed: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
