"""A subject's credit file: what an audience sees of it, category by category."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.credit.records import errors
from app.credit.records.queries.rows import Family, Key, Reading, Row, family_of
from app.credit.records.rules.visibility import counts_without_reading
from app.credit.records.terms import (
    Audience,
    Category,
    Counts,
    CreditFile,
    FileAsked,
    Record,
    RecordState,
    Section,
    Shown,
)
from ledger.kernel.statements import Prepared, numbers
from ledger.kernel.uow import UnitOfWork

EACH_MAX, LIMIT_MAX = 50, 200
_CURRENT = """
    SELECT subject_id, item_id, agency_id, id, decided_on FROM (
        SELECT subject_id, item_id, agency_id, id, decided_on, lead(id >> 10) OVER (
            PARTITION BY subject_id, item_id, agency_id ORDER BY id) AS following
        FROM credit_record WHERE subject_id = ANY($1)
    ) AS revision WHERE following IS DISTINCT FROM id >> 10
"""
_GLANCE = Prepared(
    "credit_glance",
    "integer[], bigint, smallint[], bigint[]",
    f"""
    SELECT subject_id, item_id, agency_id, id, total FROM (
        SELECT subject_id, item_id, agency_id, id, count(*) OVER (PARTITION BY item_id) AS total,
            row_number() OVER (PARTITION BY item_id ORDER BY decided_on DESC, id DESC) AS place
        FROM ({_CURRENT}) AS newest
    ) AS placed WHERE place <= $2 OR item_id = ANY($3) OR id >> 10 = ANY($4)
""",  # noqa: S608
)
_PAGE = Prepared(
    "credit_page",
    "integer[], smallint[], date, bigint, integer, integer",
    f"""
    SELECT subject_id, item_id, agency_id, id FROM ({_CURRENT}) AS newest
    WHERE item_id = ANY($2) AND (decided_on, id, subject_id) < ($3, $4, $5)
    ORDER BY decided_on DESC, id DESC, subject_id DESC LIMIT $6
""",  # noqa: S608
)
_FIRST = (date(9999, 12, 31), 2**63 - 1, 2**31 - 1)
_CURSOR = 3


def file_of(uow: UnitOfWork, asked: FileAsked) -> CreditFile:
    """What an audience sees of a subject; of one merged into another, that other's.

    Five statements, whatever the number of records. Refuses: NotPermitted for agencies' eyes,
    NotYourOperator for the subject's own.
    """
    family = family_of(uow, asked.subject_id)
    _allow(uow, family, asked.audience)
    reading = Reading(uow, family, asked.audience)
    if asked.category is not None:
        section = _page(reading, asked, asked.category)
        return CreditFile(
            subject_id=family.id, audience=asked.audience, counts=(), sections=(section,)
        )
    seen = _glance(reading, min(max(asked.each, 0), EACH_MAX))
    return CreditFile(
        subject_id=family.id,
        audience=asked.audience,
        counts=tuple(seen[category].counts(category) for category in Category),
        sections=tuple(seen[it].section(it, asked.each) for it in Category if seen[it].total),
    )


def record_by_id(uow: UnitOfWork, subject_id: int, record_id: int, audience: Audience) -> Record:
    """The current revision of a record. Agencies see a withdrawn one too, as such.

    Refuses: NotPermitted, NotYourOperator, UnknownRecord.
    """
    family = family_of(uow, subject_id)
    _allow(uow, family, audience)
    reading = Reading(uow, family, audience)
    for row in reading.revisions(record_id)[:1]:
        record, shown = reading.record(row)
        withdrawn = audience is Audience.GOVERNMENT and record.state is RecordState.WITHDRAWN
        if shown is Shown.YES or withdrawn:
            return record
    raise errors.UnknownRecord


def history_of(uow: UnitOfWork, subject_id: int, record_id: int) -> tuple[Record, ...]:
    """All revisions of a record, the newest first, for agencies. Refuses: NotPermitted."""
    family = family_of(uow, subject_id)
    _allow(uow, family, Audience.GOVERNMENT)
    reading = Reading(uow, family, Audience.GOVERNMENT)
    rows = reading.revisions(record_id)
    return tuple(reading.record(row, is_newest=place == 0)[0] for place, row in enumerate(rows))


def _allow(uow: UnitOfWork, family: Family, audience: Audience) -> None:
    if audience is Audience.GOVERNMENT:
        uow.actor.require("record.read")
    if audience is Audience.OWN and not any(map(uow.actor.may_act_for, family.ids)):
        uow.actor.require_operator(family.id)


@dataclass(slots=True)
class _Seen:
    """What was seen of a category: how many by key alone, which records by reading."""

    total: int = 0
    negative: int = 0
    marked: int = 0
    records: list[Record] = field(default_factory=list)

    def counts(self, category: Category) -> Counts:
        return Counts(
            category=category, records=self.total, negative=self.negative, marked=self.marked
        )

    def section(self, category: Category, each: int) -> Section:
        shown = tuple(sorted(self.records, key=_newest_first)[:each])
        more = self.total > len(shown)
        return Section(category=category, records=shown, next=_cursor(shown[-1:]) if more else "")


def _newest_first(record: Record) -> tuple[int, int, int]:
    return -record.decided_on.toordinal(), -record.id - record.revision, -record.subject_id


def _glance(reading: Reading, each: int) -> dict[Category, _Seen]:
    """All categories: what has no end is counted by its key, all else is read and asked."""
    by_key, to_read = set(), []
    for number in reading.catalogue.versions:
        told = counts_without_reading(reading.catalogue.newest(number), reading.audience)
        if told:
            by_key.add(number)
        elif told is None:
            to_read.append(number)
    touched = tuple(reading.events)
    found = _GLANCE.rows(
        reading.uow.session,
        numbers(reading.family.ids),
        each + len(touched),
        numbers(to_read),
        numbers(it >> 10 for it in touched),
    )
    wanted = by_key | set(to_read)
    totals = {row.item_id: row.total for row in found}
    rows = reading.rows(Key(*row[:4]) for row in found if row.item_id in wanted)
    return _tallied(reading, rows, {it: totals[it] for it in by_key & totals.keys()})


def _tallied(
    reading: Reading, rows: Iterable[Row], totals: dict[int, int]
) -> dict[Category, _Seen]:
    seen: dict[Category, _Seen] = defaultdict(_Seen)
    for number, total in totals.items():
        seen[reading.catalogue.newest(number).category].total += total
    for row in rows:
        record, shown = reading.record(row)
        mine = seen[record.item.category]
        if shown is not Shown.YES:
            mine.total -= row.item_id in totals  # it was counted by its key
            continue
        mine.total += row.item_id not in totals
        mine.negative += record.item.negative
        mine.marked += record.marked
        mine.records.append(record)
    return seen


def _page(reading: Reading, asked: FileAsked, category: Category) -> Section:
    """One category from a place on: rows are read until enough are seen."""
    limit = min(max(asked.limit, 1), LIMIT_MAX)
    after, records = _place(asked.after), list[Record]()
    items = numbers(reading.catalogue.of_category(category))
    while len(records) <= limit:
        keys = [
            Key(*row)
            for row in _PAGE.rows(
                reading.uow.session, numbers(reading.family.ids), items, *after, limit + 1
            )
        ]
        rows = {Key(*row[:4]): row for row in reading.rows(keys)}
        for key in keys:
            record, shown = reading.record(rows[key])
            if shown is Shown.YES:
                records.append(record)
        if len(keys) <= limit:
            break
        last = rows[keys[-1]]
        after = (last.decided_on, last.id, last.subject_id)
    shown_here = tuple(records[:limit])
    more = len(records) > limit
    return Section(
        category=category, records=shown_here, next=_cursor(shown_here[-1:]) if more else ""
    )


def _cursor(last: Sequence[Record]) -> str:
    """Behind which record the next page begins."""
    return "".join(
        f"{one.decided_on.toordinal()}.{one.id + one.revision}.{one.subject_id}" for one in last
    )


def _place(after: str) -> tuple[date, int, int]:
    """The place a cursor names; a foreign one is the beginning."""
    parts = after.split(".")
    if len(parts) != _CURSOR or not all(part.isdecimal() and len(part) < 20 for part in parts):
        return _FIRST
    day, number, subject = map(int, parts)
    if not 0 < day <= date.max.toordinal():
        return _FIRST
    return date.fromordinal(day), min(number, _FIRST[1]), min(subject, _FIRST[2])
