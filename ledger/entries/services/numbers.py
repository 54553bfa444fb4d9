"""Numbers of entries: one contiguous range per filing."""

from __future__ import annotations

from sqlalchemy import text

from ledger.kernel.statements import Statement
from ledger.kernel.uow import UnitOfWork


def take_entry_ids(uow: UnitOfWork, how_many: int) -> int:
    """The first of a contiguous range of fresh entry numbers; gaps stay where a unit fails."""
    found = uow.session.scalar(text("SELECT take_entry_ids(:how_many)"), {"how_many": how_many})
    assert isinstance(found, int)
    return found


def numbers_taken(entries: int) -> Statement:
    """The same as a statement that also answers a filing's number: (first of the range, number).

    Without entries the first is 0, and no number of an entry is used up.
    """
    first = "take_entry_ids(%s)" if entries else "%s::bigint"
    return f"SELECT {first}, nextval('filing_id_seq')", (entries,)
