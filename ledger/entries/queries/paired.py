"""How an operator's deliveries paired (L10), as the daily job left it, and who is to be paired."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from ledger.entries.model import FilingRow, PairingDayRow
from ledger.entries.queries.book import may_read
from ledger.entries.rules.retention import months_later
from ledger.entries.terms import PairingDay
from ledger.kernel.uow import UnitOfWork


def matched_in_month(uow: UnitOfWork, operator_id: int, month: date) -> int | None:
    """How many deliveries of the month of a day matched; None when no day has been paired yet.

    Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    first = month.replace(day=1)
    return uow.session.scalar(
        select(func.sum(PairingDayRow.matched)).where(
            PairingDayRow.operator_id == operator_id,
            PairingDayRow.day >= first,
            PairingDayRow.day < months_later(first, 1),
        )
    )


def paired_days(
    uow: UnitOfWork, operator_id: int, since: date, until: date
) -> tuple[PairingDay, ...]:
    """How an operator's deliveries of some days paired, as the daily job left it, newest first.

    Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    rows = uow.session.scalars(
        select(PairingDayRow)
        .where(
            PairingDayRow.operator_id == operator_id,
            PairingDayRow.day >= since,
            PairingDayRow.day <= until,
        )
        .order_by(PairingDayRow.day.desc())
    )
    return tuple(
        PairingDay(
            operator_id=row.operator_id,
            day=row.day,
            matched=row.matched,
            differs=row.differs,
            unmatched_up=row.unmatched_up,
            unmatched_down=row.unmatched_down,
            share=row.share,
        )
        for row in rows
    )


def operators_filing_since(uow: UnitOfWork, since: datetime, *, after: int = 0) -> list[int]:
    """Operators with filings since a moment, by number above ``after``, a thousand at most."""
    return list(
        uow.session.scalars(
            select(FilingRow.operator_id)
            .where(FilingRow.filed_at >= since, FilingRow.operator_id > after)
            .distinct()
            .order_by(FilingRow.operator_id)
            .limit(1_000)
        )
    )
