"""Packs declared after they were filed: what is on hand counts as they are declared today."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text
from support.filings import an_operator, dispatch, file, production, receipt
from support.named import a_gtin

from ledger.entries.queries import on_hand
from ledger.entries.services import link_same_goods, pair_day
from ledger.products.queries import countings
from ledger.products.services import add_packs
from ledger.products.terms import Counting, LotNamed, PackNamed

UNIT, CASE, TRAY = a_gtin(70), a_gtin(70, 1), a_gtin(70, 2)


def water(gtin: str) -> LotNamed:
    return LotNamed(gtin=gtin, lot="W", name="水")


def declare(uow, pack=CASE, contains=24):
    packs = add_packs(uow, [PackNamed(gtin=pack, contains=Decimal(contains), of=UNIT)])
    link_same_goods(uow, packs)


def lot_of(uow, gtin):
    found = text("SELECT l.id FROM lot l JOIN product p ON p.id = l.product_id WHERE p.gtin = :g")
    return uow.session.scalar(found, {"g": gtin})


def warned(filed):
    return [it.code for it in filed.warnings if it.rule == "L07"]


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)


@pytest.mark.parametrize(("gtin", "unit"), [(CASE, "EA"), (CASE, "箱"), (UNIT, "箱")])
def test_cases_filed_before_their_content_was_known_are_on_hand_in_pieces(
    uow, dairy, shop, gtin, unit
):
    file(uow, shop, receipt(dairy, lot=water(gtin), quantity="10", unit=unit))
    file(uow, shop, receipt(dairy, lot=water(UNIT), quantity="5", document="D-2"))
    declare(uow)
    base = lot_of(uow, UNIT)
    (held,) = on_hand(uow, shop, [base])[base]
    assert (held.quantity, held.unit) == (245, "EA")
    assert warned(file(uow, shop, dispatch(dairy, lot=water(UNIT), quantity="240"))) == []
    over = file(uow, shop, dispatch(dairy, lot=water(UNIT), quantity="6", document="D-3"))
    assert warned(over) == ["entries.more_out_than_in"]


def test_a_packs_lot_named_by_its_number_lets_go_pieces(uow, dairy, shop):
    file(uow, shop, receipt(dairy, lot=water(CASE), quantity="10", unit="箱"))
    declare(uow)
    pack = LotNamed(lot_id=lot_of(uow, CASE))
    sent = dispatch(dairy, lot=pack, quantity="10", unit="箱")
    assert warned(file(uow, shop, sent)) == []
    base = lot_of(uow, UNIT)
    assert [it.quantity for it in on_hand(uow, shop, [base])[base]] == [0]


def test_cases_of_two_sizes_stay_cases(uow, dairy, shop):
    file(uow, shop, receipt(dairy, lot=water(UNIT), quantity="10", unit="箱"))
    declare(uow)
    declare(uow, TRAY, 12)
    base = lot_of(uow, UNIT)
    assert [it.quantity for it in on_hand(uow, shop, [base])[base]] == [10]


def test_how_lots_count(uow, dairy):
    file(uow, dairy, production(lot=water(CASE)), production(lot=water(UNIT)))
    case, unit = lot_of(uow, CASE), lot_of(uow, UNIT)
    assert countings(uow, [case, unit]) == {}
    declare(uow)
    twenty_four = Decimal(24)
    assert countings(uow, [case, unit]) == {
        case: Counting(contains=twenty_four, case_contains=twenty_four),
        unit: Counting(case_contains=twenty_four),
    }
    assert countings(uow, []) == {}


def test_a_delivery_in_cases_matches_a_receipt_in_pieces(uow, dairy, shop, now):
    file(uow, dairy, dispatch(shop, lot=water(CASE), quantity="10", unit="箱", document="CK-1"))
    declare(uow)
    file(uow, shop, receipt(dairy, lot=water(UNIT), quantity="240", document="CK-1"))
    assert pair_day(uow, shop, now.date()).matched == 1
