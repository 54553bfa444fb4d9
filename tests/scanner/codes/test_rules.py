"""What texts mean: the vectors of the field, dates, company of elements, junk."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.identifiers.checks import gs1_check_digit
from scanner.codes import queries
from scanner.codes.rules import describe, meaning_of
from scanner.codes.rules.values import read_date
from scanner.codes.terms import Kind, Meaning

TODAY = date(2022, 3, 1)
GS = "\x1d"


def read(text: str, *, own_hosts: tuple[str, ...] = ()) -> Meaning:
    """The meaning of a text on the first of March 2022."""
    return meaning_of(text, today=TODAY, own_hosts=own_hosts)


def codes(meaning: Meaning) -> list[str]:
    """The codes of what is wrong with a meaning."""
    return [problem.code for problem in meaning.problems]


@pytest.mark.parametrize(
    "text",
    [
        "]C101069012345678921721051310LOT7A<GS>3103001500",
        f"]d201069012345678921721051310LOT7A{GS}3103001500",
        f"]Q3{GS}01069012345678921721051310LOT7A{GS}{GS}3103001500{GS}",
        f"]e001069012345678921721051310LOT7A{GS}3103001500",
        f"01069012345678921721051310LOT7A{GS}3103001500",
        "(01)06901234567892(17)210513(10)LOT7A(3103)001500",
        "（01）6901234567892 （17）210513 （10） LOT7A （3103）001500",
        "https://id.example.org/01/06901234567892/10/LOT7A?17=210513&3103=001500",
    ],
)
def test_one_label_in_every_writing_means_the_same(text: str) -> None:
    """Element string, brackets and link carry the same facts."""
    meaning = read(text)
    assert str(meaning.gtin) == "06901234567892"
    assert meaning.lot == "LOT7A"
    assert meaning.expires_on == date(2021, 5, 13)
    assert meaning.net_weight == Decimal("1.500")
    assert meaning.problems == ()
    assert not meaning.is_refused


@pytest.mark.parametrize("spelling", ["{GS}", "[GS]", "^]", "~d029", "\\x1d", "\\u001D", "␝", "|"])
def test_a_spelled_out_separator_is_a_separator(spelling: str) -> None:
    """Keyboards and forms cannot carry ASCII 29 and spell it."""
    assert read(f"]C1010690123456789210LOT7A{spelling}17210513").lot == "LOT7A"


@pytest.mark.parametrize(
    ("text", "kind", "gtin"),
    [
        ("6901234567892", Kind.EAN, "06901234567892"),
        ("]E06901234567892", Kind.EAN, "06901234567892"),
        ("]E3690123456789212", Kind.EAN, "06901234567892"),
        ("96385074", Kind.EAN, "00000096385074"),
        ("036000291452", Kind.EAN, "00036000291452"),
        ("16901234567899", Kind.EAN, "16901234567899"),
        ("６９０１２３４ 567892", Kind.EAN, "06901234567892"),
        ("0106901234567892", Kind.ELEMENT_STRING, "06901234567892"),
        ("https://a.cn/x/01/6901234567892", Kind.DIGITAL_LINK, "06901234567892"),
        ("a.cn/gtin/6901234567892/lot/7", Kind.DIGITAL_LINK, "06901234567892"),
        ("/01/06901234567892/", Kind.DIGITAL_LINK, "06901234567892"),
    ],
)
def test_kinds_with_a_trade_item(text: str, kind: Kind, gtin: str) -> None:
    """However it came, the number is stored as fourteen digits."""
    meaning = read(text)
    assert (meaning.kind, str(meaning.gtin), meaning.problems) == (kind, gtin, ())


@pytest.mark.parametrize(
    "text",
    [
        "006901234567890121",
        "00006901234567890121",
        "(00)006901234567890121",
        "]C100006901234567890121",
    ],
)
def test_a_logistics_unit(text: str) -> None:
    """A pallet's number with or without its identifier."""
    meaning = read(text)
    assert (meaning.kind, str(meaning.sscc)) == (Kind.SSCC, "006901234567890121")


def test_a_pallet_label_with_content() -> None:
    """(02) and (37) stand with (00)."""
    meaning = read("(00)006901234567890121(02)16901234567899(37)48(10)A1")
    assert (str(meaning.content_gtin), meaning.count, meaning.lot) == ("16901234567899", 48, "A1")
    assert meaning.problems == ()


def test_a_shop_number_stays_in_its_shop() -> None:
    """A variable-weight number is no trade item; its parts are told."""
    meaning = read("2112345012346")
    assert meaning.kind is Kind.IN_STORE
    assert meaning.gtin is None
    assert meaning.in_store is not None
    assert (meaning.in_store.prefix, meaning.in_store.item, meaning.in_store.measure) == (
        "21",
        "12345",
        1234,
    )
    short = read("2001234" + gs1_check_digit("2001234")).in_store
    assert short is not None
    assert (short.prefix, short.item, short.measure) == ("2", "001234", None)


@pytest.mark.parametrize(
    ("text", "hosts", "kind", "own_id"),
    [
        ("https://trace.example.cn/s/Ab-9_", ("trace.example.cn",), Kind.OWN_SIGN, "Ab-9_"),
        ("HTTP://Trace.Example.cn:8080/s/7/", ("trace.example.cn",), Kind.OWN_SIGN, "7"),
        ("http://127.0.0.1:8000/s/7", ("127.0.0.1:8000",), Kind.OWN_SIGN, "7"),
        ("/trace/" + "a" * 24, ("trace.example.cn",), Kind.OWN_TRACE, "a" * 24),
        ("https://any.cn/trace/" + "B" * 24, (), Kind.OWN_TRACE, "B" * 24),
        ("https://other.cn/s/7", ("trace.example.cn",), Kind.UNKNOWN_TEXT, None),
        ("https://any.cn/trace/short", (), Kind.UNKNOWN_TEXT, None),
    ],
)
def test_our_own_signs_and_trace_pages(
    text: str, hosts: tuple[str, ...], kind: Kind, own_id: str | None
) -> None:
    """Only addresses of our hosts are ours."""
    meaning = read(text, own_hosts=hosts)
    assert (meaning.kind, meaning.own_id) == (kind, own_id)


@pytest.mark.parametrize(
    ("digits", "today", "day"),
    [
        ("210513", date(2022, 3, 1), date(2021, 5, 13)),
        ("240200", date(2022, 3, 1), date(2024, 2, 29)),
        ("210200", date(2022, 3, 1), date(2021, 2, 28)),
        ("720101", date(2022, 3, 1), date(2072, 1, 1)),
        ("730101", date(2022, 3, 1), date(1973, 1, 1)),
        ("990101", date(2022, 3, 1), date(1999, 1, 1)),
        ("100101", date(2060, 3, 1), date(2110, 1, 1)),
        ("110101", date(2060, 3, 1), date(2011, 1, 1)),
    ],
)
def test_dates_and_their_century(digits: str, today: date, day: date) -> None:
    """51 years ahead is the last century, 50 back the next; day 00 is the month's last."""
    assert read_date(digits, today=today) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(01)06901234567892(11)220228(17)220227", ["codes.expires_before_production"]),
        ("(01)06901234567892(11)220303", ["codes.produced_in_future"]),
        ("(01)06901234567892(11)220302", []),
        ("(01)06901234567892(17)220230", ["codes.date_impossible"]),
        ("(01)06901234567892(7006)220200", ["codes.date_impossible"]),
        ("(01)06901234567892(7003)2202282500", ["codes.date_impossible"]),
        ("(10)LOT7A", ["codes.element_missing"]),
        ("(02)06901234567892", ["codes.element_missing"]),
        ("(01)06901234567892(37)5", ["codes.element_excluded"] * 2 + ["codes.element_missing"]),
        ("(01)06901234567892(3103)001500(3102)000150", ["codes.element_repeated"]),
        ("(01)06901234567892(10)A(10)B", ["codes.element_repeated"]),
        ("(01)06901234567892(10)A(10)A", []),
        ("(01)06901234567892(21)7(235)X", ["codes.element_excluded"] * 2),
        ("(01)06901234567893", ["identifiers.gtin_check_digit"]),
        ("(01)06901234567892(414)6901234000005", ["identifiers.gln_check_digit"]),
        ("(01)06901234567892(422)15", ["codes.element_unreadable"]),
        ("(01)06901234567892(10)" + "A" * 21, ["codes.element_unreadable"]),
        ("]C10106901234567892XX1", ["codes.unknown_element"]),
    ],
)
def test_what_does_not_fit_is_named(text: str, expected: list[str]) -> None:
    """Each wrong thing has its own name, and any of them refuses the scan."""
    meaning = read(text)
    assert codes(meaning) == expected
    assert meaning.is_refused is bool(expected)


def test_values_of_the_food_trade() -> None:
    """Times, harvest days, counts, origin and places."""
    meaning = read(
        "(01)96901234567895(8008)22022807(7007)220101220131(30)12(422)156"
        "(414)6901234000009(7006)220115(7003)2203011200(7030)156ABC(22)V1"
        "(13)220227(15)220401(16)220331"
    )
    assert [element.ai for element in meaning.elements if element.parsed is None] == []
    assert meaning.produced_on == date(2022, 2, 28)
    assert meaning.expires_on == date(2022, 3, 1)
    assert (meaning.packed_on, meaning.best_before) == (date(2022, 2, 27), date(2022, 4, 1))
    assert (meaning.sell_by, meaning.variant) == (date(2022, 3, 31), "V1")
    assert (meaning.count, str(meaning.gln)) == (12, "6901234000009")
    assert meaning.elements[2].parsed == (date(2022, 1, 1), date(2022, 1, 31))


def test_a_missing_separator_is_put_back_where_only_one_reading_fits() -> None:
    """A lot of 20 characters cannot hold the serial number that follows it."""
    meaning = read("]C10106901234567892" + "10ABCDEFGHIJKLMNOPQRST" + "3103001500")
    assert meaning.lot == "ABCDEFGHIJKLMNOPQRST"
    assert meaning.net_weight == Decimal("1.500")
    assert codes(meaning) == ["codes.separator_missing"]
    assert not meaning.is_refused


@pytest.mark.parametrize(
    "tail", ["A" * 21 + "3103001500", "ABCDEFGHIJKLMNOPQRSTXX", "ABCDEFGHIJKLMNOPQRST31030015"]
)
def test_a_lot_too_long_that_no_separator_mends_is_unreadable(tail: str) -> None:
    """Nothing is guessed where no reading is whole."""
    assert codes(read("]C1010690123456789210" + tail))[-1] == "codes.element_unreadable"


def test_a_missing_separator_before_several_elements() -> None:
    """The rest may hold fixed elements and one of varying length at the end."""
    meaning = read("]C101069012345678923012" + "21ABCDEFGHIJKLMNOPQRST" + "1721051310L7")
    assert (meaning.count, meaning.serial, meaning.lot) == (12, "ABCDEFGHIJKLMNOPQRST", "L7")


def test_a_lot_that_ends_in_a_date_is_remarked() -> None:
    """By the standard it is one lot; the other reading is offered, not taken."""
    meaning = read("]C1010690123456789210LOT7A17210513")
    assert meaning.lot == "LOT7A17210513"
    assert meaning.problems[0].params["perhaps"] == "LOT7A"
    assert not meaning.is_refused


def test_a_chinese_lot_in_a_link_is_read_with_a_remark() -> None:
    """Such lots exist; GS1 does not allow them in an element string."""
    meaning = read("https://a.cn/01/06901234567892/10/%E7%94%B2%2F7")
    assert meaning.lot == "甲/7"
    assert codes(meaning) == ["codes.character_not_allowed"]
    assert not meaning.is_refused


def test_qualifiers_out_of_order_are_read_with_a_remark() -> None:
    """Serial before lot is a printing error, not a different thing."""
    meaning = read("https://a.cn/01/06901234567892/21/S/10/L")
    assert (meaning.lot, meaning.serial) == ("L", "S")
    assert codes(meaning) == ["codes.qualifier_order"]


def test_books_are_remarked() -> None:
    """A book has a valid number and is no food."""
    assert codes(read("9787111111115")) == ["codes.not_food"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "codes.unknown_text"),
        ("hello", "codes.unknown_text"),
        ("(99", "codes.unknown_text"),
        ("https://example.org/about", "codes.unknown_text"),
        ("http://[", "codes.unknown_text"),
        ("02 592 123 4567 1234x", "codes.unknown_text"),
        ("https://a.cn/01/06901234567892/99/x", "codes.unknown_text"),
        ("6901234567893", "identifiers.gtin_check_digit"),
        ("006901234567890122", "identifiers.sscc_check_digit"),
        ("0106901234567893", "identifiers.gtin_check_digit"),
        ("]C1", "codes.unknown_text"),
        ("]C1XX", "codes.unknown_element"),
        ("1" * 8000, "codes.text_too_long"),
    ],
)
def test_junk_is_unknown_by_name(text: str, code: str) -> None:
    """Nothing is raised; the first problem says why."""
    meaning = read(text)
    assert (meaning.kind, codes(meaning)[0]) == (Kind.UNKNOWN_TEXT, code)
    assert meaning.is_refused


@given(st.text(max_size=120))
def test_no_text_ever_raises(text: str) -> None:
    """Whatever is scanned has a meaning that can be sent as JSON."""
    json.dumps(describe(read(text)))


@given(
    st.text(alphabet=f"0123456789()]dCQ3{GS}/:.?=%&AB", max_size=80),
    st.sampled_from(["]C1", "https://a.cn/01/", "(01)", "01"]),
)
def test_no_code_like_text_ever_raises(text: str, head: str) -> None:
    """Closer to codes than chance would come."""
    json.dumps(describe(read(head + text)))


def test_the_json_of_a_meaning() -> None:
    """The shape the API promises."""
    data = queries.described(
        "(01)06901234567892(17)210513(10)LOT7A(3103)001500", today=TODAY, language="en"
    )
    assert data["kind"] == "element_string"
    assert data["gtin"] == "06901234567892"
    assert data["gtin_spelled"] == "6901234567892"
    assert data["elements"][1] == {
        "ai": "17",
        "title": "Use by or expiry",
        "value": "210513",
        "parsed": "2021-05-13",
        "unit": None,
    }
    assert data["elements"][3]["parsed"] == "1.500"
    assert data["elements"][3]["unit"] == "KGM"
    assert (data["problems"], data["refused"], data["in_store"]) == ([], False, None)
    in_store = queries.described("2112345012346", today=TODAY)["in_store"]
    assert in_store == {"digits": "2112345012346", "prefix": "21", "item": "12345", "measure": 1234}
    problems = queries.described("(01)06901234567892(11)220303", today=TODAY)["problems"]
    assert problems == [
        {
            "code": "codes.produced_in_future",
            "params": {"produced_on": "2022-03-03", "today": "2022-03-01"},
            "refuses": True,
        }
    ]
    harvest = queries.described("(01)06901234567892(7007)220101", today=TODAY)
    assert harvest["elements"][1]["parsed"] == ["2022-01-01"]
    assert harvest["elements"][1]["title"] == "收获日期"
