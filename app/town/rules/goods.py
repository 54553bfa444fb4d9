"""The goods: products of the 32 categories, each with a unit GTIN and a case of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from app.town.rules.words import Category, categories, words
from app.town.terms import Firm, Good
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.products.terms import OpenProduct, PackNamed
from ledger.subjects.terms import Party

_SIZES = {
    "XBG": ("80 g", "150 g", "250 g", "500 g", "1 kg"),
    "XBO": ("250 mL", "500 mL", "1 L", "330 g", "60 片"),
    "XBX": ("120 g", "180 g", "200 g", "400 g", "6 枚"),
    "XCX": ("184 g", "312 g", "400 g", "800 g", "425 g"),
}


def goods_of(factories: Sequence[Firm], per_noun: int, random: Random) -> tuple[Good, ...]:
    """Every noun of every category under several brands; makers take turns within a category."""
    made = []
    number = 0
    for category in categories():
        for noun in category.nouns:
            for variant in range(per_noun):
                number += 1
                brand = words("brand")[(number * 7 + variant) % len(words("brand"))]
                size = _SIZES[category.unit][variant % 5]
                maker = factories[(int(category.code) - 1 + 31 * (variant % 2)) % len(factories)]
                made.append(good(number, f"{brand} {noun}", size, category, maker))
    random.shuffle(made)
    return tuple(made)


def good(number: int, name: str, spec: str, category: Category, maker: Firm) -> Good:
    """One product; its GTIN counts up under a company code that only this town uses."""
    holds = (6, 10, 12, 20, 24)[number % 5]
    body = f"6939{number:08d}"
    gtin = "0" + body + gs1_check_digit(body)
    case = "1" + gtin[1:13]
    case_gtin = case + gs1_check_digit(case)
    opening = OpenProduct(
        gtin=gtin,
        name=name,
        spec=spec,
        category=category.code,
        shelf_life=f"{category.months}个月",
        producer=Party(uscc=maker.uscc),
        packs=(PackNamed(gtin=case_gtin, contains=Decimal(holds), of=gtin),),
    )
    return Good(
        gtin=gtin,
        case_gtin=case_gtin,
        case_holds=holds,
        name=name,
        category=category.code,
        months=category.months,
        unit=category.unit,
        maker=maker,
        opening=opening,
    )
