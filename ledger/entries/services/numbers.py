"""Numbers of entries: one contiguous range per filing."""

from __future__ import annotations

from sqlalchemy import text

from ledger.kernel.uow import UnitOfWork


def take_entry_ids(uow: UnitOfWork, how_many: int) -> int:
    """The first of a contiguous range of fresh entry numbers; gaps stay where a unit fails."""
    found = uow.session.scalar(text("SELECT take_entry_ids(:how_many)"), {"how_many": how_many})
    assert isinstance(found, int)
    return found
