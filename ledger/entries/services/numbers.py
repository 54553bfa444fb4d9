"""Numbers of entries: one contiguous range per filing."""

from __future__ import annotations

from sqlalchemy import text

from ledger.kernel.statements import Prepared
from ledger.kernel.uow import UnitOfWork

TAKEN = Prepared(
    "numbers_taken",
    "integer",
    """
    SELECT CASE WHEN $1 > 0 THEN take_entry_ids($1) END AS first,
        CASE WHEN $1 > 0 THEN nextval('filing_id_seq') END AS filing
""",
)
"""A range of entry numbers and the number of their filing; nothing where none is wanted."""


def take_entry_ids(uow: UnitOfWork, how_many: int) -> int:
    """The first of a contiguous range of fresh entry numbers; gaps stay where a unit fails."""
    found = uow.session.scalar(text("SELECT take_entry_ids(:how_many)"), {"how_many": how_many})
    assert isinstance(found, int)
    return found


def take_filing_id(uow: UnitOfWork) -> int:
    """The number of a filing without entries."""
    found = uow.session.scalar(text("SELECT nextval('filing_id_seq')"))
    assert isinstance(found, int)
    return found
