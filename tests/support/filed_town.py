"""A small town filed through the ledger's own door, for tests of the trace's doors."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Filed, FileEntries, Line, Mode, Portion
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from ledger.subjects.services import register_subject
from ledger.subjects.terms import Party, RegisterSubject, SubjectKind
from support.named import a_gtin, a_uscc

MILK, CAKE = a_gtin(101), a_gtin(102)
MILK_LOT, CAKE_LOT = "L261108", "HZ261112"
NAMES = {"dairy": "云汀乳业", "dealer": "启闽供应链", "baker": "禾舟烘焙", "shop": "阿嬷杂货铺"}
KINDS = {
    "dairy": SubjectKind.PRODUCTION,
    "dealer": SubjectKind.DISTRIBUTION,
    "baker": SubjectKind.PRODUCTION,
    "shop": SubjectKind.DISTRIBUTION,
}


@dataclass
class FiledTown:
    """Operators by their part in the story, and the references of what they filed."""

    ids: dict[str, int]
    usccs: dict[str, str]
    filed: dict[str, str]


def lot(gtin: str, number: str, name: str) -> LotNamed:
    return LotNamed(
        gtin=gtin,
        lot=number,
        name=name,
        produced_on=parse_moment("2026-05-01"),
        expires_on=parse_moment("2027-05-01"),
    )


MILK_NAMED = lot(MILK, MILK_LOT, "云汀 稀奶油 1 L")
CAKE_NAMED = lot(CAKE, CAKE_LOT, "奶油杯 180 g")


def portion(named: LotNamed, quantity: int) -> Portion:
    return Portion(lot=named, quantity=str(quantity), unit="EA")


def file_town(uow: UnitOfWork) -> FiledTown:
    """1,200 made; 600 to a dealer; 250 to a baker, who makes 900 cakes; 60 to a silent shop."""
    town = FiledTown({}, {}, {})
    for number, (part, name) in enumerate(NAMES.items(), start=7100):
        town.usccs[part] = a_uscc(number)
        subject, _ = register_subject(
            uow,
            RegisterSubject(
                uscc=a_uscc(number), name=name, kinds=(KINDS[part],), division="350203"
            ),
        )
        town.ids[part] = subject.id
    _file(uow, town, "dairy", "made", EntryKind.PRODUCTION, portion(MILK_NAMED, 1200), "2026-05-01")
    _move(uow, town, ("dairy", "dealer"), portion(MILK_NAMED, 600), "2026-05-03")
    _move(uow, town, ("dealer", "baker"), portion(MILK_NAMED, 250), "2026-05-05")
    _file(
        uow,
        town,
        "dealer",
        "unanswered",
        EntryKind.DISPATCH,
        portion(MILK_NAMED, 60),
        "2026-05-06",
        partner="shop",
        document="CK-9",
    )
    filed = file(
        uow,
        town.ids["baker"],
        "baked",
        Line(
            kind=EntryKind.TRANSFORMATION,
            portions=(portion(MILK_NAMED, 200),),
            outputs=(portion(CAKE_NAMED, 900),),
            at=parse_moment("2026-05-06"),
        ),
    )
    town.filed["baked"] = filed.entries[0]
    _move(uow, town, ("baker", "shop"), portion(CAKE_NAMED, 500), "2026-05-07")
    _file(
        uow,
        town,
        "shop",
        "sold",
        EntryKind.DISPATCH,
        portion(CAKE_NAMED, 100),
        "2026-05-08",
        partner="",
    )
    return town


def _move(uow: UnitOfWork, town: FiledTown, ends: tuple[str, str], what: Portion, at: str) -> None:
    sender, receiver = ends
    document = f"CK-{sender}-{receiver}"
    _file(
        uow,
        town,
        sender,
        f"{sender}>{receiver}",
        EntryKind.DISPATCH,
        what,
        at,
        partner=receiver,
        document=document,
    )
    _file(
        uow,
        town,
        receiver,
        f"{receiver}<{sender}",
        EntryKind.RECEIPT,
        what,
        at,
        partner=sender,
        document=document,
    )


def _file(  # noqa: PLR0917
    uow: UnitOfWork,
    town: FiledTown,
    part: str,
    name: str,
    kind: EntryKind,
    what: Portion,
    at: str,
    *,
    partner: str | None = None,
    document: str = "",
) -> None:
    other = None
    if partner is not None:
        other = Party(subject_id=town.ids[partner]) if partner else Party(consumers=True)
    filed = file(
        uow,
        town.ids[part],
        name,
        Line(
            kind=kind,
            portions=(what,),
            partner=other,
            document=document,
            at=parse_moment(at) if at else UNKNOWN,
        ),
    )
    town.filed[name] = filed.entries[0]


def file(uow: UnitOfWork, operator: int, key: str, *lines: Line) -> Filed:
    """One filing under a key of its own."""
    return file_entries(
        uow,
        FileEntries(
            operator_id=operator,
            filing_key=key,
            content_hash=key.encode().ljust(32, b".")[:32],
            lines=lines,
            mode=Mode.ALL,
        ),
    )
