"""How the clocks of the two publicities were kept: decisions made public in time, and late."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.credit.records.queries.catalogue import agencies, catalogue
from app.credit.records.rules.publicity import publicity_due
from app.credit.records.terms import Punctuality
from ledger.kernel.uow import UnitOfWork

SPAN_MAX = 400  # days: a year and some, one statement
_TAKEN_IN = text("""
    SELECT agency_id, item_id, decided_on,
        (recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS recorded_on, count(*) AS records
    FROM credit_record
    WHERE by_item AND item_id = ANY(:items) AND decided_on BETWEEN :since AND :until
        AND id & 1023 = 0
    GROUP BY 1, 2, 3, 4
""")


def punctuality(uow: UnitOfWork, since: date, until: date) -> tuple[Punctuality, ...]:
    """How many decisions of a span of days came within their clock, by agency and item.

    The first revision counts: a correction is no late decision. Spans beyond 400 days are cut at
    their beginning. Refuses: NotPermitted.
    """
    uow.actor.require("record.read")
    known, named = catalogue(uow), agencies(uow)
    timed = [it for it, versions in known.versions.items() if versions[-1].publicity_days]
    begins = max(since, date.fromordinal(max(until.toordinal() - SPAN_MAX, 1)))
    span = {"items": timed, "since": begins, "until": until}
    sums: dict[tuple[int, int], list[int]] = {}
    for row in uow.session.execute(_TAKEN_IN, span):
        due = publicity_due(known.newest(row.item_id), row.decided_on, uow.parameters)
        mine = sums.setdefault((row.agency_id, row.item_id), [0, 0])
        mine[due is not None and row.recorded_on > due.day] += row.records
    return tuple(
        Punctuality(agency=named[agency], item=known.newest(item), timely=timely, late=late)
        for (agency, item), (timely, late) in sorted(sums.items())
    )
