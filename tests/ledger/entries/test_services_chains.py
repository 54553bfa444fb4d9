"""Transformations, corrections, logistic units and goods under two names."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from support.filings import (
    a_farm,
    a_line,
    a_lot,
    an_operator,
    dispatch,
    file,
    filing,
    production,
    receipt,
)
from support.named import a_gtin

from ledger.entries.queries import entry_by_reference, on_hand
from ledger.entries.services import file_entries, link_same_goods
from ledger.entries.terms import Alias, EntryKind, Flag, Line, Portion
from ledger.kernel.actor import Actor, Role
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.ids import entry_reference, parse_entry_reference
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot, LotNamed
from ledger.subjects.terms import Party


def codes(filed: Any) -> list[str]:
    return [it.code for it in filed.refused]


def rows(uow: Any, where: str = "true") -> list[tuple[Any, ...]]:
    found = uow.session.execute(
        text(
            f"SELECT kind, lot, op, other, qty FROM entry WHERE {where} "
            "ORDER BY id, kind, lot, other"
        )
    )
    return [tuple(row) for row in found]


def an_sscc(number: int = 1) -> str:
    body = f"0690{number:013d}"
    return body + gs1_check_digit(body)


def portion(lot: LotNamed, quantity: str, unit: str = "EA") -> Portion:
    return Portion(lot=lot, quantity=quantity, unit=unit)


def transformation(inputs: Any, outputs: Any, **changed: Any) -> Line:
    return Line(
        kind=EntryKind.TRANSFORMATION,
        portions=tuple(portion(*it) for it in inputs),
        outputs=tuple(portion(*it) for it in outputs),
        **{"at": parse_moment("2026-08-15"), **changed},
    )


def correction(reference: str, replacement: Line | None = None, **changed: Any) -> Line:
    said = {"corrects": reference, "reason": "数量填错", "at": UNKNOWN, "replacement": replacement}
    return Line(kind=EntryKind.CORRECTION, **{**said, **changed})


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)


def lot_numbered(uow: Any, number: str) -> int:
    return uow.session.scalar(text("SELECT id FROM lot WHERE number = :n"), {"n": number})


# --- transformations -----------------------------------------------------------------------------

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


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_puts_the_old_out_of_force_and_the_new_in(uow, dairy, shop):
    first = file(uow, dairy, production(), dispatch(shop, quantity="60"))
    wrong = first.entries[1]
    second = file(uow, dairy, correction(wrong, dispatch(shop, quantity="50")))
    assert second.refused == ()
    lot = lot_numbered(uow, "L240501")
    assert on_hand(uow, dairy, [lot])[lot][0].quantity == 50
    voids = uow.session.execute(text("SELECT qty, lot, op FROM entry WHERE kind = 10")).one()
    assert voids == (parse_entry_reference(wrong)[1], lot, dairy)
    third = file(uow, dairy, correction(second.entries[0]))
    assert on_hand(uow, dairy, [lot])[lot][0].quantity == 100
    for reference in (wrong, second.entries[0], third.entries[0]):
        shown = entry_by_reference(uow, reference)
        assert [it.quantity for it in shown.history] == ["60", "50", ""]
        assert [bool(it.corrected_by) for it in shown.history] == [True, True, False]


def test_a_replacement_is_checked_like_any_line(uow, dairy, shop):
    filed = file(uow, dairy, production())
    late, bare = production(at="2026-09-01"), production(quantity="")
    again = file(uow, dairy, correction(filed.entries[0], late), correction(filed.entries[0], bare))
    assert [(it.code, it.field) for it in again.refused] == [
        ("entries.in_the_future", "entry.at"),
        ("entries.field_missing", "entry.quantity"),
    ]
    twice = file(
        uow,
        dairy,
        correction(filed.entries[0], production(quantity="7")),
        correction(filed.entries[0], production(quantity="8")),
    )
    assert [(it.code, it.field) for it in twice.refused] == [
        ("entries.already_corrected", "corrects")
    ]


def test_a_corrected_document_line_may_be_filed_again(uow, dairy, shop):
    line = receipt(dairy, document="RK-1", document_line="1", quantity="6")
    filed = file(uow, shop, line)
    right = receipt(dairy, document="RK-1", document_line="1", quantity="5")
    corrected = file(uow, shop, correction(filed.entries[0], right))
    assert (corrected.refused, corrected.warnings) == ((), ())


def test_what_cannot_be_corrected(uow, units_of, dairy, shop):
    filed = file(uow, dairy, production(), production(lot=B))
    void = file(uow, dairy, correction(filed.entries[0]))
    again = file(uow, dairy, correction(filed.entries[0]))
    assert again.refused[0].params["by"] == void.entries[0]
    nested = correction(filed.entries[1], correction(filed.entries[0]))
    twice = correction(filed.entries[1])
    more = file(
        uow,
        dairy,
        correction(void.entries[0]),
        nested,
        correction("E000"),
        correction(entry_reference(99, 99)),
        correction(filed.entries[1], reason=""),
        correction("", None),
        twice,
        twice,
    )
    assert codes(again) + codes(more) == [
        "entries.already_corrected",
        "entries.nothing_to_correct",
        "entries.correction_nested",
        "kernel.unknown_reference",
        "entries.unknown_entry",
        "entries.field_missing",
        "entries.field_missing",
        "entries.already_corrected",
    ]
    with units_of(Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)) as unit:
        stranger = file(unit, shop, correction(filed.entries[1]))
        assert codes(stranger) == ["entries.unknown_entry"]
    with units_of(Actor(role=Role.ADMIN, account_id=2)) as unit:
        third = file(unit, shop, production(lot=a_lot("C")))
        assert file(unit, dairy, correction(third.entries[0])).accepted == 1
        assert (
            unit.session.scalar(
                text("SELECT op FROM entry WHERE kind = 10 ORDER BY id DESC LIMIT 1")
            )
            == shop
        )


def test_correcting_a_transformation_voids_it_in_every_lot(uow, dairy):
    filed = file(uow, dairy, production(lot=A), transformation([(A, "5")], [(X, "40"), (Y, "2")]))
    file(uow, dairy, correction(filed.entries[1], transformation([(A, "4")], [(X, "40")])))
    a, x, y = (lot_numbered(uow, it) for it in "AXY")
    assert [row[1] for row in rows(uow, "kind = 10")] == [a, x, y]
    assert [it.quantity for it in on_hand(uow, dairy, [a])[a]] == [96]


def test_rows_without_notes_are_corrected_in_every_lot_too(uow, dairy):
    from ledger.entries.services import take_entry_ids
    from ledger.entries.writer import write_rows

    file(uow, dairy, production(lot=A), production(lot=X, document="2"))
    a, x = lot_numbered(uow, "A"), lot_numbered(uow, "X")
    number = take_entry_ids(uow, 1)
    write_rows(
        uow.session,
        [
            (number, 1000, a, 0, dairy, x, 0, 4, 3, 4, 0),
            (number, 1000, x, 0, dairy, dairy, 0, 5, 3, 4, 0),
        ],
    )
    filed = file(uow, dairy, correction(entry_reference(x, number)))
    assert filed.accepted == 1
    assert [row[1] for row in rows(uow, "kind = 10")] == [a, x]


# --- logistic units ----------------------------------------------------------------------------


def packing(kind: EntryKind, sscc: str, *contents: Portion) -> Line:
    return Line(kind=kind, sscc=sscc, portions=contents, at=parse_moment("2026-08-15"))


def nested(sscc: str) -> Portion:
    return Portion(lot=LotNamed(sscc=sscc), quantity="", unit="")


PACK, UNPACK = EntryKind.AGGREGATION, EntryKind.DISAGGREGATION


def test_a_pallet_stands_for_everything_in_it(uow, dairy, shop):
    case, pallet = an_sscc(1), an_sscc(2)
    filed = file(
        uow,
        dairy,
        production(lot=A),
        production(lot=B, document="2"),
        packing(PACK, case, portion(A, "10")),
        packing(PACK, pallet, nested(case), portion(B, "4")),
        dispatch(shop, portions=(), sscc=pallet, document="CK-1"),
    )
    assert filed.refused == ()
    got = file(uow, shop, receipt(dairy, portions=(nested(pallet),), document="CK-1"))
    assert got.refused == ()
    a, b = lot_numbered(uow, "A"), lot_numbered(uow, "B")
    assert rows(uow, "kind IN (2, 3)") == [
        (2, a, dairy, shop, 10_000),
        (2, b, dairy, shop, 4000),
        (3, a, shop, dairy, 10_000),
        (3, b, shop, dairy, 4000),
    ]
    assert on_hand(uow, shop, [b])[b][0].quantity == 4
    file(uow, shop, packing(UNPACK, pallet))
    emptied = file(
        uow,
        shop,
        dispatch(dairy, portions=(), sscc=pallet),
        dispatch(dairy, portions=(), sscc=case, document="D-9"),
    )
    assert codes(emptied) == ["entries.unit_empty"]
    assert emptied.accepted == 1


def test_a_part_is_taken_out(uow, dairy, shop):
    pallet = an_sscc(2)
    file(
        uow,
        dairy,
        packing(PACK, pallet, portion(A, "10"), portion(B, "4")),
        packing(UNPACK, pallet, portion(A, "")),
    )
    filed = file(
        uow,
        dairy,
        packing(UNPACK, pallet, portion(A, "")),
        dispatch(shop, portions=(), sscc=pallet),
    )
    assert codes(filed) == ["entries.not_in_unit"]
    assert [row[1] for row in rows(uow, "kind = 2")] == [lot_numbered(uow, "B")]


def test_units_that_are_not_there_or_hold_themselves(uow, dairy, shop):
    one, two = an_sscc(1), an_sscc(2)
    filed = file(
        uow,
        dairy,
        packing(PACK, one, portion(A, "10")),
        packing(PACK, two, nested(one)),
        packing(PACK, one, nested(two)),
        packing(PACK, one, nested(one)),
        packing(PACK, one, nested(an_sscc(9))),
        packing(UNPACK, an_sscc(9)),
        dispatch(shop, portions=(), sscc=an_sscc(9)),
        dispatch(shop, portions=(), sscc="123"),
        packing(UNPACK, one),
        packing(UNPACK, one),
        packing(PACK, ""),
    )
    assert [(it.index, it.code) for it in filed.refused] == [
        (2, "entries.unit_in_itself"),
        (3, "entries.unit_in_itself"),
        (4, "entries.unit_unknown"),
        (5, "entries.unit_unknown"),
        (6, "entries.unit_unknown"),
        (7, "identifiers.sscc_unreadable"),
        (9, "entries.unit_empty"),
        (10, "entries.field_missing"),
    ]


def test_a_pallet_of_emptied_cases_stands_for_nothing(uow, dairy, shop):
    case, pallet = an_sscc(1), an_sscc(2)
    filed = file(
        uow,
        dairy,
        packing(PACK, case, portion(A, "10")),
        packing(PACK, pallet, nested(case)),
        packing(UNPACK, case),
        packing(UNPACK, pallet),
        dispatch(shop, portions=(), sscc=pallet),
    )
    assert [(it.index, it.code) for it in filed.refused] == [
        (3, "entries.unit_empty"),
        (4, "entries.unit_empty"),
    ]


def test_what_was_packed_in_a_filing_before_is_known(uow, dairy, shop):
    pallet = an_sscc(2)
    file(uow, dairy, packing(PACK, pallet, portion(A, "10", "麻袋")))
    file(uow, dairy, dispatch(shop, portions=(), sscc=pallet))
    assert [row[4] for row in rows(uow, "kind = 2")] == [10_000]


def test_correcting_what_was_packed_and_unpacked(uow, dairy, shop):
    pallet = an_sscc(2)
    first = file(uow, dairy, packing(PACK, pallet, portion(A, "10")))
    second = file(uow, dairy, packing(UNPACK, pallet))
    file(uow, dairy, correction(second.entries[0]))
    assert file(uow, dairy, dispatch(shop, portions=(), sscc=pallet)).accepted == 1
    file(uow, dairy, correction(first.entries[0]))
    assert codes(file(uow, dairy, dispatch(shop, portions=(), sscc=pallet, document="Z"))) == [
        "entries.unit_empty"
    ]


# --- goods under two names -----------------------------------------------------------------------


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
