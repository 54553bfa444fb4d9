"""Lots as the lines of a filing name them, and what is found or opened for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger.kernel.errors import Refusal
from ledger.kernel.moment import parse_moment
from ledger.kernel.uow import UnitOfWork
from ledger.products import services
from ledger.products.terms import LotNamed, LotWanted, PackNamed
from ledger.subjects.services import register_subject
from support.named import a_registration

DAY = parse_moment("2026-05-03")


def people(uow: UnitOfWork) -> list[int]:
    """The ids of two registered operators."""
    return [register_subject(uow, a_registration(number))[0].id for number in (1, 2)]


def wanted(
    filer: int,
    kind: str = "receipt",
    supplier: int | None = None,
    document: str = "",
    at: Any = DAY,
    **named: Any,
) -> LotWanted:
    """A lot as a line of ``filer`` names it."""
    return LotWanted(
        named=LotNamed(**named),
        filer_id=filer,
        kind=kind,
        at=at,
        assumed_producer_id=supplier or filer,
        document=document,
    )


def found(uow: UnitOfWork, *lines: LotWanted) -> Any:
    """What each line names: a lot, or a refusal."""
    return services.resolve_lots(uow, lines)


def one(uow: UnitOfWork, filer: int, **said: Any) -> Any:
    """The lot that one line names. Raises what it is refused with."""
    (answer,) = found(uow, wanted(filer, **said))
    if isinstance(answer, Refusal):
        raise answer
    return answer


def pack(uow: UnitOfWork, gtin: str, contains: int | str, of: str) -> Any:
    """Say that one product is so many of another."""
    return services.add_packs(uow, [PackNamed(gtin=gtin, contains=Decimal(contains), of=of)])
