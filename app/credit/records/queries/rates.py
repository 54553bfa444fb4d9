"""Figures over the whole city: annual reports filed of those due, records made public."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from app.credit.records.queries.catalogue import catalogue
from app.credit.records.terms import (
    Category,
    PublicationCounts,
    PublicLevel,
    ReportRate,
    SubjectForm,
)
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

REGISTRATION, REPORT = "registration.basic", "annual_report"
FORMS = {"91": SubjectForm.FIRM, "92": SubjectForm.SOLE_TRADER}
_NOT_WITHDRAWN = """
    NOT EXISTS (SELECT FROM credit_record_event e WHERE e.subject_id = r.subject_id
        AND e.record_id = r.id >> 10 << 10 AND e.kind = 'withdrawn' AND e.at >= r.recorded_at)
"""
_RATE = text(f"""
    SELECT due.form, count(*) AS due, count(filed.subject_id) AS filed FROM (
        SELECT DISTINCT s.id, left(s.uscc, 2) AS form
        FROM credit_record r JOIN subject a ON a.id = r.subject_id
        JOIN subject s ON s.id = coalesce(a.merged_into, a.id)
        WHERE r.by_item AND r.item_id = :registration AND r.decided_on <= :last
            AND s.status = 'active' AND left(s.uscc, 2) = ANY(:forms) AND {_NOT_WITHDRAWN}
    ) AS due LEFT JOIN (
        SELECT DISTINCT coalesce(a.merged_into, a.id) AS subject_id
        FROM credit_record r JOIN subject a ON a.id = r.subject_id
        WHERE r.by_item AND r.item_id = :report AND r.decided_on > :last
            AND split_part(r.said, chr(31), :place) = :year AND {_NOT_WITHDRAWN}
    ) AS filed ON filed.subject_id = due.id
    GROUP BY due.form
""")  # noqa: S608
_PUBLISHED = text("""
    SELECT item_id, sum(added) AS records FROM credit_upload
    WHERE at >= :since AND at < :until GROUP BY item_id
""")


def report_rate(uow: UnitOfWork, year: int) -> tuple[ReportRate, ...]:
    """How many of those who owe a report for a year have published it, firms and sole traders.

    Who was registered on the last day of the year and is in business owes one; a report of a year
    is published after it. Refuses: NotPermitted, UnknownItem.
    """
    uow.actor.require("record.read")
    known = catalogue(uow)
    registration, report = (known.item(code, uow.today) for code in (REGISTRATION, REPORT))
    rows = uow.session.execute(
        _RATE,
        {
            "registration": registration.id,
            "report": report.id,
            "place": report.position("year") + 1,
            "year": str(year),
            "last": date(year, 12, 31),
            "forms": list(FORMS),
        },
    )
    found = {row.form: (row.due, row.filed) for row in rows}
    return tuple(
        ReportRate(year=year, form=form.value, due=due, filed=filed)
        for start, form in FORMS.items()
        for due, filed in [found.get(start, (0, 0))]
    )


def publication_counts(uow: UnitOfWork, since: date, until: date) -> PublicationCounts:
    """Records of open items taken in from one day to another, both included.

    Counted by batch, so it says what agencies submitted for publication: a warning among the
    penalties is in it, and is shown to nobody. Refuses: NotPermitted.
    """
    uow.actor.require("record.read")
    known = catalogue(uow)
    ends = until + timedelta(days=1)
    span = {"since": _begins(since), "until": _begins(ends)}
    totals: dict[Category, int] = {}
    for row in uow.session.execute(_PUBLISHED, span):
        item = known.newest(row.item_id)
        if item.level is PublicLevel.OPEN:
            totals[item.category] = totals.get(item.category, 0) + int(row.records)
    return PublicationCounts(
        total=sum(totals.values()),
        licences=totals.get(Category.LICENSING, 0),
        penalties=totals.get(Category.PENALTY, 0),
    )


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
