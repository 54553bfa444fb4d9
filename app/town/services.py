"""Brings the sample town into the ledger through the same verbs everybody uses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.food.products import services as food_products
from app.town.rules.city import CityDay, city_firm, city_good
from app.town.terms import Day, Firm, Good
from ledger.entries import queries
from ledger.entries import services as entries
from ledger.entries.terms import Filed, FileEntries, Mode, RowKind, Source
from ledger.kernel.errors import NotFound, Refusal
from ledger.kernel.model import Parameter
from ledger.kernel.uow import UnitOfWork
from ledger.products import services as products
from ledger.products.terms import LotNamed, LotWanted, Resolved
from ledger.subjects import services as subjects
from ledger.subjects.terms import Party, RegisterSubject, SubjectKind

PLATFORM_USCC = "12350200MB00000001"
_LAST_DAY = "town.last_day"


def remembered_last_day(uow: UnitOfWork, wanted: date) -> date:
    """The town's last day: the one of its first load, so that loading again repeats it exactly."""
    known = [line.value for line in uow.parameters.lines if line.key == _LAST_DAY]
    if known:
        return date.fromisoformat(known[0])
    uow.session.add(
        Parameter(
            key=_LAST_DAY,
            value=wanted.isoformat(),
            unit="date",
            jurisdiction="CN",
            valid_from=date(2009, 6, 1),
            valid_to=None,
            source="the sample town",
            mark="D",
        )
    )
    return wanted


def settle_platform(uow: UnitOfWork) -> int:
    """Register the fictitious office that files for the town's operators; returns its id."""
    office, _created = subjects.register_subject(
        uow,
        RegisterSubject(
            uscc=PLATFORM_USCC,
            name="厦门市食品安全信息平台（样例）",
            kinds=(SubjectKind.OTHER,),
            division="350200",
        ),
    )
    return office.id


def settle_firms(uow: UnitOfWork, firms: Iterable[Firm]) -> int:
    """Register firms; the same again changes nothing. Returns how many were new."""
    return sum(subjects.register_subject(uow, firm.registration)[1] for firm in firms)


def settle_goods(uow: UnitOfWork, goods: Iterable[Good]) -> int:
    """Record products with their cases; the same again changes nothing. Returns the new ones."""
    return sum(food_products.open_product(uow, good.opening).created for good in goods)


def file_day(uow: UnitOfWork, platform_id: int, day: Day) -> Filed:
    """File what all operators wrote down on one day; the same day again is a replay."""
    key = f"town:{day.on.isoformat()}"
    return entries.file_entries(
        uow,
        FileEntries(
            operator_id=platform_id,
            filing_key=key,
            content_hash=hashlib.sha256(repr(day).encode()).digest(),
            lines=day.lines,
            mode=Mode.GOOD,
            source=Source.SEED,
        ),
    )


@dataclass
class Directory:
    """Where the city's firms and lots stand in the ledger: ids by their place in the city."""

    firms: npt.NDArray[np.int32]
    lots: npt.NDArray[np.int32]


def settle_city_firms(uow: UnitOfWork, first: int, count: int) -> list[int]:
    """Register a part of the city's firms set-wise; their ids in order."""
    wanted = [city_firm(place) for place in range(first, first + count)]
    found = []
    for outcome in subjects.register_subjects(uow, wanted):
        if isinstance(outcome, Refusal):
            raise outcome
        found.append(outcome[0].id)
    return found


def file_city_day(uow: UnitOfWork, platform_id: int, directory: Directory, day: CityDay) -> int:
    """Open a day's lots and file its rows; returns how many rows are new."""
    found = products.resolve_lots(
        uow,
        [
            _city_lot(day.first_lot + place, int(product), int(directory.firms[producer]))
            for place, (product, producer) in enumerate(zip(day.product, day.producer, strict=True))
        ],
    )
    ids = [_lot_id(each) for each in found]
    directory.lots[day.first_lot : day.first_lot + len(ids)] = ids
    rows = day.rows.copy()
    used = rows["kind"] == RowKind.USE  # their other is an output lot, everybody else's a firm
    rows["other"] = np.where(
        used,
        directory.lots[np.where(used, rows["other"], 0)],
        directory.firms[np.where(used, 0, rows["other"])],
    )
    rows["lot"], rows["op"] = directory.lots[rows["lot"]], directory.firms[rows["op"]]
    entries.make_partitions_ahead(uow)
    return entries.file_rows(uow, platform_id, f"city:{day.number:04d}:{len(rows)}", rows)


def _city_lot(place: int, product: int, producer: int) -> LotWanted:
    gtin, name, category, months = city_good(product)
    named = LotNamed(
        gtin=gtin,
        name=name,
        category=category,
        shelf_life=f"{months}个月",
        lot=f"C{place:08d}",
        producer=Party(subject_id=producer),
    )
    return LotWanted(named=named, filer_id=producer, kind="production")


def _lot_id(found: Resolved | Refusal) -> int:
    if isinstance(found, Refusal):
        raise found
    return found.lot.id


def is_loaded(uow: UnitOfWork, platform_id: int, last: date) -> bool:
    """Whether the last day of the town is already in the book."""
    try:
        queries.filing_by_key(uow, platform_id, f"town:{last.isoformat()}")
    except NotFound:
        return False
    return True


def counted(uow: UnitOfWork, platform_id: int) -> tuple[int, int]:
    """How many lines of the town were accepted and how many refused."""
    row = uow.session.execute(
        text(
            "SELECT coalesce(sum(accepted), 0), "
            "coalesce(sum(jsonb_array_length(answer -> 'refused')), 0) "
            "FROM filing WHERE operator_id = :platform"
        ),
        {"platform": platform_id},
    ).one()
    return int(row[0]), int(row[1])
