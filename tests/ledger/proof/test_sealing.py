"""Sealing: what was filed gets its place in the log, all of it or nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.books import filed_book, fill, key_of_log, unit
from support.sources import ROOT

from ledger.entries.errors import UnknownEntry
from ledger.kernel.actor import Actor, Role
from ledger.kernel.ids import entry_reference
from ledger.proof import errors, queries
from ledger.proof.rules import checkpoint, merkle, paths, receipt
from ledger.proof.services import seal_entries
from ledger.proof.terms import ProofState, TileAddress

KEY = key_of_log()
LOG_TABLES = ("log_span", "log_tile", "log_checkpoint", "leaf_queue", "leaf_batch")


def contents(uow):
    return {
        name: sorted(uow.session.scalars(text(f"SELECT CAST(t AS text) FROM {name} t")))
        for name in (*LOG_TABLES, "outbox_fact")
    }


def queued(uow):
    rows = uow.session.execute(text("SELECT leaves FROM leaf_queue ORDER BY first_entry"))
    return b"".join(bytes(row.leaves) for row in rows)


def test_an_empty_queue_seals_nothing(uow):
    assert seal_entries(uow, KEY) is None
    assert queries.checkpoint_latest(uow) is None


def test_what_waits_is_sealed_under_one_signed_checkpoint(uow):
    filed_book(uow)
    leaves = queued(uow)
    sealed = seal_entries(uow, KEY)
    assert sealed.leaves == sealed.size == len(leaves) // 32
    assert sealed.root == merkle.root_of_leaves(leaves)
    shown = queries.checkpoint_latest(uow)
    opened = checkpoint.opened_checkpoint(shown.note, KEY.verifier)
    assert (opened.size, opened.root) == (sealed.size, sealed.root)
    assert queued(uow) == b""
    facts = uow.session.scalars(
        text("SELECT payload FROM outbox_fact WHERE fact = 'entries.sealed'")
    ).all()
    assert [fact["size"] for fact in facts] == [sealed.size]


def test_filings_that_follow_each_other_share_a_span(uow):
    filed_book(uow)
    seal_entries(uow, KEY)
    assert uow.session.scalar(text("SELECT count(*) FROM log_span")) == 1


def test_a_log_sealed_bit_by_bit_is_the_log_sealed_at_once(uow):
    filed_book(uow)
    fill(uow, 700)
    fill(uow, 3)
    wanted = merkle.root_of_leaves(queued(uow))
    sizes = []
    while sealed := seal_entries(uow, KEY, limit=5):
        sizes.append(sealed.size)
    assert queries.checkpoint_latest(uow).root == wanted
    assert len(sizes) > 3
    older = queries.checkpoints_since(uow, 0)
    assert [one.size for one in older] == sizes
    for old in older:
        paths.verify_consistency(
            old=old.size,
            new=sizes[-1],
            old_root=old.root,
            new_root=wanted,
            path=queries.consistency(uow, old.size, sizes[-1]),
        )


def test_tiles_are_given_as_wide_as_asked_for_and_no_wider_than_they_are(uow):
    filed_book(uow)
    fill(uow, 300)
    leaves = queued(uow)
    seal_entries(uow, KEY)
    size = len(leaves) // 32
    assert queries.tile_data(uow, TileAddress(0, 0)) == leaves[: 256 * 32]
    assert queries.tile_data(uow, TileAddress(0, 0, 7)) == leaves[: 7 * 32]
    assert queries.tile_data(uow, TileAddress(0, 1, size - 256)) == leaves[256 * 32 :]
    assert queries.tile_data(uow, TileAddress(0, 1, size - 255)) is None
    assert queries.tile_data(uow, TileAddress(0, 2, 1)) is None


def test_a_clock_that_steps_back_does_not_make_a_checkpoint_older(uow, database, now):
    filed_book(uow)
    seal_entries(uow, KEY)
    fill(uow, 2)
    with unit(database, now - timedelta(days=3)) as earlier:
        assert seal_entries(earlier, KEY)
    one, two = queries.checkpoints_since(uow, 0)
    assert one.signed_at == two.signed_at == now


def test_a_log_that_does_not_give_its_signed_root_is_not_gone_on_from(owner_database, now):
    with unit(owner_database, now) as uow:
        filed_book(uow)
        seal_entries(uow, KEY)
        fill(uow, 2)
        uow.session.execute(
            text("UPDATE log_tile SET data = overlay(data PLACING '\\x00' FROM 40)")
        )
        with pytest.raises(errors.LogDamaged):
            seal_entries(uow, KEY)
        uow.session.execute(text("UPDATE log_tile SET data = substr(data, 1, 32)"))
        with pytest.raises(errors.LogDamaged):
            seal_entries(uow, KEY)


def test_a_sealing_that_fails_half_way_leaves_everything_as_before(
    fresh_database, owner_database, now
):
    with unit(fresh_database, now) as uow:
        filed_book(uow)
        seal_entries(uow, KEY)
    with unit(fresh_database, now) as uow:
        fill(uow, 600)
        before = contents(uow)
    for table in ("log_tile", "log_span", "log_checkpoint", "outbox_fact"):
        with owner_database.begin() as owner:
            owner.execute(text(FULL.format(table=table)))
        with pytest.raises(Exception, match="disk full"), unit(fresh_database, now) as uow:
            seal_entries(uow, KEY)
        with owner_database.begin() as owner:
            owner.execute(text(f"DROP TRIGGER full_disk ON {table}"))
        with unit(fresh_database, now) as uow:
            assert contents(uow) == before
    with unit(fresh_database, now) as uow:
        assert seal_entries(uow, KEY).leaves == 600


FULL = """
    CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk AFTER INSERT ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION full_disk();
"""


SLOW = """
    CREATE FUNCTION slow_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
    CREATE TRIGGER slow_disk AFTER INSERT ON log_checkpoint
        FOR EACH STATEMENT EXECUTE FUNCTION slow_disk();
"""
SEALER = """
import sys
from datetime import datetime, UTC
from sqlalchemy import create_engine
from support.books import key_of_log, unit
from ledger.proof.services import seal_entries
with unit(create_engine(sys.argv[1]), datetime.now(UTC)) as uow:
    seal_entries(uow, key_of_log())
"""
_WAITS = text("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = :name")


def sleeper(admin, name):
    """The server process that sealing sleeps in, once it does."""
    for _ in range(400):
        pid = admin.scalar(_WAITS, {"name": name})
        if pid:
            return pid
        time.sleep(0.05)
    raise AssertionError


def test_a_sealer_killed_before_it_commits_leaves_everything_as_before(
    fresh_settings, fresh_database, owner_database, now
):
    with unit(fresh_database, now) as uow:
        filed_book(uow)
        before = contents(uow)
    with owner_database.begin() as owner:
        owner.execute(text(SLOW))
    url = fresh_settings.app_database_url
    child = subprocess.Popen(
        [sys.executable, "-c", SEALER, url], env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    )
    with owner_database.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        pid = sleeper(admin, owner_database.url.database)
        child.kill()
        child.wait(10)
        admin.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        admin.execute(text("DROP TRIGGER slow_disk ON log_checkpoint"))
    with unit(fresh_database, now) as uow:
        assert contents(uow) == before
        assert seal_entries(uow, KEY)


def test_only_one_process_seals_at_a_time(fresh_database, now):
    with unit(fresh_database, now) as uow:
        filed_book(uow)
    with unit(fresh_database, now) as first:
        assert seal_entries(first, KEY)
        with unit(fresh_database, now) as second:
            assert seal_entries(second, KEY) is None


# --- receipts ----------------------------------------------------------------------------------


def test_every_entry_has_a_receipt_that_verifies_offline(uow):
    book = filed_book(uow)
    seal_entries(uow, KEY)
    fill(uow, 300)
    seal_entries(uow, KEY)
    for one in queries.receipts_of(uow, book.references):
        whole = receipt.format_receipt(one)
        (read,) = receipt.parse_receipts(whole)
        shown = receipt.verify_receipt(read, KEY.verifier)
        assert shown.checkpoint.size == queries.checkpoint_latest(uow).size
        assert shown.records


def test_states_follow_each_other(uow):
    book = filed_book(uow)
    assert queries.state_of(uow, book.first_entry, witnessed=False) is ProofState.FILED
    seal_entries(uow, KEY)
    assert queries.state_of(uow, book.first_entry, witnessed=False) is ProofState.PUBLISHED
    assert queries.state_of(uow, book.first_entry, witnessed=True) is ProofState.SEALED
    uow.session.execute(
        text("INSERT INTO log_cosignature VALUES (:size, 'w', 'k', 's', now())"),
        {"size": queries.checkpoint_latest(uow).size},
    )
    assert queries.state_of(uow, book.first_entry, witnessed=True) is ProofState.PUBLISHED


def test_receipts_are_refused_by_name(uow, units_of):
    book = filed_book(uow)
    with pytest.raises(errors.NotSealedYet):
        queries.receipts_of(uow, book.references[:1])
    seal_entries(uow, KEY)
    with pytest.raises(UnknownEntry):
        queries.receipts_of(uow, ["E-nothing"])
    with pytest.raises(UnknownEntry):
        queries.receipts_of(uow, [entry_reference(1, 10**9)])
    with pytest.raises(errors.TooManyReceipts):
        queries.receipts_of(uow, book.references[:1] * 1001)
    stranger = Actor(role=Role.OPERATOR, account_id=9, operator_id=10**6)
    with units_of(stranger) as other, pytest.raises(UnknownEntry):
        queries.receipts_of(other, book.references[:1])


def test_an_entry_that_was_changed_gets_no_receipt(owner_database, now):
    with unit(owner_database, now) as uow:
        book = filed_book(uow)
        seal_entries(uow, KEY)
        uow.session.execute(text("ALTER TABLE entry_0000 DISABLE TRIGGER refuse_change"))
        uow.session.execute(text("ALTER TABLE entry DISABLE TRIGGER refuse_change"))
        uow.session.execute(text("UPDATE entry SET qty = qty + 1 WHERE kind = 1"))
        with pytest.raises(errors.EntryNotAsSealed):
            queries.receipts_of(uow, book.references)


def test_there_is_no_checkpoint_but_those_that_were_signed(uow):
    filed_book(uow)
    with pytest.raises(errors.UnknownCheckpoint):
        queries.consistency(uow, 0, 1)
    size = seal_entries(uow, KEY).size
    assert queries.checkpoint_of(uow, size).size == size
    for unknown in (size - 1, size + 1):
        with pytest.raises(errors.UnknownCheckpoint):
            queries.checkpoint_of(uow, unknown)
    with pytest.raises(errors.UnknownCheckpoint):
        queries.consistency(uow, 1, size + 1)
