"""Facts drawn from records, whole columns at once: what schemes count, of a city or of a few.

A record counts when it is the newest revision, was neither withdrawn nor repaired since, was
decided by the day asked about, and has not lapsed. One statement an item reads the fields asked
for; a field's distinct texts are understood once each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from app.credit.records import errors
from app.credit.records.queries.catalogue import items_by_code
from app.credit.records.rules.facts import (
    WORDS,
    day_after,
    day_number,
    lapses_on,
    measure_of,
    words_of,
)
from app.credit.records.terms import REVISION_BITS, Field, Item, RecordFacts
from app.credit.scoring.terms import Fact, FactColumn, FactSource, Objects, days_of
from ledger.kernel.uow import UnitOfWork

Ints = NDArray[np.int64]
T = TypeVar("T")
SOURCE = "records"
FEW = 2_000  # subjects whose records are found one by one sooner than an item's all
_APART = "chr(31)"
_CURRENT = """
    WITH ended AS (
        SELECT e.subject_id, e.record_id, e.at, e.kind FROM credit_record_event e
        WHERE e.kind = 'withdrawn' {of_events}
        UNION ALL
        SELECT subject_id, record_id, at, kind FROM (
            SELECT DISTINCT ON (e.subject_id, e.record_id) e.subject_id, e.record_id, e.kind, e.at
            FROM credit_record_event e
            WHERE e.kind IN ('repaired', 'restored') {of_events}
            ORDER BY e.subject_id, e.record_id, e.id DESC) last
        WHERE kind = 'repaired'),
    revisions AS (
        SELECT r.subject_id, r.id, r.decided_on, r.said, r.recorded_at,
            lead(r.id >> {bits}) OVER (PARTITION BY r.subject_id ORDER BY r.agency_id, r.id) AS next
        FROM credit_record r WHERE r.item_id = :item {of_records})
    SELECT coalesce(s.merged_into, s.id), r.id >> {bits} << {bits}, r.decided_on - DATE '1970-01-01'
        {fields}
    FROM revisions r JOIN subject s ON s.id = r.subject_id
    WHERE r.next IS DISTINCT FROM r.id >> {bits} AND r.decided_on <= :as_of
        AND NOT EXISTS (SELECT FROM ended d
            WHERE d.subject_id = r.subject_id AND d.record_id = r.id >> {bits} << {bits}
                AND (d.kind = 'repaired' OR d.at >= r.recorded_at))
"""
_OF_SUBJECTS = """
    AND {alias}.subject_id IN (
        SELECT id FROM subject WHERE id = ANY(:subjects) OR merged_into = ANY(:subjects))"""


@dataclass(frozen=True, slots=True)
class _Columns:
    """The current records of an item: whose, which, of what day, and the fields asked for."""

    subjects: Ints
    ids: Ints
    days: Ints
    fields: Mapping[str, Sequence[str]]


def item_rows(
    uow: UnitOfWork, item_code: str, as_of: date, fields: Sequence[str]
) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
    """(subject, record, day since 1970, values of the fields) of an item's current records.

    Of the whole city, a merged subject's under the one it was merged into. Refuses: UnknownItem.
    """
    item = _item(uow, item_code)
    yield from (
        (row[0], row[1], row[2], tuple(row[3:]))
        for row in _rows(uow, item, as_of, tuple(fields), None)
    )


def facts_of(
    uow: UnitOfWork, asked: Sequence[RecordFacts], as_of: date, objects: Objects
) -> tuple[FactColumn, ...]:
    """A column for each fact asked for, of the objects given, in the order asked.

    Refuses: UnknownItem where a fact names an item or a field that the catalogue has not got.
    """
    read: dict[str, _Columns] = {}
    items = items_by_code(uow, {one.item for one in asked})
    for code in dict.fromkeys(one.item for one in asked):
        item = _known(items, code)
        names = tuple(
            dict.fromkeys(chain.from_iterable(_names(one) for one in asked if one.item == code))
        )
        read[code] = _columns(uow, item, as_of, names, objects)
    whose = _Whose(objects)
    return tuple(_column(one, items[one.item], read[one.item], whose, as_of) for one in asked)


def _names(asked: RecordFacts) -> list[str]:
    said = [asked.value, asked.object_field, asked.current, *asked.where]
    return [name for name in said if name]


def _item(uow: UnitOfWork, code: str) -> Item:
    return _known(items_by_code(uow, {code}), code)


def _known(items: Mapping[str, Item], code: str) -> Item:
    if code not in items:
        raise errors.UnknownItem(item=code)
    return items[code]


def _field(item: Item, name: str) -> tuple[int, Field]:
    try:
        place = item.position(name)
    except LookupError:
        raise errors.UnknownItem(item=f"{item.code}.{name}") from None
    return place, item.fields[place]


def _rows(
    uow: UnitOfWork,
    item: Item,
    as_of: date,
    names: tuple[str, ...],
    subjects: list[int] | None,
) -> Sequence[Any]:
    places = (_field(item, name)[0] for name in names)
    fields = "".join(f", split_part(r.said, {_APART}, {place + 1})" for place in places)
    narrow = "" if subjects is None else _OF_SUBJECTS
    statement = _CURRENT.format(
        bits=REVISION_BITS,
        fields=fields,
        of_events=narrow.format(alias="e"),
        of_records=narrow.format(alias="r") if narrow else "AND r.by_item",
    )
    said: dict[str, Any] = {"item": item.id, "as_of": as_of}
    if subjects is not None:
        said["subjects"] = subjects
    return uow.session.execute(text(statement), said).all()


def _columns(
    uow: UnitOfWork, item: Item, as_of: date, names: tuple[str, ...], objects: Objects
) -> _Columns:
    few = not item.by_item or len(objects.ids) <= FEW
    subjects = np.unique(objects.subjects).tolist() if few else None
    rows = _rows(uow, item, as_of, names, subjects)
    columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * (3 + len(names))
    return _Columns(
        subjects=np.array(columns[0], np.int64),
        ids=np.array(columns[1], np.int64),
        days=np.array(columns[2], np.int64),
        fields=dict(zip(names, columns[3:], strict=True)),
    )


class _Whose:
    """Which objects a record is about: the subject itself, all its objects, or one by number."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.by_number = dict(zip(objects.numbers, objects.ids.tolist(), strict=False))
        self._order = np.argsort(objects.subjects, kind="stable")
        self._sorted = objects.subjects[self._order]

    def of(self, read: _Columns, asked: RecordFacts, rows: Ints) -> tuple[Ints, Ints]:
        """(object ids, places of rows) of the rows that are about objects given."""
        if asked.object_field and self.objects.kind != "subject":
            said = read.fields[asked.object_field]
            found = np.array([self.by_number.get(said[row], 0) for row in rows], np.int64)
            return found[found > 0], rows[found > 0]
        first = np.searchsorted(self._sorted, read.subjects[rows], "left")
        count = np.searchsorted(self._sorted, read.subjects[rows], "right") - first
        places = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count)
        places = places + np.arange(count.sum())
        return self.objects.ids[self._order[places]], np.repeat(rows, count)


def _column(
    asked: RecordFacts, item: Item, read: _Columns, whose: _Whose, as_of: date
) -> FactColumn:
    rows = np.arange(len(read.ids))
    for name, wanted in asked.where.items():
        kind = _field(item, name)[1].type
        among = frozenset(wanted)
        good = _each(
            read.fields[name],
            lambda said, kind=kind, among=among: bool(  # type: ignore[misc]
                among.intersection(words_of(kind, said))
            ),
        )
        rows = rows[np.array(good, bool)[rows]]
    until = _until(asked, item, read)
    rows = rows[(until[rows] == 0) | (until[rows] > days_of(as_of))]
    objects, rows = whose.of(read, asked, rows)
    values, rows, objects, words = _values(asked, item, read, rows, objects)
    order = np.lexsort((read.ids[rows], read.days[rows], objects))
    return FactColumn(
        name=asked.name,
        objects=objects[order],
        values=values[order],
        on=read.days[rows][order].astype(np.int32),
        until=until[rows][order].astype(np.int32),
        evidence=read.ids[rows][order],
        words=words,
    )


def _until(asked: RecordFacts, item: Item, read: _Columns) -> Ints:
    """The first day each row no longer counts, 0 for never; the earlier of two.

    The last day of a term is one of its days; the day of a removal is none any more.
    """
    until = np.zeros(len(read.ids), np.int64)
    if asked.current:
        removal = _field(item, asked.current)[1].role.value == "ended"
        first = day_number if removal else day_after
        until = np.array(_each(read.fields[asked.current], first), np.int64)
    if asked.months is not None:
        months = asked.months
        lapses = np.array(_each(read.days.tolist(), lambda day: lapses_on(day, months)), np.int64)
        until = np.where((until > 0) & (until < lapses), until, lapses)
    return until


def _values(
    asked: RecordFacts, item: Item, read: _Columns, rows: Ints, objects: Ints
) -> tuple[Ints, Ints, Ints, tuple[str, ...] | None]:
    """Values, rows, objects and words; a row of several words stands several times."""
    if not asked.value:
        return np.full(len(rows), 1000, np.int64), rows, objects, None
    kind = _field(item, asked.value)[1].type
    said = read.fields[asked.value]
    if kind not in WORDS:
        measures = _each(said, measure_of(kind))
        known = np.array([one is not None for one in measures], bool)[rows]
        rows, objects = rows[known], objects[known]
        numbers = np.array([one or 0 for one in measures], np.int64)
        return numbers[rows], rows, objects, None
    several = _each(said, lambda one: words_of(kind, one))
    words = tuple(sorted(set(chain.from_iterable(set(several)))))
    place = {word: at for at, word in enumerate(words)}
    count = np.array([len(several[row]) for row in rows], np.int64)
    flat = chain.from_iterable(several[row] for row in rows)
    values = np.array([place[word] for word in flat], np.int64)
    return values, np.repeat(rows, count), np.repeat(objects, count), words


def _each(said: Sequence[Hashable], work: Callable[[Any], T]) -> list[T]:
    """The work done once for each distinct text, for all of them in order."""
    done = {one: work(one) for one in set(said)}
    return [done[one] for one in said]


def _gather(
    uow: UnitOfWork, facts: Sequence[Fact], objects: Objects, as_of: date
) -> tuple[FactColumn, ...]:
    return facts_of(uow, [_asked(fact) for fact in facts], as_of, objects)


def _asked(fact: Fact) -> RecordFacts:
    keys = fact.keys
    return RecordFacts(
        name=fact.name,
        item=str(keys["item"]),
        value=str(keys.get("value", "")),
        where={name: tuple(found) for name, found in keys.get("where", {}).items()},
        months=keys.get("months"),
        object_field=str(keys.get("object_field", "")),
        current=str(keys.get("current", "")),
    )


def _wrong(keys: Mapping[str, Any]) -> str:
    """The first key of a fact whose value is of the wrong kind; "" where none is."""
    for name in ("item", "value", "object_field", "current"):
        if not isinstance(keys.get(name, ""), str):
            return name
    months = keys.get("months", 1)
    if isinstance(months, bool) or not isinstance(months, int) or not 0 < months <= 1200:
        return "months"
    where = keys.get("where", {})
    fine = isinstance(where, dict) and all(
        isinstance(found, list) and all(isinstance(one, str) for one in found)
        for found in where.values()
    )
    return "" if fine else "where"


def _link(record_id: int, subject_id: int) -> str:
    """The page of a record in its subject's file; who opens it leaves an audit line there."""
    return f"/subjects/{subject_id}/credit?record={record_id}"


FACTS = FactSource(
    name=SOURCE,
    gather=_gather,
    required=frozenset({"item"}),
    optional=frozenset({"value", "where", "months", "object_field", "current"}),
    check=_wrong,
    link=_link,
)
"""Records as a source of facts: ``[facts.NAME] from = "records"``."""
