"""L10: a dispatch and a receipt of one delivery find each other."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entries.rules.pairing import DAY, Pair, PairStatus, Side, pair

M, D, R, X = (
    PairStatus.MATCHED,
    PairStatus.DISPATCH_ONLY,
    PairStatus.RECEIPT_ONLY,
    PairStatus.DIFFERS,
)


def side(number: int, day: float, qty: int, doc: int = 0, *, length: int = 1) -> Side:
    """A side on a day of the book; ``length`` in seconds."""
    start = int(day * DAY)
    return Side(number, start, start + length - 1, qty, doc)


def told(pairs: list[Pair]) -> list[tuple[int | None, int | None, PairStatus]]:
    return [(p.dispatch, p.receipt, p.status) for p in pairs]


WHOLE_DAY, MONTH = DAY, 31 * DAY
CASES = {
    "same document": ([side(1, 1, 600, 7)], [side(2, 30, 600, 7)], [(1, 2, M)]),
    "same document, other quantity": ([side(1, 1, 600, 7)], [side(2, 1, 550, 7)], [(1, 2, X)]),
    "no document, same day": ([side(1, 1.4, 5)], [side(2, 1, 5, length=DAY)], [(1, 2, M)]),
    "three days apart": ([side(1, 1.9, 5)], [side(2, 4.1, 5)], [(1, 2, M)]),
    "four days apart": ([side(1, 1, 5)], [side(2, 5, 5)], [(1, None, D), (None, 2, R)]),
    "receipt filed before": ([side(1, 4, 5)], [side(2, 1, 5)], [(1, 2, M)]),
    "other quantity, no document": ([side(1, 1, 5)], [side(2, 1, 6)], [(1, None, D), (None, 2, R)]),
    "buyer has its own numbers": ([side(1, 1, 5, 7)], [side(2, 2, 5, 8)], [(1, 2, M)]),
    "nearest wins": ([side(1, 1, 5), side(2, 4, 5)], [side(3, 4.2, 5)], [(1, None, D), (2, 3, M)]),
    "document before nearness": (
        [side(1, 1, 5, 7), side(2, 2, 5)],
        [side(3, 2, 5, 7)],
        [(1, 3, M), (2, None, D)],
    ),
    "two dispatches, one receipt": (
        [side(1, 1, 600, 7), side(2, 1, 400, 7)],
        [side(3, 2, 1000, 7)],
        [(1, 3, M), (2, 3, M)],
    ),
    "one dispatch, two receipts": (
        [side(1, 1, 1000, 7)],
        [side(2, 2, 600, 7), side(3, 2, 400, 7)],
        [(1, 2, M), (1, 3, M)],
    ),
    "one of two lines answered": (
        [side(1, 1, 600, 7), side(2, 1, 400, 7)],
        [side(3, 2, 400, 7)],
        [(1, None, D), (2, 3, M)],
    ),
    "sums differ": (
        [side(1, 1, 600, 7), side(2, 1, 400, 7)],
        [side(3, 2, 900, 7)],
        [(1, 3, X), (2, 3, X)],
    ),
    "a month is not excluded": ([side(1, 5, 5)], [side(2, 0, 5, length=MONTH)], [(1, 2, M)]),
    "an unknown date is not excluded": (
        [side(1, 5, 5), side(3, 6, 9)],
        [Side(2, -(2**31), 2**31 - 1, 5)],
        [(1, 2, M), (3, None, D)],
    ),
    "same day twice": (
        [side(1, 1, 5), side(2, 1, 5)],
        [side(3, 1, 5), side(4, 1, 5)],
        [(1, 3, M), (2, 4, M)],
    ),
    "nothing answered": ([side(1, 1, 5)], [], [(1, None, D)]),
    "nothing sent": ([], [side(1, 1, 5)], [(None, 1, R)]),
}


@pytest.mark.parametrize("name", CASES)
def test_deliveries_pair(name: str) -> None:
    out, back, expected = CASES[name]
    assert told(pair(out, back)) == expected


def test_weighed_goods_may_differ_by_the_tolerance() -> None:
    out, back = [side(1, 1, 1000), side(2, 1, 500)], [side(3, 1, 975)]
    assert told(pair(out, back, tolerance=Fraction(3, 100))) == [(1, 3, M), (2, None, D)]
    assert told(pair(out, back)) == [(1, None, D), (2, None, D), (None, 3, R)]


def test_cases_and_pieces_of_one_document_cannot_be_compared() -> None:
    out, back = [Side(1, 0, 0, 10_000, 7, 1)], [Side(2, 0, 0, 240_000, 7, 2)]
    assert told(pair(out, back)) == [(1, 2, X)]


SIDES = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from([1, DAY, 31 * DAY]),
        st.integers(1, 4),
        st.integers(0, 2),
    ),
    max_size=12,
)


@given(SIDES, SIDES, st.randoms(use_true_random=False))
def test_every_side_stands_in_the_answer_and_order_does_not_matter(
    sent: list[tuple[int, int, int, int]],
    got: list[tuple[int, int, int, int]],
    chance: random.Random,
) -> None:
    out = [Side(i, d * DAY, d * DAY + n - 1, q, doc) for i, (d, n, q, doc) in enumerate(sent)]
    back = [Side(100 + i, d * DAY, d * DAY + n - 1, q, doc) for i, (d, n, q, doc) in enumerate(got)]
    first = pair(out, back)
    assert {p.dispatch for p in first} - {None} == {s.id for s in out}
    assert {p.receipt for p in first} - {None} == {s.id for s in back}
    sent_parts = {s.id: sum(p.qty for p in first if p.dispatch == s.id) for s in out}
    for s in out:
        statuses = {p.status for p in first if p.dispatch == s.id}
        if statuses <= {M, D}:
            assert sent_parts[s.id] == s.qty
        assert len(statuses) == 1
    chance.shuffle(out)
    chance.shuffle(back)
    assert pair(out, back) == first


class Counted(Side):
    """A side that counts how often somebody looks at what it says."""

    looks = 0

    def __getattribute__(self, name: str) -> Any:
        Counted.looks += name in Side._fields
        return super().__getattribute__(name)


def test_thousands_of_deliveries_between_two_parties_are_not_each_held_against_each():
    looks = {}
    for count in (1_000, 8_000):
        out = [Counted(*side(i, i % 400, 5)) for i in range(count)]
        back = [Counted(*side(10_000 + i, i % 400 + 1, 5 + i % 2)) for i in range(count)]
        Counted.looks = 0
        pairs = pair(out, back)
        looks[count] = Counted.looks / count
        assert sum(it.status is M for it in pairs) == count // 2
    assert looks[8_000] < 2 * looks[1_000]


def test_several_cases_and_pieces_of_one_document_differ():
    out = [Side(1, 0, 0, 10, 7, 1), Side(2, 0, 0, 5, 7, 1)]
    back = [Side(3, 0, 0, 240, 7, 2), Side(4, 0, 0, 60, 7, 2)]
    pairs = pair(out, back)
    assert {it.status for it in pairs} == {X}
    assert {it.dispatch for it in pairs} | {it.receipt for it in pairs} == {1, 2, 3, 4}


def test_weighed_goods_of_a_month_pair_within_the_tolerance():
    out = [side(1, 40, 1000), side(2, 1, 500), side(5, 2, 77)]
    back = [side(3, 31, 990, length=MONTH), side(4, 0, 495, length=MONTH)]
    found = told(pair(out, back, tolerance=Fraction(3, 100)))
    assert found == [(2, 4, M), (5, None, D), (1, 3, M)]


def test_months_long_past_are_not_taken_for_a_later_delivery():
    out = [side(1, 100, 5), side(2, 100, 5)]
    back = [side(3, 0, 5, length=MONTH), side(4, 90, 5, length=MONTH)]
    assert told(pair(out, back)) == [(None, 3, R), (1, 4, M), (2, None, D)]
