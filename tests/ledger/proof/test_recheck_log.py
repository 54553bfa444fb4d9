"""A recheck names what was changed in the log itself: nonces, spans, tiles, checkpoints."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support.books import key_of_log
from support.tampering import BULK, do, forge, only, rewrite

from ledger.proof import errors
from ledger.proof.queries import Recheck, recheck
from ledger.proof.rules.checkpoint import signed_checkpoint
from ledger.proof.terms import Fault

KEY = key_of_log()


# --- filings, nonces, spans ----------------------------------------------------------------------


def test_a_changed_nonce_is_named_once(town, owner, look):
    do(
        owner,
        "UPDATE leaf_batch SET nonce = substr(sha256(nonce), 1, 16) WHERE first_entry = :bulk",
        bulk=town.bulk,
    )
    first = only(look(), Fault.NONCE, BULK)
    assert (first.entry, first.count) == (town.bulk, BULK)


def test_a_nonce_taken_away_is_named(town, owner, look):
    do(owner, "DELETE FROM leaf_batch WHERE first_entry = :bulk", bulk=town.bulk)
    found = look()
    assert found.counts[Fault.BATCH] == BULK
    assert found.first.entry == town.bulk


def test_filings_that_overlap_are_named(town, owner, look):
    do(owner, "UPDATE leaf_batch SET count = count + 1 WHERE first_entry = :bulk", bulk=town.bulk)
    found = look()
    assert Fault.BATCH in found.counts
    assert Fault.FILING in found.counts


def test_a_filing_taken_away_or_invented_is_named(town, owner, look):
    do(owner, "DELETE FROM filing WHERE first_entry = :bulk", bulk=town.bulk)
    assert only(look(), Fault.FILING, BULK).entry == town.bulk
    do(owner, "UPDATE filing SET last_entry = last_entry + 1 WHERE last_entry < :b", b=town.bulk)
    assert look().counts[Fault.FILING] > BULK


def test_a_filing_that_is_neither_sealed_nor_waiting_is_named(town, owner, look):
    do(owner, "DELETE FROM leaf_queue")
    first = only(look(), Fault.UNSEALED, 10)
    assert first.entry == town.waiting


def test_a_span_that_moved_by_one_entry_is_named(town, owner, look):
    do(owner, "UPDATE log_span SET first_entry = first_entry + 1 WHERE first_leaf = 0")
    found = look()
    assert {Fault.BATCH, Fault.UNSEALED} <= found.counts.keys()


def test_equal_spans_that_changed_places_are_named(town, owner, look):
    """Cut the bulk filing's span in three; the outer two change places."""
    span = owner.execute(
        text("SELECT * FROM log_span WHERE first_entry = :bulk"), {"bulk": town.bulk}
    ).one()
    do(owner, "DELETE FROM log_span WHERE first_entry = :bulk", bulk=town.bulk)
    batches = owner.execute(
        text(
            "SELECT first_entry, count FROM leaf_batch WHERE first_entry >= :a "
            "AND first_entry < :a + :n ORDER BY 1"
        ),
        {"a": span.first_entry, "n": span.count},
    ).all()
    leaf = span.first_leaf
    for batch in reversed(batches):
        do(
            owner,
            "INSERT INTO log_span VALUES (:leaf, :count, :entry)",
            leaf=leaf,
            count=batch.count,
            entry=batch.first_entry,
        )
        leaf += batch.count
    found = look()
    assert found.counts == {Fault.MOVED: span.count}
    assert found.first.reference


def test_a_gap_between_spans_is_named(town, owner, look):
    do(owner, "UPDATE log_span SET count = count - 1 WHERE first_leaf = 0")
    found = look()
    assert Fault.SPAN in found.counts


# --- tiles and checkpoints -----------------------------------------------------------------------


@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 1), (0, 2), (1, 0)])
def test_a_flipped_byte_in_a_tile_is_named(town, owner, look, level, index):
    assert (
        do(
            owner,
            "UPDATE log_tile SET data = set_byte(data, 40, get_byte(data, 40) # 1) "
            "WHERE level = :level AND index = :index",
            level=level,
            index=index,
        )
        == 1
    )
    assert only(look(), Fault.TILE).about == f"tile {level}/{index}"


@pytest.mark.parametrize(("level", "index"), [(0, 0), (0, 2), (1, 0)])
@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM log_tile", "UPDATE log_tile SET width = width - 1, data = substr(data, 33)"],
)
def test_a_missing_or_cut_tile_is_named(town, owner, look, level, index, damage):
    do(owner, f"{damage} WHERE level = :level AND index = :index", level=level, index=index)
    found = look()
    assert Fault.TILE in found.counts
    assert any(one.about == f"tile {level}/{index}" for one in found.findings)


def test_a_line_and_its_tile_rewritten_together_are_named(town, owner, look):
    """Who edits a line and puts its new hash into the tile is caught by the tile above."""
    rewrite(owner, town.bulk + 100, levels=1)
    first = only(look(), Fault.ROOT, 256)
    assert first.about == "tile 0/0"


def test_a_line_and_the_last_tile_rewritten_are_caught_by_the_signed_root(town, owner, look):
    entry = town.bulk + BULK + 10
    rewrite(owner, entry, levels=1)
    found = look()
    assert only(found, Fault.ROOT).place == town.sizes[0]


def test_a_history_rewritten_up_to_the_top_is_caught_by_the_signature(town, owner, look):
    """With every tile made anew and a checkpoint signed by another key, the names are right."""
    root = rewrite(owner, town.bulk + 100, levels=9)
    found = look()
    first = only(found, Fault.ROOT)
    assert (first.place, first.about) == (town.sizes[0], f"checkpoint {town.sizes[1]}")
    for other in (key_of_log(2), key_of_log(1, "other.example.cn/log")):
        forge(owner, town.sizes[-1], root, other)
        found = look()
        assert found.counts[Fault.CHECKPOINT] == 1
        assert found.counts[Fault.ROOT] == 1


def test_a_checkpoint_signed_with_another_key_is_named(town, owner, look):
    root = bytes(owner.scalar(text("SELECT root FROM log_checkpoint ORDER BY size LIMIT 1")))
    forge(owner, town.sizes[0], root, key_of_log(2))
    assert only(look(), Fault.CHECKPOINT).about == f"checkpoint {town.sizes[0]}"


def test_an_older_checkpoint_of_ours_over_another_log_is_named(town, owner, look):
    forge(owner, town.sizes[1], bytes(32), KEY)
    assert only(look(), Fault.CHECKPOINT).about == f"checkpoint {town.sizes[1]}"


def test_a_root_that_is_not_its_notes_is_named(town, owner, look):
    do(
        owner,
        "UPDATE log_checkpoint SET root = :root WHERE size = :size",
        root=bytes(32),
        size=town.sizes[0],
    )
    assert only(look(), Fault.CHECKPOINT).place == town.sizes[0]


def test_a_newest_checkpoint_taken_away_is_named(town, owner, look):
    do(owner, "DELETE FROM log_checkpoint WHERE size = :size", size=town.sizes[-1])
    assert Fault.SPAN in look().counts


def test_a_log_cut_back_is_caught_by_a_checkpoint_somebody_kept(town, owner, look):
    kept = owner.scalar(text("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1"))
    assert look(kept=[kept]).counts == {}
    forged = signed_checkpoint(town.sizes[-1], bytes(32), KEY)
    assert only(look(kept=[forged]), Fault.CHECKPOINT).about
    assert only(look(kept=["nonsense"]), Fault.CHECKPOINT).about
    larger = signed_checkpoint(town.sizes[-1] + 1, bytes(32), KEY)
    assert only(look(kept=[larger]), Fault.ROOT).about


def test_old_keys_stay_good(town, owner, tmp_path):
    new = key_of_log(3)
    asked = Recheck(verifiers=[new.verifier, KEY.verifier], folder=tmp_path)
    assert recheck(owner, asked, lambda *_: None).counts == {}
    asked = Recheck(verifiers=[new.verifier], folder=tmp_path)
    assert recheck(owner, asked, lambda *_: None).counts == {Fault.CHECKPOINT: 3}


def test_a_table_made_otherwise_is_refused_by_name(town, owner, look):
    do(owner, "ALTER TABLE entry ALTER COLUMN doc DROP NOT NULL")
    do(owner, "UPDATE entry SET doc = NULL WHERE id = :entry", entry=town.bulk)
    with pytest.raises(errors.BookUnreadable):
        look()
