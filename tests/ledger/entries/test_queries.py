"""Reading the book: pages, filters, export, what waits, what is missing, a month's figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from support.filings import (
    a_farm,
    a_lot,
    an_operator,
    dispatch,
    file,
    production,
    receipt,
)
from support.named import a_gtin, a_uscc, counted

from ledger.entries import errors, queries
from ledger.entries.services import pair_day
from ledger.entries.terms import BookAsked, EntryKind, Flag, Line
from ledger.kernel.actor import Actor, NotPermitted, NotYourOperator, Role
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import UNKNOWN
from ledger.products.terms import LotNamed
from ledger.subjects.services import merge_subject
from ledger.subjects.terms import MergeSubject, Party


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)


def page(uow: Any, operator: int, **asked: Any) -> list[tuple[str, str]]:
    found = queries.book_page(uow, BookAsked(operator_id=operator, **asked))
    return [(it.kind.value, it.quantity) for it in found.items]


def voided(reference: str) -> Line:
    return Line(kind=EntryKind.CORRECTION, corrects=reference, reason="错", at=UNKNOWN)


def test_the_book_is_paged_newest_first_and_every_line_comes_once(uow, dairy):
    lines = [
        production(quantity=str(n + 1), document=f"D{n}", at=f"2026-08-{n % 9 + 1:02d}")
        for n in range(23)
    ]
    file(uow, dairy, *lines)
    seen, after = [], ""
    while True:
        found = queries.book_page(uow, BookAsked(operator_id=dairy, after=after, limit=5))
        seen += found.items
        after = found.next
        if not after:
            break
    assert sorted(int(it.quantity) for it in seen) == list(range(1, 24))
    assert [it.at.seconds for it in seen] == sorted((it.at.seconds for it in seen), reverse=True)
    exported = list(queries.book_lines(uow, BookAsked(operator_id=dairy)))
    assert exported == seen


def test_the_book_is_narrowed(uow, dairy, shop):
    other = an_operator(uow, 3)
    yoghurt = a_lot("Y1", gtin=a_gtin(2), name="风味酸奶")
    file(
        uow,
        dairy,
        production(quantity="10", certificate=""),
        production(quantity="20", lot=yoghurt, at="2026-08-10"),
        dispatch(shop, quantity="1"),
        dispatch(other, quantity="2", lot=yoghurt),
    )
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["2", "1", "10", "20"]),
        ({"kind": EntryKind.DISPATCH}, ["2", "1"]),
        ({"partner_id": shop}, ["1"]),
        ({"text": a_gtin(2)}, ["2", "20"]),
        ({"text": "酸奶"}, ["2", "20"]),
        ({"lot": "y1"}, ["2", "20"]),
        ({"since": date(2026, 8, 11)}, ["2", "1", "10"]),
        ({"until": date(2026, 8, 10)}, ["20"]),
        ({"flag": Flag.PENDING_PROOF}, ["10"]),
        ({"text": "面包"}, []),
    ]
    for asked, expected in cases:
        assert [quantity for _, quantity in page(uow, dairy, **asked)] == expected, asked


def test_a_line_says_everything_a_reader_needs(uow, dairy, shop, now):
    filed = file(uow, dairy, production(), dispatch(shop, quantity="2.50", unit="公斤"))
    line = queries.book_page(uow, BookAsked(operator_id=dairy)).items[0]
    assert line.reference == filed.entries[1]
    assert (line.partner_id, line.partner_name) == (shop, "鼓浪乳业2有限公司")
    assert (line.product_name, line.gtin, line.lot_number) == ("纯牛奶", a_gtin(1), "L240501")
    assert (line.quantity, line.unit, line.document) == ("2.50", "公斤", "D-1")
    assert (str(line.at), line.filed_at) == ("2026-08-15", now)


def test_corrected_lines_are_marked(uow, dairy):
    filed = file(uow, dairy, production())
    void = file(uow, dairy, voided(filed.entries[0]))
    by_kind = {it.kind: it for it in queries.book_page(uow, BookAsked(operator_id=dairy)).items}
    assert by_kind[EntryKind.PRODUCTION].corrected_by == void.entries[0]
    assert by_kind[EntryKind.CORRECTION].corrects == filed.entries[0]


def test_units_kept_as_text_are_shown_as_text(uow, dairy):
    file(uow, dairy, production(unit="麻袋", quantity="3"))
    lot = uow.session.scalar(text("SELECT id FROM lot"))
    assert page(uow, dairy) == [("production", "3")]
    assert [it.quantity for it in queries.on_hand(uow, dairy, [lot])[lot]] == [3]
    assert queries.on_hand(uow, dairy, []) == {}


def test_rows_without_notes_are_shown_as_the_book_counts_them(uow, dairy):
    from ledger.entries.writer import write_rows

    file(uow, dairy, production(unit="麻袋"))
    lot, word = uow.session.execute(text("SELECT lot, unit FROM entry")).one()
    write_rows(
        uow.session,
        [
            (10**9, 2500, lot, 0, dairy, dairy, 0, 1, word, 3, 0),
            (10**9 + 1, 2_500_000, lot, 0, dairy, dairy, 0, 1, 1, 3, 0),
        ],
    )
    found = queries.book_page(uow, BookAsked(operator_id=dairy)).items
    assert [(it.quantity, it.unit, it.filed_at is None) for it in found] == [
        ("100", "麻袋", False),
        ("2.5", "KGM", True),
        ("2.5", "麻袋", True),
    ]


def test_books_of_others_are_closed(uow, units_of, dairy, shop):
    filed = file(uow, dairy, production())
    asked = BookAsked(operator_id=dairy)
    with units_of(Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)) as unit:
        reads = (
            lambda: queries.book_page(unit, asked),
            lambda: list(queries.book_lines(unit, asked)),
            lambda: queries.waiting_for(unit, dairy),
            lambda: queries.pending_proof(unit, dairy),
            lambda: queries.on_hand(unit, dairy, [1]),
            lambda: queries.month_figures(unit, dairy, date(2026, 8, 1)),
        )
        for read in reads:
            with pytest.raises(NotYourOperator):
                read()
        with pytest.raises(errors.UnknownEntry):
            queries.entry_by_reference(unit, filed.entries[0])
    with units_of(Actor(role=Role.INSPECTOR, account_id=2)) as unit:
        assert queries.book_page(unit, asked).items
        assert queries.entry_by_reference(unit, filed.entries[0]).lines
    with units_of(Actor(role=Role.AGENCY, account_id=3)) as unit, pytest.raises(NotPermitted):
        queries.book_page(unit, asked)


@pytest.mark.parametrize("reference", ["", "E123", entry_reference(1, 10**12)])
def test_an_entry_that_is_not_there(uow, reference):
    with pytest.raises(errors.UnknownEntry):
        queries.entry_by_reference(uow, reference)


def test_a_place_in_the_book_nobody_gave_out(uow, dairy):
    with pytest.raises(errors.BookCursorUnreadable):
        queries.book_page(uow, BookAsked(operator_id=dairy, after="morgen"))


def test_what_waits_for_an_answer(uow, dairy, shop):
    file(
        uow,
        dairy,
        dispatch(shop, quantity="60", document="CK-1"),
        dispatch(shop, quantity="5", document="CK-2", at="2026-08-14"),
        dispatch(shop, quantity="7", document="CK-3", at="2026-06-01"),
    )
    assert [it.document for it in queries.waiting_for(uow, shop)] == ["CK-1", "CK-2"]
    got = file(uow, shop, receipt(dairy, quantity="60", document="CK-1"))
    assert [it.document for it in queries.waiting_for(uow, shop)] == ["CK-2"]
    file(uow, shop, voided(got.entries[0]))
    assert [it.document for it in queries.waiting_for(uow, shop)] == ["CK-1", "CK-2"]
    assert queries.waiting_for(uow, dairy) == ()


def test_deliveries_to_a_party_merged_later_wait_for_its_new_self(uow, dairy, shop):
    stranger = Party(name="老王小店", contact="老王")
    file(uow, dairy, dispatch(0, partner=stranger, quantity="3"))
    old = uow.session.scalar(text("SELECT other FROM entry WHERE kind = 2"))
    merge_subject(uow, MergeSubject(unregistered_id=old, into_uscc=a_uscc(2), reason="同一家"))
    assert [it.quantity for it in queries.waiting_for(uow, shop)] == ["3"]
    file(uow, shop, receipt(dairy, quantity="3"))
    assert queries.waiting_for(uow, shop) == ()


def test_what_still_needs_a_certificate(uow, dairy, shop):
    file(
        uow,
        shop,
        receipt(dairy, certificate=""),
        receipt(dairy, certificate="", lot=a_lot("B"), at="2026-08-10"),
    )
    assert [it.lot_number for it in queries.pending_proof(uow, shop)] == ["B", "L240501"]
    file(uow, shop, receipt(dairy, lot=a_lot("B"), quantity="1"))
    assert [it.lot_number for it in queries.pending_proof(uow, shop)] == ["L240501"]


def test_the_figures_of_a_month(uow, dairy, shop):
    filed = file(
        uow,
        dairy,
        production(),
        production(quantity="5", at="2026-07-31"),
        dispatch(shop, quantity="1"),
        dispatch(shop, quantity="2", lot=a_lot("B")),
    )
    file(uow, dairy, voided(filed.entries[2]))
    found = queries.month_figures(uow, dairy, date(2026, 8, 20))
    assert found.month == date(2026, 8, 1)
    assert {kind: n for kind, n in found.entries.items() if n} == {
        "production": 1,
        "dispatch": 1,
        "correction": 1,
    }
    assert {flag: n for flag, n in found.flagged.items() if n} == {"imbalance": 1}
    assert found.lots == 2


def test_a_days_deliveries_pair(uow, dairy, shop):
    farm, stranger = a_farm(uow), Party(name="路边摊", contact="某人")
    day = date(2026, 8, 15)
    file(
        uow,
        dairy,
        dispatch(shop, quantity="60", document="1"),
        dispatch(shop, quantity="5", document="2"),
        dispatch(shop, quantity="8", document="3"),
        dispatch(0, partner=stranger, quantity="9"),
        receipt(farm, lot=LotNamed(product="生乳", lot="1"), unit="KGM", quantity="500"),
    )
    file(
        uow,
        shop,
        receipt(dairy, quantity="60", document="1", at="2026-08-16"),
        receipt(dairy, quantity="4", document="2"),
    )
    found = pair_day(uow, dairy, day)
    assert (found.matched, found.differs, found.unmatched_up, found.unmatched_down) == (1, 1, 1, 1)
    assert str(found.share) == "0.2500"
    assert pair_day(uow, dairy, day) == found
    assert uow.session.scalar(text("SELECT count(*) FROM pairing_day")) == 1
    empty = pair_day(uow, dairy, day - timedelta(days=9))
    assert (empty.matched, empty.share) == (0, 1)


@pytest.fixture
def busy(uow, dairy, shop):
    """A book of a few thousand rows over many lots, and the planner's statistics on it."""
    from ledger.entries.writer import write_rows

    file(uow, dairy, production(), dispatch(shop, quantity="1"))
    first = uow.session.scalar(text("SELECT max(id) FROM entry"))
    rows = [
        (
            first + 1 + n,
            1000,
            1000 + n % 500,
            200_000_000 + n * 600,
            dairy + n % 5,
            shop + n % 5,
            0,
            1 + n % 3,
            3,
            4,
            0,
        )
        for n in range(6_000)
    ]
    write_rows(uow.session, rows)
    return uow


def test_an_export_is_read_in_pieces(busy, dairy):
    lines = [it.reference for it in queries.book_lines(busy, BookAsked(operator_id=dairy))]
    assert len(lines) == len(set(lines)) == 1202


def test_no_read_scans_the_book(busy, database, dairy, shop):
    # dear enough that no plan looks at all rows because others' tests have left few or many
    busy.session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL cpu_tuple_cost = 10"))
    asked = BookAsked(operator_id=dairy, since=date(2026, 5, 1), limit=20)
    lot = busy.session.scalar(text("SELECT min(lot) FROM entry"))
    reads = (
        lambda: queries.book_page(busy, asked),
        lambda: queries.waiting_for(busy, shop),
        lambda: queries.pending_proof(busy, dairy),
        lambda: queries.on_hand(busy, dairy, [lot]),
        lambda: queries.month_figures(busy, dairy, date(2026, 8, 1)),
        lambda: pair_day(busy, dairy, date(2026, 8, 15)),
        lambda: file(busy, dairy, production(document="N", document_line="1")),
    )
    plans = []
    for read in reads:
        for statement, values in _sent(database, read):
            if " entry" in statement and statement.lstrip().startswith("SELECT"):
                plan = "\n".join(database.exec_driver_sql("EXPLAIN " + statement, values).scalars())
                assert "Seq Scan on entry" not in plan, plan
                plans.append(plan)
    assert len(plans) > 12
    assert all("Index" in plan for plan in plans)


def _sent(database: Any, read: Any) -> list[tuple[str, Any]]:
    from sqlalchemy import event

    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    event.listen(database, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(database, "before_cursor_execute", note)
    return sent


def test_reading_and_filing_take_a_fixed_number_of_statements(uow, database, dairy, shop):
    figures = {}
    file(uow, dairy, production())  # what is read once per unit is read now
    for size in (3, 60):
        lines = [
            dispatch(
                shop,
                lot=a_lot(f"L{size}-{n}"),
                document=f"{size}",
                quantity="1",
                document_line=str(n),
            )
            for n in range(size)
        ]
        lines += [
            receipt(
                0,
                partner=Party(name=f"户{size}-{n}", contact="某人"),
                unit="KGM",
                lot=LotNamed(product=f"菜{n % 9}", lot=f"{size}{n}"),
            )
            for n in range(size)
        ]
        uow.session.flush()  # facts of the filing before
        with counted(database) as filed:
            assert file(uow, dairy, *lines).refused == ()
        with counted(database) as read:
            queries.book_page(uow, BookAsked(operator_id=dairy, limit=size))
        with counted(database) as waiting:
            queries.waiting_for(uow, shop)
        figures[size] = (len(filed), len(read), len(waiting))
    assert figures[3] == figures[60]
    print("statements: filing, page, waiting", figures[60])
