"""Logistic units: what is packed, unpacked and sent as one number."""

from __future__ import annotations

from support.filings import (
    a_lot,
    codes,
    correction,
    dispatch,
    file,
    lot_numbered,
    nested,
    portion,
    production,
    receipt,
    rows,
)

from ledger.entries.queries import on_hand
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.moment import parse_moment

A, B = a_lot("A"), a_lot("B")


def an_sscc(number: int = 1) -> str:
    body = f"0690{number:013d}"
    return body + gs1_check_digit(body)


def packing(kind: EntryKind, sscc: str, *contents: Portion) -> Line:
    return Line(kind=kind, sscc=sscc, portions=contents, at=parse_moment("2026-08-15"))


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
