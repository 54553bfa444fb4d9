"""Numbers, shares and moments in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.doors import formats
from ledger.kernel.moment import UNKNOWN, parse_moment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1200, "1,200"),
        ("1200.500", "1,200.5"),
        (Decimal(0), "0"),
        (Decimal("1E+3"), "1,000"),
        (None, "?"),
        ("未报", "未报"),
        (Decimal("NaN"), "NaN"),
        (-3, "-3"),
        ("100", "100"),
    ],
)
def test_numbers(value: object, text: str) -> None:
    assert formats.number_text(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (363, 1120, "32.4 %"),
        ("132", "1200", "11.0 %"),
        (0, 0, "–"),
        (5, 5, "100.0 %"),
    ],
)
def test_shares(part: object, whole: object, text: str) -> None:
    assert formats.share_text(part, whole) == text


def test_parts_of_a_bar_follow_each_other_and_never_go_below_nothing() -> None:
    assert formats.percents([1, None, -4, "3"]) == [
        ("0.00%", "25.00%", "25.0 %"),
        ("25.00%", "0.00%", "0.0 %"),
        ("25.00%", "0.00%", "0.0 %"),
        ("25.00%", "75.00%", "75.0 %"),
    ]


def test_a_place_stays_on_its_line() -> None:
    assert formats.place_text("18", 72) == "25.00%"
    assert formats.place_text(80, 72) == "100.00%"


def test_an_instant_is_shown_in_china_and_a_bare_date_stays_bare() -> None:
    late = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    assert formats.when_text(late) == "2026-11-22 02:00"
    assert formats.when_text(date(2026, 11, 21)) == "2026-11-21"
    assert formats.when_text("2026-11-21", language="en") == "21 Nov 2026"


@pytest.mark.parametrize(
    ("value", "zh", "sentence", "en"),
    [
        ("2017-10", "2017-10", "2017 年 10 月", "Oct 2017"),
        (parse_moment("2017"), "2017", "2017 年", "2017"),
        (parse_moment("2017-10-04"), "2017-10-04", "10 月 4 日", "4 Oct 2017"),
        (UNKNOWN, "?", "?", "?"),
    ],
)
def test_a_moment_is_no_more_precise_than_it_was_stated(
    value: formats.When, zh: str, sentence: str, en: str
) -> None:
    assert formats.when_text(value) == zh
    assert formats.when_text(value, style="sentence") == sentence
    assert formats.when_text(value, language="en") == en


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        formats.moment_of("yesterday")
