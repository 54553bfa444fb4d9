"""Transformations, and goods under two names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from support.filings import (
    a_farm,
    a_line,
    a_lot,
    an_operator,
    codes,
    file,
    filing,
    lot_numbered,
    production,
    rows,
    transformation,
)
from support.named import a_gtin

from ledger.entries.queries import entry_by_reference, on_hand
from ledger.entries.services import file_entries, link_same_goods
from ledger.entries.terms import Alias, EntryKind, Flag, Line
from ledger.kernel.ids import entry_reference
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot, LotNamed
from ledger.subjects.terms import Party

A, B = a_lot("A"), a_lot("B")
X, Y = a_lot("X", gtin=a_gtin(2)), a_lot("Y", gtin=a_gtin(3))


def test_a_transformation_has_a_row_per_input_and_output(uow, dairy):
    file(uow, dairy, production(lot=A), production(lot=B, document="2"))
    filed = file(uow, dairy, transformation([(A, "5"), (B, "3")], [(X, "40"), (Y, "2")]))
    a, b, x, y = (lot_numbered(uow, it) for it in "ABXY")
    assert rows(uow, "kind IN (4, 5)") == [
        (4, a, dairy, x, 5000),
        (4, a, dairy, y, 0),
        (4, b, dairy, x, 3000),
        (4, b, dairy, y, 0),
        (5, x, dairy, dairy, 40_000),
        (5, y, dairy, dairy, 2000),
    ]
    assert filed.accepted == 1
    assert [it.quantity for it in on_hand(uow, dairy, [a])[a]] == [95]
    shown = entry_by_reference(
        uow, entry_reference(y, int(uow.session.scalar(text("SELECT max(id) FROM entry"))))
    )
    assert [(it.role, it.lot_number, it.quantity) for it in shown.lines] == [
        ("input", "A", "5"),
        ("input", "B", "3"),
        ("output", "X", "40"),
        ("output", "Y", "2"),
    ]


def test_one_lot_named_twice_is_one_input(uow, dairy):
    file(uow, dairy, production(lot=A), transformation([(A, "5"), (A, "3")], [(X, "1"), (X, "2")]))
    assert [row[4] for row in rows(uow, "kind IN (4, 5)")] == [8000, 3000]


def test_a_lot_is_not_made_from_itself(uow, dairy):
    assert codes(file(uow, dairy, transformation([(A, "5")], [(X, "1"), (A, "1")]))) == [
        "entries.own_input"
    ]
    again = transformation([(X, "1")], [(A, "1")])
    assert file(uow, dairy, transformation([(A, "5")], [(X, "1")]), again).accepted == 2


def test_transformations_have_a_width(uow, dairy):
    wide = transformation(
        [(a_lot(f"I{n}"), "1") for n in range(50)], [(a_lot(f"O{n}"), "1") for n in range(41)]
    )
    many = transformation([(a_lot(f"I{n}"), "1") for n in range(500)], [(X, "1")])
    assert codes(file(uow, dairy, wide, many)) == ["entries.too_wide", "entries.too_many_portions"]


def test_a_stopped_lot_is_not_used(uow, dairy):
    file(uow, dairy, production(lot=A))
    hold_lot(uow, HoldLot(lot_id=lot_numbered(uow, "A"), reason="停售"))
    assert codes(file(uow, dairy, transformation([(A, "5")], [(X, "1")]))) == ["entries.lot_held"]


GREENS = LotNamed(product="青菜", lot="20260803")


def greens(kind: EntryKind, partner: int, quantity: str, **changed: Any) -> Line:
    return a_line(
        kind,
        lot=GREENS,
        unit="KGM",
        quantity=quantity,
        **{"partner": Party(subject_id=partner), **changed},
    )


@pytest.mark.parametrize("shop_first", [True, False])
def test_greens_without_a_stated_farm_are_the_same_goods_whoever_files_first(uow, shop, shop_first):
    farm, buyer = a_farm(uow), an_operator(uow, 3)
    lines = [
        (shop, greens(EntryKind.RECEIPT, farm, "80")),
        (shop, greens(EntryKind.DISPATCH, buyer, "30")),
        (buyer, greens(EntryKind.RECEIPT, shop, "30")),
    ]
    for operator, line in lines if shop_first else reversed(lines):
        file(uow, operator, line)
    lots = uow.session.scalars(text("SELECT id FROM lot ORDER BY id")).all()
    assert len(lots) == 2  # the farm's as the shop received it, the shop's own
    linked = uow.session.execute(text("SELECT lot, other, unit, op FROM entry WHERE kind = 9"))
    own = uow.session.scalar(
        text(
            "SELECT l.id FROM lot l JOIN product p ON p.id = l.product_id WHERE p.producer_id = :s"
        ),
        {"s": shop},
    )
    (came,) = set(lots) - {own}
    assert sorted(tuple(row) for row in linked) == sorted(
        [(came, own, Alias.SOURCE, shop), (own, came, Alias.POOL, shop)]
    )
    assert on_hand(uow, shop, [lots[0]])[lots[0]][0].quantity == 50
    if shop_first:
        flags = uow.session.scalars(text("SELECT flags FROM entry WHERE kind = 2")).all()
        assert not any(flag & Flag.IMBALANCE for flag in flags)


def test_a_stop_on_greens_holds_under_both_names(uow, shop):
    farm, buyer = a_farm(uow), an_operator(uow, 3)
    file(uow, shop, greens(EntryKind.RECEIPT, farm, "80"))
    hold_lot(uow, HoldLot(lot_id=uow.session.scalar(text("SELECT id FROM lot")), reason="农残"))
    assert codes(file(uow, shop, greens(EntryKind.DISPATCH, buyer, "30"))) == ["entries.lot_held"]


def test_greens_of_two_shops_that_never_met_stay_apart(uow, shop):
    other, farm = an_operator(uow, 3), a_farm(uow)
    file(uow, shop, greens(EntryKind.DISPATCH, farm, "1"))
    file(uow, other, greens(EntryKind.DISPATCH, farm, "1"))
    assert rows(uow, "kind = 9") == []


def test_lots_declared_the_same_later_are_linked_once(uow, dairy):
    file(uow, dairy, production(lot=A), production(lot=B))
    a, b = lot_numbered(uow, "A"), lot_numbered(uow, "B")
    assert link_same_goods(uow, [(a, b), (b, a), (a, a)]) == 2
    assert link_same_goods(uow, [(a, b)]) == 0
    assert [row[1:4] for row in rows(uow, "kind = 9")] == [(a, 0, b), (b, 0, a)]
    assert [it.quantity for it in on_hand(uow, dairy, [a, b])[b]] == [200]
    assert file_entries(uow, filing(dairy, production(lot=A, document="7"))).accepted == 1
