"""Brings the sample town into the ledger through the same verbs everybody uses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text

from app.food.products import services as food_products
from app.town.terms import Day, Firm, Good
from ledger.entries import queries
from ledger.entries import services as entries
from ledger.entries.terms import Filed, FileEntries, Mode, Source
from ledger.kernel.model import Parameter
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import services as subjects
from ledger.subjects.terms import RegisterSubject, SubjectKind

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
    return sum(food_products.open_product(uow, good.opening)[1] for good in goods)


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


def is_loaded(uow: UnitOfWork, platform_id: int, last: date) -> bool:
    """Whether the last day of the town is already in the book."""
    return queries.filing_by_key(uow, platform_id, f"town:{last.isoformat()}") is not None


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
