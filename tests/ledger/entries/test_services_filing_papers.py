"""Filing: what licences, certificates, names and numbers make of a line, each rule by name."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from support.filings import (
    a_farm,
    a_lot,
    an_operator,
    codes,
    dispatch,
    file,
    flags_of,
    production,
    receipt,
    rules,
)
from support.named import a_gtin, a_uscc, an_sc

from ledger.entries.terms import Flag
from ledger.kernel.moment import UNKNOWN
from ledger.products.services import open_product
from ledger.products.terms import LotNamed, OpenProduct
from ledger.subjects.services import amend_subject
from ledger.subjects.terms import AmendSubject, LicenceKind, LicenceNamed, Party

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
