"""Filings from before there was a log are taken up, and are as well proved as any other."""

from __future__ import annotations

from sqlalchemy import text
from support.books import filed_book, fill, key_of_log, unit

from ledger.proof.queries import Recheck, receipts_of, recheck
from ledger.proof.rules.receipt import verify_receipt
from ledger.proof.services import adopt_entries, seal_entries

KEY = key_of_log()


def nobody(*_):
    """Takes no notice."""


def forget(owner_database):
    with owner_database.begin() as owner:
        owner.execute(text("TRUNCATE leaf_queue"))
        owner.execute(text("ALTER TABLE leaf_batch DISABLE TRIGGER USER"))
        owner.execute(text("DELETE FROM leaf_batch"))
        owner.execute(text("ALTER TABLE leaf_batch ENABLE TRIGGER USER"))


def rechecked(bind, folder):
    return recheck(bind, Recheck(verifiers=[KEY.verifier], folder=folder), nobody)


def test_a_book_from_before_the_log_is_adopted_once(fresh_database, owner_database, now, tmp_path):
    with unit(fresh_database, now) as uow:
        book = filed_book(uow)
        fill(uow, 50)
        entries = uow.session.scalar(text("SELECT sum(count) FROM leaf_batch"))
    forget(owner_database)
    assert rechecked(fresh_database, tmp_path).counts  # every line is one nobody vouches for
    with unit(fresh_database, now) as uow:
        fill(uow, 9)  # filed after the migration
    with unit(fresh_database, now) as uow:
        adopted = adopt_entries(uow, tmp_path, nobody)
        assert (adopted.filings, adopted.entries) == (7, entries)
    with unit(fresh_database, now) as uow:
        assert adopt_entries(uow, tmp_path, nobody).filings == 0
    found = rechecked(fresh_database, tmp_path)
    assert (found.counts, found.waiting) == ({}, entries + 9)
    with unit(fresh_database, now) as uow:
        seal_entries(uow, KEY)
        for receipt in receipts_of(uow, book.references):
            verify_receipt(receipt, KEY.verifier)
    assert rechecked(fresh_database, tmp_path).counts == {}
    assert list(tmp_path.iterdir()) == []


def test_there_is_nothing_to_adopt_in_a_new_book(uow, tmp_path):
    filed_book(uow)
    assert adopt_entries(uow, tmp_path, nobody).entries == 0
