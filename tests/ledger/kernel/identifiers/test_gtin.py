"""Trade item numbers: the vectors of the field, every spelling, every refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from ledger.kernel.identifiers import errors, gtin
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.identifiers.gtin import Gtin, parse_gtin, parse_upc_e


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("6901234567892", "06901234567892"),
        ("6901028100748", "06901028100748"),
        ("6291041500213", "06291041500213"),
        ("4006381333931", "04006381333931"),
        ("96385074", "00000096385074"),
        ("16901234567899", "16901234567899"),
        ("036000291452", "00036000291452"),
        ("690 1234 56789 2", "06901234567892"),
        ("690-1234-56789-2", "06901234567892"),
        ("６９０１２３４５６７８９２", "06901234567892"),
        ("\u3000690123456789\u200b2\n", "06901234567892"),
        ("06901234567892", "06901234567892"),
    ],
)
def test_every_spelling_becomes_fourteen_digits(text: str, digits: str) -> None:
    """A number is stored one way, however it was spelled."""
    assert parse_gtin(text).digits == digits
    assert gtin.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "69",
        "690123456789",
        "69012345678x2",
        "٦٩٠١٢٣٤٥٦٧٨٩٢",
        "00000000",
        "690123456789201",
        "²²²²²²²²",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    """Other lengths, letters, other scripts' digits and all zeros are not trade items."""
    with pytest.raises((errors.GtinUnreadable, errors.GtinCheckDigit)):
        parse_gtin(text)
    assert not gtin.is_valid(text)


def test_a_wrong_check_digit_names_the_right_one() -> None:
    """The refusal says which digit was expected, so the reader can find the slip."""
    with pytest.raises(errors.GtinCheckDigit) as refused:
        parse_gtin("6901234567893")
    assert refused.value.params == {"text": "6901234567893", "expected": "2", "found": "3"}


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("6901234567892", ("6901234567892", None, None, "6901234567892")),
        ("036000291452", ("0036000291452", "036000291452", None, "036000291452")),
        ("96385074", (None, None, "96385074", "96385074")),
        ("16901234567899", (None, None, None, "16901234567899")),
    ],
)
def test_forms_on_the_pack(text: str, forms: tuple[str | None, ...]) -> None:
    """From the stored number back to what is printed under each kind of symbol."""
    number = parse_gtin(text)
    assert (number.ean13, number.upc_a, number.ean8, number.spelled) == forms
    assert number.itf14 == str(number)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("01234565", "012345000065"),
        ("04252614", "042100005264"),
        ("123450", "012000003455"),
        ("0654321", "065100004327"),
        ("123453", "012300000451"),
        ("123454", "012340000053"),
    ],
)
def test_upc_e_expands_to_upc_a(text: str, expanded: str) -> None:
    """Zero-suppressed numbers expand by their last digit."""
    assert parse_upc_e(text).upc_a == expanded


@pytest.mark.parametrize("text", ["", "12345", "21234565", "abcdef"])
def test_upc_e_that_is_none_is_refused(text: str) -> None:
    """Only number systems 0 and 1 have a short form."""
    with pytest.raises(errors.UpcEUnreadable):
        parse_upc_e(text)


def test_upc_e_with_a_wrong_check_digit_is_refused() -> None:
    """The check digit is that of the expanded number."""
    with pytest.raises(errors.GtinCheckDigit):
        parse_upc_e("01234566")


def test_what_the_digits_say() -> None:
    """Indicator, prefix, company code and unit of a Chinese case."""
    case = parse_gtin("16901234567899")
    assert (case.indicator, case.prefix, case.company_code) == (1, "690", "6901234")
    assert case.unit == parse_gtin("6901234567892")
    assert case.check_digit == "9"
    assert parse_gtin(with_check("692123456789")).company_code == "69212345"
    assert parse_gtin(with_check("697123456789")).company_code == "697123456"
    assert parse_gtin(with_check("698123456789")).company_code is None
    assert parse_gtin(with_check("9690123456789")).is_variable_measure


@pytest.mark.parametrize(
    ("body", "in_store"),
    [
        ("020012345678", True),
        ("040012345678", True),
        ("200012345678", True),
        ("299999999999", True),
        ("690123456789", False),
        ("301234567890", False),
        ("030012345678", False),
        ("2001234", True),
        ("0001234", True),
        ("9638507", False),
        ("1290123456789", False),
    ],
)
def test_in_store_numbers_mean_nothing_elsewhere(body: str, in_store: bool) -> None:
    """02, 04 and 20–29 are a shop's own; a GTIN-8 beginning with 0 or 2 as well."""
    assert parse_gtin(with_check(body)).is_in_store is in_store


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("977123456789", "ISSN"),
        ("978123456789", "ISBN"),
        ("979123456789", "ISBN"),
        ("690123456789", None),
        ("9771234", None),
    ],
)
def test_books_are_not_food(body: str, kind: str | None) -> None:
    """977, 978 and 979 are periodicals and books."""
    assert parse_gtin(with_check(body)).not_food == kind


@given(st.text(alphabet="0123456789", min_size=13, max_size=13).filter(int))
def test_every_number_with_its_check_digit_is_read_and_spelled_back(body: str) -> None:
    """Reading what is on the pack gives the same number again, and python-stdnum agrees."""
    number = parse_gtin(with_check(body))
    assert parse_gtin(number.spelled) == number
    assert ean.is_valid(number.digits)


@given(st.text())
def test_junk_is_refused_by_name(text: str) -> None:
    """Whatever is typed is read or refused; nothing else is raised."""
    assert gtin.is_valid(text) in (True, False)


@given(st.sampled_from(["6901234567892", "96385074"]), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(text: str, place: int, step: int) -> None:
    """The check digit catches every single slip."""
    wrong = text[:place] + str((int(text[place]) + step) % 10) + text[place + 1 :]
    assert not gtin.is_valid(wrong)


def test_a_gtin_is_a_value() -> None:
    """Two readings of one number are equal and print as stored."""
    assert parse_gtin("6901234567892") == Gtin("06901234567892")
    assert str(parse_gtin("6901234567892")) == "06901234567892"


def with_check(body: str) -> str:
    """The body with its GS1 check digit."""
    return body + gs1_check_digit(body)
