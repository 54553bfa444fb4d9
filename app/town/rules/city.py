"""The city: as many firms and foods as Xiamen's ledger has, and any number of entries, streamed.

Shape of a lot: one production (or a transformation of two to six earlier lots), movements in two
tiers from the producer through dealers to shops, counts log-normal, every 20,000th lot huge.
Quantities are handed down, so that hardly anybody gives what he has not got. The city has 75,800
operators and 368,000 foods, as Xiamen had in 2021; the shape is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.town.rules.firms import city_firm
from app.town.rules.words import categories, words
from ledger.entries.terms import RowKind
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.moment import Precision
from ledger.kernel.quantity import EA

OPERATORS = 75_800
PRODUCTS = 368_000
DAYS_MAX = 1_095
ROWS_PER_LOT = 32.5  # measured over a million rows; used only to size the run
DAY = 86_400
RECENT_DAYS = 20
# ranges of operators by the part they play: low end included, high end not
MAKERS = (0, 22_000)
PROCESSORS = (14_000, 22_000)
DEALERS = (22_000, 29_000)
SHOPS = (29_000, OPERATORS)

Ints = npt.NDArray[np.int64]
ROW = np.dtype(
    [
        ("qty", "<i8"),
        ("lot", "<i4"),
        ("ts", "<i4"),
        ("op", "<i4"),
        ("other", "<i4"),
        ("doc", "<i4"),
        ("kind", "<i2"),
        ("unit", "<i2"),
        ("precision", "<i2"),
        ("flags", "<i2"),
        ("entry", "<i4"),
    ]
)

__all__ = ["OPERATORS", "PRODUCTS", "CityDay", "city_days", "city_firm", "city_good"]


@dataclass(frozen=True, slots=True)
class CityDay:
    """The lots that come into being on a day and all rows about them.

    ``product`` and ``producer`` are per lot; rows name lots by their place in the whole stream
    (``first_lot`` is the place of the first), operators by their place among the city's.
    """

    number: int
    first_lot: int
    product: Ints
    producer: Ints
    rows: npt.NDArray[Any]


def city_good(number: int) -> tuple[str, str, str, int]:
    """(GTIN-14, name, category code, shelf life in months) of one of the city's foods."""
    category = categories()[number % 32]
    noun = category.nouns[number // 32 % len(category.nouns)]
    brand = words("brand")[number // 256 % len(words("brand"))]
    body = f"6938{number:08d}"
    name = f"{brand} {noun} {number // 5120 + 1}号"
    return f"0{body}{gs1_check_digit(body)}", name, category.code, category.months


def city_days(entries: int, *, start: int, seed: int = 1) -> Iterator[CityDay]:
    """Day after day until about ``entries`` rows are made; ``start`` is the first day's second.

    Days grow with the size up to three years, then the days get fuller.
    """
    dice = np.random.Generator(np.random.SFC64(seed))
    days = int(np.clip(entries / 275_000, 30, DAYS_MAX))
    edges = np.linspace(0, max(days, entries / ROWS_PER_LOT), days + 1).astype(np.int64)
    recent: list[tuple[Ints, Ints, Ints]] = []
    for day in range(days):
        made = _Day(dice, day, int(edges[day]), int(edges[day + 1] - edges[day]), start)
        made.derive(recent)
        made.spread()
        recent = [*recent[-RECENT_DAYS:], made.at_dealers()]
        yield made.whole()


def _pool(dice: np.random.Generator, within: tuple[int, int], count: int, power: float) -> Ints:
    """Operators out of a range, the first ones more often."""
    low, high = within
    return low + ((high - low) * dice.random(count) ** power).astype(np.int64)


class _Day:
    """One day in the making: columns are collected, then put together."""

    def __init__(
        self, dice: np.random.Generator, number: int, first: int, count: int, start: int
    ) -> None:
        self.dice, self.number, self.first = dice, number, first
        self.lots = np.arange(first, first + count, dtype=np.int64)
        self.created = start + number * DAY + np.sort(dice.random(count) * DAY).astype(np.int64)
        self.producer = _pool(dice, MAKERS, count, 1.6)
        self.product = _pool(dice, (0, PRODUCTS), count, 1.5)
        self.is_derived = np.zeros(count, bool)
        self.moves = np.exp(np.log(11) + 0.8 * dice.standard_normal(count)).astype(np.int64)
        self.moves = self.moves.clip(2, 200)
        huge = self.lots % 20_000 == 777
        self.moves[huge] = dice.integers(2_500, 6_000, int(huge.sum()))
        self.made = self.moves * 120_000  # thousandths: 120 pieces a movement
        self.first_dealer = np.zeros(count, np.int64)
        self.first_at = np.zeros(count, np.int64)
        self.parts: list[npt.NDArray[Any]] = []
        self.entries = 0

    def _add(self, **columns: Any) -> npt.NDArray[Any]:
        rows = np.zeros(len(columns["lot"]), ROW)
        rows["unit"], rows["precision"] = EA.number, Precision.SECOND
        for name, values in columns.items():
            rows[name] = values
        self.parts.append(rows)
        return rows

    def _add_entries(self, **columns: Any) -> None:
        """Rows that are an entry each."""
        rows = self._add(**columns)
        rows["entry"] = self.entries + np.arange(len(rows))
        self.entries += len(rows)

    def derive(self, recent: list[tuple[Ints, Ints, Ints]]) -> None:
        """A tenth of the lots is made of earlier ones, bought from their first dealer."""
        count = len(self.lots)
        if not recent or not count:
            return
        chosen = np.flatnonzero(self.dice.random(count) < 0.10)
        inputs = np.concatenate([lots for lots, _dealer, _at in recent])
        dealers = np.concatenate([dealer for _lots, dealer, _at in recent])
        arrived = np.concatenate([at for _lots, _dealer, at in recent])
        each = self.dice.integers(2, 7, len(chosen))
        out = np.repeat(chosen, each)
        pick = self.dice.integers(0, len(inputs), len(out))
        keep = arrived[pick] < self.created[out] - 7_200
        _, once = np.unique(out * (1 << 32) + inputs[pick], return_index=True)
        single = np.zeros(len(out), bool)
        single[once] = True
        out, pick = out[keep & single], pick[keep & single]
        self.is_derived[np.unique(out)] = True
        self.producer[self.is_derived] = _pool(
            self.dice, PROCESSORS, int(self.is_derived.sum()), 1.3
        )
        self._use(out, inputs[pick], dealers[pick], arrived[pick])

    def _use(self, out: Ints, lot: Ints, dealer: Ints, arrived: Ints) -> None:
        """The deliveries to the processor, the uses, and one yield per output lot."""
        processor, used_at = self.producer[out], self.created[out]
        sent = arrived + ((used_at - arrived) * 0.8 * self.dice.random(len(out))).astype(np.int64)
        document = self.dice.integers(1, 2**31 - 1, len(out))
        amount = self.dice.integers(1, 60, len(out)) * 1_000
        shared = {"lot": lot, "qty": amount, "doc": document}
        self._add_entries(kind=RowKind.DISPATCH, op=dealer, other=processor, ts=sent, **shared)
        self._add_entries(
            kind=RowKind.RECEIPT, op=processor, other=dealer, ts=sent + 1_800, **shared
        )
        outputs, entry = np.unique(out, return_inverse=True)
        used = self._add(
            kind=RowKind.USE,
            op=processor,
            other=self.lots[out],
            ts=used_at,
            lot=lot,
            qty=amount,
        )
        made = self._add(
            kind=RowKind.YIELD,
            op=self.producer[outputs],
            other=self.producer[outputs],
            ts=self.created[outputs],
            lot=self.lots[outputs],
            qty=self.made[outputs],
        )
        used["entry"], made["entry"] = self.entries + entry, self.entries + np.arange(len(outputs))
        self.entries += len(outputs)

    def spread(self) -> None:
        """Production, then movements: producer to dealers, dealers to shops, all quantities fed."""
        plain = np.flatnonzero(~self.is_derived)
        self._add_entries(
            kind=RowKind.PRODUCTION,
            lot=self.lots[plain],
            op=self.producer[plain],
            other=self.producer[plain],
            ts=self.created[plain],
            qty=self.made[plain],
        )
        dealers = np.maximum(1, (self.moves**0.5).astype(np.int64))
        lot1 = np.repeat(np.arange(len(self.lots)), dealers)
        start = np.cumsum(dealers) - dealers
        to1 = _pool(self.dice, DEALERS, len(lot1), 2.0)
        at1 = self.created[lot1] + 3_600
        at1 += (self.dice.standard_exponential(len(lot1)) * 1.5 * DAY).astype(np.int64)
        got1 = self.made[lot1] // (dealers[lot1] + 1)
        arrived1 = self._moved(lot1, self.producer[lot1], to1, at1, got1)
        self.first_dealer, self.first_at = to1[start], arrived1[start]
        shops = self.moves - dealers
        lot2 = np.repeat(np.arange(len(self.lots)), shops)
        parent = start[lot2] + (self.dice.random(len(lot2)) * dealers[lot2]).astype(np.int64)
        children = np.bincount(parent, minlength=len(lot1))
        at2 = arrived1[parent] + 1_800
        at2 += (self.dice.standard_exponential(len(lot2)) * 3 * DAY).astype(np.int64)
        got2 = np.maximum(1_000, got1[parent] // (children[parent] + 1) // 1_000 * 1_000)
        self._moved(lot2, to1[parent], _pool(self.dice, SHOPS, len(lot2), 1.5), at2, got2)

    def _moved(self, lot: Ints, sender: Ints, receiver: Ints, sent: Ints, amount: Ints) -> Ints:
        """Both books' lines of deliveries; three in a hundred nobody confirms."""
        document = self.dice.integers(1, 2**31 - 1, len(lot))
        arrived = sent + self.dice.integers(1_800, 2 * DAY, len(lot))
        self._add_entries(
            kind=RowKind.DISPATCH,
            lot=self.lots[lot],
            op=sender,
            other=receiver,
            ts=sent,
            qty=amount,
            doc=document,
        )
        yes = np.flatnonzero(self.dice.random(len(lot)) >= 0.03)
        self._add_entries(
            kind=RowKind.RECEIPT,
            lot=self.lots[lot][yes],
            op=receiver[yes],
            other=sender[yes],
            ts=arrived[yes],
            qty=amount[yes],
            doc=document[yes],
        )
        return arrived

    def at_dealers(self) -> tuple[Ints, Ints, Ints]:
        """(lot, first dealer, arrival there) of this day's lots, for later transformations."""
        return self.lots, self.first_dealer, self.first_at

    def whole(self) -> CityDay:
        """The finished day."""
        rows = np.concatenate(self.parts) if self.parts else np.zeros(0, ROW)
        return CityDay(self.number, self.first, self.product, self.producer, rows)
