"""A recheck names what was changed behind the book's back, whatever it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from support.books import Book, filed_book, fill, key_of_log, unit

from app.database import owner_engine
from ledger.kernel.ids import parse_entry_reference
from ledger.proof import errors
from ledger.proof.queries import Recheck, checkpoint_latest, recheck
from ledger.proof.rules.checkpoint import signed_checkpoint
from ledger.proof.rules.merkle import grow, root_of_leaves
from ledger.proof.services import seal_entries
from ledger.proof.terms import Fault, Rechecked

KEY = key_of_log()
BULK = 700
GUARDED = (
    "entry",
    "entry_0000",
    "entry_note",
    "filing",
    "leaf_batch",
    "log_span",
    "log_tile",
    "log_checkpoint",
)


@dataclass
class Town:
    """A sealed book in several checkpoints, some of it still waiting, and its owner's way in."""

    owner: Engine
    book: Book
    bulk: int  # first entry of a filing of BULK entries, sealed
    sizes: list[int]
    waiting: int  # first entry of the filing that waits


@pytest.fixture(scope="module")
def town(new_database: Callable[[str], Any]) -> Iterator[Town]:
    from conftest import NOW

    owner = owner_engine(new_database("recheck"))
    sizes = []
    with unit(owner, NOW) as uow:
        book = filed_book(uow)
        sizes.append(seal_entries(uow, KEY).size)
    with unit(owner, NOW) as uow:
        bulk = fill(uow, BULK)
        fill(uow, 20)
        sizes.append(seal_entries(uow, KEY).size)
    with unit(owner, NOW) as uow:
        uow.session.execute(text("SELECT take_entry_ids(5)"))  # numbers nobody used
        fill(uow, 30)
        sizes.append(seal_entries(uow, KEY).size)
        waiting = fill(uow, 10)
    yield Town(owner, book, bulk, sizes, waiting)
    owner.dispose()


@pytest.fixture
def owner(town: Town) -> Iterator[Connection]:
    """The tables' owner with nothing in its way; all it does is taken back."""
    with town.owner.connect() as connection:
        transaction = connection.begin()
        for table in GUARDED:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection
        transaction.rollback()


@pytest.fixture
def look(owner: Connection, tmp_path: Any) -> Callable[..., Rechecked]:
    def look(**asked: Any) -> Rechecked:
        return recheck(
            owner, Recheck(verifiers=[KEY.verifier], folder=tmp_path, **asked), lambda *_: None
        )

    return look


def do(owner: Connection, statement: str, **values: Any) -> int:
    done = owner.execute(text(statement), values)
    return done.rowcount


def only(found: Rechecked, fault: Fault, count: int = 1) -> Any:
    assert found.counts == {fault: count}
    assert found.first.fault is fault
    return found.first


def about_entry(found: Rechecked, fault: Fault, entry: int) -> None:
    first = only(found, fault)
    assert first.entry == entry
    assert parse_entry_reference(first.reference)[1] == entry


def place_of(owner: Connection, entry: int) -> int:
    return owner.scalar(
        text(
            "SELECT first_leaf + :entry - first_entry FROM log_span "
            "WHERE first_entry <= :entry ORDER BY first_entry DESC LIMIT 1"
        ),
        {"entry": entry},
    )


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


def rewrite(owner: Connection, entry: int, levels: int) -> bytes:
    """Edit a one-row line and put the new hashes into the tiles of so many levels."""
    from ledger.entries.rules import canonical

    do(owner, "UPDATE entry SET qty = qty + 1 WHERE id = :entry", entry=entry)
    row = owner.execute(
        text(
            "SELECT id, qty, lot, ts, op, other, doc, kind, unit, precision, flags FROM entry "
            "WHERE id = :entry"
        ),
        {"entry": entry},
    ).one()
    nonce = owner.scalar(
        text(
            "SELECT nonce FROM leaf_batch WHERE first_entry <= :entry "
            "ORDER BY first_entry DESC LIMIT 1"
        ),
        {"entry": entry},
    )
    hashed = canonical.leaf_hash(bytes(nonce), [canonical.record(tuple(row))])
    tiles = owner.execute(text("SELECT data FROM log_tile WHERE level = 0 ORDER BY index")).all()
    leaves = bytearray(b"".join(bytes(one.data) for one in tiles))
    place = place_of(owner, entry)
    leaves[place * 32 : place * 32 + 32] = hashed
    for tile in grow(0, (), bytes(leaves)).tiles:
        if tile.level < levels:
            do(
                owner,
                "UPDATE log_tile SET data = :data WHERE level = :level AND index = :index",
                data=tile.data,
                level=tile.level,
                index=tile.index,
            )
    return root_of_leaves(bytes(leaves))


def forge(owner: Connection, size: int, root: bytes, key: Any) -> None:
    do(
        owner,
        "UPDATE log_checkpoint SET root = :root, note = :note WHERE size = :size",
        root=root,
        note=signed_checkpoint(size, root, key),
        size=size,
    )


def test_the_newest_checkpoint_is_what_was_signed(town, owner):
    from conftest import NOW

    with unit(owner, NOW) as uow:
        assert checkpoint_latest(uow).size == town.sizes[-1]
