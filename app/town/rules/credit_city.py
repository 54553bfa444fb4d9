"""The city's subjects and their credit records, as columns: a pure function of a block's number.

744,000 subjects, of which 85,070 make, sell or serve food. Records come in blocks of one item; one
in five is about one of the five thousand large subjects, the others are spread over all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import numpy as np
import numpy.typing as npt

from app.town.rules.firms import licences_of
from app.town.rules.records import GROUPS, shares_of
from app.town.rules.words import places, words
from ledger.kernel.identifiers.checks import organisation_check_character, uscc_check_character
from ledger.subjects.terms import LicenceNamed

Ints = npt.NDArray[np.int64]
Texts = list[str]
LARGE, LARGE_SHARE = 5_000, 0.2
BLOCK_ROWS = 50_000
_MONTHS = 60  # records reach five years back
_SHARES = 60  # different outcomes of inspections a trade


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditSize:
    """How many subjects a city has, and how many of them make, sell and serve food."""

    subjects: int
    production: int
    sales: int
    catering: int

    @property
    def food(self) -> int:
        """All food operators; they are the first of the subjects."""
        return self.production + self.sales + self.catering


CITY = CreditSize(subjects=744_000, production=840, sales=43_340, catering=40_890)


@dataclass(frozen=True, slots=True, kw_only=True)
class CitySubject:
    """A subject of the city by its place, 0-based."""

    place: int
    uscc: str
    name: str
    kind: str
    division: str
    licences: tuple[LicenceNamed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBlock:
    """Records of one item by one agency: whom each is about by place, its day, its other fields."""

    item: str
    agency: str
    places: Ints
    days: Texts
    columns: Mapping[str, Texts]


def city_subjects(size: CreditSize) -> Iterator[CitySubject]:
    """All subjects: producers first, then sellers, then kitchens, then everybody else."""
    ends = (size.production, size.production + size.sales, size.food, size.subjects)
    parts = (
        ("factory", "production"),
        ("shop", "distribution"),
        ("kitchen", "catering"),
        ("", "other"),
    )
    begin = 0
    for end, (part, kind) in zip(ends, parts, strict=True):
        for place in range(begin, end):
            yield _subject(place, part, kind)
        begin = end


def food_blocks(size: CreditSize, last: date) -> Iterator[RecordBlock]:
    """A static profile of each food operator, and an inspection of the last year of most."""
    begin = 0
    for trade, count in (
        ("production", size.production),
        ("sales", size.sales),
        ("catering", size.catering),
    ):
        random = np.random.default_rng(begin)
        who = np.arange(begin, begin + count)
        yield RecordBlock(
            item=f"food.profile.{trade}",
            agency="samr",
            places=who,
            days=_days(random, count, last, (40, 900)),
            columns={"profile_no": [f"JT-{place}" for place in who.tolist()]}
            | {name: _numbers(random, count, *span) for name, span in _FACTORS[trade].items()}
            | ({"food_category": _categories(random, count)} if trade == "production" else {}),
        )
        inspected = who[random.random(count) < 0.9]
        yield RecordBlock(
            item="inspection.food",
            agency="samr",
            places=inspected,
            days=_days(random, len(inspected), last, (1, 360)),
            columns=_inspections(trade, inspected, random),
        )
        begin += count


def record_blocks(
    size: CreditSize, last: date, begin: int = 0, rows: int = BLOCK_ROWS
) -> Iterator[RecordBlock]:
    """Blocks of everyday records without an end, from the block of a number on."""
    number = begin
    while True:
        item, agency, made = _ITEMS[number % len(_ITEMS)]
        random = np.random.default_rng(1_000_000 + number)
        places = random.integers(0, size.subjects, rows)
        large = random.random(rows) < LARGE_SHARE
        places[large] = random.integers(0, min(LARGE, size.subjects), int(large.sum()))
        marks = [f"{number}-{row}" for row in range(rows)]
        yield RecordBlock(
            item=item,
            agency=agency,
            places=places,
            days=_days(random, rows, last, (1, _DAYS_BACK)),
            columns=made(random, marks),
        )
        number += 1


def _subject(place: int, part: str, kind: str) -> CitySubject:
    division, district, _ = places()[place % len(places())]
    body = f"MC{place:06d}"
    code = f"{'92' if part in ('shop', 'kitchen') else '91'}{division}{body}"
    text = code + organisation_check_character(body)
    brand, given = words("brand"), words("given")
    name = f"{district}{brand[place % len(brand)]}{given[place // 7 % len(given)]}"
    return CitySubject(
        place=place,
        uscc=text + uscc_check_character(text),
        name=f"{name}{place}号",
        kind=kind,
        division=division,
        licences=tuple(licences_of(part, division, place % 10_000, place % 31)) if part else (),
    )


def _days(random: np.random.Generator, count: int, last: date, ago: tuple[int, int]) -> Texts:
    known = [(last - timedelta(days=days)).isoformat() for days in range(ago[1] + 1)]
    return [known[days] for days in random.integers(ago[0], ago[1] + 1, count).tolist()]


def _numbers(random: np.random.Generator, count: int, least: int, most: int) -> Texts:
    return list(map(str, random.integers(least, most + 1, count).tolist()))


def _categories(random: np.random.Generator, count: int) -> Texts:
    return [f"{code:02d}" for code in random.integers(1, 27, count).tolist()]


def _inspections(trade: str, who: Ints, random: np.random.Generator) -> dict[str, Texts]:
    chance = Random(len(trade))  # noqa: S311 - a sample must be repeatable, not secret
    seen = [shares_of(GROUPS[trade], chance.random(), chance) for _ in range(_SHARES)]
    chosen = [seen[one] for one in random.integers(0, _SHARES, len(who)).tolist()]
    return {
        "inspection_no": [f"JC-{place}" for place in who.tolist()],
        "trade": [trade] * len(who),
        "kind": ["daily"] * len(who),
        "full": ["yes"] * len(who),
        "shares": [said for said, _ in chosen],
        "result": [
            "failed" if failed > 20 else "corrected" if failed > 6 else "ok" for _, failed in chosen
        ],
        "organ": ["厦门市市场监督管理局"] * len(who),
    }


def _bill(random: np.random.Generator, marks: Texts) -> dict[str, Texts]:
    count = len(marks)
    return {
        "account": [f"9{mark}" for mark in marks],
        "period": [
            f"{2021 + month // 12}-{month % 12 + 1:02d}" for month in _months(random, count)
        ],
        "amount": _numbers(random, count, 40, 20_000),
        "paid": _chosen(random, count, ("on_time", "on_time", "on_time", "late", "owed")),
    }


def _insurance(random: np.random.Generator, marks: Texts) -> dict[str, Texts]:
    count = len(marks)
    return {
        "period": [f"2025-{mark}" for mark in marks],
        "staff": _numbers(random, count, 1, 400),
        "paid": _chosen(random, count, ("on_time", "on_time", "on_time", "late")),
    }


def _inspection(random: np.random.Generator, marks: Texts) -> dict[str, Texts]:
    count = len(marks)
    return {
        "inspection_no": [f"SJ-{mark}" for mark in marks],
        "inspection_kind": _chosen(random, count, ("daily", "random", "joint", "special")),
        "matter": ["登记事项与公示信息"] * count,
        "results": _chosen(random, count, ("1", "1", "1", "2", "3")),
        "corrected": ["none"] * count,
        "organ": ["厦门市市场监督管理局"] * count,
    }


def _penalty(random: np.random.Generator, marks: Texts) -> dict[str, Texts]:
    count = len(marks)
    organ, uscc = "厦门市市场监督管理局", "11350200MB1A0001XY"
    return {
        "document_no": [f"厦市监罚〔2025〕{mark}号" for mark in marks],
        "violation": _chosen(random, count, ("未按规定查验", "标签不符合规定", "未公示年报")),
        "facts": [f"经查，当事人在第{mark}号检查中未按规定查验供货者的许可证" for mark in marks],
        "basis": _chosen(random, count, ("《食品安全法》第一百二十六条", "《广告法》第五十九条")),
        "penalty_kinds": ["warning,fine"] * count,
        "content": ["警告，并处罚款"] * count,
        "fine": _chosen(random, count, ("0.2", "0.5", "1", "5")),
        "organ": [organ] * count,
        "organ_uscc": [uscc] * count,
        "source_unit": [organ] * count,
        "source_uscc": [uscc] * count,
        "severity": _chosen(random, count, ("minor", "general")),
    }


def _award(random: np.random.Generator, marks: Texts) -> dict[str, Texts]:
    count = len(marks)
    return {
        "title": [f"诚信经营示范单位 {mark}" for mark in marks],
        "level": _chosen(random, count, ("city", "county")),
        "awarded_by": ["厦门市文化和旅游局"] * count,
    }


def _months(random: np.random.Generator, count: int) -> list[int]:
    return list(random.integers(0, _MONTHS, count).tolist())


def _chosen(random: np.random.Generator, count: int, among: tuple[str, ...]) -> Texts:
    return [among[one] for one in random.integers(0, len(among), count).tolist()]


_DAYS_BACK = 30 * _MONTHS
_FACTORS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "production": {},
    "sales": {"area": (15, 900), "prepack_ambient": (40, 900), "suppliers": (2, 60)},
    "catering": {"area": (20, 1_200), "hot": (5, 120), "cold": (0, 30), "drinks": (0, 15)},
}
_ITEMS: tuple[tuple[str, str, Callable[[np.random.Generator, Texts], dict[str, Texts]]], ...] = (
    ("utility.power", "power", _bill),
    ("penalty.decision", "samr", _penalty),
    ("utility.water", "water", _bill),
    ("social.payment", "social_security", _insurance),
    ("inspection.result", "samr", _inspection),
    ("utility.gas", "gas", _bill),
    ("social.fund", "housing_fund", _insurance),
    ("honour.award", "culture", _award),
)
CYCLE = tuple(item for item, _, _ in _ITEMS)
"""The items whose blocks follow each other, again and again."""
