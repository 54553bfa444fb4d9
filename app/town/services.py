"""Brings the sample town into the ledger through the same verbs everybody uses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from app.food.certificates import services as certificates
from app.food.certificates.terms import CertificateSent, FileSent, LotNamed, ThingsNamed
from app.food.products import services as food_products
from app.settings import Settings
from app.town.rules.city import LOTS_MAX, PRODUCTS, CityBatch, Rows, city_firm, city_good
from app.town.rules.pictures import picture_of
from app.town.terms import Day, Firm, Good, PaperFiled
from ledger.certificates.errors import CertificateExists
from ledger.certificates.terms import AddCertificate
from ledger.entries import queries
from ledger.entries import services as entries
from ledger.entries.services import ReadyRows
from ledger.entries.terms import Filed, FileEntries, Mode, RowKind, Source
from ledger.kernel.errors import NotFound
from ledger.kernel.model import Parameter
from ledger.kernel.uow import UnitOfWork
from ledger.products import services as products
from ledger.products.services import Said
from ledger.subjects import services as subjects
from ledger.subjects.terms import RegisterSubject, SubjectKind

PLATFORM_USCC = "12350200MB00000001"
_LAST_DAY = "town.last_day"
_CITY = "city:"


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


def settle_papers(uow: UnitOfWork, settings: Settings, papers: Iterable[PaperFiled]) -> int:
    """Put certificates on file, each with a picture; those on file stay. Returns the new ones."""
    return sum(_settle_paper(uow, settings, paper) for paper in papers)


def _settle_paper(uow: UnitOfWork, settings: Settings, paper: PaperFiled) -> bool:
    lots = (LotNamed(product=paper.gtin, number=paper.lot),) if paper.lot else ()
    products = (paper.gtin,) if paper.gtin and not paper.lot else ()
    sent = CertificateSent(
        said=AddCertificate(
            owner_id=0,
            kind=paper.kind,
            number=paper.number,
            issuer=paper.issuer,
            issued_on=paper.issued_on,
            valid_to=paper.valid_to,
        ),
        things=ThingsNamed(lots=lots, products=products, itself=not paper.gtin),
        operator=paper.uscc,
        files=(FileSent(content=picture_of(paper), name=f"{paper.number}.png"),),
    )
    try:
        certificates.add(uow, sent, settings)
    except CertificateExists:
        return False
    return True


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


@dataclass(slots=True)
class Directory:
    """Where the city's firms, foods and lots stand in the ledger: ids by their place in the city.

    A food that was not met yet has 0; so have lots whose rows have all arrived. ``platform`` is the
    office that files, ``start`` the second the first day begins at.
    """

    firms: npt.NDArray[np.int32]
    platform: int = 0
    start: int = 0
    foods: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(PRODUCTS, np.int32))
    lots: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(LOTS_MAX, np.int32))


def settle_city_firms(uow: UnitOfWork, first: int, count: int) -> list[int]:
    """Register a part of the city's firms set-wise; their ids in order."""
    return subjects.settle_subjects(uow, [city_firm(it) for it in range(first, first + count)])


def settle_city_lots(uow: UnitOfWork, directory: Directory, batch: CityBatch) -> None:
    """Open a batch's lots, and their foods where they are new, and note their ids."""
    new = np.unique(batch.product[directory.foods[batch.product] == 0]).tolist()
    goods = {place: city_good(place) for place in new}
    found = products.settle_products(
        uow,
        {
            gtin: Said(name=name, category=category, shelf_life=f"{months} month")
            for gtin, name, category, months in goods.values()
        },
    )
    for place, good in goods.items():
        directory.foods[place] = found[good[0]]
    end = batch.first_lot + len(batch.product)
    directory.lots[batch.first_lot : end] = products.settle_lots(
        uow,
        directory.foods[batch.product].tolist(),
        directory.firms[batch.producer].tolist(),
        [f"C{place:08d}" for place in range(batch.first_lot, end)],
    )
    entries.make_partitions_ahead(uow)


def ready_city_rows(uow: UnitOfWork, directory: Directory, rows: Rows) -> ReadyRows:
    """Rows of a batch with the ledger's ids, ready to be filed."""
    lots = directory.lots
    used = rows["kind"] == RowKind.USE  # their other is an output lot, everybody else's a firm
    placed = rows.copy()
    placed["other"] = np.where(
        used,
        lots[np.where(used, rows["other"], 0)],
        directory.firms[np.where(used, 0, rows["other"])],
    )
    placed["lot"], placed["op"] = lots[rows["lot"]], directory.firms[rows["op"]]
    placed["entry"] -= placed["entry"][0]
    known = lots[int(rows["lot"].min()) : int(rows["lot"].max()) + 1]
    return entries.ready_rows(uow, placed, known_lots=known)


def city_key(batch: int, first: int, count: int) -> str:
    """The filing key of ``count`` rows of a batch from the row ``first`` on."""
    return f"{_CITY}{batch:04d}:{first}:{count}"


def city_filed(uow: UnitOfWork, platform_id: int) -> dict[int, int]:
    """How many rows of which batch of the city are in the book."""
    keys = uow.session.scalars(
        text(
            "SELECT filing_key FROM filing WHERE operator_id = :platform "
            "AND filing_key >= :low AND filing_key < :high"
        ),
        {"platform": platform_id, "low": _CITY, "high": f"{_CITY}~"},
    )
    found: dict[int, int] = {}
    for key in keys:
        batch, _first, count = (int(part) for part in key.removeprefix(_CITY).split(":"))
        found[batch] = found.get(batch, 0) + count
    return found


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
