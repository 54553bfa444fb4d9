"""Products: opened, named, packed, stopped and found."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select
from support.lots import found, one, pack, wanted
from support.named import a_gtin, a_uscc

from ledger.kernel.actor import Actor, Role
from ledger.kernel.errors import Refusal
from ledger.kernel.model import AuditLine, OutboxFact
from ledger.products import errors, queries, services
from ledger.products.terms import (
    HoldLot,
    OpenProduct,
    PackNamed,
    ProductSearch,
    ReleaseLot,
    SettleClaim,
)
from ledger.subjects.terms import Party

UNIT, CASE, PALLET = a_gtin(1), a_gtin(1, 1), a_gtin(1, 2)


MILK = OpenProduct(gtin=UNIT, name="纯牛奶", spec="250ml", category="乳制品", shelf_life="6个月")


def test_a_product_is_opened_and_the_same_again_changes_nothing(uow):
    product, created = services.open_product(uow, MILK)
    assert created
    assert (product.gtin, product.confirmed, product.shelf_life) == (UNIT, True, "6 month")
    assert services.open_product(uow, MILK) == (product, False)
    assert queries.product_by_gtin(uow, UNIT[1:]) == product
    uow.session.flush()
    assert [it.fact for it in uow.session.scalars(select(OutboxFact))] == ["product.opened"]


def test_a_product_without_a_gtin_is_known_by_name_and_producer(uow, dairy):
    by_name = OpenProduct(product="豆腐 干", producer=Party(uscc=a_uscc(1)))
    product, created = services.open_product(uow, by_name)
    assert (created, product.producer_id, product.name) == (True, dairy, "豆腐 干")
    again = OpenProduct(product="豆腐干", producer=Party(subject_id=dairy))
    assert services.open_product(uow, again)[1] is False


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (OpenProduct(), "products.product_missing"),
        (OpenProduct(product="豆腐"), "products.producer_missing"),
        (OpenProduct(product="豆腐", producer=Party(uscc=a_uscc(9))), "subjects.unknown_uscc"),
        (OpenProduct(gtin=UNIT), "products.name_missing"),
        (OpenProduct(gtin="6901234567890", name="x"), "identifiers.gtin_check_digit"),
        (OpenProduct(gtin="9787115428028", name="x"), "products.not_food"),
        (OpenProduct(gtin=UNIT, name="x", shelf_life="很久"), "products.shelf_life_unreadable"),
        (OpenProduct(gtin="2000000000015", name="x"), "products.producer_missing"),
        (
            OpenProduct(
                gtin=UNIT, name="x", packs=(PackNamed(gtin=CASE, contains=Decimal(0), of=UNIT),)
            ),
            "products.pack_content_unfit",
        ),
        (
            OpenProduct(
                gtin=UNIT,
                name="x",
                packs=(PackNamed(gtin="2000000000015", contains=Decimal(2), of=UNIT),),
            ),
            "products.pack_in_store",
        ),
    ],
)
def test_what_cannot_be_opened(uow, command, code):
    with pytest.raises(Refusal) as caught:
        services.open_product(uow, command)
    assert caught.value.code == code


def test_another_operators_name_is_queued_and_a_registrars_settles_it(uow, shop):
    services.open_product(uow, MILK)
    answer = one(uow, shop, gtin=UNIT, name="鲜奶", lot="L1")
    assert (answer.name_differs, answer.product.name) == (True, "纯牛奶")
    one(uow, shop, gtin=UNIT, name="鲜奶", lot="L1")
    (claim,) = queries.open_claims(uow)
    assert (claim.name, claim.operator_id, claim.product.name) == ("鲜奶", shop, "纯牛奶")
    product, created = services.open_product(uow, OpenProduct(gtin=UNIT, name="鲜奶"))
    assert (product.name, product.spec, created) == ("鲜奶", "250ml", False)
    assert queries.open_claims(uow) == ()
    assert queries.products_page(uow, ProductSearch(text="纯牛")).items == (product,)


def test_an_operators_other_name_by_hand_is_queued_too(units_of, dairy, uow):
    services.open_product(uow, MILK)
    operator = Actor(role=Role.OPERATOR, operator_id=dairy)
    uow.actor = operator
    product, _ = services.open_product(uow, OpenProduct(gtin=UNIT, name="鲜奶"))
    assert product.name == "纯牛奶"
    assert [it.operator_id for it in queries.open_claims(uow)] == [dairy]


def test_a_product_nobody_named_takes_the_first_name_and_is_confirmed_by_hand(uow, shop):
    assert one(uow, shop, gtin=UNIT, lot="L1").product.name == UNIT
    named = one(uow, shop, gtin=UNIT, name="纯牛奶", lot="L1")
    assert (named.product.name, named.product.confirmed, named.name_differs) == (
        "纯牛奶",
        False,
        False,
    )
    product, created = services.open_product(uow, MILK)
    assert (created, product.confirmed, product.category) == (False, True, "乳制品")


def test_the_only_size_of_case_is_known(uow, shop):
    services.open_product(uow, MILK)
    pack(uow, CASE, 20, UNIT)
    assert str(one(uow, shop, gtin=UNIT, lot="L1").case_contains) == "20"


def test_packs_declared_after_filing_name_the_lots_that_are_the_same_goods(uow, shop):
    cases = found(uow, *(wanted(shop, gtin=CASE, lot=f"L{at}") for at in range(3)))
    unit = one(uow, shop, gtin=UNIT, lot="L1")
    pallet = one(uow, shop, gtin=PALLET, lot="L1")
    inner = dict(pack(uow, PALLET, 40, CASE))
    assert inner == {pallet.lot.id: cases[1].lot.id}
    pairs = dict(pack(uow, CASE, 24, UNIT))
    assert set(pairs) == {it.lot.id for it in cases} | {pallet.lot.id}
    assert pairs[cases[1].lot.id] == pairs[pallet.lot.id] == unit.lot.id
    assert one(uow, shop, gtin=CASE, lot="L0").lot.id == pairs[cases[0].lot.id]
    assert queries.product_by_gtin(uow, PALLET).contains == 960
    assert pack(uow, CASE, 24, UNIT) == ()
    by_id = one(uow, shop, lot_id=cases[0].lot.id)
    assert (by_id.contains, by_id.product.contains) == (1, 24)


def test_opening_a_product_with_packs_tells_which_lots_are_the_same(uow, shop):
    case = one(uow, shop, gtin=CASE, lot="L1")
    command = OpenProduct(
        gtin=UNIT, name="纯牛奶", packs=(PackNamed(gtin=CASE, contains=Decimal(24), of=UNIT),)
    )
    product, created, pairs = services.open_product_with_packs(uow, command)
    assert (created, product.name) == (True, "纯牛奶")
    assert [first for first, _ in pairs] == [case.lot.id]
    assert services.open_product_with_packs(uow, command) == (product, False, ())


def test_contradictory_and_circular_packs_are_refused(uow):
    pack(uow, CASE, 24, UNIT)
    with pytest.raises(errors.PackContradicts) as caught:
        pack(uow, CASE, 12, UNIT)
    assert caught.value.params["contains"] == "24"
    with pytest.raises(errors.PackCycle):
        pack(uow, UNIT, 2, CASE)


def test_a_lot_is_stopped_and_released(uow, shop):
    lot = one(uow, shop, gtin=UNIT, lot="L1").lot
    services.hold_lot(uow, HoldLot(lot_id=lot.id, reason="抽检不合格", basis="报告 1"))
    assert queries.held_lots(uow, [lot.id])[lot.id].reason == "抽检不合格"
    with pytest.raises(errors.AlreadyHeld):
        services.hold_lot(uow, HoldLot(lot_id=lot.id, reason="再次"))
    services.release_lot(uow, ReleaseLot(lot_id=lot.id, reason="复检合格"))
    assert queries.held_lots(uow, [lot.id]) == {}
    with pytest.raises(errors.NotHeld):
        services.release_lot(uow, ReleaseLot(lot_id=lot.id, reason="复检合格"))
    uow.session.flush()
    actions = [it.action for it in uow.session.scalars(select(AuditLine).order_by(AuditLine.id))]
    assert actions[-2:] == ["lot.hold", "lot.release"]
    facts = [it.fact for it in uow.session.scalars(select(OutboxFact).order_by(OutboxFact.id))]
    assert facts[-2:] == ["lot.held", "lot.released"]


def test_a_stop_needs_a_reason_and_a_lot(uow):
    with pytest.raises(errors.ReasonMissing):
        services.hold_lot(uow, HoldLot(lot_id=1, reason=" "))
    with pytest.raises(errors.UnknownLot):
        services.hold_lot(uow, HoldLot(lot_id=987_654, reason="x"))
    with pytest.raises(errors.UnknownLot):
        services.release_lot(uow, ReleaseLot(lot_id=987_654, reason="x"))


def test_products_are_found_by_part_of_a_name_and_by_gtin(uow, dairy):
    for at in range(1, 4):
        services.open_product(
            uow,
            OpenProduct(
                gtin=a_gtin(at), name=f"鼓浪 纯牛奶{at}号", producer=Party(subject_id=dairy)
            ),
        )
    first = queries.products_page(uow, ProductSearch(text="浪纯牛", limit=2))
    last = queries.products_page(uow, ProductSearch(text="浪纯牛", limit=2, after=first.next))
    assert [it.gtin for it in (*first.items, *last.items)] == [a_gtin(at) for at in range(1, 4)]
    assert last.next is None
    by_number = queries.products_page(uow, ProductSearch(text=a_gtin(2)[1:]))
    assert [it.gtin for it in by_number.items] == [a_gtin(2)]
    narrowed = ProductSearch(producer_id=dairy, confirmed=False)
    assert queries.products_page(uow, narrowed).items == ()


def test_a_name_is_settled_once(uow, shop):
    services.open_product(uow, MILK)
    one(uow, shop, gtin=UNIT, spec="500ml", lot="L1")
    (claim,) = queries.open_claims(uow)
    product = services.settle_claim(uow, SettleClaim(claim_id=claim.id, accept=True))
    assert (product.name, product.spec) == ("纯牛奶", "500ml")
    with pytest.raises(errors.UnknownClaim):
        services.settle_claim(uow, SettleClaim(claim_id=claim.id, accept=True))
