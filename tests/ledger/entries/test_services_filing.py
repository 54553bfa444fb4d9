"""Filing: one key, one answer, sizes, numbers of units, who may, and what is left behind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from support.filings import (
    a_lot,
    an_operator,
    codes,
    dispatch,
    file,
    filing,
    production,
    receipt,
)
from support.named import a_gtin, a_uscc

from ledger.entries import errors
from ledger.entries.services import file_entries
from ledger.entries.services.checking import Checker
from ledger.entries.terms import EntryKind, Flag, Line, Mode, Portion, Unreadable
from ledger.kernel.actor import Actor, NotPermitted, NotYourOperator, Role
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import UNKNOWN, MomentUnreadable, parse_moment
from ledger.products.services import open_product
from ledger.products.terms import OpenProduct, PackNamed
from ledger.subjects.terms import Party


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


def test_what_the_door_could_not_read_is_a_refusal_at_its_index(uow, dairy):
    filed = file(uow, dairy, production(), Unreadable(code="filing.x", field="at"))
    assert [(it.index, it.code) for it in filed.refused] == [(1, "filing.x")]
    assert filed.accepted == 1


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
