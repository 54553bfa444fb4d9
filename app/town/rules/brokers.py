"""Real-estate agencies of the town with their shops, agents, honours and complaints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.town.rules.gathering import Gathered
from app.town.rules.words import places, words
from ledger.kernel.identifiers.checks import organisation_check_character, uscc_check_character
from ledger.subjects.terms import RegisterSubject, SubjectKind

_AGENCIES = 6
_SHOPS, _AGENTS = 3, 4  # of each agency


@dataclass(frozen=True, slots=True)
class Broker:
    """A fictitious real-estate agency."""

    uscc: str
    name: str
    address: str
    division: str

    @property
    def registration(self) -> RegisterSubject:
        """As it is registered."""
        return RegisterSubject(
            uscc=self.uscc,
            name=self.name,
            kinds=(SubjectKind.OTHER,),
            division=self.division,
            address=self.address,
        )


def brokers() -> tuple[Broker, ...]:
    """The town's agencies."""
    return tuple(_broker(number) for number in range(_AGENCIES))


def broker_records(book: Gathered) -> None:
    """What the housing authority sends about agencies, shops and agents."""
    for number, one in enumerate(brokers()):
        filing = f"FJ-{number + 1:03d}"
        _filed(book, one, filing)
        for code in _numbers_of(filing):
            _judged(book, one, code)


def _broker(number: int) -> Broker:
    division, district, streets = places()[number % len(places())]
    body = f"MA9{number:03d}FJ"
    text = f"91{division}{body}{organisation_check_character(body)}"
    brand = words("brand")[-1 - number]
    return Broker(
        uscc=text + uscc_check_character(text),
        name=f"厦门{brand}房地产经纪有限公司",
        address=f"厦门市{district}{streets[0]}{20 + number}号",
        division=division,
    )


def _filed(book: Gathered, one: Broker, filing: str) -> None:
    day, until = book.days_ago(200, 900), book.last + timedelta(days=500)
    brand = one.name.removeprefix("厦门").removesuffix("房地产经纪有限公司")
    book.add(
        "housing",
        "broker.agency",
        one,
        filing_no=filing,
        object_name=one.name,
        address=one.address,
        filed_on=day,
        valid_to=until,
    )
    for shop in range(_SHOPS):
        street = places()[shop][2][0]
        book.add(
            "housing",
            "broker.shop",
            one,
            filing_no=f"{filing}-M{shop + 1}",
            agency_no=filing,
            object_name=f"{brand}房产{street}店",
            address=f"厦门市{places()[shop][1]}{street}{7 + shop}号",
            filed_on=day,
            valid_to=until,
        )
    for agent in range(_AGENTS):
        book.add(
            "housing",
            "broker.agent",
            one,
            filing_no=f"{filing}-R{agent + 1}",
            agency_no=filing,
            agent_name=book.random.choice(words("surname")) + book.random.choice(words("given")),
            filed_on=day,
            valid_to=until,
        )


def _numbers_of(filing: str) -> Iterator[str]:
    yield filing
    yield from (f"{filing}-M{shop + 1}" for shop in range(_SHOPS))
    yield from (f"{filing}-R{agent + 1}" for agent in range(_AGENTS))


def _judged(book: Gathered, one: Broker, code: str) -> None:
    """What adds to the stars of one object, and what takes from them."""
    random = book.random
    papers = (
        (0.5, "broker.practice", {"practice": random.choice(("escrow", "training"))}),
        (
            0.4,
            "broker.honour",
            {"title": "诚信经纪", "level": random.choice(("city", "provincial"))},
        ),
        (0.15, "broker.penalty", {"sanction": "warning", "basis": _BASIS}),
        (0.2, "broker.complaint", {"result": random.choice(("upheld", "dismissed"))}),
    )
    for chance, item, said in papers:
        if random.random() < chance:
            number = f"{item.removeprefix('broker.').upper()[:2]}-{code}"
            day = book.days_ago(10, 330)
            book.add("housing", item, one, document_no=number, object=code, decided_on=day, **said)


_BASIS = "《房地产经纪管理办法》第三十三条"
