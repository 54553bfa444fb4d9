"""How an operator's deliveries paired (L10), as the daily job left it, and who is to be paired."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from ledger.entries.model import FilingRow, PairingDayRow
from ledger.entries.queries.book import may_read
from ledger.entries.rules.retention import months_later
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
