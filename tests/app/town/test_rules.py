"""The sample town is a pure function, its codes are true, its people act in order."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest

from app.town.rules.firms import SMALL, Size
from app.town.rules.whole import small_story, small_town
from app.town.terms import Story, Town
from ledger.entries.terms import EntryKind
from ledger.kernel.identifiers.gtin import parse_gtin
from ledger.kernel.identifiers.licence import parse_licence
from ledger.kernel.identifiers.uscc import parse_uscc

LAST = date(2026, 8, 15)
HAMLET = Size(
    farms=2,
    factories=35,
    wholesalers=4,
    markets=1,
    shops=20,
    kitchens=12,
    schools=2,
    goods_per_noun=1,
    days=55,
)


@cache
def town() -> tuple[Town, Story]:
    return small_town(LAST)


def test_the_same_day_and_seed_give_the_same_town() -> None:
    first, _ = small_town(LAST, size=HAMLET)
    assert small_town(LAST, size=HAMLET)[0] == first
    assert small_town(LAST, seed=2, size=HAMLET)[0] != first


def test_a_town_has_thousands_of_products_in_all_categories_and_tens_of_thousands_of_lines() -> (
    None
):
    made, _ = town()
    assert len(made.goods) > 2_000
    assert len({good.category for good in made.goods}) == 32
    assert 20_000 < sum(len(day.lines) for day in made.days) < 60_000


def test_every_code_in_town_has_a_true_check_digit() -> None:
    made, _ = town()
    for firm in made.firms:
        assert parse_uscc(firm.uscc).text == firm.uscc
        for licence in firm.registration.licences:
            assert not parse_licence(licence.number).doubts
    for good in made.goods:
        assert parse_gtin(good.gtin).digits[1:13] == parse_gtin(good.case_gtin).digits[1:13]


def test_codes_in_town_are_its_own() -> None:
    made, _ = town()
    assert max(Counter(firm.uscc for firm in made.firms).values()) == 1
    assert max(Counter(good.gtin for good in made.goods).values()) == 1
    assert not {good.gtin for good in made.goods} & {good.case_gtin for good in made.goods}


def test_lines_lie_on_the_day_they_happened() -> None:
    made, _ = town()
    for day in made.days:
        assert day.on <= LAST
        for line in day.lines:
            assert line.at.day == day.on


def test_the_story_alone_is_the_story_of_the_whole() -> None:
    assert small_story(LAST, size=HAMLET) == small_town(LAST, size=HAMLET)[1]


@pytest.mark.parametrize("size", [SMALL, HAMLET], ids=["small", "hamlet"])
def test_every_town_tells_its_story(size: Size) -> None:
    made, story = small_town(LAST, size=size)
    lines = [
        line
        for day in made.days
        for line in day.lines
        if any(p.lot.gtin == story.gtin for p in (*line.portions, *line.outputs))
    ]
    kinds = Counter(line.kind for line in lines)
    assert kinds[EntryKind.TRANSFORMATION] == 1
    assert kinds[EntryKind.RECEIPT] >= 12
    assert kinds[EntryKind.DISPATCH] > kinds[EntryKind.RECEIPT]  # the story has gaps
