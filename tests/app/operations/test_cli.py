"""``suyuan backup`` and ``suyuan restore`` from a shell, by addresses and from folder to folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from conftest import NOW
from sqlalchemy import Engine, text
from support.books import key_of_log
from support.filed_town import file_town
from support.installation import PROJECT

from app.operations import errors
from app.operations.cli import backup, restore
from app.settings import PREFIX, Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.proof.rules.keys import secret_text
from ledger.proof.services import seal_entries

PASSPHRASE = "three boats and a lamp"


@pytest.fixture
def shell(
    fresh_settings: Settings, fresh_database: Engine, tmp_path: Path, monkeypatch: Any
) -> Path:
    """An installation by addresses with a sealed town; its data folder."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    said = {**fresh_settings.to_environ(), "SUYUAN_DATA": str(tmp_path / "data")}
    for name, value in said.items():
        if value:
            monkeypatch.setenv(name, value)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "log_key").write_text(secret_text(key_of_log()), "ascii")
    with units.begin(fresh_database, actor=SYSTEM, now=NOW) as uow:
        file_town(uow)
        seal_entries(uow, key_of_log())
    fresh_database.dispose()
    return tmp_path / "data"


def run(command: click.Command, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def test_backup_and_restore_tell_what_they_did(shell: Path, tmp_path: Path, monkeypatch) -> None:
    plain = run(backup, tmp_path / "plain.tar", "--keys", "plain")
    assert plain.exit_code == 0, plain.output
    assert "backed up" in plain.stdout
    assert "in the clear" in plain.stdout
    assert "No keys are in it" in run(backup, tmp_path / "out").stdout
    monkeypatch.setenv("SUYUAN_BACKUP_PASSPHRASE", PASSPHRASE)
    assert "under the passphrase" in run(backup, tmp_path / "sealed").stdout
    assert isinstance(run(restore, tmp_path / "sealed").exception, errors.NotEmpty)
    again = run(restore, tmp_path / "sealed", "--replace")
    assert again.exit_code == 0, again.output
    assert "restored" in again.stdout
    assert "all as sealed" in again.stdout
    (shell / "log_key").unlink()
    keyless = run(restore, tmp_path / "out", "--replace")
    assert "put the old secret_key" in keyless.stdout
    assert "Not rechecked" in keyless.stdout


def test_a_book_changed_before_its_backup_is_told(
    shell: Path, owner_database: Engine, tmp_path: Path
) -> None:
    with owner_database.begin() as connection:
        connection.execute(text("ALTER TABLE entry_0000 DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE entry_0000 SET qty = qty + 1 WHERE kind = 1"))
    owner_database.dispose()
    assert run(backup, tmp_path / "b").exit_code == 0
    found = run(restore, tmp_path / "b", "--replace").exception
    assert isinstance(found, errors.RestoredDiffers)
    assert found.params["first"].startswith("changed E")


@pytest.mark.slow
def test_an_installation_moves_to_another_folder(tmp_path: Path) -> None:
    def suyuan(folder: str, *words: object) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        own = {"SUYUAN_DATA": str(tmp_path / folder), "SUYUAN_BACKUP_PASSPHRASE": PASSPHRASE}
        done = subprocess.run(
            [sys.executable, "-m", "app", *map(str, words)],
            cwd=PROJECT,
            env={**kept, **own},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    suyuan("here", "keys", "issue", "--role", "inspector")
    made = suyuan("here", "backup", tmp_path / "b.tar")
    line = json.loads(made.stderr.strip().splitlines()[-1])
    assert (line["kind"], line["command"], line["exit"]) == ("command", "backup", 0)
    suyuan("there", "restore", tmp_path / "b.tar")
    keys = [(tmp_path / folder / "secret_key").read_text() for folder in ("here", "there")]
    assert keys[0] == keys[1]
