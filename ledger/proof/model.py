"""Tables of the log: which entries have which positions, its tiles, its signed checkpoints."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class LogSpanRow(Table):
    """Entries ``first_entry`` … stand at the positions ``first_leaf`` … of the log."""

    __tablename__ = "log_span"

    first_leaf: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
    first_entry: Mapped[int] = mapped_column(BigInteger, unique=True)


class LogTileRow(Table):
    """A tile of the log (C2SP tlog-tiles, height 8): ``width`` hashes, 256 when it is full."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    width: Mapped[int] = mapped_column(SmallInteger)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpointRow(Table):
    """What the office has signed: so many leaves, this root; ``note`` is the signed note."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class LogCosignatureRow(Table):
    """A witness's signature under a checkpoint: it saw no other log under our name."""

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class PurgeRow(Table):
    """What was done away with, and the number under which the log says so (``terms.Purge``)."""

    __tablename__ = "purge"
    __table_args__ = (CheckConstraint("kind IN ('rows', 'notes')", name="kind_known"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entry: Mapped[int] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    before: Mapped[date] = mapped_column(DATE)
    first_lot: Mapped[int] = mapped_column(Integer)
    end_lot: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(BigInteger)
    first_entry: Mapped[int] = mapped_column(BigInteger)
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class PurgedRecordRow(Table):
    """The canonical record of a row that went while others of its entry stay."""

    __tablename__ = "purged_record"

    entry: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
