"""Filing: what contents, dates, quantities and repetitions make of a line, each rule by name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from support.filings import (
    a_line,
    a_lot,
    codes,
    dispatch,
    file,
    flags_of,
    production,
    receipt,
    rules,
)
from support.named import a_gtin

from ledger.entries.terms import EntryKind, Flag
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot, LotNamed
from ledger.subjects.terms import Party

MEANINGLESS: dict[str, tuple[dict[str, Any], str]] = {
    "no date": ({"at": UNKNOWN}, "at"),
    "no partner": ({"partner": None}, "from"),
    "no quantity": ({"quantity": " "}, "quantity"),
    "no unit": ({"unit": ""}, "unit"),
    "no goods": ({"portions": ()}, "lot"),
    "no product": ({"lot": LotNamed(lot="L1")}, "lot"),
}


@pytest.mark.parametrize("name", MEANINGLESS)
def test_l01_refuses_a_line_that_means_nothing(uow, dairy, shop, name):
    spoiled, field = MEANINGLESS[name]
    filed = file(uow, shop, receipt(dairy, **spoiled))
    assert [(it.code, it.field) for it in filed.refused] == [("entries.field_missing", field)]
    assert uow.session.scalar(text("SELECT count(*) FROM entry")) == 0


def test_l01_needs_a_lot_number_or_a_production_date(uow, dairy, shop):
    filed = file(uow, shop, receipt(dairy, lot=a_lot("", produced_on=UNKNOWN)))
    assert codes(filed) == ["products.lot_missing"]
    assert filed.accepted == 0
    assert len(filed.refused) == 1


def test_l01_lists_what_the_law_wants_and_nobody_knows(uow, dairy, shop):
    bare = a_lot(expires_on=UNKNOWN, spec="")
    stranger = Party(name="某供货商", contact="某人")
    filed = file(uow, shop, receipt(dairy, lot=bare, document="", partner=stranger))
    assert [it.params["fields"] for it in filed.warnings if it.rule == "L01"] == [
        "document, spec, expires_on, partner"
    ]


def test_l01_is_strict_where_the_filer_asks_for_it(uow, dairy, shop):
    assert codes(file(uow, shop, receipt(dairy, document=""), strict=True)) == [
        "entries.fields_missing"
    ]


@pytest.mark.parametrize(("field", "value"), [("document", "x" * 101), ("note", "a\x00b")])
def test_texts_that_cannot_be_kept_are_refused(uow, dairy, field, value):
    filed = file(uow, dairy, production(**{field: value}))
    assert [(it.code, it.field) for it in filed.refused] == [("entries.text_unreadable", field)]


def test_quantities_that_are_no_numbers_are_refused(uow, dairy):
    filed = file(uow, dairy, production(quantity="drei"), production(quantity="-1"))
    assert [(it.code, it.field) for it in filed.refused] == [
        ("kernel.quantity_unreadable", "quantity"),
        ("kernel.quantity_not_positive", "quantity"),
    ]


@pytest.mark.parametrize(
    ("at", "accepted"),
    [
        ("2026-08-15", 1),
        ("2026-08-16", 1),
        ("2026-08-17", 0),
        ("2026-08", 1),
        ("2026", 1),
        ("2026-09", 0),
        ("2026-04-30", 0),
        ("2026-05-01", 1),
        ("2026-05", 1),
        ("2026-04", 0),
        ("2026-05-01T08:00:00+08:00", 1),
        ("2026-08-16T10:30:01+08:00", 0),
    ],
)
def test_l05_refuses_only_dates_that_are_certainly_wrong(uow, dairy, shop, at, accepted):
    assert file(uow, dairy, dispatch(shop, at=at)).accepted == accepted


def test_l05_names_what_is_wrong(uow, dairy):
    wrong = a_lot(expires_on=parse_moment("2026-04-01"))
    filed = file(
        uow, dairy, production(at="2026-09-01"), production(at="2026-04-01"), production(lot=wrong)
    )
    assert codes(filed) == [
        "entries.in_the_future",
        "entries.before_production",
        "products.expires_before_produced",
    ]


def test_l06_expired_food_is_not_received(uow, dairy, shop):
    old = a_lot(expires_on=parse_moment("2026-08-14"))
    assert codes(file(uow, shop, receipt(dairy, lot=old))) == ["entries.expired_food"]
    assert file(uow, shop, receipt(dairy, lot=old, is_return=True)).accepted == 1
    assert file(uow, shop, receipt(dairy, lot=old, at="2026-08-14", document="D-7")).accepted == 1


def test_l06_expired_food_that_was_sold_raises_an_alert(uow, dairy, shop):
    old = a_lot(expires_on=parse_moment("2026-08"))
    filed = file(
        uow,
        dairy,
        production(lot=old, at="2026-08-01"),
        dispatch(shop, lot=a_lot("O", expires_on=parse_moment("2026-07-01"))),
    )
    assert [it.code for it in filed.warnings if it.rule == "L06"] == ["entries.expired_food"]
    told = uow.session.execute(
        text("SELECT payload FROM outbox_fact WHERE fact = 'food.expired_dispatched'")
    ).scalar_one()
    assert told["entries"] == [filed.entries[1]]


def test_l06_a_shelf_life_counts_from_production(uow, dairy, shop):
    lot = a_lot("S", expires_on=UNKNOWN, shelf_life="90天")
    assert codes(file(uow, shop, receipt(dairy, lot=lot))) == ["entries.expired_food"]


def test_l12_a_line_filed_a_day_after_the_trade_is_marked_late(uow, dairy, shop):
    file(uow, dairy, production(at="2026-08-14", quantity="9"))
    file(uow, dairy, production(at="2026-08-13", quantity="9", document="D-3"))
    assert [bool(flag & Flag.LATE) for flag in flags_of(uow)] == [False, True]


def test_l07_more_out_than_in_is_marked_and_filed(uow, dairy, shop):
    filed = file(
        uow,
        dairy,
        production(),
        dispatch(shop, quantity="60"),
        dispatch(shop, quantity="41", document="D-2"),
    )
    assert [(it.index, it.code) for it in filed.warnings] == [(2, "entries.more_out_than_in")]
    assert filed.warnings[0].params == {"out": "41", "on_hand": "40", "unit": "EA"}
    assert flags_of(uow)[2] == Flag.IMBALANCE


def test_l07_weighed_goods_may_be_three_percent_short(uow, dairy, shop):
    filed = file(
        uow,
        dairy,
        production(unit="公斤"),
        dispatch(shop, unit="KGM", quantity="103"),
        dispatch(shop, unit="GRM", quantity="1", document="D-2"),
    )
    assert [it.index for it in filed.warnings] == [2]


def test_l07_counts_what_earlier_filings_left(uow, dairy, shop):
    file(uow, dairy, production())
    file(uow, dairy, dispatch(shop, quantity="100"))
    filed = file(uow, dairy, dispatch(shop, quantity="1", document="D-2"))
    assert rules(filed) == [("L07", "entries.more_out_than_in")]


def test_l08_a_line_of_a_document_is_filed_once(uow, dairy, shop):
    line = receipt(dairy, document="RK-1", document_line="1")
    again = receipt(dairy, document="RK-1", document_line="1", quantity="7")
    assert codes(file(uow, shop, line, again)) == ["entries.duplicate_line"]
    assert codes(file(uow, shop, again)) == ["entries.duplicate_line"]
    other = receipt(dairy, document="RK-1", document_line="2")
    assert file(uow, shop, other).accepted == 1
    out = dispatch(dairy, document="RK-1", document_line="1", quantity="1")
    assert file(uow, shop, out).accepted == 1


def test_l08_the_same_again_without_a_number_is_marked(uow, dairy, shop):
    file(uow, shop, receipt(dairy))
    filed = file(
        uow,
        shop,
        receipt(dairy),
        receipt(dairy, document="D-2"),
        receipt(dairy, at="2026-08-13"),
        receipt(dairy, quantity="99"),
    )
    assert [(it.index, it.code) for it in filed.warnings] == [(0, "entries.near_duplicate")]


def test_l09_a_stopped_lot_only_goes_back_or_away(uow, dairy, shop):
    file(uow, dairy, production())
    lot = uow.session.scalar(text("SELECT id FROM lot"))
    hold_lot(uow, HoldLot(lot_id=lot, reason="抽检不合格"))
    filed = file(
        uow,
        dairy,
        dispatch(shop, quantity="1"),
        receipt(shop, quantity="1"),
        receipt(shop, quantity="1", is_return=True),
        a_line(EntryKind.DISPOSAL, quantity="1", reason="销毁"),
    )
    assert [(it.index, it.code) for it in filed.refused] == [
        (0, "entries.lot_held"),
        (1, "entries.lot_held"),
    ]
    assert filed.accepted == 2


def test_food_that_keeps_longer_than_the_book_can_count_is_filed(uow, dairy):
    lot = a_lot("L70", gtin=a_gtin(2), expires_on=UNKNOWN, shelf_life="70年")
    assert file(uow, dairy, production(lot=lot), production(lot=a_lot("L1"))).accepted == 2


def test_another_last_day_does_not_make_old_food_good(uow, dairy, shop):
    file(
        uow,
        dairy,
        production(lot=a_lot("EX", expires_on=parse_moment("2026-06-30")), at="2026-05-01"),
    )
    later = a_lot("EX", expires_on=parse_moment("2030-06-30"))
    filed = file(uow, shop, receipt(dairy, lot=later, at="2026-08-10"))
    assert codes(filed) == ["entries.expired_food"]
    filed = file(uow, shop, receipt(dairy, lot=later, at="2026-06-10"))
    assert ("L06", "entries.expiry_differs") in rules(filed)
    told = next(it for it in filed.warnings if it.rule == "L06")
    assert dict(told.params) == {"on_file": "2026-06-30", "stated": "2030-06-30"}
    earlier = a_lot("EX", expires_on=parse_moment("2026-06-05"))
    assert codes(file(uow, shop, receipt(dairy, lot=earlier, at="2026-06-10"))) == [
        "entries.expired_food"
    ]


def test_another_day_of_production_is_remarked(uow, dairy, shop):
    file(uow, dairy, production(lot=a_lot("PD")))
    other = a_lot("PD", produced_on=parse_moment("2026-08-09"), expires_on=UNKNOWN)
    filed = file(uow, shop, receipt(dairy, lot=other))
    assert ("L05", "entries.production_date_differs") in rules(filed)
    same = a_lot("PD", produced_on=parse_moment("2026-05"))
    assert not {"L05", "L06"} & {
        rule for rule, _ in rules(file(uow, shop, receipt(dairy, lot=same)))
    }
