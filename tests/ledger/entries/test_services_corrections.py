"""Corrections: what is put right, what cannot be, and that the old stays in sight."""

from __future__ import annotations

from sqlalchemy import text
from support.filings import (
    a_lot,
    codes,
    correction,
    dispatch,
    file,
    lot_numbered,
    production,
    receipt,
    rows,
    transformation,
)
from support.named import a_gtin

from ledger.entries.queries import entry_by_reference, on_hand
from ledger.kernel.actor import Actor, Role
from ledger.kernel.ids import entry_reference, parse_entry_reference

A, B = a_lot("A"), a_lot("B")
X, Y = a_lot("X", gtin=a_gtin(2)), a_lot("Y", gtin=a_gtin(3))


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
