"""Lines break where a reader of Chinese expects it, and nothing is lost on the way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.papers import rules
from app.papers.terms import NUMBER_LETTERS


def wide(letter: str) -> float:
    return 1.0 if ord(letter) < 0x2E80 else 2.0


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("台账", 10, ["台账"]),
        ("一二三四五六", 10, ["一二三四五", "六"]),
        ("一二三四五，六", 10, ["一二三四", "五，六"]),  # no mark at the head of a line
        ("一二三四《五六》", 10, ["一二三四", "《五六》"]),  # nor an opening one at the end
        ("数量12345公斤", 8, ["数量", "12345公", "斤"]),  # a number stays whole
        ("two words", 5, ["two", "words"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),  # wider than a line: torn all the same
        ("一行\n又一行", 10, ["一行", "又一行"]),
    ],
)
def test_lines(text, width, lines):
    assert rules.lines_of(text, width, wide) == lines


@given(st.text("台账记录，。《》()1234567890 abc\n", max_size=80), st.integers(2, 30))
def test_every_letter_stands_on_a_line_that_fits(text, width):
    lines = rules.lines_of(text, width, wide)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(sum(map(wide, line)) <= width for line in lines)


def test_what_no_font_prints_is_left_out():
    assert rules.printable("一\x00二\n三\x1b") == "一二\n三"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("SY-20261122-ABCDEFGH", "SY-20261122-ABCDEFGH"),
        (" sy-20261122-abcdefgh ", "SY-20261122-ABCDEFGH"),
        ("ＳＹ-20261122-ABCDEFGH", "SY-20261122-ABCDEFGH"),
        ("SY-20261122-ABCDEFG", None),
        ("SY-20261122-ABCDEFG0", None),  # no nought: it reads like a letter
        ("", None),
        ("../../etc/passwd", None),
    ],
)
def test_a_number_has_one_spelling(typed, number):
    assert rules.read_number(typed) == number


def test_numbers_read_as_they_are_written():
    number = rules.paper_number(date(2026, 11, 22), NUMBER_LETTERS[:8])
    assert rules.read_number(number) == number
