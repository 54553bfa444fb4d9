"""The firms: names, addresses, and codes whose check digits are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from app.town.rules.words import categories, places, words
from app.town.terms import Firm
from ledger.kernel.identifiers.checks import (
    mod_11_10_check_digit,
    organisation_check_character,
    uscc_check_character,
)
from ledger.subjects.terms import LicenceKind, LicenceNamed, RegisterSubject, SubjectKind

_LETTERS = "ABCDEFGHJKLMNPQRTUWXY"
_LICENSED = {"from": date(2023, 3, 1), "to": date(2028, 2, 29)}
PARTS = ("farm", "factory", "wholesaler", "market", "shop", "kitchen", "school")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many firms of each part a town has, and how many days it files."""

    farms: int
    factories: int
    wholesalers: int
    markets: int
    shops: int
    kitchens: int
    schools: int
    goods_per_noun: int
    days: int


SMALL = Size(
    farms=14,
    factories=40,
    wholesalers=22,
    markets=3,
    shops=240,
    kitchens=90,
    schools=8,
    goods_per_noun=10,
    days=60,
)


def firms_of(size: Size, random: Random) -> tuple[Firm, ...]:
    """All firms of a town, makers first."""
    counts = (
        size.farms,
        size.factories,
        size.wholesalers,
        size.markets,
        size.shops,
        size.kitchens,
        size.schools,
    )
    numbers = iter(range(1, sum(counts) + 1))
    return tuple(
        _firm(part, next(numbers), index % 31, random)
        for part, count in zip(PARTS, counts, strict=True)
        for index in range(count)
    )


def _firm(part: str, number: int, trade: int, random: Random) -> Firm:
    """One firm; ``trade`` is the index of the food category that a factory makes."""
    division, district, streets = places()[number % 6]
    if part in ("factory", "farm"):  # factories and farms lie in the outer districts
        division, district, streets = random.choice(places()[3:])
    name = _name(part, number, trade, district, random)
    uscc = _uscc(part, division, number)
    registration = RegisterSubject(
        uscc=uscc,
        name=name,
        kinds=_KINDS[part],
        division=division,
        address=f"厦门市{district}{random.choice(streets)}{random.randrange(2, 999)}号",
        contact=random.choice(words("surname")) + random.choice(words("given")),
        phone=f"1390592{number:04d}",
        licences=tuple(licences_of(part, division, number, trade)),
    )
    return Firm(uscc=uscc, name=name, part=part, division=division, registration=registration)


_KINDS: dict[str, tuple[SubjectKind, ...]] = {
    "farm": (SubjectKind.FARM,),
    "factory": (SubjectKind.PRODUCTION,),
    "wholesaler": (SubjectKind.DISTRIBUTION, SubjectKind.WAREHOUSE),
    "market": (SubjectKind.DISTRIBUTION, SubjectKind.MARKET),
    "shop": (SubjectKind.DISTRIBUTION,),
    "kitchen": (SubjectKind.CATERING,),
    "school": (SubjectKind.CATERING,),
}


def _name(part: str, number: int, trade: int, district: str, random: Random) -> str:
    brand = words("brand")[number % len(words("brand"))]
    place = district.removesuffix("区")
    given = random.choice(words("given"))
    made = categories()[trade].name.split("、")[0].removesuffix("制品")
    return {
        "farm": f"{place}{brand}蔬果专业合作社",
        "factory": f"厦门{brand}{made}有限公司",
        "wholesaler": f"厦门{brand}供应链有限公司{place}分公司",
        "market": f"厦门{place}{brand}农产品批发市场{given}档",
        "shop": f"{place}{brand}{given}{random.choice(words('shop'))}",
        "kitchen": f"{place}{given}{random.choice(words('kitchen'))}",
        "school": f"{place}{random.choice(words('school'))}",
    }[part]


def _uscc(part: str, division: str, number: int) -> str:
    kind = {"farm": "93", "shop": "92", "kitchen": "92", "school": "12"}.get(part, "91")
    thousand, unit, round_ = _LETTERS[number // 1000 % 21], _LETTERS[number % 21], number // 21_000
    body = f"MA{thousand}{number % 1000:03d}{unit}{round_}"
    text = kind + division + body + organisation_check_character(body)
    return text + uscc_check_character(text)


def licences_of(part: str, division: str, number: int, trade: int) -> Iterator[LicenceNamed]:
    """The licence of a firm by its part and number; farms need none."""
    if part == "farm":
        return
    if part == "factory":
        body = f"1{trade + 1:02d}{division}{number:04d}"
        kind = LicenceKind.SC
    else:
        form = "1" if part in ("wholesaler", "market", "shop") else "3" if part == "school" else "2"
        body = f"{form}{division}{number:06d}"
        kind = LicenceKind.JY
    lapsed = part == "shop" and number % 97 == 0  # a blemish: the licence ran out last winter
    yield LicenceNamed(
        kind=kind,
        number=f"{kind.value}{body}{mod_11_10_check_digit(body)}",
        valid_from=_LICENSED["from"],
        valid_to=date(2025, 12, 31) if lapsed else _LICENSED["to"],
    )


def city_firm(number: int) -> RegisterSubject:
    """One of the city's operators by its place, 0-based; makers first, then dealers, then shops."""
    random = Random(number)  # noqa: S311 - a sample must be repeatable, not secret
    part = (
        "farm"
        if number < 8_000
        else "factory"
        if number < 22_000
        else "wholesaler"
        if number < 29_000
        else "shop"
        if number < 60_000
        else "kitchen"
    )
    return _firm(part, number + 1_000, number % 31, random).registration
