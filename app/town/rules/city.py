"""The city: as many firms and foods as Xiamen's ledger has, and any number of entries, streamed.

Rows arrive on the day they happen, the lots of some ten days interleaved, as a city files them. A
lot has one production (or a transformation of two to eight earlier lots), movements in two tiers
from the producer through dealers to shops, counts log-normal; every 20,000th lot is huge, every
1,000th a common ingredient. Quantities are handed down, so that hardly anybody gives what he has
not got. A pilot month of 1,000 lots a day goes before the whole city's 8,600. The city has 75,800
operators and 368,000 foods, as Xiamen had in 2021; the shape is our own.

Every day is a pure function of the days before it, and its dice are its own: a longer stream
begins with the shorter one, and a stream can begin at any batch without making what went before.
"""

from __future__ import annotations

from collections import deque
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
PILOT_DAYS = 32
PILOT_BATCH_DAYS = 8  # days of the pilot month that are filed together
PILOT_LOTS_PER_DAY = 1_000
LOTS_PER_DAY = 8_600
DAYS_MAX = 1_150  # enough for 300 million rows
LOTS_MAX = PILOT_DAYS * PILOT_LOTS_PER_DAY + (DAYS_MAX - PILOT_DAYS) * LOTS_PER_DAY
DAY = 86_400
RECENT_DAYS = 20  # how far back the inputs of a transformation lie
TAIL_DAYS = 20  # how long after its making a lot may still be moved
HUGE_EVERY, HUGE_AT = 20_000, 777
HUB_EVERY, HUB_AT, HUB_SHARE = 1_000, 500, 0.20  # of all inputs
DERIVED = 0.10
DEPTH_MAX = 4
# ranges of operators by the part they play: low end included, high end not
MAKERS = (0, 22_000)
PROCESSORS = (14_000, 22_000)
DEALERS = (22_000, 29_000)
SHOPS = (29_000, OPERATORS)

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[Any]
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

__all__ = [
    "DAYS_MAX",
    "LOTS_MAX",
    "OPERATORS",
    "PRODUCTS",
    "CityBatch",
    "Rows",
    "city_batches",
    "city_firm",
    "city_good",
    "whole_entries",
]


@dataclass(frozen=True, slots=True)
class CityBatch:
    """The lots that come into being within some days, and the rows that arrive in them.

    ``product`` and ``producer`` are per new lot; ``first_lot`` is the place of the first of them in
    the whole stream. Rows name lots by that place and operators by their place among the city's;
    ``entry`` counts from 0, and the rows of one entry lie together. A batch with ``before`` set
    only makes lots known whose rows still arrive: its own rows were filed by an earlier load.
    """

    number: int
    first_lot: int
    product: Ints
    producer: Ints
    rows: Rows
    before: bool = False


def city_good(number: int) -> tuple[str, str, str, int]:
    """(GTIN-14, name, category code, shelf life in months) of one of the city's foods."""
    category = categories()[number % 32]
    noun = category.nouns[number // 32 % len(category.nouns)]
    brand = words("brand")[number // 256 % len(words("brand"))]
    body = f"6938{number:08d}"
    name = f"{brand} {noun} {number // 5120 + 1}号"
    return f"0{body}{gs1_check_digit(body)}", name, category.code, category.months


def city_batches(*, start: int, begin: int = 0, seed: int = 1) -> Iterator[CityBatch]:
    """Batch after batch from batch ``begin`` on; ``start`` is the second the first day begins at.

    The stream ends with the city's last day. Before batch ``begin`` come those that only make
    known the lots it may speak of.
    """
    first = _days_of(begin)[0]
    coming: deque[list[Rows]] = deque([] for _ in range(TAIL_DAYS + 1))
    recent: deque[_Day] = deque(maxlen=RECENT_DAYS)
    number = _batch_of(max(0, first - TAIL_DAYS - RECENT_DAYS))
    while (days := _days_of(number))[0] < DAYS_MAX:
        parts = [_arrivals(seed, start, day, recent, coming) for day in days]
        yield CityBatch(
            number,
            _lots_before(days[0]),
            np.concatenate([day.product for day, _ in parts]),
            np.concatenate([day.producer for day, _ in parts]),
            _together([rows for _, rows in parts]),
            before=number < begin,
        )
        number += 1


def whole_entries(rows: Rows, wanted: int) -> int:
    """How many of a batch's rows make up ``wanted`` rows, the last entry not cut through."""
    if wanted >= len(rows):
        return len(rows)
    return int(np.searchsorted(rows["entry"], rows["entry"][wanted - 1], side="right"))


def _days_of(batch: int) -> range:
    pilot = PILOT_DAYS // PILOT_BATCH_DAYS
    if batch < pilot:
        return range(batch * PILOT_BATCH_DAYS, (batch + 1) * PILOT_BATCH_DAYS)
    return range(PILOT_DAYS + batch - pilot, PILOT_DAYS + batch - pilot + 1)


def _batch_of(day: int) -> int:
    pilot = PILOT_DAYS // PILOT_BATCH_DAYS
    return day // PILOT_BATCH_DAYS if day < PILOT_DAYS else pilot + day - PILOT_DAYS


def _lots_before(day: int) -> int:
    return min(day, PILOT_DAYS) * PILOT_LOTS_PER_DAY + max(0, day - PILOT_DAYS) * LOTS_PER_DAY


def _arrivals(
    seed: int, start: int, number: int, recent: deque[_Day], coming: deque[list[Rows]]
) -> tuple[_Day, Rows]:
    """One day: its lots are made, their movements put where they will arrive."""
    day = _Day(seed, start, number)
    day.spread()
    for ahead, rows in enumerate(day.by_day()):
        coming[ahead].append(rows)
    made = day.derive(list(recent))
    arrived = np.concatenate(coming.popleft())
    coming.append([])
    recent.append(day)
    arrived = arrived[np.argsort(arrived["ts"], kind="stable")]
    arrived["entry"] = np.arange(len(arrived), dtype=np.int32)
    return day, _together([made, arrived])


def _together(parts: list[Rows]) -> Rows:
    """Parts one behind the other, their entries numbered on."""
    whole = np.concatenate(parts)
    at = entries = 0
    for part in parts:
        if len(part):
            whole["entry"][at : at + len(part)] += entries
            entries += int(part["entry"][-1]) + 1
            at += len(part)
    return whole


def _pool(dice: np.random.Generator, within: tuple[int, int], count: int, power: float) -> Ints:
    """Operators out of a range, the first ones more often."""
    low, high = within
    return low + ((high - low) * dice.random(count) ** power).astype(np.int64)


def _rows(**columns: Any) -> Rows:
    rows = np.zeros(len(columns["lot"]), ROW)
    rows["unit"], rows["precision"] = EA.number, Precision.SECOND
    for name, values in columns.items():
        rows[name] = values
    return rows


class _Day:
    """The lots of one day and what becomes of them."""

    def __init__(self, seed: int, start: int, number: int) -> None:
        self.dice = dice = np.random.Generator(np.random.SFC64([seed, number]))
        first, end = _lots_before(number), _lots_before(number + 1)
        count = end - first
        self.begins = start + number * DAY
        self.lots = np.arange(first, end, dtype=np.int64)
        self.created = self.begins + np.sort(dice.random(count) * DAY).astype(np.int64)
        self.product = _pool(dice, (0, PRODUCTS), count, 1.5)
        # how many transformations may lie behind a lot; 0 is made of nothing the book knows
        derived = dice.random(count) < DERIVED
        self.depth = np.where(derived, dice.integers(1, DEPTH_MAX + 1, count), 0)
        makers, processors = _pool(dice, MAKERS, count, 1.6), _pool(dice, PROCESSORS, count, 1.3)
        self.producer = np.where(derived, processors, makers)
        self.moves = np.exp(np.log(10.9) + 0.8 * dice.standard_normal(count)).astype(np.int64)
        self.moves = self.moves.clip(2, 200)
        huge = self.lots % HUGE_EVERY == HUGE_AT
        self.moves[huge] = dice.integers(5_000, 12_001, int(huge.sum()))
        self.made = self.moves * 120_000  # thousandths: 120 pieces a movement
        self.first_dealer = np.zeros(count, np.int64)
        self.first_at = np.zeros(count, np.int64)
        self.parts: list[Rows] = []

    def spread(self) -> None:
        """Production, then movements: producer to dealers, dealers to shops, all quantities fed."""
        plain = np.flatnonzero(self.depth == 0)
        self.parts.append(
            _rows(
                kind=RowKind.PRODUCTION,
                lot=self.lots[plain],
                op=self.producer[plain],
                other=self.producer[plain],
                ts=self.created[plain],
                qty=self.made[plain],
            )
        )
        dealers = np.maximum(1, (self.moves**0.5).astype(np.int64))
        lot1 = np.repeat(np.arange(len(self.lots)), dealers)
        start = np.cumsum(dealers) - dealers
        to1 = _pool(self.dice, DEALERS, len(lot1), 2.0)
        at1 = self.created[lot1] + 3_600
        at1 += (self.dice.standard_exponential(len(lot1)) * DAY).astype(np.int64).clip(0, 6 * DAY)
        got1 = self.made[lot1] // (dealers[lot1] + 1)
        arrived1 = self._moved(lot1, self.producer[lot1], to1, at1, got1)
        self.first_dealer, self.first_at = to1[start], arrived1[start]
        shops = self.moves - dealers
        lot2 = np.repeat(np.arange(len(self.lots)), shops)
        parent = start[lot2] + (self.dice.random(len(lot2)) * dealers[lot2]).astype(np.int64)
        children = np.bincount(parent, minlength=len(lot1))
        wait = (self.dice.standard_exponential(len(lot2)) * 3 * DAY).astype(np.int64)
        at2 = arrived1[parent] + 1_800 + wait.clip(0, 9 * DAY)
        got2 = np.maximum(1_000, got1[parent] // (children[parent] + 1) // 1_000 * 1_000)
        self._moved(lot2, to1[parent], _pool(self.dice, SHOPS, len(lot2), 1.5), at2, got2)

    def _moved(self, lot: Ints, sender: Ints, receiver: Ints, sent: Ints, amount: Ints) -> Ints:
        """Both books' lines of deliveries; three in a hundred nobody confirms."""
        document = self.dice.integers(1, 2**31 - 1, len(lot))
        arrived = sent + self.dice.integers(1_800, DAY, len(lot))
        shared = {"lot": self.lots[lot], "qty": amount, "doc": document}
        sending = _rows(kind=RowKind.DISPATCH, op=sender, other=receiver, ts=sent, **shared)
        got = _rows(kind=RowKind.RECEIPT, op=receiver, other=sender, ts=arrived, **shared)
        self.parts += [sending, got[self.dice.random(len(lot)) >= 0.03]]
        return arrived

    def by_day(self) -> list[Rows]:
        """The rows by the day they arrive: this day's first."""
        rows = np.concatenate(self.parts)
        self.parts = []
        ahead = (rows["ts"] - self.begins) // DAY
        order = np.argsort(ahead, kind="stable")
        ends = np.searchsorted(ahead[order], np.arange(1, TAIL_DAYS + 2))
        rows = rows[order]
        return [rows[low:high] for low, high in zip([0, *ends[:-1]], ends, strict=True)]

    def derive(self, recent: list[_Day]) -> Rows:
        """What the processors bought, used and made, an entry behind the other.

        Inputs are bought from their first dealer. A lot that finds none is a plain production.
        """
        wanted = np.flatnonzero(self.depth)
        out, lot, dealer, arrived = self._inputs(wanted, recent)
        outputs, entry = np.unique(out, return_inverse=True)
        processor, used_at = self.producer[out], self.created[out]
        waited = self.dice.integers(2_400, 36 * 3_600, len(out))
        sent = np.maximum(arrived, used_at - waited)
        document = self.dice.integers(1, 2**31 - 1, len(out))
        amount = self.dice.integers(1, 60, len(out)) * 1_000
        shared = {"lot": lot, "qty": amount, "doc": document}
        sending = _rows(kind=RowKind.DISPATCH, op=dealer, other=processor, ts=sent, **shared)
        got = _rows(kind=RowKind.RECEIPT, op=processor, other=dealer, ts=sent + 1_800, **shared)
        bought = np.concatenate([sending, got])
        bought["entry"] = np.arange(len(bought))
        used = _rows(
            kind=RowKind.USE, op=processor, other=self.lots[out], ts=used_at, lot=lot, qty=amount
        )
        made = self._made(wanted, outputs)
        number = np.full(len(self.lots), -1, np.int64)
        number[[*outputs, *np.setdiff1d(wanted, outputs)]] = np.arange(len(wanted))
        used["entry"], made["entry"] = entry, number[wanted]
        changed = np.concatenate([used, made])
        changed = changed[np.argsort(changed["entry"], kind="stable")]
        return _together([bought, changed])

    def _made(self, wanted: Ints, outputs: Ints) -> Rows:
        kind = np.where(np.isin(wanted, outputs), RowKind.YIELD, RowKind.PRODUCTION)
        return _rows(
            kind=kind,
            op=self.producer[wanted],
            other=self.producer[wanted],
            ts=self.created[wanted],
            lot=self.lots[wanted],
            qty=self.made[wanted],
        )

    def _inputs(self, wanted: Ints, recent: list[_Day]) -> tuple[Ints, Ints, Ints, Ints]:
        """(place of the output, input lot, its first dealer, arrival there), one per input."""
        none = np.zeros(0, np.int64)
        if not recent:
            return none, none, none, none
        lots = np.concatenate([day.lots for day in recent])
        depth = np.concatenate([day.depth for day in recent])
        arrived = np.concatenate([day.first_at for day in recent])
        dealer = np.concatenate([day.first_dealer for day in recent])
        out = np.repeat(wanted, self.dice.integers(2, 9, len(wanted)))
        pick = self.dice.integers(0, len(lots), len(out))
        hubs = np.flatnonzero(lots % HUB_EVERY == HUB_AT)
        common = self.dice.random(len(out)) < (HUB_SHARE if len(hubs) else 0.0)
        if len(hubs):
            pick[common] = hubs[self.dice.integers(0, len(hubs), int(common.sum()))]
        _, once = np.unique(out * (1 << 32) + lots[pick], return_index=True)
        keep = np.zeros(len(out), bool)
        keep[once] = True
        keep &= (arrived[pick] < self.created[out] - 7_200) & (depth[pick] < self.depth[out])
        out, pick = out[keep], pick[keep]
        return out, lots[pick], dealer[pick], arrived[pick]
