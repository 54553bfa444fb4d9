"""The decisions of food grading as tables of cases."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credit.grading.rules.adjusting import Grounds, adjusted
from app.credit.grading.rules.book import Book, Limits, failed_items, shares
from app.credit.grading.rules.tables import categories, flags, grounds, profiles, visits_of
from app.credit.grading.rules.tiers import (
    NEW_GRADES,
    category_of_licence,
    tier_of_catering,
    tier_of_points,
    tier_of_sales,
    tier_of_scope,
)
from app.credit.grading.rules.together import Standing, TradeGrade, of_points, of_scope, together
from app.credit.grading.terms import Basis, BookItem, Grade, Suggestion, Tier, Trade

A, B, C, D = Grade


@pytest.mark.parametrize(
    ("was", "said", "after"),
    [
        (B, Grounds(flags=[2]), C),  # B with one failed provincial sampling
        (C, Grounds(flags=[4]), D),  # C with an accident
        (B, Grounds(grounds="a"), A),  # B, three clean years
        (B, Grounds(flags=[6], grounds="b"), C),  # HACCP and a refusal
        (A, Grounds(flags=[4]), C),  # an accident is two steps
        (A, Grounds(flags=[1, 3]), C),  # two or more are two steps
        (A, Grounds(flags=[1, 2, 3, 5, 6, 7]), C),
        (D, Grounds(flags=[1]), D),
        (A, Grounds(grounds="abcd"), A),
        (C, Grounds(grounds="ab"), B),  # one step, however many
        (B, Grounds(grounds="b", special_food=True), B),  # its plain duty
        (B, Grounds(grounds="bc", special_food=True), A),
        (A, Grounds(seriously_unlawful=True), D),
        (B, Grounds(seriously_unlawful=True, grounds="a"), D),
        (B, Grounds(), B),
    ],
)
def test_next_years_grade(was: Grade, said: Grounds, after: Grade) -> None:
    """Every cause alone and together."""
    assert adjusted(was, said).next is after


@given(
    st.sampled_from(Grade),
    st.sets(st.integers(1, 7)),
    st.sets(st.sampled_from("abcd")),
    st.booleans(),
)
def test_a_flag_never_lowers_and_nothing_leaves_the_scale(
    was: Grade, raised: set[int], lowered: set[str], serious: bool
) -> None:
    """What is said to raise risk never lowers it, two steps are the most but for the list."""
    made = adjusted(was, Grounds(flags=raised, grounds=lowered, seriously_unlawful=serious))
    place = list(Grade).index
    if serious:
        assert made.next is D
    elif raised:
        assert 0 <= place(made.next) - place(was) <= 2
    else:
        assert -1 <= place(made.next) - place(was) <= 0
    moved = place(made.next) - place(was)
    ways = {Suggestion.UP: moved > 0, Suggestion.SAME: moved == 0, Suggestion.DOWN: moved < 0}
    assert ways[made.suggestion]


def test_the_seven_flags_and_four_grounds_are_there_with_clause_and_mark() -> None:
    """The fields of the official form."""
    assert [one.code for one in flags()] == list("1234567")
    assert [one.code for one in grounds()] == list("abcd")
    assert all(one.clause and one.mark and one.zh and one.en for one in (*flags(), *grounds()))
    assert next(one for one in grounds() if one.code == "a").clean


def test_the_thirty_two_categories_have_tiers_that_follow_from_their_scores() -> None:
    """01 to 32, to 15 I, to 20 II, to 25 III, above IV; 27 has a table of its own."""
    known = categories()
    assert {code for code in known if len(code) == 2} == {f"{it:02d}" for it in range(1, 33)}
    for one in known.values():
        assert one.score is None or tier_of_points(one.score) is one.tier, one.code
    assert known["27"].score is None
    assert (known["01"].score, known["0104"].score, known["05"].score) == (13_500, 14_000, 32_000)
    assert (known["3201"].tier, known["3203"].tier) == (Tier.II, Tier.III)


@pytest.mark.parametrize(
    ("profile", "visits"),
    [
        ("2016", [(1, 1, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1)]),
        ("jingmen", [(1, 0, 1), (1, 0, 1), (2, 0, 1), (3, 0, 1)]),
        ("anhui", [(1, 1, 2), (1, 1, 1), (2, 2, 1), (3, 3, 1)]),
        ("2022", [(1, 1, 2), (1, 1, 1), (1, 2, 1), (2, 3, 1)]),
        ("unheard of", [(1, 1, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1)]),
    ],
)
def test_visits_by_profile(profile: str, visits: list[tuple[int, int, int]]) -> None:
    """The published frequencies, the national one where none is known."""
    found = [visits_of(grade, profile) for grade in Grade]
    assert [(one.least, one.most, one.years) for one in found] == visits
    assert profiles()["2022"].draft


@pytest.mark.parametrize(
    ("number", "category"),
    [
        ("SC10535020300017", "05"),
        ("SC12435021100028", "24"),
        ("SC10136048100013", "01"),
        ("SC20135020500036", "3201"),
        ("SC20335020500036", "3203"),
        ("SC13235020300017", ""),
        ("JY13502030001236", ""),
        ("SC105", ""),
    ],
)
def test_a_production_licence_names_its_main_category(number: str, category: str) -> None:
    """Digits 1 to 3."""
    assert category_of_licence(number) == category


def test_new_operators_begin_by_tier() -> None:
    """I A, II B, III C, IV D."""
    assert [NEW_GRADES[tier] for tier in Tier] == list(Grade)
    assert tier_of_sales({"area", "prepack_ambient", "suppliers"}) is Tier.I
    assert tier_of_sales({"bulk_ambient"}) is Tier.II
    assert tier_of_sales({"bulk_ambient", "prepack_frozen"}) is Tier.III
    assert tier_of_catering({"area", "drinks"}) is Tier.I
    assert tier_of_catering({"hot"}) is Tier.II
    assert tier_of_catering({"hot", "raw"}) is Tier.III
    assert tier_of_catering({"hot", "meals"}) is Tier.IV
    assert tier_of_catering({"hot", "large"}) is Tier.IV
    assert tier_of_scope(["预包装食品销售"]) is Tier.I
    assert tier_of_scope(["散装食品销售", "预包装食品销售（含冷藏冷冻）"]) is Tier.III
    assert tier_of_scope(["热食类食品制售", "学校食堂"]) is Tier.IV
    assert tier_of_scope([]) is None


def _trade(trade: Trade, grade: Grade, total: int) -> TradeGrade:
    return TradeGrade(trade, grade, Basis.POINTS, total, 0, total)


def test_of_several_trades_the_riskiest_counts() -> None:
    """The list and last year's confirmation stand above the points."""
    sells, cooks = _trade(Trade.SALES, B, 31_000), _trade(Trade.CATERING, C, 46_000)
    assert together([sells, cooks]).chosen is cooks
    assert together([cooks, sells]).grade is C
    assert together([sells], Standing(serious=True))[1:] == (D, Basis.LIST)
    assert together([cooks], Standing(confirmed=A))[1:] == (A, Basis.CONFIRMED)
    assert together([cooks], Standing(serious=True, confirmed=A)).grade is D
    assert together([_trade(Trade.SALES, B, 40_000), sells]).chosen.total == 40_000


def test_a_new_operator_is_graded_by_its_static_points_alone() -> None:
    """And who has no table filled in by its licence."""
    scored = TradeGrade(Trade.SALES, B, Basis.POINTS, 15_500, 30_000, 45_500)
    new = of_points(scored, Tier.III)
    assert (new.grade, new.basis, new.dynamic, new.total) == (C, Basis.TIER, -1, 15_500)
    assert of_points(scored, None) is scored
    assert of_scope(Trade.SALES, Tier.I)[1:6] == (A, Basis.UNFILLED, -1, -1, -1)


LIMITS = Limits(unanswered=20, late=20)


@pytest.mark.parametrize(
    ("book", "trade", "said"),
    [
        (Book(), Trade.SALES, ""),
        (Book(licence=True), Trade.SALES, "qualification=0/3"),
        (Book(licence=False), Trade.CATERING, "qualification=3/3"),
        (Book(None, 10, 1, 0, 0, 0), Trade.SALES, "purchase=0/3,recall=0/3"),
        (Book(None, 10, 2, 10, 2, 0), Trade.SALES, "purchase=4/4,recall=0/3"),
        (Book(None, 10, 2, 10, 0, 1), Trade.CATERING, "materials=6/7"),
        (Book(None, 0, 0, 10, 2, 0), Trade.PRODUCTION, "nonconforming=0/3,records=1/1"),
        (Book(None, 0, 0, 0, 0, 2), Trade.HEALTH, "nonconforming=3/3"),
    ],
)
def test_the_ledger_checks_its_own_items(book: Book, trade: Trade, said: str) -> None:
    """What does not apply is left out; a share at the limit has failed."""
    assert shares(failed_items(book, LIMITS), trade) == said


def test_every_trade_has_a_place_for_every_item_of_the_ledger() -> None:
    """No operator's book is asked about something its table has no group for."""
    for trade, item in product(Trade, BookItem):
        assert shares({item: True}, trade)
