"""Believable chains: factory to shop, farm to kitchen, factory to factory, with usual blemishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from app.town.rules import lines
from app.town.rules.words import FarmGood, farm_goods, words
from app.town.terms import Firm, Good
from ledger.entries.terms import Line, Portion
from ledger.kernel.moment import Moment, moment_of
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

UNANSWERED = 0.03  # dispatches that nobody confirms
UNANNOUNCED = 0.02  # receipts whose sender filed nothing
SHORT = 0.015  # deliveries that arrive with less than was sent
RETURNED = 0.01  # deliveries that go back
DATE_ONLY = 0.5  # half of the small operators write the day, not the hour


@dataclass
class Ledger:
    """The lines of the town by day, and the dice they are thrown with."""

    random: Random
    first: date
    last: date
    by_day: dict[date, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def add(self, day: date, line: Line) -> None:
        """Put a line on a day; what would lie in the future is not filed yet."""
        if day <= self.last:
            self.by_day[day].append(line)

    def hour(self, day: date, low: int, high: int) -> Moment:
        """A moment between two hours of a day; often only the day is written down."""
        if self.random.random() < DATE_ONLY:
            return moment_of(day)
        return lines.at(day, self.random.randrange(low, high), self.random.randrange(60))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part."""

    farms: Sequence[Firm]
    factories: Sequence[Firm]
    wholesalers: Sequence[Firm]
    markets: Sequence[Firm]
    shops: Sequence[Firm]
    kitchens: Sequence[Firm]

    @classmethod
    def of(cls, firms: Sequence[Firm]) -> Cast:
        """The firms sorted by the part they play; schools eat what kitchens do."""
        part = defaultdict(list)
        for firm in firms:
            part["kitchen" if firm.part == "school" else firm.part].append(firm)
        return cls(
            part["farm"],
            part["factory"],
            part["wholesaler"],
            part["market"],
            part["shop"],
            part["kitchen"],
        )


@dataclass(frozen=True, slots=True)
class Consignment:
    """A number of units of one lot, and since when somebody has them."""

    good: Good
    number: str
    made: date
    units: int
    since: date


def hand_over(
    book: Ledger, sender: Firm, receiver: Firm, portion: Portion, day: date, document: str
) -> bool:
    """One delivery as both sides file it, with the usual blemishes; whether it came and stayed."""
    dice = book.random.random()
    sent = book.hour(day, 5, 11)
    arrived = lines.later(day, book.random.choice((0, 0, 1)), book.last + timedelta(days=9))
    if dice >= UNANNOUNCED:
        book.add(day, lines.dispatch(sender, lines.party(receiver), portion, sent, document))
    if UNANNOUNCED <= dice < UNANNOUNCED + UNANSWERED:
        return False
    got = portion
    if UNANNOUNCED + UNANSWERED <= dice < UNANNOUNCED + UNANSWERED + SHORT:
        got = Portion(
            lot=portion.lot,
            quantity=str(max(1, int(portion.quantity) * 9 // 10)),
            unit=portion.unit,
        )
    when = book.hour(arrived, 11, 19) if arrived == day else book.hour(arrived, 7, 19)
    book.add(arrived, lines.receipt(receiver, lines.party(sender), got, when, document))
    if dice > 1 - RETURNED:
        _give_back(book, sender, receiver, got, arrived + timedelta(days=2))
        return False
    return True


def _give_back(book: Ledger, sender: Firm, receiver: Firm, portion: Portion, day: date) -> None:
    document = f"TH-{day:%m%d}-{book.random.randrange(10_000):04d}"
    book.add(
        day, lines.dispatch(receiver, lines.party(sender), portion, book.hour(day, 8, 12), document)
    )
    book.add(
        day, lines.receipt(sender, lines.party(receiver), portion, book.hour(day, 13, 18), document)
    )


def packed_goods(book: Ledger, cast: Cast, goods: Sequence[Good], per_day: int) -> None:
    """Factories make lots, wholesalers take cases of them, shops take units and sell."""
    days = (book.last - book.first).days + 1
    for offset in range(days):
        day = book.first + timedelta(days=offset)
        for _ in range(per_day):
            _one_lot(book, cast, book.random.choice(goods), day)


def _one_lot(book: Ledger, cast: Cast, good: Good, day: date) -> None:
    number = f"L{day:%y%m%d}{book.random.choice('ABCD')}"
    cases = book.random.randrange(20, 120)
    lot = lines.lot_of(good, number, day)
    book.add(
        day,
        lines.production(
            good.maker,
            lot,
            cases * good.case_holds,
            good.unit,
            lines.at(day, book.random.randrange(6, 20)),
        ),
    )
    for wholesaler in book.random.sample(cast.wholesalers, book.random.choice((1, 2, 2, 3))):
        share = cases // 4
        sent_on = day + timedelta(days=book.random.randrange(1, 4))
        document = f"CK-{sent_on:%m%d}-{book.random.randrange(10_000):04d}"
        case = Portion(
            lot=lines.lot_of(good, number, day, case=True), quantity=str(share), unit="箱"
        )
        if hand_over(book, good.maker, wholesaler, case, sent_on, document):
            _to_shops(
                book,
                cast,
                wholesaler,
                Consignment(good, number, day, share * good.case_holds, sent_on),
            )


def _to_shops(book: Ledger, cast: Cast, wholesaler: Firm, goods: Consignment) -> None:
    lot = lines.lot_of(goods.good, goods.number, goods.made)
    held, unit = goods.units, goods.good.unit
    for shop in book.random.sample(cast.shops, book.random.randrange(2, 8)):
        amount = min(held, book.random.randrange(6, 60))
        if not amount:
            return
        held -= amount
        day = goods.since + timedelta(days=book.random.randrange(2, 12))
        portion = Portion(lot=lot, quantity=str(amount), unit=unit)
        document = f"PS-{day:%m%d}-{book.random.randrange(10_000):04d}"
        if hand_over(book, wholesaler, shop, portion, day, document):
            _sell(book, shop, lot, amount, day + timedelta(days=1))


def _sell(book: Ledger, shop: Firm, lot: LotNamed, amount: int, since: date) -> None:
    for week in range(1, book.random.randrange(1, 4)):
        sold = min(amount, book.random.randrange(1, max(2, amount)))
        amount -= sold
        day = since + timedelta(days=7 * week)
        book.add(day, lines.sale(shop, Portion(lot=lot, quantity=str(sold), unit="件"), day))
        if not amount:
            return


def fresh_goods(book: Ledger, cast: Cast) -> None:
    """Farms and smallholders bring produce to market; kitchens buy it and cook."""
    days = (book.last - book.first).days + 1
    for offset in range(days):
        day = book.first + timedelta(days=offset)
        for market in cast.markets:
            for _ in range(4):
                _to_market(book, cast, market, book.random.choice(farm_goods()), day)


def _to_market(book: Ledger, cast: Cast, market: Firm, good: FarmGood, day: date) -> None:
    kilograms = book.random.randrange(good.kilograms_min, good.kilograms_max)
    number = f"{day:%Y%m%d}"
    portion = Portion(
        lot=lines.produce(good.name, number, day), quantity=str(kilograms), unit="KGM"
    )
    farm = book.random.choice(cast.farms)
    document = f"NC-{day:%m%d}-{book.random.randrange(10_000):04d}"
    if book.random.random() < 0.15:  # a smallholder without any code
        person = book.random.choice(words("surname")) + book.random.choice(words("given"))
        farmer = Party(
            name=person,
            contact=f"1585920{book.random.randrange(40):04d}",
            address="厦门市同安区汀溪镇",
        )
        book.add(day, lines.receipt(market, farmer, portion, book.hour(day, 3, 6), ""))
    else:
        book.add(day, lines.production(farm, portion.lot, kilograms, "KGM", moment_of(day)))
        hand_over(book, farm, market, portion, day, document)
    for kitchen in book.random.sample(cast.kitchens, book.random.randrange(3, 8)):
        amount = book.random.randrange(5, max(6, kilograms // 8))
        bought = Portion(lot=portion.lot, quantity=str(amount), unit="公斤")
        paper = f"SC-{day:%m%d}-{book.random.randrange(10_000):04d}"
        if hand_over(book, market, kitchen, bought, day, paper):
            _cook(book, kitchen, portion.lot, amount, day)


def _cook(book: Ledger, kitchen: Firm, lot: LotNamed, amount: int, day: date) -> None:
    if book.random.random() < 0.4:
        used = Portion(lot=lot, quantity=str(amount), unit="KGM")
        meals = Portion(
            lot=lines.produce(f"{lot.product}套餐", f"{day:%Y%m%d}午", day, lines.party(kitchen)),
            quantity=str(amount * 4),
            unit="EA",
        )
        cooked = day + timedelta(days=1)
        book.add(cooked, lines.transformation(kitchen, (used,), (meals,), lines.at(cooked, 10)))
        book.add(cooked, lines.sale(kitchen, meals, cooked))
    elif book.random.random() < 0.1:
        spoiled = Portion(lot=lot, quantity="1", unit="KGM")
        book.add(
            day + timedelta(days=2),
            lines.disposal(kitchen, spoiled, day + timedelta(days=2), "变质"),
        )


def baked_goods(book: Ledger, cast: Cast, goods: Sequence[Good]) -> None:
    """Factories make lots out of other factories' lots: two tiers of transformation."""
    dairy = [good for good in goods if good.category == "05"]
    flour = [good for good in goods if good.category == "01"]
    cakes = [good for good in goods if good.category == "24"]
    day = book.first + timedelta(days=3)
    while day < book.last - timedelta(days=8):
        cake, inputs = book.random.choice(cakes), []
        for ingredient in (book.random.choice(dairy), book.random.choice(flour)):
            number = f"R{day:%y%m%d}"
            lot = lines.lot_of(ingredient, number, day)
            amount = book.random.randrange(100, 400)
            book.add(
                day,
                lines.production(
                    ingredient.maker, lot, amount * 2, ingredient.unit, lines.at(day, 7)
                ),
            )
            portion = Portion(lot=lot, quantity=str(amount), unit=ingredient.unit)
            if ingredient.maker.uscc != cake.maker.uscc:
                hand_over(
                    book,
                    ingredient.maker,
                    cake.maker,
                    portion,
                    day + timedelta(days=1),
                    f"YL-{day:%m%d}-{book.random.randrange(10_000):04d}",
                )
            inputs.append(portion)
        baked = day + timedelta(days=3)
        made = lines.lot_of(cake, f"B{baked:%y%m%d}", baked)
        output = Portion(lot=made, quantity="1200", unit=cake.unit)
        book.add(
            baked, lines.transformation(cake.maker, tuple(inputs), (output,), lines.at(baked, 15))
        )
        for wholesaler in book.random.sample(cast.wholesalers, 2):
            part = Portion(lot=made, quantity="480", unit=cake.unit)
            if hand_over(
                book,
                cake.maker,
                wholesaler,
                part,
                baked + timedelta(days=1),
                f"CK-{baked:%m%d}-{book.random.randrange(10_000):04d}",
            ):
                _to_shops(
                    book, cast, wholesaler, Consignment(cake, f"B{baked:%y%m%d}", baked, 480, baked)
                )
        day += timedelta(days=1)
