"""Logistic units in several hands: who may unpack, what corrections undo, and all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from support.filings import a_lot, an_operator, dispatch, file, filing, production, receipt

from ledger.entries import errors
from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Line, Mode, Portion
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.identifiers.checks import gs1_check_digit
from ledger.kernel.moment import parse_moment
from ledger.products.terms import LotNamed
from scanner.trace.queries import pointed_at

A, B = a_lot("A"), a_lot("B")
PACK, UNPACK = EntryKind.AGGREGATION, EntryKind.DISAGGREGATION
EARLY, LATE = "2026-08-12", "2030-01-01"


def an_sscc(number: int) -> str:
    body = f"0690000{number:010d}"
    return body + gs1_check_digit(body)


CASE, PALLET, THIRD = an_sscc(1), an_sscc(2), an_sscc(3)


def packing(kind: EntryKind, sscc: str, *contents: Portion, at: str = EARLY) -> Line:
    return Line(kind=kind, sscc=sscc, portions=contents, at=parse_moment(at))


def portion(lot: LotNamed, quantity: str = "10") -> Portion:
    return Portion(lot=lot, quantity=quantity, unit="EA")


def nested(sscc: str) -> Portion:
    return Portion(lot=LotNamed(sscc=sscc), quantity="", unit="")


def correction(reference: str, replacement: Line | None = None) -> Line:
    return Line(
        kind=EntryKind.CORRECTION, corrects=reference, reason="错录", replacement=replacement
    )


def codes(filed: Any) -> list[tuple[int, str]]:
    return [(it.index, it.code) for it in filed.refused]


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)


# --- corrections ---------------------------------------------------------------------------------


def test_the_date_of_an_unpacking_is_put_right(uow, dairy, shop):
    file(uow, dairy, packing(PACK, PALLET, portion(A)))
    first = file(uow, dairy, packing(UNPACK, PALLET))
    second = file(
        uow, dairy, correction(first.entries[0], packing(UNPACK, PALLET, at="2026-08-13"))
    )
    assert codes(second) == []
    assert codes(file(uow, dairy, dispatch(shop, portions=(), sscc=PALLET))) == [
        (0, "entries.unit_empty")
    ]
    file(uow, dairy, correction(second.entries[0]))
    assert file(uow, dairy, dispatch(shop, portions=(), sscc=PALLET)).accepted == 1


def test_a_packing_is_put_right_before_its_unit_leaves_in_one_filing(uow, dairy, shop):
    first = file(uow, dairy, packing(PACK, PALLET, portion(A)))
    filed = file(
        uow,
        dairy,
        correction(first.entries[0], packing(PACK, PALLET, portion(B, "7"))),
        dispatch(shop, portions=(), sscc=PALLET),
    )
    assert codes(filed) == []
    sent = text("SELECT number, qty FROM entry JOIN lot ON lot.id = lot WHERE kind = 2")
    assert uow.session.execute(sent).all() == [("B", 7_000)]


# --- who may unpack ------------------------------------------------------------------------------


def test_who_never_had_the_goods_does_not_unpack_them(uow, dairy, shop):
    file(uow, dairy, production(lot=A), packing(PACK, PALLET, portion(A)))
    assert [(it.code, it.field) for it in file(uow, shop, packing(UNPACK, PALLET)).refused] == [
        ("entries.unit_not_held", "sscc")
    ]
    file(uow, dairy, dispatch(shop, portions=(), sscc=PALLET))
    assert codes(file(uow, shop, packing(UNPACK, PALLET))) == []


def test_a_receipt_in_the_same_filing_lets_the_receiver_unpack(uow, dairy, shop):
    file(uow, dairy, production(lot=A), packing(PACK, PALLET, portion(A)))
    filed = file(uow, shop, receipt(dairy, portions=(nested(PALLET),)), packing(UNPACK, PALLET))
    assert codes(filed) == []


def test_a_pallet_of_cases_is_held_by_who_packed_it(uow, dairy, shop):
    file(uow, dairy, packing(PACK, CASE, portion(A)), packing(PACK, PALLET, nested(CASE)))
    assert codes(file(uow, shop, packing(UNPACK, PALLET))) == [(0, "entries.unit_not_held")]
    assert codes(file(uow, dairy, packing(UNPACK, PALLET))) == []


# --- refusals that only other refused lines have caused ------------------------------------------


def test_a_refused_unpacking_does_not_empty_the_unit(uow, dairy, shop):
    file(uow, dairy, packing(PACK, PALLET, portion(A)))
    filed = file(
        uow,
        dairy,
        packing(UNPACK, PALLET, at=LATE),
        dispatch(shop, portions=(), sscc=PALLET),
    )
    assert codes(filed) == [(0, "entries.in_the_future")]


def test_a_refused_correction_does_not_forestall_a_good_one(uow, dairy):
    reference = file(uow, dairy, production(lot=A)).entries[0]
    filed = file(
        uow,
        dairy,
        correction(reference, production(lot=A, quantity="90", at=LATE)),
        correction(reference, production(lot=A, quantity="80")),
        correction(reference, production(lot=A, quantity="70")),
    )
    assert codes(filed) == [(0, "entries.in_the_future"), (2, "entries.already_corrected")]


def test_looking_again_ends(uow, dairy):
    reference = file(uow, dairy, production(lot=A)).entries[0]
    late = [correction(reference, production(lot=A, at=LATE)) for _ in range(9)]
    filed = file(uow, dairy, *late, correction(reference, production(lot=A, quantity="80")))
    assert len(filed.refused) == 10
    with pytest.raises(errors.LinesRefused) as caught:
        file(uow, dairy, *late, mode=Mode.ALL)
    assert caught.value.params["count"] == 9


# --- where a unit's sign leads -------------------------------------------------------------------


def test_a_pallet_does_not_point_at_a_case_taken_out_of_it(uow, dairy):
    file(
        uow,
        dairy,
        packing(PACK, CASE, portion(A)),
        packing(PACK, PALLET, nested(CASE), portion(B)),
    )
    file(uow, dairy, packing(UNPACK, PALLET, nested(CASE)))

    def numbers(sscc):
        lots = list(pointed_at(uow, f"00{sscc}").lots)
        found = text("SELECT number FROM lot WHERE id = ANY(:lots) ORDER BY 1")
        return list(uow.session.scalars(found, {"lots": lots}))

    assert numbers(PALLET) == ["B"]
    assert numbers(CASE) == ["A"]
    file(uow, dairy, packing(UNPACK, PALLET))
    assert numbers(PALLET) == ["A", "B"]  # empty now: what had been in it


# --- at once -------------------------------------------------------------------------------------


def at_once(engine, now, operator, *lines):
    barrier = Barrier(len(lines))

    def one(number):
        def unit():
            return units.begin(engine, actor=SYSTEM, now=now)

        def work(uow):
            return file_entries(uow, filing(operator, lines[number], key=f"at-once-{number}"))

        barrier.wait(timeout=20)
        return units.run(unit, work)

    with ThreadPoolExecutor(len(lines)) as pool:
        return list(pool.map(one, range(len(lines))))


@pytest.fixture
def packed(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy = an_operator(uow, 1)
        file(uow, dairy, *[packing(PACK, one, portion(A)) for one in (CASE, PALLET, THIRD)])
    return dairy


def test_two_who_unpack_one_unit_at_once_unpack_it_once(fresh_database, now, packed):
    answers = at_once(fresh_database, now, packed, *[packing(UNPACK, CASE)] * 3)
    assert sorted(it.accepted for it in answers) == [0, 0, 1]
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM entry WHERE kind = 8")) == 1


def test_units_packed_into_each_other_at_once_make_no_circle(fresh_database, now, packed):
    answers = at_once(
        fresh_database,
        now,
        packed,
        packing(PACK, CASE, nested(PALLET)),
        packing(PACK, PALLET, nested(THIRD)),
        packing(PACK, THIRD, nested(CASE)),
    )
    assert sorted(it.accepted for it in answers) == [0, 1, 1]
    refused = [code for it in answers for code in codes(it)]
    assert refused == [(0, "entries.unit_in_itself")]
