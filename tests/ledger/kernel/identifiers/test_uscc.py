"""Social credit codes: the vectors of the standard, its odd corners, and python-stdnum's view."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as other
from stdnum.iso7064 import mod_11_10

from ledger.kernel.identifiers import errors, uscc
from ledger.kernel.identifiers.checks import (
    USCC_ALPHABET,
    organisation_check_character,
    uscc_check_character,
)
from ledger.kernel.identifiers.uscc import parse_registration_number, parse_uscc

VALID = [
    "91110000600037341L",
    "91350100M000100Y43",
    "91350200MA2XFA1T37",
    "92350203MA2YTEKT27",
    "91360481MA35ABCD4W",
    "93360481MA36ABC176",
]


@pytest.mark.parametrize("text", VALID)
def test_valid_codes(text: str) -> None:
    """The vectors, and what python-stdnum says of them."""
    assert str(parse_uscc(text)) == text
    assert uscc.is_valid(text)
    assert other.is_valid(text)


def test_any_spelling_is_folded() -> None:
    """Full width, lower case, spaces and hyphens are spellings of one code."""
    assert parse_uscc("９１３５０２００-ma2x fa1t 37").text == "91350200MA2XFA1T37"


def test_the_example_of_the_standard_with_a_wrong_check_is_refused() -> None:
    """The refusal names the character that should stand there."""
    with pytest.raises(errors.UsccCheckCharacter) as refused:
        parse_uscc("91350100M000100Y4Z".replace("Z", "4"))
    assert refused.value.params["expected"] == "3"


def test_characters_outside_the_alphabet_are_refused_by_place() -> None:
    """Z is never used; letters are never part of a division."""
    with pytest.raises(errors.UsccCharacter) as refused:
        parse_uscc("91350100M000100Y4Z")
    assert refused.value.params == {
        "text": "91350100M000100Y4Z",
        "character": "Z",
        "position": 18,
    }
    with pytest.raises(errors.UsccCharacter):
        parse_uscc("9135A100M000100Y43")


@pytest.mark.parametrize("text", ["", "9135", "91350100M000100Y433", "35020310000123"])
def test_other_lengths_are_refused(text: str) -> None:
    """Eighteen characters and no other number of them."""
    with pytest.raises(errors.UsccUnreadable):
        parse_uscc(text)


@pytest.mark.parametrize("head", ["A1", "N1", "Y1", "11", "51", "93"])
def test_departments_that_are_letters_are_accepted(head: str) -> None:
    """A, N and Y register bodies too, which a rule of digits would turn away."""
    code = parse_uscc(made(head, "360481", "MA35ABCD"))
    assert code.department is not None
    assert code.doubts == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("91350200MA2XFA1T37", "企业"),
        ("92350203MA2YTEKT27", "个体工商户"),
        ("93360481MA36ABC176", "农民专业合作社"),
    ],
)
def test_what_the_code_says(text: str, kind: str) -> None:
    """The kind of body, its registrar's division and its organisation code."""
    code = parse_uscc(text)
    assert (code.entity_type, code.division, code.organisation) == (kind, text[2:8], text[8:17])
    assert code.department == "市场监督管理"


@pytest.mark.parametrize(
    ("body", "check"), [("60003734", "1"), ("MA2XFA1T", "3"), ("MA35ABCD", "4")]
)
def test_organisation_check(body: str, check: str) -> None:
    """The inner check of GB 11714."""
    assert organisation_check_character(body) == check


def test_a_wrong_inner_check_is_a_doubt_and_no_refusal() -> None:
    """Early codes err inside and are valid all the same."""
    code = parse_uscc("91350100M000100Y43")
    good = organisation_check_character("M000100Y")
    expected = () if good == "4" else ("identifiers.organisation_check",)
    assert tuple(doubt.code for doubt in code.doubts) == expected
    body = "91350200MA2XFA1T9"
    wrong = parse_uscc(body + uscc_check_character(body))
    assert [doubt.code for doubt in wrong.doubts] == ["identifiers.organisation_check"]
    assert wrong.doubts[0].params == {"expected": "3", "found": "9"}


def test_unknown_department_and_division_are_doubts() -> None:
    """The lists may grow, so a stranger in them is asked about and not turned away."""
    code = parse_uscc(made("B1", "990000", "MA35ABCD"))
    assert [doubt.code for doubt in code.doubts] == [
        "identifiers.unknown_department",
        "identifiers.unknown_division",
    ]
    assert code.department is None
    assert code.entity_type is None


@given(
    st.text(alphabet="123456789", min_size=2, max_size=2),
    st.text(alphabet="0123456789", min_size=6, max_size=6),
    st.text(alphabet=USCC_ALPHABET, min_size=9, max_size=9),
)
def test_agrees_with_python_stdnum_where_it_may_speak(head: str, place: str, body: str) -> None:
    """For codes that begin with digits both say the same of every check character."""
    code = head + place + body
    expected = uscc_check_character(code)
    assert other.calc_check_digit(code) == expected
    for char in USCC_ALPHABET:
        assert uscc.is_valid(code + char) is (char == expected)


def test_a_weighted_sum_of_nothing_ends_in_0() -> None:
    """The outer remainder of the formula: a sum of 0 gives the character 0."""
    assert uscc_check_character("0" * 17) == "0"


def test_old_registration_numbers() -> None:
    """Fifteen digits with ISO 7064 MOD 11,10."""
    digits = "350203100001235"
    right = parse_registration_number("35020310000123" + check_of("35020310000123"))
    assert len(right) == len(digits)
    with pytest.raises(errors.RegistrationCheckDigit):
        parse_registration_number("35020310000123" + str((int(right[-1]) + 1) % 10))
    with pytest.raises(errors.RegistrationUnreadable):
        parse_registration_number("3502031")


@given(st.text())
def test_junk_is_refused_by_name(text: str) -> None:
    """Whatever is typed is read or refused; nothing else is raised."""
    assert uscc.is_valid(text) in (True, False)


def made(head: str, place: str, body: str) -> str:
    """A code with both of its checks true."""
    code = head + place + body + organisation_check_character(body)
    return code + uscc_check_character(code)


def check_of(body: str) -> str:
    """The ISO 7064 check digit, by python-stdnum."""
    return str(mod_11_10.calc_check_digit(body))
