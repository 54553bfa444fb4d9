"""The daily job tells of papers that end, once, and the shell lists and attaches them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from redis import Redis
from sqlalchemy import text
from support.certificates import on_file
from support.filings import an_operator
from support.named import a_uscc
from support.papers import a_pdf, a_photo

from app.doors import jobs as door
from app.doors.cli import Shell
from app.food.certificates import cli, jobs
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

FACTS = text("SELECT payload FROM outbox_fact WHERE fact = 'certificate.expiring'")


def test_each_end_is_told_once_however_often_the_job_runs(settings, database, now, monkeypatch):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        for number in range(5):
            on_file(
                uow,
                an_operator(uow, number + 1),
                valid_to=date(2026, 8, 20) + timedelta(days=number),
            )
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    room = door.JobRoom(
        settings=settings, bind=database, redis=Redis.from_url(settings.redis_url), now=lambda: now
    )
    for _ in range(2):
        jobs.warn_of_ends(room)
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        assert sorted(row.payload["days"] for row in uow.session.execute(FACTS)) == [5, 6, 7, 8, 9]


@pytest.fixture
def run(settings, database, monkeypatch, tmp_path):
    """Runs a command on this test's transaction, with files in a folder of its own."""
    from contextlib import contextmanager
    from dataclasses import replace

    from app.doors import cli as shell_door

    @contextmanager
    def opened():
        yield Shell(replace(settings, data=tmp_path), database, Redis.from_url(settings.redis_url))

    monkeypatch.setattr(shell_door, "opened", opened)
    return lambda *words: CliRunner().invoke(cli.certificates, list(words))


def test_the_shell_attaches_a_paper_and_lists_it(run, database, now, tmp_path):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        an_operator(uow, 1)
    page = tmp_path / "licence.pdf"
    page.write_bytes(a_pdf())
    made = run(
        "attach", str(page), "--operator", a_uscc(1), "--kind", "licence", "--number", "SC1",
        "--issued-on", "2026-01-01", "--valid-to", "2030-12-31",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    found = json.loads(run("list", "--operator", a_uscc(1), "--json").output)
    assert [(it["kind"], it["number"], it["state"]) for it in found] == [
        ("LICENCE", "SC1", "in_force")
    ]
    assert found[0]["id"] == int(made.output)
    assert len(found[0]["files"]) == 1
    assert "SC1" in run("list").output
    assert json.loads(run("list", "--kind", "third", "--state", "expired", "--json").output) == []


def test_the_shell_says_why_not(run, database, now):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        an_operator(uow, 1)
    refused = run("attach", "--operator", a_uscc(1), "--kind", "THIRD")
    assert refused.exit_code == 3
    lost = run("attach", "--operator", a_uscc(1), "--kind", "THIRD", "--number", "1",
               "--gtin", "06901234567892", "--lot", "L1")  # fmt: skip
    assert lost.exit_code == 4


def test_the_shell_names_files_that_are_lost_or_altered(run, database, now, tmp_path):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        an_operator(uow, 1)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(a_photo())
    page = tmp_path / "page.pdf"
    page.write_bytes(a_pdf())
    said = ("--operator", a_uscc(1), "--kind", "THIRD", "--number", "1")
    assert run("attach", str(photo), str(page), *said).exit_code == 0
    whole = run("check")
    assert (whole.exit_code, whole.output) == (0, "files 3 · missing 0 · altered 0\n")
    kept = [it for it in (tmp_path / "files").rglob("*") if it.is_file()]
    kept[0].unlink()
    kept[1].write_bytes(b"other")
    wrong = run("check")
    assert wrong.exit_code == 3
    assert wrong.output.endswith("files 3 · missing 1 · altered 1\n")
    assert kept[0].name in wrong.output
