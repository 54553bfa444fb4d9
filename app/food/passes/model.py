"""Tables of one-ticket passes: a pass, and the dispatches on it as they were sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class PassRow(Table):
    """One pass between a seller and a buyer; ``receipt`` is the filing that answered it."""

    __tablename__ = "delivery_pass"
    __table_args__ = (
        CheckConstraint(
            "state IN ('issued', 'accepted', 'disputed', 'refused', 'expired')",
            name="state_known",
        ),
        Index("ix_delivery_pass_seller", "seller_id", "id"),
        Index("ix_delivery_pass_buyer", "buyer_id", "id"),
        Index("ix_delivery_pass_open", "expires_at", postgresql_where=text("state = 'issued'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    document: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="issued")
    issued_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    issued_by: Mapped[int | None] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    answered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    answered_by: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    receipt: Mapped[str] = mapped_column(Text, server_default="")


class PassLineRow(Table):
    """A dispatch on a pass as it was sent; it is on one pass only."""

    __tablename__ = "delivery_pass_line"
    __table_args__ = (
        Index("uq_delivery_pass_line_reference", "reference", unique=True),
        Index("ix_delivery_pass_line_lot", "lot_id"),
    )

    pass_id: Mapped[int] = mapped_column(ForeignKey("delivery_pass.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    reference: Mapped[str] = mapped_column(Text)
    lot_id: Mapped[int] = mapped_column(Integer)
    product_name: Mapped[str] = mapped_column(Text)
    gtin: Mapped[str] = mapped_column(Text)
    lot_number: Mapped[str] = mapped_column(Text)
    certificate: Mapped[str] = mapped_column(Text)
    quantity: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    received: Mapped[str] = mapped_column(Text, server_default="")
