"""Foods and lots by the thousand: found or opened, in the order given, once."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support.filings import an_operator

from ledger.products.services import Said, settle_lots, settle_products

MILK, TOFU, PLAIN = "06901234567892", "06938000000017", "06938000000024"


def stored(uow):
    return {
        row.gtin: row for row in uow.session.execute(text("SELECT * FROM product WHERE gtin <> ''"))
    }


def test_foods_are_opened_with_what_is_said_of_them_and_found_afterwards(uow):
    maker = an_operator(uow, 1)
    said = {
        TOFU: Said(name="白鹭 老豆腐", category="2501", shelf_life="3 month", producer_id=maker),
        PLAIN: Said(),
    }
    first = settle_products(uow, said)
    assert settle_products(uow, {**said, MILK: Said(name="鲜牛奶")}).items() >= first.items()
    found = stored(uow)
    assert {gtin: row.id for gtin, row in found.items() if gtin != MILK} == first
    tofu, plain = found[TOFU], found[PLAIN]
    assert (tofu.name, tofu.name_key, tofu.category) == ("白鹭 老豆腐", "白鹭老豆腐", "2501")
    assert (tofu.spec, tofu.shelf_life, tofu.producer_id) == ("", "3 month", maker)
    assert "老豆" in tofu.bigrams
    assert not tofu.confirmed
    assert (plain.name, plain.producer_id, plain.shelf_life) == (PLAIN, None, "")


def test_a_food_that_is_a_case_answers_with_what_it_holds(uow):
    ids = settle_products(uow, {TOFU: Said(name="豆腐"), PLAIN: Said(name="一箱豆腐")})
    uow.session.execute(
        text("UPDATE product SET base_id = :base, contains = 12 WHERE id = :case"),
        {"base": ids[TOFU], "case": ids[PLAIN]},
    )
    assert settle_products(uow, {PLAIN: Said(name="一箱豆腐")}) == {PLAIN: ids[TOFU]}


@pytest.mark.parametrize("again", [1, 2])
def test_lots_are_numbered_in_the_order_given_and_opened_once(uow, again):
    maker = an_operator(uow, 1)
    food = settle_products(uow, {TOFU: Said(name="豆腐")})[TOFU]
    asked = ([food] * 3, [maker] * 3, ["C3", "C1", "C2"])
    found = [settle_lots(uow, *asked).tolist() for _ in range(again)]
    assert found[0] == sorted(found[0])
    assert found == [found[0]] * again
    both = settle_lots(uow, [food] * 2, [maker] * 2, ["C4", "C1"]).tolist()
    assert both[1] == found[0][1]
    assert both[0] > max(found[0])
