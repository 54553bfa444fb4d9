"""The whole town put together."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from app.town.rules.chains import Cast, Ledger, baked_goods, fresh_goods, packed_goods
from app.town.rules.firms import SMALL, Size, firms_of
from app.town.rules.goods import goods_of
from app.town.rules.story import drink_of, told
from app.town.terms import Day, Firm, Good, Story, Town

LOTS_PER_DAY = 12


def small_town(last: date, *, seed: int = 1, size: Size = SMALL) -> tuple[Town, Story]:
    """The sample town whose last filing day is ``last``, and its story."""
    firms, goods, book, story = _begun(last, seed, size)
    cast = Cast.of(firms)
    packed_goods(book, cast, goods[1:], LOTS_PER_DAY)
    fresh_goods(book, cast)
    baked_goods(book, cast, goods[1:])
    days = tuple(Day(on=day, lines=tuple(book.by_day[day])) for day in sorted(book.by_day))
    return Town(firms=firms, goods=goods, days=days), story


def small_story(last: date, *, seed: int = 1, size: Size = SMALL) -> Story:
    """The town's story alone, which is told before everything else happens."""
    return _begun(last, seed, size)[-1]


def _begun(
    last: date, seed: int, size: Size
) -> tuple[tuple[Firm, ...], tuple[Good, ...], Ledger, Story]:
    random = Random(seed)  # noqa: S311 - a sample must be repeatable, not secret
    firms = firms_of(size, random)
    cast = Cast.of(firms)
    goods = goods_of(cast.factories, size.goods_per_noun, random)
    drink = drink_of(cast)
    book = Ledger(random, last - timedelta(days=size.days), last)
    milk = next(good for good in goods if good.category == "05" and "全脂奶粉" in good.name)
    return firms, (drink, *goods), book, told(book, cast, drink, milk)
