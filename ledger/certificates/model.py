"""Tables of certificates; nothing in them is ever changed, what replaces or ends one is added."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
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


class CertificateRow(Table):
    """A certificate as it was put on file; one that replaces another points at it."""

    __tablename__ = "certificate"
    __table_args__ = (
        Index("ix_certificate_owner", "owner_id", "id"),
        Index("ix_certificate_number", "number", postgresql_where=text("number <> ''")),
        Index("ix_certificate_ends", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
        Index(
            "uq_certificate_replaces",
            "replaces",
            unique=True,
            postgresql_where=text("replaces IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text, server_default="")
    issuer: Mapped[str] = mapped_column(Text, server_default="")
    issued_on: Mapped[date | None] = mapped_column(DATE)
    valid_from: Mapped[date | None] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    note: Mapped[str] = mapped_column(Text, server_default="")
    public: Mapped[bool] = mapped_column(Boolean)
    replaces: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    added_by: Mapped[int | None] = mapped_column(Integer)


class CertificateTargetRow(Table):
    """What a certificate vouches for: a lot, a product, an operator or a place of one."""

    __tablename__ = "certificate_target"
    __table_args__ = (Index("ix_certificate_target_thing", "target", "target_id"),)

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    target: Mapped[str] = mapped_column(Text, primary_key=True)
    target_id: Mapped[int] = mapped_column(Integer, primary_key=True)


class CertificateFileRow(Table):
    """A picture or PDF of a certificate, by the hash it is kept under."""

    __tablename__ = "certificate_file"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    shown_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    shown_size: Mapped[int] = mapped_column(BigInteger, server_default="0")


class CertificateWithdrawnRow(Table):
    """That a certificate no longer holds, since when, by whom and why."""

    __tablename__ = "certificate_withdrawal"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)


class PaperWarningRow(Table):
    """That the end of a certificate or licence has been told at a stage; it is told once."""

    __tablename__ = "paper_warning"

    is_licence: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    paper_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    ends: Mapped[date] = mapped_column(DATE, primary_key=True)
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
