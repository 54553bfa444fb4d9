"""A recheck names the line that was changed behind the book's back, whatever was done to it."""

from __future__ import annotations

import pytest
from psycopg2 import DataError
from sqlalchemy import text
from support.books import key_of_log
from support.tampering import about_entry, do, only

from ledger.proof.queries import Recheck, recheck
from ledger.proof.queries.recheck.crew import Snapshot, crew, snapshot
from ledger.proof.terms import Fault

KEY = key_of_log()


# --- nothing wrong -----------------------------------------------------------------------------


def test_a_book_nobody_touched_is_green(town, look):
    found = look()
    assert found.counts == {}
    assert found.first is None
    assert (found.size, found.waiting, found.checkpoints) == (town.sizes[-1], 10, 3)
    assert found.rows > found.notes > 0


def test_several_processes_find_the_same(town, tmp_path):
    stages = []
    asked = Recheck(verifiers=[KEY.verifier], folder=tmp_path, workers=2)
    found = recheck(town.owner, asked, lambda *told: stages.append(told))
    assert found.counts == {}
    assert (found.size, found.waiting) == (town.sizes[-1], 10)
    assert {stage for stage, _, _ in stages} == {"rows", "entries", "leaves"}
    assert list(tmp_path.iterdir()) == []


def test_an_empty_book_is_green(uow, database, tmp_path):
    asked = Recheck(verifiers=[KEY.verifier], folder=tmp_path)
    found = recheck(database, asked, lambda *_: None)
    assert (found.counts, found.size, found.rows) == ({}, 0, 0)


# --- lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ["qty", "ts", "op", "other", "doc", "unit", "precision", "flags"]
)
def test_an_edited_value_is_named(town, owner, look, column):
    entry = town.bulk + 300
    do(owner, f"UPDATE entry SET {column} = {column} + 1 WHERE id = :entry", entry=entry)
    about_entry(look(), Fault.CHANGED, entry)


def test_an_edited_line_that_still_waits_is_named(town, owner, look):
    do(owner, "UPDATE entry SET qty = 7 WHERE id = :entry", entry=town.waiting + 7)
    about_entry(look(), Fault.CHANGED, town.waiting + 7)


@pytest.mark.parametrize("place", range(4))
def test_an_edited_row_of_an_entry_of_several_is_named(town, owner, look, place):
    entry = town.book.first_entry + 3
    count = do(
        owner,
        "UPDATE entry SET qty = qty + 1 WHERE ctid = (SELECT ctid FROM entry WHERE id = :entry "
        "ORDER BY kind, lot, other OFFSET :place LIMIT 1) AND id = :entry",
        entry=entry,
        place=place,
    )
    assert count == 1
    about_entry(look(), Fault.CHANGED, entry)


@pytest.mark.parametrize(
    "edit",
    [
        "document = 'X'",
        "certificate = certificate || 'X'",
        "keep_until = keep_until - 1",
        'said = said || \'{"note": "X"}\'',
    ],
)
def test_an_edited_note_is_named(town, owner, look, edit):
    entry = town.book.first_entry + 1
    assert do(owner, f"UPDATE entry_note SET {edit} WHERE id = :entry", entry=entry) == 1
    about_entry(look(), Fault.CHANGED, entry)


def test_a_note_taken_away_is_named(town, owner, look):
    entry = town.book.first_entry + 1
    do(owner, "DELETE FROM entry_note WHERE id = :entry", entry=entry)
    about_entry(look(), Fault.CHANGED, entry)


def test_an_edited_correction_is_named(town, owner, look):
    entry = owner.scalar(text("SELECT max(id) FROM entry WHERE kind = 10"))
    do(owner, "UPDATE entry SET qty = qty - 1 WHERE id = :entry", entry=entry)
    about_entry(look(), Fault.CHANGED, entry)


def test_an_edited_link_is_named(town, owner, look):
    do(owner, "UPDATE entry SET unit = 1 WHERE kind = 9 AND lot < other")
    assert only(look(), Fault.CHANGED).reference


def test_a_line_taken_away_is_named_by_what_its_filing_was_answered(town, owner, look):
    entry = town.book.first_entry + 1
    do(owner, "DELETE FROM entry WHERE id = :entry", entry=entry)
    do(owner, "DELETE FROM entry_note WHERE id = :entry", entry=entry)
    found = look()
    about_entry(found, Fault.REMOVED, entry)
    assert found.first.reference == town.book.references[1]


def test_a_line_taken_away_from_a_bulk_filing_is_named_by_its_number(town, owner, look):
    do(owner, "DELETE FROM entry WHERE id = :entry", entry=town.bulk + 9)
    first = only(look(), Fault.REMOVED)
    assert (first.entry, first.reference) == (town.bulk + 9, "")


def test_a_line_nobody_filed_is_named(town, owner, look):
    do(
        owner,
        "INSERT INTO entry SELECT id + 1000000, qty, lot, ts, op, other, doc, kind, unit, "
        "precision, flags FROM entry WHERE id = :entry",
        entry=town.bulk + 9,
    )
    about_entry(look(), Fault.ADDED, town.bulk + 1_000_009)


def test_a_row_added_to_an_entry_is_named(town, owner, look):
    do(
        owner,
        "INSERT INTO entry SELECT id, qty + 1, lot, ts, op, other, doc, kind, unit, "
        "precision, flags FROM entry WHERE id = :entry",
        entry=town.bulk + 9,
    )
    about_entry(look(), Fault.ADDED, town.bulk + 9)


def test_a_row_under_a_number_that_was_left_empty_is_named(town, owner, look):
    empty = town.bulk + 1  # see support.books.fill
    do(
        owner,
        "INSERT INTO entry SELECT :empty, qty, lot, ts, op, other, doc, kind, unit, "
        "precision, flags FROM entry WHERE id = :entry",
        entry=town.bulk + 9,
        empty=empty,
    )
    about_entry(look(), Fault.ADDED, empty)


@pytest.mark.parametrize("lot", ["lot", "lot + 5000000", "-lot"])
def test_a_note_nobody_filed_is_named(town, owner, look, lot):
    do(
        owner,
        f"INSERT INTO entry_note SELECT {lot}, id + 1000000, document, document_line, "
        "certificate, keep_until, said FROM entry_note WHERE id = :entry",
        entry=town.book.first_entry,
    )
    only(look(), Fault.ADDED)


@pytest.mark.parametrize(
    ("column", "one", "two"), [("ts", 114, 414), ("ts", 114, 771), ("qty", 0, 4)]
)
def test_a_value_swapped_between_two_lines_is_named_at_both(town, owner, look, column, one, two):
    """In one filing, with a filing that waits, and between lines with notes."""
    one, two = one + town.book.first_entry, two + town.book.first_entry
    swapped = (
        f"UPDATE entry e SET {column} = o.{column} FROM entry o "
        "WHERE (e.id, o.id) IN ((:one, :two), (:two, :one))"
    )
    assert do(owner, swapped, one=one, two=two) == 2
    found = look()
    assert found.counts == {Fault.SWAPPED: 2}
    assert [it.entry for it in found.findings] == [one, two]
    assert found.findings[0].about == f"{column} with {found.findings[1].reference}"


def test_lines_that_took_each_others_numbers_are_named(town, owner, look):
    one, two = town.bulk + 100, town.bulk + 400
    do(
        owner,
        "UPDATE entry SET id = :one + :two - id WHERE id IN (:one, :two)",
        one=one,
        two=two,
    )
    found = look()
    assert found.counts == {Fault.SWAPPED: 2}


def test_many_edited_lines_are_all_counted(town, owner, look):
    count = do(
        owner,
        "UPDATE entry SET flags = flags + 1 WHERE id BETWEEN :bulk + 10 AND :bulk + 600",
        bulk=town.bulk,
    )
    found = look()
    assert found.counts == {Fault.CHANGED: count}
    assert found.first.entry == town.bulk + 10


def test_workers_that_cannot_begin_end_the_recheck(fresh_database, tmp_path):
    """A pool would replace workers that end, for ever; these tell what hindered them."""
    with snapshot(fresh_database) as seen:
        elsewhere = Snapshot(seen.connection, "no such moment")
        with crew(elsewhere, tmp_path, 1, 2) as run, pytest.raises(DataError):
            list(run(nothing, [1]))


def nothing(connection, ground, argument):
    """A task that does nothing, where other processes can find it."""
