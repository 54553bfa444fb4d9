"""Which agencies have not reported what the catalogue asks of them: not the same as "none"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import text

from app.credit.records.terms import Agency, Cycle, Item
from app.credit.records.terms.file import Reported, Silent
from ledger.kernel.uow import UnitOfWork

_LAST = text("""
    SELECT a.item_id, a.agency_id, (
        SELECT u.at FROM credit_upload u
        WHERE u.item_id = a.item_id AND u.agency_id = a.agency_id AND u.state = 'done'
        ORDER BY u.at DESC LIMIT 1
    ) AS last
    FROM unnest(CAST(:items AS smallint[]), CAST(:agencies AS smallint[])) AS a (item_id, agency_id)
    UNION ALL
    SELECT i.item_id, NULL, (
        SELECT u.at FROM credit_upload u WHERE u.item_id = i.item_id AND u.state = 'done' LIMIT 1
    ) FROM unnest(CAST(:every AS smallint[])) AS i (item_id)
""")
_DAYS: dict[Cycle, int | None] = {
    Cycle.AT_ONCE: None,  # comes when something happens: silent only while nothing ever came
    Cycle.SEVEN_WORKING_DAYS: None,
    Cycle.MONTH: 31 + 15,  # a month is reported in the first half of the next
    Cycle.QUARTER: 92 + 31,
    Cycle.YEAR: 366 + 181,  # the year before is reported until the end of June
}


def reported(uow: UnitOfWork, items: Iterable[Item], agencies: Mapping[int, Agency]) -> Reported:
    """When agencies last reported at all, and what is missing of each; one statement.

    Of an authority with branches one that reports is enough; an item nobody is named to provide,
    or whose provider is not on the list of agencies, is nobody's to be silent about.
    """
    every = tuple(items)
    families = [
        (item, code, [one for one in agencies.values() if is_of(one.code, code)])
        for item in every
        for code in item.providers
    ]
    pairs = [(item.id, one.id) for item, _, family in families for one in family]
    rows = uow.session.execute(
        _LAST,
        {
            "items": [pair[0] for pair in pairs],
            "agencies": [pair[1] for pair in pairs],
            "every": [item.id for item in every],
        },
    )
    last = {(row.item_id, row.agency_id): row.last for row in rows}
    heard = frozenset(item for (item, agency), at in last.items() if at and agency is None)
    silent = []
    for item, code, family in families:
        newest = _newest(last.get((item.id, one.id)) for one in family)
        if family and is_silent(item.cycle, newest, uow.now):
            head = next((one for one in family if one.code == code), family[0])
            silent.append(Silent(item=item, agency=head))
    return Reported(
        agencies=len(agencies), newest=_newest(last.values()), heard=heard, silent=tuple(silent)
    )


def is_of(code: str, provider: str) -> bool:
    """Whether an agency is the provider named, or a branch of it ("samr", "samr.siming")."""
    return code == provider or code.startswith(f"{provider}.")


def _newest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


def is_silent(cycle: Cycle, last: datetime | None, now: datetime) -> bool:
    """Whether an item of this cycle, last reported then, may be incomplete today."""
    days = _DAYS[cycle]
    return last is None or (days is not None and last < now - timedelta(days=days))
