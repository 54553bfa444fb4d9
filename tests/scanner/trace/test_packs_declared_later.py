"""A trace counts what was filed in cases before anybody said how many a case holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.filings import an_operator, dispatch, file, production, receipt
from support.named import a_gtin

from ledger.entries.services import link_same_goods
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_of_product, product_by_gtin
from ledger.products.services import add_packs
from ledger.products.terms import LotNamed, PackNamed
from scanner.trace.queries import trace
from scanner.trace.terms import Direction, TraceAsked

UNIT, CASE = a_gtin(71), a_gtin(71, 1)


def water(gtin: str) -> LotNamed:
    return LotNamed(gtin=gtin, lot="W", name="水")


@pytest.mark.parametrize("sent_as", [CASE, UNIT], ids=["the case's GTIN", "the unit's GTIN"])
def test_a_case_written_before_its_pack_was_declared_counts_in_pieces(
    uow: UnitOfWork, sent_as: str
) -> None:
    maker, shop = an_operator(uow, 1), an_operator(uow, 2)
    file(uow, maker, production(lot=water(UNIT), quantity="480", unit="EA"))
    file(uow, maker, dispatch(shop, lot=water(sent_as), quantity="10", unit="箱", document="D-1"))
    file(uow, shop, receipt(maker, lot=water(sent_as), quantity="10", unit="箱", document="D-1"))
    link_same_goods(uow, add_packs(uow, [PackNamed(gtin=CASE, contains=Decimal(24), of=UNIT)]))
    found = trace(uow, TraceAsked(lots=lot_ids(uow), direction=Direction.DOWN))
    held = {it.node[0]: (it.received, it.on_hand, it.unit.code) for it in found.holders}
    assert held == {maker: (0, 240_000, "EA"), shop: (240_000, 240_000, "EA")}
    assert not found.gaps


def lot_ids(uow: UnitOfWork) -> tuple[int, ...]:
    product = product_by_gtin(uow, UNIT)
    return tuple(lot.id for lot in lots_of_product(uow, product.id).items)
