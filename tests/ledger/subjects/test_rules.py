"""Subjects: are keys, licences and searches decided rightly?"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.named import a_gln, a_registration, a_uscc, an_sc

from ledger.kernel.names import fold_name, pieces, pieces_sought
from ledger.subjects import errors, rules
from ledger.subjects.rules import Sought
from ledger.subjects.terms import Licence, LicenceKind, LicenceNamed, Party, SubjectKind


def paper(kind: str, begins: str | None, ends: str | None, revoked: str | None = None) -> Licence:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return Licence(
        kind=LicenceKind(kind),
        number="1",
        valid_from=day(begins),
        valid_to=day(ends),
        scope=(),
        revoked_on=day(revoked),
        number_checks=True,
    )


@pytest.mark.parametrize(
    ("papers", "kind", "on", "lacks"),
    [
        ([], "production", "2021-05-01", True),
        ([], "farm", "2021-05-01", False),
        ([], "warehouse", "2021-05-01", False),
        ([paper("SC", "2020-01-01", "2024-12-31")], "production", "2021-05-01", False),
        ([paper("SC", "2020-01-01", "2024-12-31")], "production", "2020-01-01", False),
        ([paper("SC", "2020-01-01", "2024-12-31")], "production", "2024-12-31", False),
        ([paper("SC", "2020-01-01", "2024-12-31")], "production", "2019-12-31", True),
        ([paper("SC", "2020-01-01", "2024-12-31")], "production", "2025-01-01", True),
        ([paper("SC", "2020-01-01", "2024-12-31")], "distribution", "2021-05-01", True),
        ([paper("SC", None, None)], "production", "1999-05-01", False),
        ([paper("SC", "2020-01-01", None, "2021-05-01")], "production", "2021-04-30", False),
        ([paper("SC", "2020-01-01", None, "2021-05-01")], "production", "2021-05-01", True),
        ([paper("YB", "2020-01-01", None)], "distribution", "2021-05-01", False),
        ([paper("YB", "2020-01-01", None)], "catering", "2021-05-01", True),
        ([paper("JY", "2020-01-01", None)], "catering", "2021-05-01", False),
        ([paper("LOCAL", "2020-01-01", None)], "catering", "2021-05-01", False),
        ([paper("QS", None, None)], "production", "2018-09-30", False),
        ([paper("QS", None, None)], "production", "2018-10-01", True),
    ],
)
def test_who_lacks_a_licence_on_a_day(papers, kind, on, lacks):
    assert rules.lacks_licence(papers, SubjectKind(kind), date.fromisoformat(on)) is lacks


def test_of_two_licences_in_force_the_longer_one_counts():
    short = paper("JY", "2020-01-01", "2021-12-31")
    long = paper("JY", "2021-06-01", "2026-05-31")
    held = rules.licence_in_force([short, long], SubjectKind.CATERING, date(2021, 7, 1))
    assert held is long


@pytest.mark.parametrize(
    ("kind", "text", "number", "doubts"),
    [
        ("SC", "SC10535020300017", "SC10535020300017", []),
        ("SC", "sc 105 350203 0001 7", "SC10535020300017", []),
        ("SC", "10535020300017", "SC10535020300017", []),
        ("SC", "SC10535020300018", "SC10535020300018", ["identifiers.licence_check_digit"]),
        ("SC", "SC123", "SC123", ["identifiers.licence_unreadable"]),
        ("SC", "JY13502030001236", "JY13502030001236", ["subjects.licence_kind_differs"]),
        ("LOCAL", " 闽厦食坊 字〔2020〕12号 ", "闽厦食坊 字〔2020〕12号", []),
    ],
)
def test_a_licence_number_is_read_and_doubted_but_never_refused(kind, text, number, doubts):
    read = rules.licence_number(LicenceKind(kind), text)
    assert (read.number, [doubt.code for doubt in read.doubts]) == (number, doubts)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("绿野合作社", "13800001234"), ("绿野 合作社", "１３８００００１２３４"), True),
        (("ABC Farm", "x"), ("abcfarm", "X"), True),
        (("绿野（厦门）", ""), ("绿野(厦门)", " "), True),
        (("张三", "1"), ("张三", "2"), False),
        (("张三", ""), ("张三", "1"), False),
        (("张|三", ""), ("张", "三|"), False),
    ],
)
def test_a_party_is_recognised_by_name_and_contact(first, second, same):
    assert (rules.party_key(*first) == rules.party_key(*second)) is same


@given(st.text(), st.text())
def test_folding_a_key_again_changes_nothing(name, contact):
    folded = fold_name(name)
    assert fold_name(folded) == folded
    assert rules.party_key(folded, contact) == rules.party_key(name, fold_name(contact))


@given(st.text(alphabet="厦门鼓浪乳业ab Ａ", min_size=1), st.data())
def test_any_part_of_a_name_is_among_its_pieces(name, data):
    folded = fold_name(name)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    assert set(pieces_sought(folded[start:end])) <= set(pieces(name))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", Sought.NOTHING),
        ("  ", Sought.NOTHING),
        (a_uscc().lower(), Sought.USCC),
        (an_sc(), Sought.LICENCE),
        (a_gln(), Sought.GLN),
        ("鼓浪", Sought.NAME),
        ("123", Sought.NAME),
    ],
)
def test_what_a_search_text_means(text, what):
    assert rules.what_is_sought(text)[0] is what


@pytest.mark.parametrize(
    ("code", "stem"),
    [
        ("350203", "350203"),
        ("350200", "3502"),
        ("350000", "35"),
        ("100000", ""),
        ("360481001", "360481001"),
        ("360481100", "360481100"),
    ],
)
def test_a_division_takes_in_what_lies_below_it(code, stem):
    assert rules.division_stem(code) == stem


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"uscc": "123"}, "identifiers.uscc_unreadable", "uscc"),
        ({"uscc": a_uscc()[:-1] + "%"}, "identifiers.uscc_character", "uscc"),
        ({"uscc": "91350100M000100Y4Z"}, "identifiers.uscc_character", "uscc"),
        ({"name": " 　"}, "subjects.name_missing", "name"),
        ({"name": "长" * 201}, "subjects.text_too_long", "name"),
        ({"kinds": ()}, "subjects.kind_missing", "kinds"),
        ({"division": "3502"}, "identifiers.division_unreadable", "division"),
        ({"gln": "123"}, "identifiers.gln_unreadable", "gln"),
        (
            {"licences": (LicenceNamed(kind=LicenceKind.SC, number=" "),)},
            "subjects.licence_number_missing",
            "licences.0.number",
        ),
        (
            {
                "licences": (
                    LicenceNamed(
                        kind=LicenceKind.SC,
                        number=an_sc(),
                        valid_from=date(2021, 1, 2),
                        valid_to=date(2021, 1, 1),
                    ),
                )
            },
            "subjects.licence_dates_reversed",
            "licences.0.valid_to",
        ),
    ],
)
def test_what_cannot_be_registered(changed, refusal, field):
    with pytest.raises(errors.Invalid) as caught:
        rules.cleaned(a_registration(**changed))
    assert (caught.value.code, caught.value.field) == (refusal, field)


def test_a_party_named_by_nothing_is_refused():
    with pytest.raises(errors.PartyUnnamed):
        rules.named_by(Party(contact="13800001234"))


@pytest.mark.parametrize(
    "changed",
    [{"name": "长" * 201}, {"contact": "1" * 201}, {"address": "x" * 501}, {"country": "x" * 61}],
)
def test_a_party_named_at_more_than_any_length_is_refused(changed):
    with pytest.raises(errors.TextTooLong):
        rules.named_by(Party(**{"name": "甲", **changed}))
