"""Seeing to limits that have passed."""

from __future__ import annotations

from app.credit.objections.queries import late_rows
from app.credit.objections.services import steps, telling
from ledger.kernel.uow import UnitOfWork


def tell_late(uow: UnitOfWork) -> int:
    """Tell who has let a limit pass, and the platform's people; returns how many limits."""
    rows = late_rows(uow)
    for row in rows:
        steps.note(uow, row, "overdue", telling.SYSTEM_NAME)
        telling.late(uow, row)
        row.told_late_at = uow.now
    return len(rows)
