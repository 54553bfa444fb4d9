"""Quantities are exact, and what is not a number is refused by name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.quantity import (
    EA,
    KGM,
    QuantityNotPositive,
    QuantityTooLarge,
    QuantityUnreadable,
    UnitUnreadable,
    parse_quantity,
    plain,
    unit_named,
)

READ = [
    ("12", "公斤", 12_000_000),
    ("36.799999999999997", "kg", 36_800_000),
    ("0.5", "斤", 250_000),
    ("1,200", "EA", 1_200_000),
    ("1,200.5", "EA", 1_200_500),
    ("3", "打", 36_000),
    ("2", "t", 2_000_000_000),
]
REFUSED = [
    ("1,5", QuantityUnreadable),
    ("1,2,3", QuantityUnreadable),
    ("12袋", QuantityUnreadable),
    ("NaN", QuantityUnreadable),
    ("Infinity", QuantityUnreadable),
    ("", QuantityUnreadable),
    ("0", QuantityNotPositive),
    ("-3", QuantityNotPositive),
    ("0.0000001", QuantityNotPositive),
    ("1e30", QuantityTooLarge),
    ("1000000000000", QuantityTooLarge),
]


@pytest.mark.parametrize(("text", "unit", "thousandths"), READ)
def test_a_quantity_is_read_exactly(text: str, unit: str, thousandths: int) -> None:
    assert parse_quantity(text, unit_named(unit)).thousandths == thousandths


@pytest.mark.parametrize(("text", "refusal"), REFUSED)
def test_what_is_no_quantity_is_refused_by_name(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse_quantity(text, KGM)


@given(st.integers(min_value=1, max_value=10**12))
def test_what_is_written_out_reads_back(thousandths: int) -> None:
    assert parse_quantity(str(plain(thousandths, KGM)), KGM).thousandths == thousandths


def test_plain_never_shows_an_exponent() -> None:
    assert str(plain(10**15, EA)) == "1000000000000"
    assert plain(1_500, EA) == Decimal("1.5")


def test_unknown_units_stay_their_own_and_unreadable_ones_are_refused() -> None:
    assert unit_named("筐").code == "筐"
    for text in ("", " ", "x" * 21, "a\x00b"):
        with pytest.raises(UnitUnreadable):
            unit_named(text)
