"""Who has to do with what: the lots in an operator's book, the operators that deal in a food."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text

from ledger.entries.queries.book import may_read
from ledger.entries.queries.open import IN_FORCE
from ledger.entries.terms import Dealer, HeldLot
from ledger.kernel.moment import EPOCH, moment_of
from ledger.kernel.uow import UnitOfWork

HELD_MAX = 2_000  # a list of lots people page through; what is on hand is asked lot by lot
DEALERS_MAX = 10_000  # a seventh of the city's operators

# Both say the days as the index of books does, so that only those days are visited.
_HELD = text(f"""
    SELECT e.lot, min(e.ts) AS first, max(e.ts) AS last FROM entry e
    WHERE e.op = :op AND e.kind BETWEEN 1 AND 6
      AND e.ts / 86400 BETWEEN CAST(:since AS integer) / 86400 AND CAST(:until AS integer) / 86400
      AND e.precision <> 0 AND e.ts >= :since AND e.ts < :until AND {IN_FORCE}
    GROUP BY e.lot ORDER BY last DESC, e.lot DESC LIMIT :limit
""")  # noqa: S608
_LOTS = text("SELECT id FROM lot WHERE product_id = :product")
_DEALERS = text(f"""
    SELECT e.op, count(DISTINCT e.lot) AS lots, min(e.ts) AS first, max(e.ts) AS last
    FROM unnest(CAST(:lots AS integer[])) AS l (id)
    CROSS JOIN LATERAL (
        SELECT * FROM entry e WHERE e.lot = l.id AND e.kind BETWEEN 1 AND 6
        AND e.precision <> 0 AND e.ts >= :since AND e.ts < :until AND {IN_FORCE} OFFSET 0) e
    GROUP BY e.op ORDER BY lots DESC, e.op LIMIT :limit
""")  # noqa: S608


def lots_held(uow: UnitOfWork, operator_id: int, since: date, until: date) -> tuple[HeldLot, ...]:
    """The lots an operator's book speaks of between two days, both included.

    The lot spoken of last comes first, at most 2,000. Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    asked = {"op": operator_id, "limit": HELD_MAX, **_period(since, until)}
    rows = uow.session.execute(_HELD, asked)
    return tuple(HeldLot(lot_id=it.lot, first=_day(it.first), last=_day(it.last)) for it in rows)


def dealers_in(uow: UnitOfWork, product_id: int, since: date, until: date) -> tuple[Dealer, ...]:
    """The operators whose books speak of a food between two days, both included.

    Who had most lots of it comes first, at most 10,000. ``product_id`` is its innermost unit.
    Raises NotPermitted.
    """
    uow.actor.require("book.read_all")
    lots = list(uow.session.scalars(_LOTS, {"product": product_id}))
    asked = {"lots": lots, "limit": DEALERS_MAX, **_period(since, until)}
    rows = uow.session.execute(_DEALERS, asked)
    return tuple(
        Dealer(operator_id=it.op, lots=it.lots, first=_day(it.first), last=_day(it.last))
        for it in rows
    )


def _period(since: date, until: date) -> dict[str, int]:
    after = until + timedelta(days=1)
    return {"since": moment_of(since).seconds, "until": moment_of(after).seconds}


def _day(seconds: int) -> date:
    return (EPOCH + timedelta(seconds=seconds)).date()
