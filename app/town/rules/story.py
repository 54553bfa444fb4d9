"""The story of one solid drink: a maker, two wholesalers, mother-and-baby shops, and four gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.town.rules import lines
from app.town.rules.chains import Cast, Ledger
from app.town.rules.goods import good
from app.town.rules.words import categories
from app.town.terms import Firm, Good, Story
from ledger.entries.terms import Portion
from ledger.kernel.moment import moment_of
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

NUMBER = 90_000_001  # its GTIN stands apart from the counted ones


def drink_of(cast: Cast) -> Good:
    """The product of the story, made by the drinks factory and sold as if it were for babies."""
    drinks = categories()[5]
    return good(NUMBER, "舒宁敏 蛋白固体饮料", "400 g", drinks, cast.factories[5])


def told(book: Ledger, cast: Cast, drink: Good, milk: Good) -> Story:
    """Put the lines of the story into the book; returns the codes by which to follow it."""
    start = book.last - timedelta(days=45)
    number = f"SN{start:%y%m%d}"
    raw = lines.lot_of(milk, f"N{start:%y%m%d}", start - timedelta(days=9))
    maker, north, south = drink.maker, cast.wholesalers[0], cast.wholesalers[1]
    _raw_material(book, milk, maker, raw)
    lot = lines.lot_of(drink, number, start)
    made = Portion(lot=lot, quantity="1200", unit="罐")
    book.add(
        start,
        lines.transformation(
            maker, (Portion(lot=raw, quantity="400", unit=milk.unit),), (made,), lines.at(start, 15)
        ),
    )
    for wholesaler, amount, days in ((north, 700, 1), (south, 460, 2)):
        both = _Both(lot, amount, amount, f"CK-1{days:03d}")
        _delivered(book, maker, wholesaler, both, start + timedelta(days=days))
    shops = cast.shops
    _shops_of(book, north, shops[:7], lot)
    _shops_of(book, south, shops[5:12], lot)
    _gaps(book, north, shops, lot)
    sent_on = book.last - timedelta(days=9)
    for amount, document, day in (
        (24, "PS-9000", sent_on),
        (12, "PS-9001", sent_on),
        (18, "PS-9002", book.last - timedelta(days=1)),
    ):
        part = Portion(lot=lot, quantity=str(amount), unit="罐")
        sent = lines.dispatch(north, lines.party(shops[0]), part, lines.at(day, 8), document)
        book.add(day, sent)  # waits for the shop: the demonstration's sheet answers the first two
    return Story(
        gtin=drink.gtin,
        lot=number,
        shop_uscc=shops[0].uscc,
        wholesaler_uscc=north.uscc,
        wholesaler=north.name,
        sent_on=sent_on,
        maker_uscc=maker.uscc,
    )


def _raw_material(book: Ledger, milk: Good, maker: Firm, raw: LotNamed) -> None:
    day = book.last - timedelta(days=54)
    book.add(day, lines.production(milk.maker, raw, 500, milk.unit, lines.at(day, 9)))
    if milk.maker.uscc != maker.uscc:
        both = _Both(raw, 400, 400, "YL-2207", milk.unit)
        _delivered(book, milk.maker, maker, both, day + timedelta(days=3))


@dataclass(frozen=True, slots=True)
class _Both:
    """Both sides' figures of one delivery, and its paper."""

    lot: LotNamed
    sent: int
    got: int
    document: str
    unit: str = "罐"


def _delivered(book: Ledger, sender: Firm, receiver: Firm, both: _Both, day: date) -> None:
    sent = Portion(lot=both.lot, quantity=str(both.sent), unit=both.unit)
    got = Portion(lot=both.lot, quantity=str(both.got), unit=both.unit)
    morning, afternoon = lines.at(day, 8, 30), lines.at(day, 14)
    book.add(day, lines.dispatch(sender, lines.party(receiver), sent, morning, both.document))
    book.add(day, lines.receipt(receiver, lines.party(sender), got, afternoon, both.document))


def _shops_of(book: Ledger, wholesaler: Firm, shops: Sequence[Firm], lot: LotNamed) -> None:
    for index, shop in enumerate(shops):
        day = book.last - timedelta(days=40 - 3 * index)
        amount = 48 + 12 * (index % 4)
        both = _Both(lot, amount, amount, f"PS-{day:%m%d}-{index:02d}")
        _delivered(book, wholesaler, shop, both, day)
        for week in (1, 2):
            sold_on = day + timedelta(days=7 * week)
            part = Portion(lot=lot, quantity=str(amount // 3), unit="罐")
            book.add(sold_on, lines.sale(shop, part, sold_on))


def _gaps(book: Ledger, wholesaler: Firm, shops: Sequence[Firm], lot: LotNamed) -> None:
    """An unanswered dispatch, a short delivery, a stall without a source, an online resale."""
    day = book.last - timedelta(days=12)
    silent, short, stall = shops[12], shops[13], shops[14]
    book.add(
        day,
        lines.dispatch(
            wholesaler,
            lines.party(silent),
            Portion(lot=lot, quantity="60", unit="罐"),
            lines.at(day, 9),
            "PS-0388",
        ),
    )
    _delivered(book, wholesaler, short, _Both(lot, 90, 84, "PS-0391"), day)
    sold_on = day + timedelta(days=5)
    book.add(sold_on, lines.sale(stall, Portion(lot=lot, quantity="20", unit="罐"), sold_on))
    resold = day + timedelta(days=6)
    book.add(
        resold,
        lines.dispatch(
            short,
            Party(name="阿芳母婴微店", contact="15859200001", address="厦门市翔安区马巷路"),
            Portion(lot=lot, quantity="12", unit="罐"),
            moment_of(resold),
            "",
        ),
    )
