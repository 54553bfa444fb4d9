"""The city's subjects, food operators and credit records in a database here, by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from app.credit.records.queries.catalogue import Catalogue, agency_by_code, catalogue
from app.credit.records.rules.identity import APART, keys_of, record_ids
from app.credit.records.services.catalogue import load_shipped
from app.credit.records.terms import FieldRole, Item
from app.town.rules.credit_city import (
    CITY,
    CitySubject,
    CreditSize,
    RecordBlock,
    city_subjects,
    food_blocks,
)
from scripts.bench.place import Place
from scripts.bench.town import LAST_DAY, Told

BASE = "bench_credit"
_AT = datetime(2026, 6, 30, 12, tzinfo=UTC).isoformat()
_SUBJECTS_AT_ONCE = 50_000
_RECORD = (
    *("subject_id", "upload_id", "id", "recorded_at", "decided_on", "item_id", "agency_id"),
    *("by_item", "said"),
)
_TRADE = frozenset({FieldRole.SUBJECT, FieldRole.DATE})


@dataclass(frozen=True, kw_only=True)
class CreditCity:
    """A database with the city's subjects: the id of a place is ``first`` + place."""

    database: str
    size: CreditSize
    first: int


def credit_city(place: Place, told: Told, size: CreditSize = CITY) -> CreditCity:
    """The city's subjects with their licences, profiles and inspections; made once and kept."""
    known = place.remembered(BASE)
    if not place.has(BASE) or known.get("subjects") != size.subjects:
        place.make(BASE)
        place.migrate(BASE)
        first = _settle(place, size, told)
        place.remember(BASE, subjects=size.subjects, first=first)
    place.migrate(BASE)
    return CreditCity(database=BASE, size=size, first=place.remembered(BASE)["first"])


def _settle(place: Place, size: CreditSize, told: Told) -> int:
    with place.shell(BASE) as shell, shell.unit() as uow:
        load_shipped(uow)
        shelf = catalogue(uow)
    with place.raw(BASE) as raw:
        first = 1 + _number(raw, "SELECT max(id) FROM subject")
        for part in _batches(city_subjects(size)):
            _copy(raw, "subject", _SUBJECT, (_subject_line(first, one) for one in part))
            _copy(raw, "licence", _LICENCE, _licence_lines(first, part))
            told(f"subjects: {part[-1].place + 1:,} / {size.subjects:,}")
        _number(raw, f"SELECT setval('subject_id_seq', {first + size.subjects})")
        raw.commit()
    city = CreditCity(database=BASE, size=size, first=first)
    filler = Filler(place, city, shelf)
    for block in food_blocks(size, LAST_DAY):
        filler.copy(block)
    with place.as_admin(BASE) as admin:
        admin.exec_driver_sql("VACUUM (ANALYZE)")
    return first


_SUBJECT = ("id", "uscc", "name", "kinds", "division", "registered", "created_at")
_LICENCE = ("subject_id", "kind", "number", "valid_from", "valid_to")


def _batches(subjects: Iterator[CitySubject]) -> Iterator[list[CitySubject]]:
    part: list[CitySubject] = []
    for one in subjects:
        part.append(one)
        if len(part) == _SUBJECTS_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _subject_line(first: int, one: CitySubject) -> str:
    kinds = f"{{{one.kind}}}"
    return f"{first + one.place}\t{one.uscc}\t{one.name}\t{kinds}\t{one.division}\tt\t{_AT}"


def _licence_lines(first: int, part: list[CitySubject]) -> Iterator[str]:
    for one in part:
        for it in one.licences:
            days = f"{it.valid_from}\t{it.valid_to}"
            yield f"{first + one.place}\t{it.kind.value}\t{it.number}\t{days}"


def _copy(raw: Any, table: str, names: tuple[str, ...], lines: Iterable[str]) -> None:
    stream = StringIO("\n".join(lines))
    with raw.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN", stream, size=1 << 20)


def _number(raw: Any, statement: str) -> int:
    with raw.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


class Filler:
    """Puts blocks of records straight into the table, as the intake would keep them."""

    def __init__(self, place: Place, city: CreditCity, shelf: Catalogue) -> None:
        self.place, self.city, self.shelf = place, city, shelf
        with place.shell(city.database) as shell, shell.unit(read_only=True) as uow:
            codes = ("samr", "power", "water", "gas", "social_security", "housing_fund", "culture")
            self.agencies = {code: agency_by_code(uow, code).id for code in codes}

    def copy(self, block: RecordBlock) -> int:
        """Copy a block in and commit; its rows."""
        lines = self.lines(block)
        with self.place.raw(self.city.database) as raw:
            _copy(raw, "credit_record", _RECORD, lines)
            raw.commit()
        return len(lines)

    def lines(self, block: RecordBlock) -> list[str]:
        """A block as lines of COPY, in the order of subjects as a store would settle to."""
        item = self.shelf.item(block.item, LAST_DAY)
        agency, count = self.agencies[block.agency], len(block.places)
        columns = {one.name: block.columns.get(one.name, [""] * count) for one in item.fields}
        columns |= _kept_elsewhere(item, block)
        ids = record_ids(item, agency, keys_of(item, columns)).tolist()
        plain = [[""] * count if one.role in _TRADE else columns[one.name] for one in item.fields]
        said = map(APART.join, zip(*plain, strict=True))
        subjects = (block.places + self.city.first).tolist()
        after = f"\t{item.id}\t{agency}\t{'t' if item.by_item else 'f'}\t"
        return [
            f"{subject}\t1\t{own}\t{_AT}\t{day}{after}{text}"
            for subject, own, day, text in zip(subjects, ids, block.days, said, strict=True)
        ]


def _kept_elsewhere(item: Item, block: RecordBlock) -> dict[str, list[str]]:
    day = next(one.name for one in item.fields if one.role is FieldRole.DATE)
    return {day: block.days}
