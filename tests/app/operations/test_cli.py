"""``suyuan backup`` and ``suyuan restore`` from a shell, from one data folder to another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.installation import PROJECT


def suyuan(data: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, words)],
        cwd=PROJECT,
        env={**kept, "SUYUAN_DATA": str(data), **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_an_installation_moves_to_another_folder(tmp_path: Path) -> None:
    here, there, place = tmp_path / "here", tmp_path / "there", tmp_path / "b.tar"
    key = suyuan(here, "keys", "issue", "--role", "inspector")
    assert key.returncode == 0, key.stderr
    sealed = {"SUYUAN_BACKUP_PASSPHRASE": "three boats and a lamp"}
    made = suyuan(here, "backup", place, **sealed)
    assert made.returncode == 0, made.stderr
    assert "backed up" in made.stdout
    assert "passphrase" in made.stdout
    line = json.loads(made.stderr.strip().splitlines()[-1])
    assert (line["kind"], line["command"], line["exit"]) == ("command", "backup", 0)
    again = suyuan(here, "backup", place)
    assert again.returncode == 6
    assert "operations.backup_exists" in again.stderr
    unsaid = suyuan(there, "restore", place)
    assert unsaid.returncode == 3
    assert "operations.passphrase_missing" in unsaid.stderr
    moved = suyuan(there, "restore", place, **sealed)
    assert moved.returncode == 0, moved.stderr
    assert "restored" in moved.stdout
    assert (there / "secret_key").read_text() == (here / "secret_key").read_text()
    full = suyuan(there, "restore", place, **sealed)
    assert full.returncode == 6
    assert "operations.not_empty" in full.stderr
    assert suyuan(there, "restore", place, "--replace", **sealed).returncode == 0
