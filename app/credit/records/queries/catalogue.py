"""The catalogue and the agencies read; what never changes is kept by this process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sqlalchemy import select

from app.credit.records import errors
from app.credit.records.model import AgencyRow, ItemRow
from app.credit.records.rules.catalogue import item_of
from app.credit.records.terms import Agency, AgencyKind, Category, Item
from ledger.kernel.statements import Prepared
from ledger.kernel.uow import UnitOfWork

_MARKS = Prepared(
    "credit_marks",
    "integer",
    """
    SELECT id, version, valid_to, md5(document::text) AS mark FROM credit_item
    WHERE id > $1 ORDER BY id, version
""",
)
_AGENCIES = Prepared(
    "credit_agencies",
    "integer",
    """
    SELECT a.id, a.code, a.zh, a.en, a.kind, a.level, s.uscc, a.subject_id
    FROM credit_agency a JOIN subject s ON s.id = a.subject_id WHERE a.id > $1 ORDER BY a.id
""",
)
_KEPT = 4_096  # versions of items: some hundreds there are
_DOCUMENTS: dict[str, Item] = {}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All versions of all items."""

    versions: Mapping[int, tuple[Item, ...]]
    numbers: Mapping[str, int]
    today: date

    def newest(self, item_id: int) -> Item:
        """The last version of an item that has begun: what is kept reads the same under each.

        One that is yet to come opens nothing before its day. Raises KeyError.
        """
        versions = self.versions[item_id]
        begun = (one for one in reversed(versions) if one.valid_from <= self.today)
        return next(begun, versions[0])

    def item(self, code: str, on: date) -> Item:
        """The version of an item in force on a day. Refuses: UnknownItem, ItemNotInForce."""
        if code not in self.numbers:
            raise errors.UnknownItem(item=code[:60], field="item")
        for one in self.versions[self.numbers[code]]:
            if one.holds(on):
                return one
        raise errors.ItemNotInForce(item=code, on=on.isoformat(), field="item")

    def of_category(self, category: Category) -> tuple[int, ...]:
        """The numbers of the items of a category."""
        return tuple(
            it for it, versions in self.versions.items() if versions[-1].category is category
        )


def catalogue(uow: UnitOfWork) -> Catalogue:
    """The catalogue as it stands; one short statement, and one more for what is new in it."""
    rows = _MARKS.rows(uow.session, 0)
    missing = [(row.id, row.version) for row in rows if row.mark not in _DOCUMENTS]
    if missing:
        _read(uow, {(row.id, row.version): row.mark for row in rows}, missing)
    return _built(tuple((row.mark, row.valid_to) for row in rows), uow.today)


def _read(
    uow: UnitOfWork, marks: Mapping[tuple[int, int], str], missing: Iterable[tuple[int, int]]
) -> None:
    if len(_DOCUMENTS) > _KEPT:
        _DOCUMENTS.clear()
        missing = marks
    wanted = set(missing)
    for row in uow.session.scalars(select(ItemRow)):
        if (row.id, row.version) in wanted:
            _DOCUMENTS[marks[row.id, row.version]] = item_of(row.document, None)


@lru_cache(maxsize=16)
def _built(marks: tuple[tuple[str, date | None], ...], today: date) -> Catalogue:
    versions: dict[int, tuple[Item, ...]] = {}
    for mark, valid_to in marks:
        item = _ended(_DOCUMENTS[mark], valid_to)
        versions[item.id] = (*versions.get(item.id, ()), item)
    numbers = {found[-1].code: number for number, found in versions.items()}
    return Catalogue(versions, numbers, today)


def _ended(item: Item, valid_to: date | None) -> Item:
    """The item with the day it ended, which is known when the next version comes."""
    return item if valid_to == item.valid_to else replace(item, valid_to=valid_to)


def items(uow: UnitOfWork, on: date | None = None) -> tuple[Item, ...]:
    """The items in force on a day (today), by category and number."""
    day = on or uow.today
    found = [
        one for versions in catalogue(uow).versions.values() for one in versions if one.holds(day)
    ]
    return tuple(sorted(found, key=lambda one: (one.category, one.id)))


def items_by_code(uow: UnitOfWork, codes: Iterable[str], on: date | None = None) -> dict[str, Item]:
    """Items by their code, as in force on a day (today). Refuses: UnknownItem, ItemNotInForce."""
    known, day = catalogue(uow), on or uow.today
    return {code: known.item(code, day) for code in codes}


def agencies(uow: UnitOfWork) -> dict[int, Agency]:
    """All agencies by number; there are some dozens."""
    rows = _AGENCIES.rows(uow.session, 0)
    return {row.id: Agency(**{**row._asdict(), "kind": AgencyKind(row.kind)}) for row in rows}


def agency_by_code(uow: UnitOfWork, code: str) -> Agency:
    """The agency with a code. Refuses: UnknownAgency."""
    for one in agencies(uow).values():
        if one.code == code:
            return one
    raise errors.UnknownAgency(agency=code[:60], field="agency")


def own_agency(uow: UnitOfWork) -> Agency | None:
    """The agency of who asks, if the account belongs to one."""
    mine = uow.actor.operator_id
    number = (
        uow.session.scalar(select(AgencyRow.id).where(AgencyRow.subject_id == mine))
        if mine
        else None
    )
    return None if number is None else agencies(uow)[number]


def agency_of(uow: UnitOfWork) -> Agency:
    """The agency of who asks. Refuses: NotAnAgency."""
    agency = own_agency(uow)
    if agency is None:
        raise errors.NotAnAgency
    return agency


def provides(item: Item, agency: Agency) -> bool:
    """Whether the agency provides the item; "samr" stands for its branches "samr.…" too."""
    if not item.providers:
        return True
    return any(agency.code == one or agency.code.startswith(f"{one}.") for one in item.providers)
