"""Filing: what each rule does to a line, each refusal by name, each mark in the book."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
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
from support.named import a_gtin, a_uscc, an_sc

from ledger.entries import errors
from ledger.entries.services import file_entries
from ledger.entries.services.checking import Checker
from ledger.entries.terms import EntryKind, Flag, Line, Mode, Portion, Unreadable
from ledger.kernel.actor import Actor, NotPermitted, NotYourOperator, Role
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import UNKNOWN, MomentUnreadable, parse_moment
from ledger.products.services import hold_lot, open_product
from ledger.products.terms import HoldLot, LotNamed, OpenProduct, PackNamed
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import AmendSubject, LicenceKind, LicenceNamed, Party, SubjectKind


def codes(filed: Any) -> list[str]:
    return [it.code for it in filed.refused]


def rules(filed: Any) -> list[tuple[str, str]]:
    return [(it.rule, it.code) for it in filed.warnings]


def flags_of(uow: Any) -> list[int]:
    return list(uow.session.scalars(text("SELECT flags FROM entry ORDER BY id")))


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    licence = LicenceNamed(
        kind=LicenceKind.JY,
        number="JY13502030001236",
        valid_from=date(2024, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    return an_operator(uow, 2, kinds=(SubjectKind.DISTRIBUTION,), licences=(licence,))


def test_a_delivery_stands_in_both_books(uow, dairy, shop):
    made = file(uow, dairy, production(), dispatch(shop, quantity="60"))
    got = file(uow, shop, receipt(dairy, quantity="60"))
    assert (made.accepted, made.refused, made.warnings) == (2, (), ())
    assert (got.accepted, got.refused, got.warnings) == (1, (), ())
    rows = uow.session.execute(
        text("SELECT lot, op, other, kind, qty, unit, precision FROM entry ORDER BY id")
    ).all()
    lot = rows[0].lot
    assert [tuple(row) for row in rows] == [
        (lot, dairy, dairy, 1, 100_000, 3, 3),
        (lot, dairy, shop, 2, 60_000, 3, 3),
        (lot, shop, dairy, 3, 60_000, 3, 3),
    ]


def test_the_receipt_covers_what_was_written(uow, dairy):
    from ledger.entries.rules import canonical

    filed = file(uow, dairy, production(), production(lot=a_lot("L2"), note="早班"))
    rows = uow.session.execute(
        text("SELECT id, qty, lot, ts, op, other, doc, kind, unit, precision, flags FROM entry")
    ).all()
    notes = {(n.lot, n.id): n for n in uow.session.execute(text("SELECT * FROM entry_note"))}
    records = []
    for row in rows:
        note = notes[row.lot, row.id]
        digest = canonical.note_digest(
            note.document,
            note.document_line,
            note.certificate,
            note.keep_until,
            canonical.said_text(note.said),
        )
        records.append(canonical.record(tuple(row), digest))
    assert canonical.receipt(records).hex() == filed.receipt


# --- L01 ---------------------------------------------------------------------------------------

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


def test_what_the_door_could_not_read_is_a_refusal_at_its_index(uow, dairy):
    filed = file(uow, dairy, production(), Unreadable(code="filing.x", field="at"))
    assert [(it.index, it.code) for it in filed.refused] == [(1, "filing.x")]
    assert filed.accepted == 1


def test_quantities_that_are_no_numbers_are_refused(uow, dairy):
    filed = file(uow, dairy, production(quantity="drei"), production(quantity="-1"))
    assert [(it.code, it.field) for it in filed.refused] == [
        ("kernel.quantity_unreadable", "quantity"),
        ("kernel.quantity_not_positive", "quantity"),
    ]


# --- L02, L03 ----------------------------------------------------------------------------------

LAPSED = LicenceNamed(
    kind=LicenceKind.SC, number=an_sc(7), valid_from=date(2020, 1, 1), valid_to=date(2025, 1, 1)
)


def test_l02_an_own_licence_that_lapsed_blocks(uow, shop):
    late = an_operator(uow, 3, licences=(LAPSED,))
    assert codes(file(uow, late, production())) == ["entries.licence_lapsed"]
    assert (
        file(uow, late, production(at="2024-12-31", lot=a_lot("A", produced_on=UNKNOWN))).accepted
        == 1
    )


def test_l02_no_licence_on_file_is_a_remark(uow):
    fresh = an_operator(uow, 3, licences=())
    filed = file(uow, fresh, production())
    assert rules(filed) == [("L02", "entries.licence_missing")]
    assert flags_of(uow) == [Flag.LICENCE]


def test_l02_a_closed_operator_files_nothing(uow, dairy):
    amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes={"status": "closed"}, reason="注销"))
    assert codes(file(uow, dairy, production())) == ["entries.out_of_business"]


def test_l02_scope_that_does_not_name_the_category_is_a_remark(uow):
    narrow = LicenceNamed(
        kind=LicenceKind.SC, number=an_sc(8), valid_from=date(2024, 1, 1), scope=("糕点",)
    )
    baker = an_operator(uow, 3, licences=(narrow,))
    filed = file(uow, baker, production(lot=a_lot(category="乳制品")))
    assert rules(filed) == [("L02", "entries.licence_scope")]


def test_l03_a_supplier_whose_licence_lapsed_blocks_unless_a_reason_is_given(uow, shop):
    late = an_operator(uow, 3, licences=(LAPSED,))
    assert codes(file(uow, shop, receipt(late))) == ["entries.supplier_licence_lapsed"]
    filed = file(uow, shop, receipt(late, override_reason="旧证换新，已核对原件"))
    assert rules(filed) == [("L03", "entries.supplier_licence_lapsed")]
    assert flags_of(uow) == [Flag.LICENCE]
    assert uow.session.scalar(text("SELECT said->>'override_reason' FROM entry_note"))


def test_l03_a_closed_supplier_blocks(uow, dairy, shop):
    amend_subject(uow, AmendSubject(uscc=a_uscc(1), changes={"status": "revoked"}, reason="吊销"))
    assert codes(file(uow, shop, receipt(dairy))) == ["entries.supplier_out_of_business"]


def test_l03_farms_need_no_licence(uow, shop):
    filed = file(
        uow, shop, receipt(a_farm(uow), lot=LotNamed(product="青菜", lot="1"), origin="同安")
    )
    assert "L03" not in dict(rules(filed))


def test_l03_an_unknown_supplier_is_a_remark(uow, shop):
    stranger = Party(name="某供货商", contact="某人", address="某地")
    assert rules(file(uow, shop, receipt(0, partner=stranger))) == [
        ("L03", "entries.supplier_licence_missing")
    ]


# --- L04 ---------------------------------------------------------------------------------------


def test_l04_goods_without_a_certificate_wait_for_it(uow, dairy, shop):
    filed = file(uow, shop, receipt(dairy, certificate=""))
    assert rules(filed) == [("L04", "entries.proof_pending")]
    assert flags_of(uow) == [Flag.PENDING_PROOF]


def test_l04_selling_unproven_goods_after_a_day_is_a_remark(uow, dairy, shop):
    file(uow, shop, receipt(dairy, certificate="", at="2026-08-12"))
    filed = file(uow, shop, dispatch(dairy, quantity="1"))
    assert rules(filed) == [("L04", "entries.proof_overdue")]
    file(uow, shop, receipt(dairy, at="2026-08-13", document="D-9"))
    assert rules(file(uow, shop, dispatch(dairy, quantity="2"))) == []


# --- L05, L06, L12 -----------------------------------------------------------------------------


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


# --- L07 ---------------------------------------------------------------------------------------


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


# --- L08 ---------------------------------------------------------------------------------------


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


# --- L09 ---------------------------------------------------------------------------------------


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


# --- L11 ---------------------------------------------------------------------------------------


def test_l11_doubts_are_remarks(uow, dairy, shop):
    partner = Party(name="某供货商", contact="某人", address="某地", licence="SC10535020300018")
    filed = file(uow, shop, receipt(dairy, partner=partner, unit="麻袋"))
    assert {it.code for it in filed.warnings} == {
        "entries.licence_doubtful",
        "entries.unit_of_measure_unknown",
    }


def test_l11_a_wrong_gtin_or_uscc_is_refused(uow, dairy, shop):
    filed = file(
        uow,
        shop,
        receipt(dairy, lot=a_lot(gtin="6901234567893")),
        receipt(dairy, partner=Party(uscc=a_uscc(1)[:-1] + "0")),
    )
    assert [(it.code, it.field.split(".")[0]) for it in filed.refused] == [
        ("identifiers.gtin_check_digit", "lot"),
        ("identifiers.uscc_check_character", "from"),
    ]


def test_l11_another_name_for_a_known_product_is_a_remark(uow, dairy, shop):
    open_product(uow, OpenProduct(gtin=a_gtin(1), name="纯牛奶", spec="250ml"))
    file(uow, dairy, production())
    filed = file(uow, shop, receipt(dairy, lot=a_lot(name="草莓酱")))
    assert rules(filed) == [("L11", "entries.name_differs")]


@pytest.mark.parametrize("number", ["SC10535020300017", "EU-4711"])
def test_l11_papers_in_order_or_of_other_countries_raise_no_doubt(uow, dairy, shop, number):
    partner = Party(name="某供货商", contact="某人", address="某地", licence=number)
    assert rules(file(uow, shop, receipt(dairy, partner=partner))) == []


# --- quantities --------------------------------------------------------------------------------


def test_packs_and_cases_of_known_content_become_pieces(uow, dairy, shop):
    unit, case = a_gtin(1), a_gtin(1, indicator=1)
    open_product(
        uow,
        OpenProduct(
            gtin=unit, name="纯牛奶", packs=(PackNamed(gtin=case, contains=Decimal(24), of=unit),)
        ),
    )
    file(
        uow,
        dairy,
        production(quantity="10", unit="箱"),
        dispatch(shop, lot=a_lot(gtin=case), quantity="2", unit="EA"),
    )
    rows = uow.session.execute(text("SELECT DISTINCT ON (id) id, lot, qty, unit FROM entry")).all()
    assert [(row.qty, row.unit) for row in rows] == [(240_000, 3), (48_000, 3)]
    assert rows[0].lot == rows[1].lot


def test_cases_of_unknown_content_stay_cases(uow, dairy):
    file(uow, dairy, production(quantity="10", unit="箱"))
    assert uow.session.execute(text("SELECT qty, unit FROM entry")).one() == (10_000, 14)


def test_sales_to_consumers_have_no_receiver(uow, dairy):
    file(uow, dairy, production(), dispatch(0, partner=Party(consumers=True), quantity="5"))
    row = uow.session.execute(text("SELECT other, flags FROM entry WHERE kind = 2")).one()
    assert row == (0, Flag.RETAIL)


# --- the filing as a whole -------------------------------------------------------------------


def test_one_refused_line_refuses_the_filing_in_mode_all(uow, dairy, shop):
    lines = (
        production(),
        production(at="2026-09-01"),
        production(quantity="x"),
        dispatch(0, partner=Party(name="新客户", contact="某人")),
    )
    with pytest.raises(errors.LinesRefused) as caught:
        file(uow, dairy, *lines, key="K", mode=Mode.ALL)
    assert [(it.index, it.code) for it in caught.value.params["refused"]] == [
        (1, "entries.in_the_future"),
        (2, "kernel.quantity_unreadable"),
    ]
    for table in ("entry", "filing", "product", "lot"):
        assert uow.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    assert file(uow, dairy, production(), key="K", mode=Mode.ALL).accepted == 1


def test_refused_lines_leave_nothing_behind(uow, dairy):
    file(uow, dairy, production(), production(lot=a_lot("X", gtin=a_gtin(9)), at="2026-09-01"))
    assert uow.session.scalar(text("SELECT count(*) FROM product")) == 1


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ((), errors.NothingFiled),
        ((Unreadable(code="x.y", field=""),) * 10_001, errors.TooManyLines),
    ],
)
def test_filings_have_a_size(uow, dairy, lines, refusal):
    with pytest.raises(refusal):
        file_entries(uow, filing(dairy, *lines))


@pytest.mark.parametrize("key", ["", "  ", "x" * 201, "a\nb"])
def test_keys_must_be_readable(uow, dairy, key):
    with pytest.raises(errors.KeyUnreadable):
        file_entries(uow, filing(dairy, production(), key=key))


def test_lines_whose_unit_is_one_new_word_too_many_are_refused_alone(uow, dairy):
    lines = [production(unit=f"单位{n}", document=f"D{n}") for n in range(22)]
    filed = file(uow, dairy, *lines, production(document="D22"))
    assert filed.accepted == 21
    assert [(it.index, it.code, it.field) for it in filed.refused] == [
        (20, "entries.too_many_new_units", "unit"),
        (21, "entries.too_many_new_units", "unit"),
    ]
    with pytest.raises(errors.LinesRefused):
        file(uow, dairy, *[production(unit=f"量{n}") for n in range(21)], mode=Mode.ALL)


def test_refused_filings_use_up_no_numbers_of_units(uow, dairy):
    last = text("SELECT max(id) FROM unit_word")
    file(uow, dairy, production(unit="挑"))
    before = uow.session.scalar(last)
    for number in range(3):
        lines = [production(unit=f"担{number}-{n}") for n in range(20)]
        with pytest.raises(errors.LinesRefused):
            file(uow, dairy, *lines, production(quantity="x"), mode=Mode.ALL)
    file(uow, dairy, production(unit="筐"))
    assert uow.session.scalar(last) == before + 1


def test_a_full_list_of_units_refuses_the_line(uow, dairy):
    uow.session.execute(
        text("INSERT INTO unit_word (id, word) OVERRIDING SYSTEM VALUE VALUES (32766, '倒数第二')")
    )
    lines = [production(unit=unit, document=unit) for unit in ("末", "满", "倒数第二")]
    filed = file(uow, dairy, *lines)
    assert [(it.index, it.code, it.field) for it in filed.refused] == [
        (1, "entries.unit_words_full", "unit")
    ]
    assert filed.accepted == 2


def test_one_operator_does_not_use_up_the_units_of_all(uow, dairy, shop):
    brought = text(
        "INSERT INTO unit_word (word, operator_id) SELECT 'w' || n, :op "
        "FROM generate_series(1, 199) AS n"
    )
    uow.session.execute(brought, {"op": dairy})
    filed = file(uow, dairy, *[production(unit=unit, document=unit) for unit in ("挑", "担", "w7")])
    assert [(it.index, it.code) for it in filed.refused] == [(1, "entries.unit_words_full")]
    assert codes(file(uow, shop, receipt(dairy, unit="担"))) == []


def test_food_that_keeps_longer_than_the_book_can_count_is_filed(uow, dairy):
    lot = a_lot("L70", gtin=a_gtin(2), expires_on=UNKNOWN, shelf_life="70年")
    assert file(uow, dairy, production(lot=lot), production(lot=a_lot("L1"))).accepted == 2


def test_a_rule_that_cannot_judge_a_line_refuses_that_line(uow, dairy, monkeypatch):
    judge = Checker._dates

    def stumbling(self, item, limits):
        if item.index == 1:
            raise MomentUnreadable(text="9999", field="at")
        judge(self, item, limits)

    monkeypatch.setattr(Checker, "_dates", stumbling)
    filed = file(uow, dairy, *[production(document=f"D{n}") for n in range(3)])
    assert [(it.index, it.code, it.field) for it in filed.refused] == [
        (1, "kernel.moment_unreadable", "at")
    ]


@pytest.mark.parametrize(
    ("lot", "number"), [(2**31, 5), (32**7 - 1, 5), (5, 2**63), (5, 32**13 - 1)]
)
def test_a_correction_of_a_number_the_book_cannot_hold_is_refused_alone(uow, dairy, lot, number):
    wrong = Line(kind=EntryKind.CORRECTION, corrects=entry_reference(lot, number), reason="错录")
    filed = file(uow, dairy, production(), wrong)
    assert [(it.index, it.code, it.field) for it in filed.refused] == [
        (1, "kernel.unknown_reference", "corrects")
    ]
    assert filed.accepted == 1


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


@pytest.mark.slow
def test_filings_have_a_width_too(uow, dairy):
    def portions(letter):
        return tuple(Portion(lot=a_lot(f"{letter}{n}"), quantity="1", unit="EA") for n in range(44))

    line = Line(
        kind=EntryKind.TRANSFORMATION,
        at=parse_moment("2026-08-15"),
        portions=portions("I"),
        outputs=portions("O"),
    )
    with pytest.raises(errors.TooManyRows):
        file(uow, dairy, *[line] * 102)


def test_a_book_nobody_owns_takes_no_lines(uow):
    assert codes(file(uow, 2_000_000, production())) == ["subjects.unknown"]


def test_who_may_file_for_whom(uow, units_of, dairy, shop):
    mine = Actor(role=Role.OPERATOR, account_id=1, operator_id=dairy, delegated=frozenset({shop}))
    with units_of(mine) as unit:
        third = an_operator(uow, 9)
        lines = (
            production(),
            receipt(dairy, operator=Party(subject_id=shop), quantity="3"),
            production(operator=Party(uscc=a_uscc(9))),
            production(operator=Party(uscc=a_uscc(77))),
        )
        filed = file(unit, dairy, *lines)
        assert [(it.index, it.code) for it in filed.refused] == [
            (2, "accounts.not_your_operator"),
            (3, "subjects.unknown_uscc"),
        ]
        assert unit.session.scalars(text("SELECT op FROM entry ORDER BY id")).all() == [dairy, shop]
        with pytest.raises(NotYourOperator):
            file(unit, third, production())
    with units_of(Actor(role=Role.INSPECTOR, account_id=2)) as unit, pytest.raises(NotPermitted):
        file(unit, dairy, production())


def test_a_filing_is_told_and_audited_once(uow, dairy):
    filed = file(uow, dairy, production(), production(lot=a_lot("B")))
    facts = uow.session.execute(text("SELECT fact, payload FROM outbox_fact")).all()
    payload = next(it.payload for it in facts if it.fact == "entry.filed")
    assert payload["filing_id"] == filed.filing_id
    assert payload["accepted"] == payload["lots"] == 2
    assert payload["last_entry"] - payload["first_entry"] == 1
    lines = uow.session.scalar(text("SELECT count(*) FROM audit_line WHERE action = 'entry.file'"))
    assert lines == 1


def test_how_long_an_entry_is_kept(uow, dairy, shop):
    lot = a_lot(
        "A", produced_on=parse_moment("2026-05-13"), expires_on=UNKNOWN, shelf_life="12个月"
    )
    bare = a_lot("B", gtin=a_gtin(3), produced_on=UNKNOWN, expires_on=UNKNOWN)
    file(
        uow,
        dairy,
        production(lot=lot, document="1"),
        production(lot=bare, document="2"),
        production(lot=lot, document="3"),
        production(lot=bare, document="3"),
    )
    assert uow.session.scalars(text("SELECT keep_until FROM entry_note ORDER BY id")).all() == [
        date(2027, 11, 13),
        date(2028, 8, 15),
        date(2028, 8, 15),
        date(2028, 8, 15),
    ]


def test_a_transformation_line_needs_both_sides(uow, dairy):
    portion = Portion(lot=a_lot(), quantity="1", unit="EA")
    line = Line(kind=EntryKind.TRANSFORMATION, portions=(portion,), at=parse_moment("2026-08-01"))
    filed = file(uow, dairy, line)
    assert [(it.code, it.field) for it in filed.refused] == [("entries.field_missing", "outputs")]
