"""Rows of records found by the one index and read by their key; made into records as one reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from app.credit.records.queries.catalogue import Catalogue, agencies, catalogue
from app.credit.records.rules.identity import own_id, parted, revision_of
from app.credit.records.rules.publication import Regimes, term_of
from app.credit.records.rules.visibility import said_to, shown_to
from app.credit.records.terms import (
    REVISION_MAX,
    Agency,
    Audience,
    EventKind,
    Record,
    RecordEvent,
    RecordState,
    Shown,
)
from ledger.kernel.statements import Prepared, numbers
from ledger.kernel.uow import UnitOfWork

_FAMILY = Prepared(
    "credit_family",
    "integer",
    """
    SELECT f.id, f.uscc, f.merged_into FROM subject a
    JOIN subject f ON f.id = coalesce(a.merged_into, a.id)
        OR f.merged_into = coalesce(a.merged_into, a.id)
    WHERE a.id = $1 ORDER BY f.merged_into NULLS FIRST, f.id
""",
)
_EVENTS = Prepared(
    "credit_events",
    "integer[]",
    """
    SELECT record_id, kind, at, account_id, agency_id, reason, basis, about
    FROM credit_record_event WHERE subject_id = ANY($1) ORDER BY id
""",
)
_COLUMNS = "r.subject_id, r.item_id, r.agency_id, r.id, r.decided_on, r.recorded_at, r.said"
_BY_KEY = Prepared(
    "credit_rows",
    "integer[], smallint[], smallint[], bigint[]",
    f"""
    SELECT {_COLUMNS} FROM unnest($1, $2, $3, $4) AS k(subject_id, item_id, agency_id, id)
    JOIN credit_record r USING (subject_id, item_id, agency_id, id)
    WHERE r.subject_id = ANY($1)
""",  # noqa: S608
)
_REVISIONS = Prepared(
    "credit_revisions",
    "integer[], bigint, bigint",
    f"""
    SELECT {_COLUMNS} FROM credit_record r
    WHERE r.subject_id = ANY($1) AND r.id BETWEEN $2 AND $3 ORDER BY r.id DESC
""",  # noqa: S608
)
_REPAIRS = (EventKind.REPAIRED, EventKind.RESTORED)
_MARKS = (EventKind.MARKED, EventKind.UNMARKED)


class Key(NamedTuple):
    """What finds the row of a revision."""

    subject_id: int
    item_id: int
    agency_id: int
    id: int


class Row(NamedTuple):
    """A row as it is kept."""

    subject_id: int
    item_id: int
    agency_id: int
    id: int
    decided_on: date
    recorded_at: datetime
    said: str


@dataclass(frozen=True, slots=True)
class Family:
    """A subject with those merged into it: their records are one file under its code."""

    id: int
    uscc: str
    ids: tuple[int, ...]


def family_of(uow: UnitOfWork, subject_id: int) -> Family:
    """Under which ids a subject's records stand; nobody's id gives a family without records."""
    rows = _FAMILY.rows(uow.session, subject_id)
    if not rows:
        return Family(subject_id, "", (subject_id,))
    return Family(rows[0].id, rows[0].uscc, tuple(row.id for row in rows))


class Reading:
    """Makes records of rows for one subject and one audience, on the day of the unit."""

    def __init__(self, uow: UnitOfWork, family: Family, audience: Audience) -> None:
        self.uow, self.family, self.audience = uow, family, audience
        self.catalogue: Catalogue = catalogue(uow)
        self.agencies: Mapping[int, Agency] = agencies(uow)
        self.regimes = Regimes(uow.parameters)
        self.events: dict[int, list[RecordEvent]] = defaultdict(list)
        for record_id, kind, *said in _EVENTS.rows(uow.session, numbers(family.ids)):
            names = ("at", "account_id", "agency_id", "reason", "basis", "about")
            event = RecordEvent(kind=EventKind(kind), **dict(zip(names, said, strict=True)))
            self.events[record_id].append(event)

    def rows(self, keys: Iterable[Key]) -> list[Row]:
        """The rows of keys, in no order."""
        wide = list(zip(*keys, strict=True))
        if not wide:
            return []
        return [Row(*row) for row in _BY_KEY.rows(self.uow.session, *map(numbers, wide))]

    def revisions(self, record_id: int) -> list[Row]:
        """All revisions of a record, the newest first."""
        first = own_id(record_id)
        last = first + REVISION_MAX
        found = _REVISIONS.rows(self.uow.session, numbers(self.family.ids), first, last)
        return [Row(*row) for row in found]

    def record(self, row: Row, *, is_newest: bool = True) -> tuple[Record, Shown]:
        """A row as a record, and whether the audience sees it."""
        item = self.catalogue.newest(row.item_id)
        said = parted(item, row.said, self.family.uscc, row.decided_on)
        term = term_of(item, said, row.decided_on, self.regimes.on(row.decided_on))
        events = self.events.get(own_id(row.id), [])
        state = _state(events, row.recorded_at) if is_newest else RecordState.CORRECTED
        public = shown_to(item, term, state, Audience.PUBLIC, self.uow.today)
        record = Record(
            subject_id=row.subject_id,
            id=own_id(row.id),
            revision=revision_of(row.id),
            item=item,
            agency=self.agencies[row.agency_id],
            decided_on=row.decided_on,
            recorded_at=row.recorded_at,
            said=said_to(item, said, self.audience),
            state=state,
            marked=_is_marked(events),
            public_until=row.decided_on if term.never else term.until,
            is_public=public is Shown.YES,
            events=tuple(events),
        )
        return record, shown_to(item, term, state, self.audience, self.uow.today)


def _state(events: Sequence[RecordEvent], recorded_at: datetime) -> RecordState:
    """A revision that came after a withdrawal is current again; a repair is of the record for good.

    Otherwise a provider could bring back what was repaired by changing a comma.
    """
    if any(one.kind is EventKind.WITHDRAWN and one.at >= recorded_at for one in events):
        return RecordState.WITHDRAWN
    repairs = [one.kind for one in events if one.kind in _REPAIRS]
    return RecordState.REPAIRED if repairs[-1:] == [EventKind.REPAIRED] else RecordState.CURRENT


def _is_marked(events: Sequence[RecordEvent]) -> bool:
    """Whether objections are open: each is marked once and unmarked once, by its name."""
    on: dict[str, Any] = {one.about: one.kind for one in events if one.kind in _MARKS}
    return EventKind.MARKED in on.values()
