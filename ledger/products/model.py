"""Tables of products, of their lots, and of the holds on lots."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class ProductRow(Table):
    """A trade item: by GTIN-14, by an in-store code within its shop, or by producer and name."""

    __tablename__ = "product"
    __table_args__ = (
        Index("uq_product_gtin", "gtin", unique=True, postgresql_where=text("gtin <> ''")),
        Index(
            "uq_product_in_store",
            "scope_id",
            "in_store",
            unique=True,
            postgresql_where=text("in_store <> ''"),
        ),
        Index(
            "uq_product_named",
            "name_key",
            "producer_id",
            unique=True,
            postgresql_where=text("gtin = '' AND in_store = ''"),
        ),
        Index("ix_product_base", "base_id", postgresql_where=text("base_id IS NOT NULL")),
        Index("ix_product_bigrams", "bigrams", postgresql_using="gin"),
        CheckConstraint("contains > 0", name="contains_positive"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    gtin: Mapped[str] = mapped_column(Text, server_default="")
    in_store: Mapped[str] = mapped_column(Text, server_default="")
    scope_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    producer_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text)  # the name, folded: width, case and spaces
    spec: Mapped[str] = mapped_column(Text, server_default="")
    category: Mapped[str] = mapped_column(Text, server_default="")
    shelf_life: Mapped[str] = mapped_column(Text, server_default="")  # "12 month", "45 day", ""
    base_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    contains: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    confirmed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    bigrams: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class ProductClaimRow(Table):
    """An operator named a known product otherwise: queued for a registrar, never overwritten."""

    __tablename__ = "product_claim"
    __table_args__ = (
        Index("uq_product_claim_said", "product_id", "operator_id", "name", "spec", unique=True),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    name: Mapped[str] = mapped_column(Text, server_default="")
    spec: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class LotRow(Table):
    """A lot of a product; ids are given in creation order so that the book stays time-ordered.

    ``lot_key`` is ``L:`` + printed number, ``D:`` + production date, or ``S:`` + supplier and
    document or date. The key holds the product so that a cluster can enforce it (performance, 9).
    """

    __tablename__ = "lot"
    __table_args__ = (
        Index("uq_lot_key", "product_id", "lot_key", unique=True),
        Index("ix_lot_id", "id"),
        Index("ix_lot_key", "lot_key"),
    )

    product_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    producer_id: Mapped[int | None] = mapped_column(Integer)
    lot_key: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text, server_default="")
    produced_at: Mapped[int] = mapped_column(Integer, server_default="0")
    produced_precision: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    expires_at: Mapped[int] = mapped_column(Integer, server_default="0")
    expires_precision: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    assumed_producer: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class LotHoldRow(Table):
    """A stop on a lot: who stopped it, why, until when.

    ``cause`` is what it ends with (a recall), empty for an inspector's own; a lot may be stopped
    for several causes at once, and is free when the last of them has ended.
    """

    __tablename__ = "lot_hold"
    __table_args__ = (
        Index(
            "uq_lot_hold_open",
            "lot_id",
            "cause",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_lot_hold_cause", "cause", postgresql_where=text("lifted_at IS NULL")),
        Index(
            "ix_lot_hold_alike",
            "alike",
            postgresql_where=text("lifted_at IS NULL AND alike <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text, server_default="")
    account_id: Mapped[int | None] = mapped_column(Integer)
    held_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    lifted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    lifted_reason: Mapped[str] = mapped_column(Text, server_default="")
    cause: Mapped[str] = mapped_column(Text, server_default="")
    alike: Mapped[str] = mapped_column(Text, server_default="")  # name and number of uncoded goods


class LotProofRow(Table):
    """That certificates on file prove the conformity of a lot (L04), and until when they did."""

    __tablename__ = "lot_proof"
    __table_args__ = (
        Index(
            "uq_lot_proof_standing",
            "lot_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(Integer)
    certificate_id: Mapped[int] = mapped_column(Integer)
    proven_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
