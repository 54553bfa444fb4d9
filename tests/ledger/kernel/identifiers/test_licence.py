"""Licence numbers: the vectors of the field, their parts, their doubts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from ledger.kernel.identifiers import errors, licence
from ledger.kernel.identifiers.checks import mod_11_10_check_digit
from ledger.kernel.identifiers.licence import parse_licence


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("79462", "3"),
        ("00200667308", "5"),
        ("1053502030001", "7"),
        ("1243502110002", "8"),
        ("1013604810001", "3"),
        ("2013502050003", "6"),
        ("1350203000123", "6"),
        ("2350206004567", "9"),
        ("3360481000018", "4"),
    ],
)
def test_mod_11_10(body: str, check: str) -> None:
    """The check digit of GB/T 17710-1999."""
    assert mod_11_10_check_digit(body) == check


@pytest.mark.parametrize(
    ("text", "form", "category", "division", "sequence"),
    [
        ("SC10535020300017", "食品", "乳制品", "350203", "0001"),
        ("SC12435021100028", "食品", "糕点", "350211", "0002"),
        ("SC10136048100013", "食品", "粮食加工品", "360481", "0001"),
        ("SC20135020500036", "食品添加剂", "单一食品添加剂", "350205", "0003"),
        ("JY13502030001236", "食品销售经营者", None, "350203", "000123"),
        ("JY23502060045679", "餐饮服务经营者", None, "350206", "004567"),
        ("JY33604810000184", "单位食堂", None, "360481", "000018"),
        ("YB13502030000014", "批发", None, "350203", "000001"),
        ("YB23604810000028", "零售", None, "360481", "000002"),
    ],
)
def test_parts_of_a_licence(
    text: str, form: str, category: str | None, division: str, sequence: str
) -> None:
    """What each group of digits says."""
    number = parse_licence(text)
    assert (number.form, number.category, number.division, number.sequence) == (
        form,
        category,
        division,
        sequence,
    )
    assert str(number) == text
    assert number.doubts == ()
    assert licence.is_valid(text)
    assert number.may_mark_goods_made_on(date(2026, 1, 1))


def test_any_spelling_is_folded() -> None:
    """Lower case, full width and gaps are spellings of one number."""
    assert str(parse_licence("ｓｃ 105-350203-0001-7")) == "SC10535020300017"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("SC10535020300018", ["identifiers.licence_check_digit"]),
        ("SC1993502030001", ["identifiers.licence_category"]),
        ("SC1059902030001", ["identifiers.unknown_division"]),
        ("JY9350203000123", ["identifiers.licence_category"]),
    ],
)
def test_what_is_odd_is_verified_by_hand(text: str, codes: list[str]) -> None:
    """Old papers carry issuing errors, so nothing but the shape is refused."""
    whole = text if len(text) == 16 else text + mod_11_10_check_digit(text[2:])
    number = parse_licence(whole)
    assert [doubt.code for doubt in number.doubts] == codes
    assert number.to_verify_by_hand
    assert not licence.is_valid(whole)


@pytest.mark.parametrize("text", ["", "SC", "SC123", "XX10535020300017", "SC1053502030001A", "QS1"])
def test_other_shapes_are_refused(text: str) -> None:
    """Two letters and the right number of digits, or a refusal."""
    with pytest.raises(errors.LicenceUnreadable):
        parse_licence(text)
    assert not licence.is_valid(text)


def test_qs_marks_only_goods_made_before_it_ended() -> None:
    """QS numbers ended with September 2018."""
    number = parse_licence("QS350205010123")
    assert number.may_mark_goods_made_on(date(2018, 9, 30))
    assert not number.may_mark_goods_made_on(date(2018, 10, 1))
    assert [doubt.code for doubt in number.doubts] == ["identifiers.qs_ended"]
    assert number.division is None
    assert number.sequence == "05010123"


@given(st.text(alphabet="0123456789", min_size=1, max_size=30))
def test_the_check_digit_agrees_with_python_stdnum(body: str) -> None:
    """Two writings of one standard."""
    assert mod_11_10_check_digit(body) == mod_11_10.calc_check_digit(body)
