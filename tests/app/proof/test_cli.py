"""``suyuan proof``: seal and show, verify offline, follow the log's growth, witness it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from support.books import Book, filed_book, unit
from support.filings import file, production

from app.proof import jobs
from app.proof.cli import book as book_group
from app.proof.cli import proof
from app.proof.queries import Published
from app.settings import PREFIX, Settings
from ledger.proof import queries as log
from ledger.proof.rules import checkpoint, keys, merkle, note, receipt
from ledger.proof.rules.tiles import tile_path
from ledger.proof.terms import Algorithm, TileAddress

KEY = keys.made_key("log.example.cn/book", bytes(range(32)))
VKEY = keys.vkey(KEY.verifier)


@pytest.fixture
def chosen(fresh_settings: Settings, tmp_path: Path, monkeypatch: Any) -> Settings:
    """This test's installation, as a command finds it in its environment."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in fresh_settings.to_environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SUYUAN_LOG_KEY", keys.secret_text(KEY))
    monkeypatch.setenv("SUYUAN_DATA", str(tmp_path / "data"))
    return fresh_settings


@pytest.fixture
def book(chosen: Settings, fresh_database: Engine, now: datetime) -> Book:
    with unit(fresh_database, now) as uow:
        return filed_book(uow)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(proof, [str(each) for each in arguments])


def receipts_in(engine: Engine, now: datetime, book: Book, path: Path) -> Path:
    with unit(engine, now) as uow:
        found = log.receipts_of(uow, book.references)
    path.write_text("".join(receipt.format_receipt(one) for one in found), "utf-8")
    return path


def test_what_is_sealed_is_verified_from_a_file(book, fresh_database, now, tmp_path, monkeypatch):
    assert run("checkpoint").exit_code == 4
    sealed = run("seal", "--json", "--at-once", 3)
    assert sealed.exit_code == 0
    size = json.loads(sealed.stdout)["size"]
    assert json.loads(run("seal", "--json").stdout) == {"sealed": 0, "size": size}
    said = checkpoint.opened_checkpoint(run("checkpoint").stdout, KEY.verifier)
    assert said.size == size
    kept = receipts_in(fresh_database, now, book, tmp_path / "all.tlog-proof")
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)  # from here on there is no database and no log of our own
    verified = run("verify", kept, "--vkey", VKEY, "--json")
    assert verified.exit_code == 0, verified.output
    told = json.loads(verified.stdout)
    assert len(told["receipts"]) == len(book.references)
    assert told["receipts"][0]["rows"][0]["entry"] == book.references[0]
    assert {one["origin"] for one in told["receipts"]} == {"log.example.cn/book"}
    shown = run("verify", kept, "--vkey", VKEY)
    assert "verified" in shown.stdout
    assert "production" in shown.stdout


FORGERIES = {
    "a quantity": (lambda text: text.replace("extra A", "extra B", 1), 2, "proof.leaf_unreadable"),
    "the size": (lambda text: text.replace("\n17\n", "\n18\n"), 3, "proof.signature_wrong"),
    "the place": (lambda text: text.replace("index 0", "index 1"), 3, "proof.inclusion_root"),
    "the end": (lambda text: text[:-1], 2, "proof.note_not_ended"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_receipt_ends_with_its_name_and_code(book, fresh_database, now, tmp_path, what):
    run("seal")
    kept = receipts_in(fresh_database, now, book, tmp_path / "all.tlog-proof")
    change, exit_code, name = FORGERIES[what]
    text = kept.read_text("utf-8")
    with unit(fresh_database, now) as uow:
        newest = log.checkpoint_latest(uow)
    text = text.replace(f"\n{newest.size}\n", "\n17\n") if what == "the size" else text
    forged = change(text)
    assert forged != text
    kept.write_text(forged, "utf-8")
    result = run("verify", kept, "--vkey", VKEY)
    assert (result.exit_code, name in result.stderr) == (exit_code, True), result.stderr


def test_verifying_needs_a_key(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SUYUAN_DATA", str(tmp_path))
    kept = tmp_path / "x.tlog-proof"
    kept.write_text("hello\n")
    assert run("verify", kept).exit_code == 4
    assert run("verify", kept, "--vkey", "nonsense").exit_code == 2
    assert not (tmp_path / "log_key").exists()


def copied(engine: Engine, now: datetime, folder: Path) -> Path:
    """The log as it is published, copied into a folder."""
    with unit(engine, now) as uow:
        newest = log.checkpoint_latest(uow)
        assert newest is not None
        level = 0
        while newest.size >> 8 * level:
            full, width = divmod(newest.size >> 8 * level, 256)
            for index in range(full + bool(width)):
                address = TileAddress(level, index, width if index == full else 256)
                place = folder / "tile" / tile_path(address)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(log.tile_data(uow, address) or b"")
            level += 1
        (folder / "checkpoint").write_text(log.note_of(uow, newest), "utf-8")
    return folder


def grown(engine: Engine, now: datetime, book: Book, number: int) -> None:
    with unit(engine, now) as uow:
        file(uow, book.operator, production(document=f"G-{number}"), key=f"G-{number}")
    assert run("seal").exit_code == 0


def test_growth_is_shown_from_what_is_published(book, fresh_database, now, tmp_path):
    run("seal")
    old = tmp_path / "old"
    old.write_text(run("checkpoint").stdout, "utf-8")
    grown(fresh_database, now, book, 1)
    place = copied(fresh_database, now, tmp_path / "log")
    result = run("consistency", old, "--log", place, "--vkey", VKEY)
    assert result.exit_code == 0, result.stderr
    new = tmp_path / "new"
    new.write_text(run("checkpoint").stdout, "utf-8")
    assert run("consistency", old, new, "--log", place, "--vkey", VKEY).exit_code == 0
    backwards = run("consistency", new, old, "--log", place, "--vkey", VKEY)
    assert "proof.old_tree_larger" in backwards.stderr
    said = checkpoint.opened_checkpoint(old.read_text("utf-8"), KEY.verifier)
    old.write_text(checkpoint.signed_checkpoint(said.size, bytes(32), KEY), "utf-8")
    forked = run("consistency", old, "--log", place, "--vkey", VKEY)
    assert (forked.exit_code, "proof.old_root_differs" in forked.stderr) == (3, True)


def test_a_witness_signs_only_what_continues(book, fresh_database, now, tmp_path, monkeypatch):
    secret, seen = tmp_path / "witness_key", tmp_path / "seen"
    made = run("key", "--new", "witness.example/w1", "--witness", "--out", secret)
    witness = keys.parse_vkey(made.stdout)
    assert witness.algorithm is Algorithm.COSIGNATURE
    monkeypatch.setenv("SUYUAN_WITNESS_KEYS", made.stdout.strip())
    run("seal")
    place = copied(fresh_database, now, tmp_path / "log")
    asked = ("cosign", "--log", place, "--key", secret, "--seen", seen, "--vkey", VKEY)
    first = run(*asked)
    assert first.exit_code == 0, first.stderr
    assert note.verify(note.parse_note(first.stdout), witness)
    sent = tmp_path / "cosigned"
    sent.write_text(first.stdout, "utf-8")
    assert "1" in run("accept", sent).stdout
    assert run("checkpoint").stdout == first.stdout
    grown(fresh_database, now, book, 1)
    copied(fresh_database, now, place)
    assert run(*asked).exit_code == 0
    newest = seen.read_text("utf-8")
    # a log that has changed its mind: smaller, or as large and another
    (place / "checkpoint").write_text(first.stdout, "utf-8")
    assert "proof.old_tree_larger" in run(*asked).stderr
    said = checkpoint.opened_checkpoint(newest, KEY.verifier)
    other = checkpoint.signed_checkpoint(said.size, bytes(32), KEY)
    (place / "checkpoint").write_text(other, "utf-8")
    assert "proof.equal_trees_differ" in run(*asked).stderr
    assert seen.read_text("utf-8") == newest
    seen.unlink()
    assert "proof.tiles_differ" in run(*asked).stderr
    assert not seen.exists()


def test_the_log_s_key_and_new_keys(chosen, tmp_path):
    assert run("key").stdout.strip() == VKEY
    out = tmp_path / "new"
    made = run("key", "--new", "log.example.cn/next", "--out", out)
    assert keys.parse_vkey(made.stdout).name == "log.example.cn/next"
    assert out.stat().st_mode & 0o077 == 0
    assert run("key", "--new", "log.example.cn/next", "--out", out).exit_code == 6
    assert run("key", "--new", "no good", "--out", tmp_path / "bad").exit_code == 2
    assert run("key", "--new", "x").exit_code == 2


def test_a_folder_without_a_log_is_silent(tmp_path):
    with pytest.raises(Exception, match="log_silent"):
        Published(str(tmp_path)).checkpoint()
    with pytest.raises(Exception, match="log_silent"):
        Published("http://127.0.0.1:9/log").checkpoint()
    assert Published(str(tmp_path)).tile(TileAddress(0, 0, 3)) == b""


def test_the_job_seals_until_nothing_waits(book, chosen, fresh_database, now, tmp_path):
    from app.doors.jobs import JobRoom
    from app.settings import settings_of_this_process

    room = JobRoom(
        settings=settings_of_this_process(), bind=fresh_database, redis=None, now=lambda: now
    )
    jobs.seal(room)
    jobs.seal(room)
    with unit(fresh_database, now) as uow:
        newest = log.checkpoint_latest(uow)
        assert newest.size > len(book.references)
        tiles = log.tile_data(uow, TileAddress(0, 0, newest.size))
    assert merkle.root_of_leaves(tiles) == newest.root


def test_recheck_is_green_and_names_the_first_line_that_differs(
    book, fresh_database, owner_database, now, tmp_path
):
    run("seal")
    kept = tmp_path / "kept"
    kept.write_text(run("checkpoint").stdout, "utf-8")
    good = run("recheck", "--workers", 1, "--json")
    assert good.exit_code == 0, good.output
    told = json.loads(good.stdout)
    assert (told["good"], told["findings"]) == (True, [])
    assert "as it was signed" in run("recheck", "--workers", 1, "--kept", kept).stdout
    with owner_database.begin() as owner:
        owner.execute(text("ALTER TABLE entry DISABLE TRIGGER USER"))
        owner.execute(
            text("UPDATE entry SET qty = qty + 1000 WHERE id = :id"), {"id": book.first_entry}
        )
    bad = run("recheck", "--workers", 1)
    assert bad.exit_code == 1, bad.output
    assert f"first: {book.references[0]}" in bad.stdout
    told = json.loads(run("recheck", "--workers", 1, "--json").stdout)
    assert told["findings"][0]["fault"] == "changed"
    assert told["findings"][0]["reference"] == book.references[0]


def test_a_key_is_changed_and_what_the_old_one_signed_stays_good(
    book, fresh_database, now, tmp_path, monkeypatch
):
    run("seal")
    old = receipts_in(fresh_database, now, book, tmp_path / "old.tlog-proof")
    before = tmp_path / "before"
    before.write_text(run("checkpoint").stdout, "utf-8")
    following = keys.made_key("log.example.cn/book", bytes([9]) * 32)
    monkeypatch.setenv("SUYUAN_LOG_KEY", keys.secret_text(following))
    monkeypatch.setenv("SUYUAN_LOG_KEYS_BEFORE", VKEY)
    grown(fresh_database, now, book, 1)
    assert run("recheck", "--workers", 1).exit_code == 0
    assert run("verify", old, "--vkey", VKEY).exit_code == 0
    assert run("verify", old).exit_code == 3  # by the new key nothing old is signed
    new = receipts_in(fresh_database, now, book, tmp_path / "new.tlog-proof")
    assert run("verify", new).exit_code == 0


def test_nothing_is_left_to_adopt(book):
    assert "0" in run("adopt").stdout


def test_what_is_past_its_time_goes_and_the_rest_is_told(book):
    asked = ("purge", "--before", "2026-08-15", "--dry-run", "--json")
    planned = CliRunner().invoke(book_group, list(asked))
    assert planned.exit_code == 0, planned.output
    told = json.loads(planned.stdout)
    assert (told["dry_run"], told["entries"], told["notes"]) == (True, 0, 0)
    assert [one["kept_for"] for one in told["partitions"]] == ["days"]
    done = CliRunner().invoke(book_group, ["purge", "--before", "2026-08-15"])
    assert "未满期" in done.stdout
    far = CliRunner().invoke(book_group, ["purge", "--before", "2999-01-01"])
    assert far.exit_code != 0
