"""What is written is read back: element strings, brackets and links; and the table's agreement."""

from __future__ import annotations

import csv
from datetime import date
from itertools import pairwise

import biip
import pytest
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.identifiers.checks import gs1_check_digit
from scanner.codes import errors, queries
from scanner.codes.rules import bracketed, digital_link, element_string, meaning_of
from scanner.codes.rules.table import LIST, compiled, identifiers

TODAY = date(2022, 3, 1)
INVARIANT = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
SIMPLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

gtins = (
    st.text(alphabet=DIGITS, min_size=12, max_size=12)
    .filter(int)
    .map(lambda body: "0" + body + gs1_check_digit("0" + body))
)
dates = st.dates(date(1980, 1, 1), date(2060, 1, 1)).map(lambda day: day.strftime("%y%m%d"))
texts = st.text(alphabet=INVARIANT, min_size=1, max_size=20)


def labels(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Labels of one trade item with any of the elements of the food trade, in any order."""
    optional = {
        "10": text,
        "21": text,
        "17": dates,
        "15": dates,
        "3103": st.text(alphabet=DIGITS, min_size=6, max_size=6),
        "30": st.text(alphabet=DIGITS, min_size=1, max_size=8),
        "422": st.just("156"),
        "7030": text.map(lambda value: "156" + value),
        "400": text,
    }
    rest = st.fixed_dictionaries({}, optional=optional)
    return st.tuples(gtins, rest.flatmap(lambda found: st.permutations(list(found.items())))).map(
        lambda both: [("01", both[0]), *both[1]]
    )


@given(
    labels(texts).filter(
        lambda pairs: not any(mark in value for _, value in pairs for mark in ("<GS>", "[", "{"))
    )
)
def test_elements_to_element_string_and_back(pairs: list[tuple[str, str]]) -> None:
    """Every label comes back as it was written, whatever its lots hold."""
    meaning = meaning_of("]C1" + element_string(pairs), today=TODAY)
    assert [(element.ai, element.value) for element in meaning.elements] == pairs
    assert all(element.parsed is not None for element in meaning.elements)
    assert not meaning.is_refused


@given(labels(texts))
def test_elements_to_link_and_back(pairs: list[tuple[str, str]]) -> None:
    """Slashes, questions and percents in a lot survive the address."""
    meaning = meaning_of(digital_link(pairs, base="https://id.example.org/"), today=TODAY)
    assert {(element.ai, element.value) for element in meaning.elements} == set(pairs)
    assert not meaning.is_refused  # a number of a magazine is remarked upon


@given(labels(st.text(alphabet=SIMPLE, min_size=1, max_size=20)))
def test_elements_to_brackets_and_back(pairs: list[tuple[str, str]]) -> None:
    """The line under a symbol can be typed in again."""
    meaning = meaning_of(bracketed(pairs), today=TODAY)
    assert [(element.ai, element.value) for element in meaning.elements] == pairs


@given(labels(st.text(alphabet=SIMPLE, min_size=1, max_size=20)))
def test_biip_reads_what_we_write(pairs: list[tuple[str, str]]) -> None:
    """Another reader of the same standard finds the same elements."""
    message = biip.parse("]C1" + element_string(pairs)).gs1_message
    assert message is not None
    assert [(found.ai.ai, found.value) for found in message.element_strings] == pairs


@pytest.mark.parametrize("text", ["甲" * 20, "批次/7", "..", "a b", "%2F"])
def test_a_link_carries_any_lot(text: str) -> None:
    """Chinese lots and awkward signs go through an address unharmed."""
    link = digital_link([("01", "6901234567892"), ("10", text)], base="https://a.cn")
    assert meaning_of(link, today=TODAY).lot == text


def test_qualifiers_and_query_stand_in_their_order() -> None:
    """The key first, 22 before 10 before 21, everything else in the query."""
    pairs = [("17", "210513"), ("21", "S"), ("10", "L/1"), ("22", "V"), ("01", "06901234567892")]
    assert digital_link(pairs, base="https://id.example.org") == (
        "https://id.example.org/01/06901234567892/22/V/10/L%2F1/21/S?17=210513"
    )
    for key, value in [("00", "006901234567890121"), ("417", "6901234000009")]:
        assert digital_link([(key, value)], base="https://a.cn") == f"https://a.cn/{key}/{value}"
    place = digital_link([("254", "7"), ("414", "6901234000009")], base="https://a.cn")
    assert place == "https://a.cn/414/6901234000009/254/7"
    assert str(meaning_of(place, today=TODAY).gln) == "6901234000009"


def test_what_cannot_be_written_is_refused_by_name() -> None:
    """A symbol that could not be read back is not printed."""
    with pytest.raises(errors.NoLinkKey):
        digital_link([("10", "A")], base="https://a.cn")
    with pytest.raises(errors.CharacterNotAllowed):
        element_string([("01", "06901234567892"), ("10", "批")])
    with pytest.raises(errors.UnknownElement):
        element_string([("05", "1")])
    with pytest.raises(errors.ElementUnreadable):
        bracketed([("01", "123")])


def test_the_separator_stands_only_where_it_is_needed() -> None:
    """After a value of varying length, unless it is the last."""
    pairs = [("01", "06901234567892"), ("10", "A"), ("17", "210513"), ("21", "B")]
    assert element_string(pairs) == "010690123456789210A\x1d1721051321B"


def test_our_list_agrees_with_biip() -> None:
    """Formats and separators of our list are those another reader knows."""
    with LIST.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 55
    for row in rows:
        item = GS1ApplicationIdentifier.extract(row["ai"].replace("n", "0"))
        assert item.format.partition("+")[2] == row["format"], row["ai"]
        assert item.separator_required is (row["fixed"] == "no"), row["ai"]
        assert row["title_zh"]
        assert row["title_en"]
        assert row["source"]


def test_every_assigned_identifier_is_known_and_none_begins_another() -> None:
    """The rest of the standard comes from biip, so no scan stops at a rare element."""
    numbers = sorted(identifiers())
    assert len(numbers) >= 500
    for one, following in pairwise(numbers):
        assert not following.startswith(one)
    assert identifiers()["3922"].decimals == 2
    assert identifiers()["8110"].longest >= 70
    assert meaning_of("(01)06901234567892(3922)1250", today=TODAY).elements[1].parsed is not None


def test_formats_become_patterns() -> None:
    """The little language of formats."""
    pattern, longest = compiled("N3[+X..9]")
    assert longest == 12
    assert [bool(pattern.fullmatch(text)) for text in ("156", "156AB", "15", "156" + "A" * 10)] == [
        True,
        True,
        False,
        False,
    ]


def test_pairs_of_a_text_are_whole_or_none() -> None:
    """A symbol is drawn from all of a text or not at all."""
    pairs = (("01", "06901234567892"), ("10", "A"))
    assert queries.pairs_of("(01)06901234567892(10)A") == pairs
    assert queries.pairs_of("010690123456789210A") == pairs
    assert queries.pairs_of("hello") == ()
