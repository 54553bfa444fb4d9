"""Whether the book has learnt anything new of some lots."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from ledger.entries.queries.open import alias_roots
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

# Numbers are given before they are committed, so a lower one may come later: then the count tells.
_MARK = text("""
    SELECT coalesce(max(e.id), 0) * 1000003 + count(*) FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[]))
""")


def news_mark(uow: UnitOfWork, lots: Iterable[int]) -> int:
    """A number that differs whenever an entry about these lots, or the same goods, was added.

    Corrections and links between lots are entries too, so while it is the same a trace of the lots
    is the same. Whoever means to notice everything takes it before the trace, not after.
    """
    wanted = set(lots)
    asked = numbers(sorted(alias_roots(uow, wanted).keys() | wanted))
    return int(uow.session.scalar(_MARK, {"lots": asked}) or 0)
