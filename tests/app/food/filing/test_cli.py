"""``suyuan file``: sheets and JSON filings from files, all or only the good lines."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text
from support import sheets
from support.filings import an_operator
from support.named import a_gtin, a_uscc

from app.food.filing.cli import file
from app.settings import PREFIX, Settings
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

ENTRY = {
    "kind": "production",
    "lot": {"gtin": a_gtin(1), "lot": "L1", "name": "牛奶"},
    "quantity": "5",
    "unit": "EA",
    "at": "2026-08-01",
}


@pytest.fixture
def shell(fresh_settings: Settings, fresh_database: Engine, monkeypatch: Any) -> Engine:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in fresh_settings.to_environ().items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    with units.begin(fresh_database, actor=SYSTEM, now=clock.now()) as uow:
        an_operator(uow, 1)
    return fresh_database


def run(*arguments: object) -> Result:
    return CliRunner().invoke(file, [str(each) for each in arguments])


def entries(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(text("SELECT count(DISTINCT id) FROM entry WHERE kind < 9")) or 0


def a_file(folder: Path, name: str, content: bytes | Any) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_sheet_is_filed_whole_or_not_at_all(shell: Engine, tmp_path: Path) -> None:
    made = sheets.a_ledger(60)
    path = a_file(tmp_path, "七月.xlsx", made.data)
    refused = run(path, "--operator", a_uscc(1))
    assert refused.exit_code == 3, refused.output
    assert "2026年7月!B24" in refused.output
    assert entries(shell) == 0
    kept = run(path, "--operator", a_uscc(1), "--keep-good", "--json")
    assert kept.exit_code == 3, kept.output
    said = json.loads(kept.stdout)["files"][0]
    assert (said["accepted"], len(said["refused"])) == (made.good, len(made.bad))
    again = run(path, "--operator", a_uscc(1), "--keep-good", "--json")
    assert json.loads(again.stdout)["files"][0]["replayed"]
    assert entries(shell) == made.good


def test_a_good_sheet_and_a_json_filing_end_with_zero(shell: Engine, tmp_path: Path) -> None:
    sheet = a_file(tmp_path, "a.csv", sheets.a_ledger(30, form="gb18030", bad_every=0).data)
    body = a_file(tmp_path, "b.json", {"filing_key": "K", "entries": [ENTRY]})
    for _again in range(2):
        done = run(sheet, body, "--operator", a_uscc(1))
        assert done.exit_code == 0, done.output
    assert entries(shell) == 31


@pytest.mark.parametrize(
    ("name", "content", "options", "code"),
    [
        ("a.json", b"{", ("--operator", a_uscc(1)), 2),
        ("a.json", {"entries": [{"kind": "gift"}]}, ("--operator", a_uscc(1)), 3),
        ("a.json", {"entries": [ENTRY]}, (), 3),
        ("a.json", {"entries": [ENTRY]}, ("--operator", a_uscc(7)), 4),
        ("a.xlsx", b"\x89PNG", ("--operator", a_uscc(1)), 2),
    ],
)
def test_what_cannot_be_filed_ends_with_its_code(
    shell: Engine, tmp_path: Path, name: str, content: Any, options: tuple[str, ...], code: int
) -> None:
    done = run(a_file(tmp_path, name, content), *options)
    assert done.exit_code == code, done.output
    assert entries(shell) == 0
