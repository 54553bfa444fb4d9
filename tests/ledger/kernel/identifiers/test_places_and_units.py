"""Logistics units, locations and divisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.identifiers import division, errors, gln, sscc
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.identifiers.division import divisions, divisions_within, parse_division
from ledger.kernel.identifiers.gln import parse_gln
from ledger.kernel.identifiers.sscc import parse_sscc


@pytest.mark.parametrize(
    "text",
    [
        "006901234567890121",
        "(00)006901234567890121",
        "00006901234567890121",
        "00690 1234 56789 0121",
    ],
)
def test_logistics_unit_in_every_spelling(text: str) -> None:
    """With or without its identifier; the check digit of the vector is 1."""
    assert gs1_check_digit("00690123456789012") == "1"
    assert str(parse_sscc(text)) == "006901234567890121"
    assert parse_sscc(text).extension == "0"
    assert sscc.is_valid(text)


def test_logistics_unit_refusals() -> None:
    """Eighteen digits with a true check digit."""
    with pytest.raises(errors.SsccUnreadable):
        parse_sscc("0069012345678901")
    with pytest.raises(errors.SsccCheckDigit) as refused:
        parse_sscc("006901234567890122")
    assert refused.value.params["expected"] == "1"
    assert not sscc.is_valid("x")


def test_location_numbers() -> None:
    """Thirteen digits with a true check digit."""
    assert str(parse_gln("6901234 00000-9")) == "6901234000009"
    assert not gln.is_valid("6901234000006")
    assert gln.is_valid("6901234000009")
    with pytest.raises(errors.GlnUnreadable):
        parse_gln("690123400000")
    with pytest.raises(errors.GlnCheckDigit):
        parse_gln("6901234000006")


@pytest.mark.parametrize(
    ("code", "name", "level", "parents"),
    [
        ("350203", "思明区", "county", ("350200", "350000")),
        ("360481", "瑞昌市", "county", ("360400", "360000")),
        ("360481207", "南阳乡", "town", ("360481", "360400", "360000")),
        ("350200", "厦门市", "city", ("350000",)),
        ("36 00 00", "江西省", "province", ()),
        ("100000", "全国", "nation", ()),
    ],
)
def test_divisions_of_the_list(code: str, name: str, level: str, parents: tuple[str, ...]) -> None:
    """Names, levels and what lies above."""
    found = parse_division(code)
    assert (found.name_zh, found.level, found.is_listed) == (name, level, True)
    if level != "nation":
        assert found.parents == parents


@pytest.mark.parametrize(
    ("code", "level"),
    [("440305", "county"), ("440300", "city"), ("350203001", "town")],
)
def test_unlisted_divisions_of_a_known_province_are_accepted(code: str, level: str) -> None:
    """Goods come from everywhere; only the served towns are listed in full."""
    found = parse_division(code)
    assert (found.is_listed, found.level, found.name_zh) == (False, level, "")
    assert str(found) == code


def test_division_refusals() -> None:
    """Six or nine digits, in a province that exists."""
    for text in ("", "3502", "35020a", "3502030011"):
        with pytest.raises(errors.DivisionUnreadable):
            parse_division(text)
    with pytest.raises(errors.UnknownProvince):
        parse_division("990000")
    assert not division.is_valid("100001")
    assert division.is_valid("350200")


def test_the_list_is_whole() -> None:
    """Thirty-four provinces, six districts of Xiamen, twenty-one towns of Ruichang."""
    assert sum(found.level == "province" for found in divisions().values()) == 34
    assert len(divisions_within("350200")) == 6
    assert len(divisions_within("360481")) == 21
    assert len(divisions_within("360000")) == 23
    assert all(
        parent in divisions()
        for code in divisions()
        for parent in divisions()[code].parents
        if code != "100000"
    )


@given(st.text(max_size=30))
def test_junk_is_refused_by_name(text: str) -> None:
    """Whatever is typed is read or refused; nothing else is raised."""
    for is_valid in (sscc.is_valid, gln.is_valid, division.is_valid):
        assert is_valid(text) in (True, False)
