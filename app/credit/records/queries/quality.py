"""How well agencies report: complete times valid times timely, with parts and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from app.credit.records.queries.catalogue import catalogue
from app.credit.records.rules.quality import quality_of
from app.credit.records.terms import Quality
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

MONTHS = 12
_SENT = text("""
    SELECT agency_id, item_id,
        CAST(date_trunc('month', at AT TIME ZONE 'Asia/Shanghai') AS date) AS month,
        sum(added + corrected + duplicate + pending) AS taken, sum(refused) AS refused,
        sum(complete) AS complete, sum(timely) AS timely
    FROM credit_upload WHERE at >= :since AND state IN ('done', 'reading')
        AND (CAST(:agency AS smallint) IS NULL OR agency_id = :agency)
    GROUP BY agency_id, item_id, month
""")


def quality_by_agency(uow: UnitOfWork) -> dict[int, Quality]:
    """Each agency's quality over the last twelve months; those that sent nothing are left out."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _rows(uow, None):
        found[row["agency_id"]].append(row)
    return {agency: _quality(uow, agency, None, rows) for agency, rows in found.items()}


def quality_history(uow: UnitOfWork, agency_id: int) -> list[Quality]:
    """An agency's quality month by month over the last twelve, newest first."""
    found: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _rows(uow, agency_id):
        found[row["month"]].append(row)
    return [_quality(uow, agency_id, month, found[month]) for month in sorted(found, reverse=True)]


def _rows(uow: UnitOfWork, agency_id: int | None) -> list[Mapping[str, Any]]:
    first = uow.today.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    since = datetime.combine(first, time(), SHANGHAI)
    rows = uow.session.execute(_SENT, {"since": since, "agency": agency_id})
    return [row._asdict() for row in rows]


def _quality(
    uow: UnitOfWork, agency_id: int, month: date | None, rows: Iterable[Mapping[str, Any]]
) -> Quality:
    known = catalogue(uow)
    rows = list(rows)
    return quality_of(
        agency_id,
        month,
        taken=sum(int(row["taken"]) for row in rows),
        refused=sum(int(row["refused"]) for row in rows),
        cells=(
            sum(int(row["complete"]) for row in rows),
            sum(int(row["taken"]) * len(known.newest(row["item_id"]).fields) for row in rows),
        ),
        timely=sum(int(row["timely"]) for row in rows),
    )
