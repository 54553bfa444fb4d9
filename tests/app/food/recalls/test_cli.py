"""The shell door of recalls, on a database of its own."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from support.named import a_gtin
from support.recall_town import a_town

from app.food.recalls import cli
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

MILK = (a_gtin(1), "--lot", "L1")
PAPER = ("--basis", "复检合格", "--document", "检〔2026〕9号")


@pytest.fixture
def run(fresh_settings, fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        a_town(uow)
    return lambda *words: CliRunner().invoke(
        cli.recalls, list(words), env=fresh_settings.to_environ()
    )


def said(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_drill_prints_the_times_reached_and_tells_nobody(run, fresh_database):
    drill = said(run("drill", *MILK, "--json"))
    assert (drill["number"][0], drill["holders"], drill["lots"]) == ("D", 5, 2)
    assert drill["tiers"] == {"1": 1, "2": 4}
    assert list(drill["times_ms"]) == ["pointed", "frozen", "planned", "notices", "kept"]
    people = run("drill", *MILK)
    assert "演练 DRILL" in people.output
    assert "notices ready, none sent" in people.output
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM lot_hold")) == 0
        assert connection.scalar(text("SELECT count(*) FROM message")) == 0
    assert len(said(run("list", "--drills", "--json"))["recalls"]) == 2
    assert said(run("list", "--json"))["recalls"] == []


def test_a_recall_is_opened_shown_and_closed(run):
    opened = said(run("open", *MILK, "--reason", "含菌超标", "--level", "1", "--json"))
    assert (opened["state"], opened["holders"]) == ("graded", 5)
    number = str(opened["id"])
    shown = said(run("show", number, "--json"))
    assert shown["answers"]["holders"] == 5
    people = run("show", number)
    assert "老林" in people.output
    assert "start: running" in people.output
    assert opened["number"] in run("list", "--open").output
    early = run("close", number, *PAPER)
    assert (early.exit_code, "recalls.step_not_possible" in early.output) == (6, True)
    closed = said(run("close", number, "--unfounded", *PAPER, "--json"))
    assert closed["state"] == "closed"
    assert run("show", "987").exit_code == 4
