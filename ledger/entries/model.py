"""Tables of the book: narrow rows keyed by lot, their notes, filings, logistic units.

The entry table carries no foreign key and no row trigger, because both cost it most of its speed
(ids are checked set-wise per batch instead); it is append-only by the application role's rights
and by a statement trigger. Rows of one lot are found by a narrow index and lie together, because
batches are written in the order of their lots. What an operator wrote, and what was sent to it, is
indexed by the day first: inserts touch the pages of one day, not a page for each operator, and a
read skips over the days (PostgreSQL 18).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table

ENTRY_COLUMNS = (
    "id",
    "qty",
    "lot",
    "ts",
    "op",
    "other",
    "doc",
    "kind",
    "unit",
    "precision",
    "flags",
)
"""The order rows are copied in; widest first, so that no byte is lost to alignment."""


class EntryRow(Table):
    """One row of the book; see ``terms.RowKind`` for what ``op`` and ``other`` mean.

    ``ts``/``precision`` are a Moment, ``qty`` thousandths of the base unit, ``unit`` the unit as
    written, ``doc`` a 32-bit hash of the document number (0 = none) by which a dispatch and its
    receipt find each other.
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("kind BETWEEN 1 AND 10", name="kind_known"),
        CheckConstraint("qty >= 0", name="qty_not_negative"),
        Index("ix_entry_lot", "lot"),
        Index(
            "ix_entry_forward",
            "lot",
            postgresql_include=("other", "kind", "unit"),
            postgresql_where=text("kind IN (4, 9)"),
        ),
        Index(
            "ix_entry_upstream",
            "other",
            postgresql_include=("lot", "op", "ts", "precision"),
            postgresql_where=text("kind = 4"),
        ),
        Index("ix_entry_book", text("(ts / 86400)"), "op"),
        Index(
            "ix_entry_waiting",
            text("(ts / 86400)"),
            "other",
            postgresql_where=text("kind = 2 AND other <> 0"),
        ),
        Index(
            "ix_entry_void",
            "lot",
            "qty",
            postgresql_include=("id",),
            postgresql_where=text("kind = 10"),
        ),
        {"postgresql_partition_by": "RANGE (lot)"},
    )

    id: Mapped[int] = mapped_column(BigInteger)
    qty: Mapped[int] = mapped_column(BigInteger)
    lot: Mapped[int] = mapped_column(Integer)
    ts: Mapped[int] = mapped_column(Integer)
    op: Mapped[int] = mapped_column(Integer)
    other: Mapped[int] = mapped_column(Integer)
    doc: Mapped[int] = mapped_column(Integer)
    kind: Mapped[int] = mapped_column(SmallInteger)
    unit: Mapped[int] = mapped_column(SmallInteger)
    precision: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[int] = mapped_column(SmallInteger)
    # A key for the mapper only: the table has none, it would cost 22 bytes a row.
    __mapper_args__ = {"primary_key": [id, lot, kind, other]}  # noqa: A003, RUF012


class EntryNoteRow(Table):
    """What an entry says beyond its row: document, certificate, goods and words as written."""

    __tablename__ = "entry_note"
    __table_args__ = (
        Index(
            "ix_entry_note_document",
            "document",
            "document_line",
            postgresql_where=text("document_line <> ''"),
        ),
    )

    lot: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    document: Mapped[str] = mapped_column(Text, server_default="")
    document_line: Mapped[str] = mapped_column(Text, server_default="")
    certificate: Mapped[str] = mapped_column(Text, server_default="")
    keep_until: Mapped[date] = mapped_column(DATE)
    # as written: quantity, unit, gtin; reason, note, origin, storage, corrects, rules warned
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # of a note whose words are gone: what its entry was hashed with
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)


class FilingRow(Table):
    """One filing: its key, what was answered, and the range of entry ids it was given."""

    __tablename__ = "filing"
    __table_args__ = (
        UniqueConstraint("operator_id", "filing_key"),
        Index("ix_filing_range", "first_entry"),
        Index("ix_filing_upload", "upload_id", postgresql_where=text("upload_id IS NOT NULL")),
    )

    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    filing_key: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text)
    upload_id: Mapped[int | None] = mapped_column(BigInteger)
    first_entry: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_entry: Mapped[int] = mapped_column(BigInteger, server_default="0")
    accepted: Mapped[int] = mapped_column(Integer, server_default="0")
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    receipt: Mapped[bytes] = mapped_column(LargeBinary)
    filed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class LeafBatchRow(Table):
    """The nonce with which the entries of one filing (or of links made outside one) were hashed."""

    __tablename__ = "leaf_batch"

    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_entry: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)


class LeafQueueRow(Table):
    """The leaf hashes of one filing until the log has taken them up: 32 bytes per entry."""

    __tablename__ = "leaf_queue"

    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_entry: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    leaves: Mapped[bytes] = mapped_column(LargeBinary)


class UnitWordRow(Table):
    """A unit of measure that is in no list: kept as its own text, never converted."""

    __tablename__ = "unit_word"

    id: Mapped[int] = mapped_column(
        Integer, Identity(always=True, start=1000, maxvalue=32767), primary_key=True
    )
    word: Mapped[str] = mapped_column(Text, unique=True)
    operator_id: Mapped[int] = mapped_column(Integer, server_default="0", index=True)


class LogisticUnitRow(Table):
    """A case or pallet with an SSCC, as it was last packed."""

    __tablename__ = "logistic_unit"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    sscc: Mapped[str] = mapped_column(Text, unique=True)


class UnitContentRow(Table):
    """What was packed into a logistic unit by one aggregation: a lot, or another unit."""

    __tablename__ = "unit_content"
    __table_args__ = (Index("ix_unit_content_unit", "unit_id", "entry_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(Integer)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int | None] = mapped_column(Integer)
    inner_unit_id: Mapped[int | None] = mapped_column(Integer)
    qty: Mapped[int] = mapped_column(BigInteger, server_default="0")
    unit: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    unpacked_by: Mapped[int | None] = mapped_column(
        BigInteger
    )  # the disaggregation that emptied it


class PairingDayRow(Table):
    """L10: how one operator's deliveries of one day paired with the other side's book."""

    __tablename__ = "pairing_day"

    operator_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(DATE, primary_key=True)
    matched: Mapped[int] = mapped_column(Integer)
    differs: Mapped[int] = mapped_column(Integer)
    unmatched_up: Mapped[int] = mapped_column(Integer)
    unmatched_down: Mapped[int] = mapped_column(Integer)
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
