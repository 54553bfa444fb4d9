"""The shell door of scanning and tracing, on a database of its own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from support.filed_town import MILK, MILK_LOT, FiledTown, file_town

from app.food.trace import cli
from app.settings import Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from scanner.symbols.render import ean_png


@pytest.fixture
def town(fresh_database: Engine, now: datetime) -> FiledTown:
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        return file_town(uow)


@pytest.fixture
def run(fresh_settings: Settings, town: FiledTown):
    def shell(command, *arguments: str) -> Result:
        return CliRunner().invoke(command, arguments, env=fresh_settings.to_environ())

    return shell


def test_a_trace_is_printed_for_people_and_for_machines(run, town: FiledTown) -> None:
    people = run(cli.trace, MILK, "--lot", MILK_LOT)
    assert people.exit_code == 0, people.output
    for word in ("云汀乳业", "启闽供应链", "290", "unanswered_dispatch", "ms"):
        assert word in people.output
    machines = run(
        cli.trace,
        f"(01){MILK}(10){MILK_LOT}",
        "--both",
        "--json",
        "--operator",
        town.usccs["baker"],
    )
    answer = json.loads(machines.stdout)
    assert answer["direction"] == "both"
    assert {one["operator"]["name"] for one in answer["holders"]} == {
        "禾舟烘焙",
        "阿嬷杂货铺",
        "启闽供应链",
        "云汀乳业",
    }


def test_what_is_not_there_ends_with_its_exit_code(run) -> None:
    missing = run(cli.trace, "没有这样的东西")
    assert missing.exit_code == 4
    assert "trace.unknown_code" in missing.stderr


def test_a_text_and_a_picture_are_identified(run, tmp_path: Path) -> None:
    text = run(cli.identify, MILK, "--json")
    assert json.loads(text.stdout)["symbols"][0]["points_at"]["kind"] == "product"
    picture = tmp_path / "milk.png"
    picture.write_bytes(ean_png(MILK))
    seen = run(cli.identify, str(picture))
    assert seen.exit_code == 0, seen.output
    assert "云汀" in seen.output
