"""L10 as a daily job: how an operator's deliveries of a day paired with the other side's book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from ledger.entries.model import PairingDayRow
from ledger.entries.queries.lines import COLUMNS
from ledger.entries.queries.open import IN_FORCE, alias_roots, pair_rows
from ledger.entries.queries.sides import rows_between
from ledger.entries.rules.pairing import PairStatus
from ledger.entries.terms import PairingDay, RowKind
from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids

_DAY = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.op = :op AND e.ts >= :since AND e.ts < :until AND e.kind IN (2, 3) AND e.other <> 0
      AND e.ts / 86400 BETWEEN CAST(:since AS integer) / 86400 AND CAST(:until AS integer) / 86400
      AND {IN_FORCE}
""")  # noqa: S608
_STORE = text("""
    INSERT INTO pairing_day
        (operator_id, day, matched, differs, unmatched_up, unmatched_down, share)
    VALUES (:operator_id, :day, :matched, :differs, :unmatched_up, :unmatched_down, :share)
    ON CONFLICT (operator_id, day) DO UPDATE SET matched = EXCLUDED.matched,
        differs = EXCLUDED.differs, unmatched_up = EXCLUDED.unmatched_up,
        unmatched_down = EXCLUDED.unmatched_down, share = EXCLUDED.share
""")


def pair_day(uow: UnitOfWork, operator_id: int, day: date) -> PairingDay:
    """Pair an operator's deliveries of one day and keep the figures; a repetition replaces them.

    ``unmatched_up`` are its receipts no supplier's book answers, ``unmatched_down`` its dispatches
    no receiver's book answers; partners who are not registered cannot answer and do not count.
    """
    span = {
        "since": moment_of(day).seconds,
        "until": moment_of(day + timedelta(days=1)).seconds,
    }
    mine = uow.session.execute(_DAY, {"op": operator_id} | span).all()
    people = subjects_by_ids(uow, {row.other for row in mine}, papers=False)
    mine = [row for row in mine if row.other in people and people[row.other].registered]
    partners = {people[row.other].id for row in mine}
    counted = _counted(uow, operator_id, mine, partners) if mine else dict.fromkeys(_NAMES, 0)
    total = sum(counted.values())
    share = Decimal(counted["matched"]) / total if total else Decimal(1)
    found = PairingDay(
        operator_id=operator_id, day=day, share=share.quantize(Decimal("0.0001")), **counted
    )
    uow.session.execute(_STORE, {name: getattr(found, name) for name in _COLUMNS})
    return found


_NAMES = ("matched", "differs", "unmatched_up", "unmatched_down")
_COLUMNS = tuple(column.name for column in PairingDayRow.__table__.columns)


def _counted(
    uow: UnitOfWork, operator_id: int, mine: Sequence[Any], partners: set[int]
) -> dict[str, int]:
    """How many of these rows pair; each row counts once, by the worst of its pairs."""
    roots = alias_roots(uow, {row.lot for row in mine})
    rows = rows_between(uow, operator_id, partners, roots)
    sent = [row for row in rows if row.kind == RowKind.DISPATCH]
    got = [row for row in rows if row.kind == RowKind.RECEIPT]
    status: dict[int, PairStatus] = {}
    for _, found in pair_rows(uow, sent, got, roots):
        for number in (found.dispatch, found.receipt):
            if number is not None and status.get(number) is not PairStatus.DIFFERS:
                status[number] = found.status
    counted = dict.fromkeys(_NAMES, 0)
    names = {
        PairStatus.MATCHED: "matched",
        PairStatus.DIFFERS: "differs",
        PairStatus.RECEIPT_ONLY: "unmatched_up",
        PairStatus.DISPATCH_ONLY: "unmatched_down",
    }
    for number in {row.id for row in mine}:
        counted[names[status[number]]] += 1
    return counted
