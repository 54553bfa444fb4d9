"""Products: are shelf life, keys and packs decided rightly?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.named import a_gtin

from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products import errors, rules
from ledger.products.rules import ProductKey, Source
from ledger.products.terms import LotNamed, ShelfLife, ShelfLifeUnit


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12个月", "12 month"),
        ("１２ 个月", "12 month"),
        ("12月", "12 month"),
        ("365天", "365 day"),
        ("45 日", "45 day"),
        ("2年", "2 year"),
        ("18个月(常温)", "18 month"),
        ("12 month", "12 month"),
        ("45 day", "45 day"),
        ("2 years", "2 year"),
        ("长期", ""),
        ("无", ""),
        ("", ""),
        (" ", ""),
    ],
)
def test_a_shelf_life_is_read(text, read):
    assert str(rules.parse_shelf_life(text) or "") == read


@pytest.mark.parametrize(
    "text", ["很久", "0天", "2022-05-01", "9999999天", "101年", "2022年5月1日"]
)
def test_a_shelf_life_that_is_none_is_refused(text):
    with pytest.raises(errors.ShelfLifeUnreadable):
        rules.parse_shelf_life(text)


@pytest.mark.parametrize(
    ("produced", "shelf_life", "expires", "half_a_year_on"),
    [  # the vectors of the retention rule: food law, records kept to expiry and six months more
        ("2020-05-13", "12个月", "2021-05-13", "2021-11-13"),
        ("2020-08-31", "6个月", "2021-02-28", "2021-08-28"),
        ("2024-02-29", "12个月", "2025-02-28", "2025-08-28"),
        ("2024-02-29", "1年", "2025-02-28", "2025-08-28"),
        ("2020-05-13", "45天", "2020-06-27", "2020-12-27"),
        ("2020-12-31", "2个月", "2021-02-28", "2021-08-28"),
    ],
)
def test_when_food_expires(produced, shelf_life, expires, half_a_year_on):
    read = rules.parse_shelf_life(shelf_life)
    found = rules.expiry(date.fromisoformat(produced), read)
    assert (found.isoformat(), rules.months_later(found, 6).isoformat()) == (
        expires,
        half_a_year_on,
    )


@pytest.mark.parametrize(
    ("produced", "life", "expires"),
    [
        ("2026-05-01", ShelfLife(12, ShelfLifeUnit.MONTH), "2027-05-01"),
        ("2026-05-01T08:00:00+08:00", ShelfLife(1, ShelfLifeUnit.DAY), "2026-05-02"),
        ("2026-05", ShelfLife(12, ShelfLifeUnit.MONTH), ""),
        ("2026-05-01", None, ""),
        ("2026-05-01", ShelfLife(100, ShelfLifeUnit.YEAR), ""),
    ],
)
def test_a_lot_expires_only_where_its_day_is_known(produced, life, expires):
    assert str(rules.expiry_moment(parse_moment(produced), life)) == expires


@pytest.mark.parametrize(
    ("first", "stated", "apart"),
    [
        ("2026-05-01", "2026-05-01", False),
        ("2026-05-01", "2026-05-02", True),
        ("2026-05", "2026-05-02", False),
        ("2026-05", "2026-06-02", True),
        ("2026-06-02", "2026-05", True),
    ],
)
def test_two_dates_disagree_only_where_neither_can_be_the_other(first, stated, apart):
    assert rules.disagree(parse_moment(first), parse_moment(stated)) is apart
    assert not rules.disagree(parse_moment(first), UNKNOWN)


SHOP = Source(supplier_id=7, document="ck-77 ", at=parse_moment("2026-05-03T09:00:00+08:00"))
NO_PAPER = Source(supplier_id=7, document="", at=parse_moment("2026-05-03"))


@pytest.mark.parametrize(
    ("said", "agricultural", "source", "key"),
    [
        ({"lot": "L240501"}, False, SHOP, "L:L240501"),
        ({"lot": " l２４０５ 01 "}, False, SHOP, "L:L240501"),
        ({"lot": "a\u200b-1\x00"}, False, SHOP, "L:A-1"),
        ({"lot": "A-1", "produced_on": parse_moment("2026-05-01")}, False, SHOP, "L:A-1"),
        ({"produced_on": parse_moment("2026-05-01")}, False, SHOP, "D:2026-05-01"),
        ({"produced_on": parse_moment("2026-05-01T10:00")}, False, SHOP, "D:2026-05-01"),
        ({"produced_on": parse_moment("2026-05")}, False, SHOP, "D:2026-05"),
        ({}, True, SHOP, "S:7#ck-77"),
        ({}, True, NO_PAPER, "S:7@2026-05-03"),
    ],
)
def test_what_a_lot_is_recognised_by(said, agricultural, source, key):
    assert rules.lot_key(LotNamed(**said), agricultural=agricultural, source=source) == key


def test_a_lot_that_nothing_tells_apart_is_refused():
    with pytest.raises(errors.LotMissing):
        rules.lot_key(LotNamed(), agricultural=False, source=SHOP)
    with pytest.raises(errors.LotMissing):
        rules.lot_key(
            LotNamed(),
            agricultural=True,
            source=Source(supplier_id=7, document="", at=parse_moment("2026-05")),
        )
    with pytest.raises(errors.LotUnreadable):
        rules.fold_lot("x" * 51)
    with pytest.raises(errors.LotUnreadable):
        rules.fold_lot("锟" * 51)


@pytest.mark.parametrize(
    ("said", "category", "may"),
    [
        ({"product": "青菜"}, "", True),
        ({"product": "青菜"}, "蔬菜", True),
        ({"product": "青菜"}, "食用农产品", True),
        ({"product": "猪肉"}, "畜禽肉", True),
        ({"product": "蛋糕"}, "糕点", False),
        ({"product": "蛋糕", "shelf_life": "3天"}, "", False),
        ({"gtin": "6901234567892"}, "", False),
        ({"gtin": "6901234567892"}, "水果", True),
        ({"product": "x", "expires_on": parse_moment("2026-05-01")}, "", False),
    ],
)
def test_what_can_be_farm_produce(said, category, may):
    assert rules.may_be_agricultural(LotNamed(**said), category) is may


@pytest.mark.parametrize(
    ("gtin", "in_store", "key"),
    [
        ("6901234567892", "", ProductKey(gtin="06901234567892")),
        (" 690-1234-5678-92", "x", ProductKey(gtin="06901234567892")),
        ("16901234567899", "", ProductKey(gtin="16901234567899")),
        ("2000000000015", "", ProductKey(in_store="2000000000015", scope_id=7)),
        ("", "Ａ-12", ProductKey(in_store="a-12", scope_id=7)),
        ("", "", None),
    ],
)
def test_what_numbered_goods_are_recognised_by(gtin, in_store, key):
    assert rules.code_of(gtin, in_store, 7) == key


@pytest.mark.parametrize(
    ("gtin", "code"),
    [
        ("6901234567890", "identifiers.gtin_check_digit"),
        ("12", "identifiers.gtin_unreadable"),
        ("9787115428028", "products.not_food"),
    ],
)
def test_a_number_that_is_no_foods_is_refused(gtin, code):
    with pytest.raises(Refusal) as caught:
        rules.code_of(gtin, "", 7)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "spec", "otherwise"),
    [
        ("纯 牛奶", "", False),
        ("纯牛奶", "２５０ＭＬ", False),
        ("酸奶", "", True),
        ("纯牛奶", "500ml", True),
        ("", "", False),
    ],
)
def test_a_name_differs_by_more_than_spelling(name, spec, otherwise):
    assert rules.says_otherwise("纯牛奶", "250ml", name=name, spec=spec) is otherwise


UNIT, CASE, PALLET, OTHER = a_gtin(1), a_gtin(1, 1), a_gtin(1, 2), a_gtin(2)


def test_packs_within_packs_are_counted_in_the_innermost_unit():
    flat = rules.joined({}, [(PALLET, CASE, Decimal(40)), (CASE, UNIT, Decimal(24))])
    assert flat == {PALLET: (UNIT, Decimal(960)), CASE: (UNIT, Decimal(24))}


def test_the_same_said_at_another_level_is_no_news():
    on_file = {PALLET: (UNIT, Decimal(960)), CASE: (UNIT, Decimal(24))}
    assert rules.joined(on_file, [(PALLET, CASE, Decimal(40))]) == on_file
    assert rules.joined(on_file, [(PALLET, UNIT, Decimal(960))]) == on_file


@pytest.mark.parametrize(
    ("on_file", "declared"),
    [
        ({CASE: (UNIT, Decimal(24))}, [(CASE, UNIT, Decimal(12))]),
        ({CASE: (UNIT, Decimal(24))}, [(CASE, OTHER, Decimal(24))]),
        ({}, [(CASE, UNIT, Decimal(24)), (CASE, UNIT, Decimal(12))]),
        ({PALLET: (UNIT, Decimal(960)), CASE: (UNIT, Decimal(24))}, [(PALLET, CASE, Decimal(5))]),
    ],
)
def test_another_content_of_a_known_pack_is_a_contradiction(on_file, declared):
    with pytest.raises(errors.PackContradicts):
        rules.joined(on_file, declared)


@pytest.mark.parametrize(
    "declared",
    [
        [(CASE, CASE, Decimal(2))],
        [(CASE, UNIT, Decimal(2)), (UNIT, CASE, Decimal(2))],
        [(CASE, UNIT, Decimal(2)), (UNIT, PALLET, Decimal(2)), (PALLET, CASE, Decimal(2))],
    ],
)
def test_a_pack_that_holds_itself_is_refused(declared):
    with pytest.raises(errors.PackCycle):
        rules.joined({}, declared)


@pytest.mark.parametrize("content", ["0", "-1", "1000000001", "0.0000001", "NaN", "Infinity"])
def test_a_content_that_no_pack_has_is_refused(content):
    with pytest.raises(errors.PackContentUnfit):
        rules.joined({}, [(CASE, UNIT, Decimal(content))])


@st.composite
def nested_packs(draw):
    """A tree of packs over units, and an order and grouping in which they become known."""
    size = draw(st.integers(1, 7))
    packs = []
    for at in range(1, size + 1):
        inside = draw(st.integers(0, at - 1))
        packs.append((f"p{at}", f"p{inside}", Decimal(draw(st.integers(1, 12)))))
    order = draw(st.permutations(packs))
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=3)))
    edges = [0, *cuts, size]
    return packs, [order[a:b] for a, b in pairwise(edges)]


@given(nested_packs())
@settings(deadline=None)
def test_the_order_in_which_packs_are_declared_does_not_matter(drawn):
    packs, batches = drawn
    known: dict[str, tuple[str, Decimal]] = {}
    for batch in batches:
        known = rules.joined(known, batch)
    for pack, held, content in packs:
        total, inside = content, held
        while inside != "p0":
            inside, more = next((of, n) for name, of, n in packs if name == inside)
            total *= more
        assert known[pack] == ("p0", total)
    assert rules.joined(known, packs) == known


def test_long_documents_are_told_apart_by_their_hash_and_long_names_refused():
    def key(document):
        source = Source(supplier_id=7, document=document, at=UNKNOWN)
        return rules.lot_key(LotNamed(), agricultural=True, source=source)

    assert key("x" * 5_000) != key("x" * 5_001)
    assert len(key("x" * 5_000)) < 100
    with pytest.raises(errors.TextTooLong):
        rules.clean_text("长" * 201, "name")
    with pytest.raises(errors.TextTooLong):
        rules.code_of("", "x" * 51, 7)
    assert rules.clean_text(" a\u200b\x00b\tc ", "name") == "ab c"
