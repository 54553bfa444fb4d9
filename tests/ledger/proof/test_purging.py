"""What was kept long enough goes, what is stopped stays, and every proof of the rest holds."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import text
from support.books import filed_book, fill, key_of_log, unit

from ledger.entries.errors import UnknownEntry
from ledger.proof import errors
from ledger.proof.queries import Recheck, receipts_of, recheck
from ledger.proof.rules.purge import entries_marked, marks_of
from ledger.proof.rules.receipt import verify_receipt
from ledger.proof.services import purge_book, seal_entries
from ledger.proof.terms import Fault

KEY = key_of_log()
LATER = timedelta(days=365 * 6)
GUARDED = ("entry", "entry_0000", "entry_note", "purge", "purged_record")


def nobody(*_):
    """Takes no notice."""


def rechecked(bind, folder):
    return recheck(bind, Recheck(verifiers=[KEY.verifier], folder=folder), nobody)


@pytest.fixture
def book(owner_database, now):
    """A sealed book whose second half of lots lies in another partition, with one entry in both."""
    with unit(owner_database, now) as uow:
        uow.session.execute(text("ALTER SEQUENCE lot_id_seq RESTART 1599998"))
        filed = filed_book(uow)
        fill(uow, 40)
        seal_entries(uow, KEY)
        lots = uow.session.scalars(text("SELECT id FROM lot ORDER BY id")).all()
        assert lots[0] < 1_600_000 <= lots[-1]
    return filed


def rows(uow, partition):
    return uow.session.scalar(text(f"SELECT count(*) FROM {partition}"))


def hold(uow, lot):
    uow.session.execute(
        text("INSERT INTO lot_hold (lot_id, reason, held_at) VALUES (:lot, 'x', now())"),
        {"lot": lot},
    )


def test_nothing_goes_before_its_day(book, owner_database, now, tmp_path):
    with unit(owner_database, now) as uow:
        done = purge_book(uow, now.date())
        assert (done.entries, done.notes) == (0, 0)
        assert [one.kept_for for one in done.partitions] == ["days", "days"]
        with pytest.raises(errors.NotYetPast):
            purge_book(uow, now.date() + timedelta(days=1))
    assert rechecked(owner_database, tmp_path).counts == {}


def test_a_book_past_its_day_goes_and_the_log_says_so(book, owner_database, now, tmp_path):
    with unit(owner_database, now + LATER) as uow:
        planned = purge_book(uow, (now + LATER).date(), dry_run=True)
        assert rows(uow, "entry") > 0
        done = purge_book(uow, (now + LATER).date())
        assert done.partitions == planned.partitions
        assert rows(uow, "entry") == rows(uow, "entry_note") == 0
    found = rechecked(owner_database, tmp_path)
    assert found.counts == {}
    assert found.purged > 40
    assert found.waiting == 2  # the purges
    with unit(owner_database, now + LATER) as uow:
        seal_entries(uow, KEY)
        fill(uow, 5)  # the partition is there again
        assert purge_book(uow, (now + LATER).date()).entries == 0
    found = rechecked(owner_database, tmp_path)
    assert (found.counts, found.waiting) == ({}, 5)
    with unit(owner_database, now) as uow, pytest.raises(UnknownEntry):
        receipts_of(uow, book.references[:1])


def test_what_stays_of_an_entry_that_went_in_part_is_still_proved(
    book, owner_database, now, tmp_path
):
    with unit(owner_database, now + LATER) as uow:
        late = (now + LATER).date()
        newer = uow.session.scalar(text("SELECT max(id) FROM lot"))
        uow.session.execute(
            text("UPDATE lot SET expires_at = 2000000000, expires_precision = 4 WHERE id = :lot"),
            {"lot": newer},
        )
        done = purge_book(uow, late)
        assert [one.kept_for for one in done.partitions] == ["", "days"]
        assert rows(uow, "entry_0000") == 0
        assert rows(uow, "entry_0001") > 0
        assert rows(uow, "purged_record") > 0
        left = uow.session.execute(text("SELECT id, lot FROM entry_0001")).all()
        split = book.first_entry + 3
        assert split in {row.id for row in left}
    found = rechecked(owner_database, tmp_path)
    assert found.counts == {}
    with unit(owner_database, now + LATER) as uow:
        receipt = receipts_of(uow, [book.references[4]])[0]
        verify_receipt(receipt, KEY.verifier)
        uow.session.execute(text("UPDATE lot SET expires_precision = 0"))
        seal_entries(uow, KEY)
        assert [one.kept_for for one in purge_book(uow, late).partitions] == [""]
    assert rechecked(owner_database, tmp_path).counts == {}


def test_a_stopped_lot_keeps_its_partition_and_its_words(book, owner_database, now, tmp_path):
    with unit(owner_database, now + LATER) as uow:
        hold(uow, 1_599_998)
        done = purge_book(uow, (now + LATER).date())
        assert done.partitions[0].kept_for == "held"
        assert done.partitions[1].kept_for == "held"  # made from the stopped lot
        assert done.held_notes > 0
        words = uow.session.execute(
            text("SELECT document, digest FROM entry_note WHERE lot = 1599998")
        ).all()
        assert any(row.document for row in words)
        assert all(row.digest is None for row in words)
    assert rechecked(owner_database, tmp_path).counts == {}


def test_words_go_where_rows_must_stay(book, owner_database, now, tmp_path):
    with unit(owner_database, now + LATER) as uow:
        third = uow.session.scalar(
            text("SELECT lot FROM entry GROUP BY lot HAVING count(*) = 1 ORDER BY lot LIMIT 1")
        )
        for lot in uow.session.scalars(text("SELECT id FROM lot")).all():
            if lot != third:
                hold(uow, lot)
        done = purge_book(uow, (now + LATER).date())
        assert (done.entries, done.notes) == (0, 1)
        wiped = uow.session.execute(
            text("SELECT document, certificate, said, digest FROM entry_note WHERE lot = :lot"),
            {"lot": third},
        ).one()
        assert wiped[:3] == ("", "", {})
    assert rechecked(owner_database, tmp_path).counts == {}
    with unit(owner_database, now + LATER) as uow:
        seal_entries(uow, KEY)
        for one in receipts_of(uow, book.references):
            verify_receipt(one, KEY.verifier)
    assert rechecked(owner_database, tmp_path).counts == {}


def test_what_is_not_sealed_does_not_go(book, owner_database, now):
    with unit(owner_database, now) as uow:
        fill(uow, 3)
    with unit(owner_database, now + LATER) as uow, pytest.raises(errors.NotAllSealed):
        purge_book(uow, (now + LATER).date())


def test_the_application_may_not_purge(book, fresh_database, now):
    with (
        pytest.raises(Exception, match="permission denied"),
        unit(fresh_database, now + LATER) as uow,
    ):
        purge_book(uow, (now + LATER).date())


FORGERIES = {
    "marks of more entries": ("UPDATE purge SET entries = entries + 1", Fault.CHANGED),
    "another day": ("UPDATE purge SET before = before + 1", Fault.CHANGED),
    "a purge taken away": ("DELETE FROM purge", Fault.REMOVED),
    "a row brought back": (
        "INSERT INTO entry SELECT 20, qty, lot, ts, op, 1, doc, 1, 3, 1, 0 FROM entry LIMIT 1",
        Fault.ADDED,
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_purge_is_named(book, owner_database, now, tmp_path, forgery):
    statement, fault = FORGERIES[forgery]
    with unit(owner_database, now + LATER) as uow:
        purge_book(uow, (now + LATER).date())
        seal_entries(uow, KEY)
        fill(uow, 2)
        seal_entries(uow, KEY)
    with unit(owner_database, now) as uow:
        for table in GUARDED:
            uow.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        uow.session.execute(text(statement))
    assert fault in rechecked(owner_database, tmp_path).counts


def test_words_taken_without_a_purge_are_named(book, owner_database, now, tmp_path):
    with unit(owner_database, now) as uow:
        uow.session.execute(text("ALTER TABLE entry_note DISABLE TRIGGER USER"))
        entry = book.first_entry + 1
        digest = receipts_of(uow, [book.references[1]])[0].leaf[-32:]
        uow.session.execute(
            text(
                "UPDATE entry_note SET digest = :digest, document = '', certificate = '', "
                "said = '{}' WHERE id = :entry"
            ),
            {"digest": digest, "entry": entry},
        )
    found = rechecked(owner_database, tmp_path)
    assert found.counts == {Fault.CHANGED: 1}
    assert found.first.entry == entry


@pytest.mark.parametrize("entries", [[], [5], [1, 2, 9], [7, 1_000_000, 1_000_001]])
def test_marks_say_which_entries(entries):
    first, marks = marks_of(np.array(entries, np.int64))
    found = [one for piece in entries_marked(first, marks) for one in piece.tolist()]
    assert found == entries
