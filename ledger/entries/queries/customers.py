"""Who bought from an operator, and who has had lots: those whom news of a supplier concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text

from ledger.entries.queries.open import IN_FORCE, alias_roots
from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork

CUSTOMERS_MAX = 5_000  # the largest wholesaler of the city sells to fewer
_SENT_TO = text(f"""
    SELECT DISTINCT coalesce(s.merged_into, s.id) AS id FROM (
        SELECT DISTINCT e.other FROM entry e
        WHERE e.op = ANY(ARRAY(SELECT id FROM subject WHERE id = :op OR merged_into = :op))
          AND e.kind = 2 AND e.other <> 0 AND e.ts >= :since
          AND e.ts / 86400 >= CAST(:since AS integer) / 86400 AND {IN_FORCE}) sent
    JOIN subject s ON s.id = sent.other
    ORDER BY 1 LIMIT :limit
""")  # noqa: S608
_HAVING = text(f"""
    SELECT DISTINCT coalesce(s.merged_into, s.id) AS id FROM (
        SELECT DISTINCT e.op FROM entry e
        WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.kind = 3 AND e.ts >= :since
          AND {IN_FORCE}) had
    JOIN subject s ON s.id = had.op
    ORDER BY 1 LIMIT :limit
""")  # noqa: S608


def customers_of(uow: UnitOfWork, operator_id: int, since: date) -> tuple[int, ...]:
    """The operators to whom an operator's book says it sent goods since a day, at most 5,000."""
    asked = {"op": operator_id, "since": moment_of(since).seconds, "limit": CUSTOMERS_MAX}
    found = set(uow.session.scalars(_SENT_TO, asked))
    return tuple(sorted(found - {operator_id}))


def receivers_of(uow: UnitOfWork, lots: Iterable[int], since: date) -> tuple[int, ...]:
    """The operators whose books say they received one of the lots since a day, at most 5,000."""
    asked = {"lots": sorted(lots), "since": moment_of(since).seconds, "limit": CUSTOMERS_MAX}
    return tuple(uow.session.scalars(_HAVING, asked))


def same_lots(uow: UnitOfWork, lots: Iterable[int]) -> tuple[frozenset[int], ...]:
    """Lots in families that are the same goods, filed by the case and by the piece."""
    families: dict[int, set[int]] = {}
    for lot, root in alias_roots(uow, lots).items():
        families.setdefault(root, set()).add(lot)
    return tuple(map(frozenset, families.values()))
