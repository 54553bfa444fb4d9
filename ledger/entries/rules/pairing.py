"""L10: which dispatch and which receipt are one delivery.

Both sides of a delivery are filed by different operators. They are one delivery when lot and
parties are the same and either the document is, or else they are nearest in time within the
allowed days with fitting quantity (contract 3.3, point 6). The answer depends on what is in the
book, never on the order in which it was filed, and costs O(n log n).
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

DAY = 86_400
PAIR_DAYS = 3  # the shipped value of filing.pair_days, for callers without a unit of work
NEIGHBOURS = 16  # how far a search beyond exact quantities looks; keeps it linear in practice


class Side(NamedTuple):
    """One side of a delivery: a dispatch row or a receipt row of one lot between two parties.

    ``earliest``/``latest`` bound the stated moment in seconds, ``qty`` is in thousandths of the
    base unit, ``doc`` the document's hash (0 = none), ``measure`` anything that differs between
    quantities that cannot be compared (the unit's dimension).
    """

    id: int
    earliest: int
    latest: int
    qty: int
    doc: int = 0
    measure: int = 0


class PairStatus(StrEnum):
    """What the two books say of one delivery."""

    MATCHED = "matched"
    DISPATCH_ONLY = "dispatch_only"
    RECEIPT_ONLY = "receipt_only"
    DIFFERS = "differs"


class Pair(NamedTuple):
    """A delivery as both books tell it; ``qty`` is the part of it this pair stands for.

    A dispatch that was received in two parts stands in two pairs, and the parts add up.
    """

    dispatch: int | None
    receipt: int | None
    status: PairStatus
    qty: int


def pair(
    dispatches: Iterable[Side],
    receipts: Iterable[Side],
    *,
    days: int = PAIR_DAYS,
    tolerance: Fraction = Fraction(0),
) -> list[Pair]:
    """Pair the dispatches and receipts of **one lot between one sender and one receiver**.

    ``tolerance`` is the fraction by which two quantities may differ and still fit (3 % by weight).
    Pairs come in the order of their time and id. A document on both sides pairs whatever the
    quantities (``differs`` when they do not fit); without one, only a fitting quantity pairs.
    """
    out, back = sorted(dispatches, key=_order), sorted(receipts, key=_order)
    times = {side.id: side.earliest for side in (*out, *back)}
    if not out or not back:
        return _alone(out, back)
    if len(out) == 1 and len(back) == 1:
        return _one_and_one(out[0], back[0], days, tolerance)
    pairs = _by_document(out, back, tolerance)
    for search in (_exact, _tolerant, _imprecise):
        out, back = _left(out, back, pairs)
        if not out or not back:
            break
        pairs += search(out, back, days, tolerance)
    out, back = _left(out, back, pairs)
    return _in_order(pairs + _alone(out, back), times)


def fits(one: Side, two: Side, tolerance: Fraction) -> bool:
    """Whether two quantities are the same within the tolerance, taken of the larger one."""
    if one.measure != two.measure:
        return False
    return abs(one.qty - two.qty) <= max(one.qty, two.qty) * tolerance


def within(one: Side, two: Side, days: int) -> bool:
    """Whether two moments can lie within ``days`` of each other, counted in whole days."""
    gap = max(one.earliest // DAY - two.latest // DAY, two.earliest // DAY - one.latest // DAY)
    return gap <= days


def _order(side: Side) -> tuple[int, int]:
    return side.earliest, side.id


def _alone(out: Sequence[Side], back: Sequence[Side]) -> list[Pair]:
    mine = [Pair(side.id, None, PairStatus.DISPATCH_ONLY, side.qty) for side in out]
    return mine + [Pair(None, side.id, PairStatus.RECEIPT_ONLY, side.qty) for side in back]


def _one_and_one(out: Side, back: Side, days: int, tolerance: Fraction) -> list[Pair]:
    fitting = fits(out, back, tolerance)
    if out.doc and out.doc == back.doc:
        return [_joined(out, back, fitting)]
    if fitting and within(out, back, days):
        return [_joined(out, back, True)]
    return _in_order(_alone([out], [back]), {out.id: out.earliest, back.id: back.earliest})


def _joined(out: Side, back: Side, fitting: bool) -> Pair:
    return Pair(out.id, back.id, PairStatus.MATCHED if fitting else PairStatus.DIFFERS, out.qty)


def _left(out: list[Side], back: list[Side], pairs: list[Pair]) -> tuple[list[Side], list[Side]]:
    sent = {pair.dispatch for pair in pairs}
    got = {pair.receipt for pair in pairs}
    return [s for s in out if s.id not in sent], [s for s in back if s.id not in got]


def _in_order(pairs: list[Pair], times: dict[int, int]) -> list[Pair]:
    def key(pair: Pair) -> tuple[int, int, int]:
        first = pair.dispatch if pair.dispatch is not None else pair.receipt or 0
        return times[first], first, pair.receipt or 0

    return sorted(pairs, key=key)


def _by_document(out: list[Side], back: list[Side], tolerance: Fraction) -> list[Pair]:
    sent: dict[int, list[Side]] = defaultdict(list)
    got: dict[int, list[Side]] = defaultdict(list)
    for side in out:
        sent[side.doc].append(side)
    for side in back:
        got[side.doc].append(side)
    pairs: list[Pair] = []
    for doc in sorted((sent.keys() & got.keys()) - {0}):
        pairs += _one_document(sent[doc], got[doc], tolerance)
    return pairs


def _one_document(out: list[Side], back: list[Side], tolerance: Fraction) -> list[Pair]:
    pairs = [_joined(one, two, True) for one, two in _same_quantity(out, back)]
    out, back = _left(out, back, pairs)
    if not out or not back:
        return pairs
    if len({side.measure for side in (*out, *back)}) > 1:
        return pairs + _poured(out, back, PairStatus.DIFFERS)
    total_out, total_back = sum(s.qty for s in out), sum(s.qty for s in back)
    fitting = abs(total_out - total_back) <= max(total_out, total_back) * tolerance
    return pairs + _poured(out, back, PairStatus.MATCHED if fitting else PairStatus.DIFFERS)


def _same_quantity(out: list[Side], back: list[Side]) -> Iterable[tuple[Side, Side]]:
    by_quantity: dict[tuple[int, int], list[Side]] = defaultdict(list)
    for side in reversed(back):
        by_quantity[side.measure, side.qty].append(side)
    for side in out:
        if fitting := by_quantity.get((side.measure, side.qty)):
            yield side, fitting.pop()


def _poured(out: list[Side], back: list[Side], status: PairStatus) -> list[Pair]:
    """Fill the receipts with the dispatches in time order, as water fills jars.

    Every side stands in at least one pair; what the larger total has more goes to the last of the
    other side.
    """
    pairs: list[Pair] = []
    first = second = poured = 0
    end_out, end_back = out[0].qty, back[0].qty
    while True:
        last_out, last_back = first == len(out) - 1, second == len(back) - 1
        end = end_out if last_back else end_back if last_out else min(end_out, end_back)
        if last_out and last_back:
            end = max(end_out, end_back)
        pairs.append(Pair(out[first].id, back[second].id, status, end - poured))
        if last_out and last_back:
            return pairs
        poured = end
        step_out = not last_out and end_out <= end
        if not last_back and end_back <= end:
            second += 1
            end_back += back[second].qty
        if step_out:
            first += 1
            end_out += out[first].qty


def _precise(sides: Iterable[Side]) -> list[Side]:
    return [side for side in sides if side.latest - side.earliest < DAY]


def _exact(out: list[Side], back: list[Side], days: int, _: Fraction) -> list[Pair]:
    """Equal quantities, always the two nearest in time first; of equally near ones the first."""
    here: dict[tuple[int, int, int], tuple[list[Side], list[Side]]] = defaultdict(lambda: ([], []))
    for side in _precise(out):
        here[side.measure, side.qty, side.earliest][0].append(side)
    for side in _precise(back):
        here[side.measure, side.qty, side.earliest][1].append(side)
    pairs: list[Pair] = []
    lines: dict[tuple[int, int], list[tuple[Side, bool]]] = defaultdict(list)
    for (measure, qty, _earliest), (sent, got) in sorted(here.items()):
        pairs += [_joined(one, two, True) for one, two in zip(sent, got, strict=False)]
        rest = [(side, True) for side in sent[len(got) :]]
        lines[measure, qty] += rest or [(side, False) for side in got[len(sent) :]]
    for line in lines.values():
        pairs += _nearest_first(line, days)
    return pairs


def _nearest_first(line: list[tuple[Side, bool]], days: int) -> list[Pair]:
    """Greedily join the two nearest of different kind; those are always neighbours in time."""
    after = list(range(1, len(line) + 1))
    before = list(range(-1, len(line) - 1))
    gone = [False] * len(line)
    heap: list[tuple[int, int, int]] = []

    def offer(left: int, right: int) -> None:
        if left >= 0 and right < len(line) and line[left][1] != line[right][1]:
            heapq.heappush(heap, (line[right][0].earliest - line[left][0].earliest, left, right))

    for index in range(len(line) - 1):
        offer(index, index + 1)
    pairs: list[Pair] = []
    while heap:
        _, left, right = heapq.heappop(heap)
        if gone[left] or gone[right] or not within(line[left][0], line[right][0], days):
            continue
        gone[left] = gone[right] = True
        one, two = (left, right) if line[left][1] else (right, left)
        pairs.append(_joined(line[one][0], line[two][0], True))
        outer_left, outer_right = before[left], after[right]
        if outer_left >= 0:
            after[outer_left] = outer_right
        if outer_right < len(line):
            before[outer_right] = outer_left
        offer(outer_left, outer_right)
    return pairs


def _tolerant(out: list[Side], back: list[Side], days: int, tolerance: Fraction) -> list[Pair]:
    """Quantities that differ within the tolerance, nearest first, among close neighbours."""
    if not tolerance:
        return []
    targets = _precise(back)
    times = [side.earliest for side in targets]

    def near(side: Side) -> Sequence[Side]:
        place = bisect_left(times, side.earliest)
        return targets[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]

    return _best_first(_precise(out), near, days, tolerance)


def _imprecise(out: list[Side], back: list[Side], days: int, tolerance: Fraction) -> list[Pair]:
    """A month, a year or no date at all on one side: an unknown part never excludes."""
    pairs = _in_step(out, back, days)
    if not tolerance:
        return pairs
    out, back = _left(out, back, pairs)
    by_quantity = sorted(back, key=lambda side: (side.qty, *_order(side)))
    quantities = [side.qty for side in by_quantity]

    def near(side: Side) -> Sequence[Side]:
        place = bisect_left(quantities, side.qty)
        return by_quantity[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]

    return pairs + _best_first(out, near, days, tolerance)


def _in_step(out: list[Side], back: list[Side], days: int) -> list[Pair]:
    """Equal quantities in the order of their dates, each taking the first that can be it."""
    queues: dict[tuple[int, int], deque[Side]] = defaultdict(deque)
    for side in back:
        queues[side.measure, side.qty].append(side)
    pairs: list[Pair] = []
    for side in out:
        queue = queues[side.measure, side.qty]
        while queue and queue[0].latest // DAY + days < side.earliest // DAY:
            queue.popleft()
        if queue and within(side, queue[0], days):
            pairs.append(_joined(side, queue.popleft(), True))
    return pairs


def _best_first(
    out: list[Side], near: Callable[[Side], Sequence[Side]], days: int, tolerance: Fraction
) -> list[Pair]:
    edges = sorted(
        (abs(one.earliest - two.earliest), abs(one.qty - two.qty), one.id, two.id, one, two)
        for one in out
        for two in near(one)
        if fits(one, two, tolerance) and within(one, two, days)
    )
    used_out: set[int] = set()
    used_back: set[int] = set()
    pairs: list[Pair] = []
    for *_, one, two in edges:
        if one.id not in used_out and two.id not in used_back:
            used_out.add(one.id)
            used_back.add(two.id)
            pairs.append(_joined(one, two, True))
    return pairs
