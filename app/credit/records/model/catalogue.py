"""The catalogue as it is kept: versions of items, agencies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, SmallInteger, Text
from sqlalchemy.dialects.postgresql import DATE, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from ledger.kernel.database import Table


class ItemRow(Table):
    """One version of an item; ``document`` is the item as its file says it, but for its number."""

    __tablename__ = "credit_item"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    valid_from: Mapped[date] = mapped_column(DATE)
    valid_to: Mapped[date | None] = mapped_column(DATE)
    loaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class AgencyRow(Table):
    """An agency that provides records; its accounts are those of its subject."""

    __tablename__ = "credit_agency"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"), unique=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
