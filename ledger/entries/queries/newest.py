"""Whether the book has learnt anything new of some lots."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from ledger.entries.queries.open import alias_roots
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

_NEWEST = text("""
    SELECT coalesce(max(e.id), 0) FROM entry e WHERE e.lot = ANY(CAST(:lots AS integer[]))
""")


def newest_entry(uow: UnitOfWork, lots: Iterable[int]) -> int:
    """The highest number of an entry about these lots, or about the same goods; 0 without any.

    Corrections and links between lots are entries too, so a number that has not changed means that
    a trace of the lots has not changed either.
    """
    asked = numbers(sorted(set(alias_roots(uow, lots)) | set(lots)))
    found = uow.session.scalar(_NEWEST, {"lots": asked})
    return int(found or 0)
