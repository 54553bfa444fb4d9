"""The program is killed in every part while people file, and the book holds what was acknowledged.

故事：四个经营者的系统不停地报送，网页进程、作业进程、数据库和队列被逐个强行终止，最后整个程序突然消失。
凡是得到回执的报送都在台账里，而且只有一份；没有得到答复的，用同一个报送号再报一次即可。
The story: four systems file without pause while web, worker, database and queue are killed in turn,
and at last everything at once. Every acknowledged filing is in the book, once; one without an answer
is filed again under its own key.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from support.installation import Filer, Installation
from support.named import a_gtin, a_uscc

CLIENTS = 4
BETWEEN_KILLS_SECONDS = 1.2
PARTS = ("web worker", "backend", "postmaster", "worker", "queue", "web", "scheduler", "postmaster")
ENTRY = {
    "kind": "production",
    "lot": {"gtin": a_gtin(1), "name": "青菜", "spec": "500g", "produced_on": "2026-05-01",
            "expires_on": "2028-05-01"},
    "quantity": "12",
    "unit": "EA",
    "at": "2026-08-15",
    "certificate": "C-1",
}
SUBJECT = {
    "uscc": a_uscc(50), "name": "绿野合作社", "kinds": ["farm"], "division": "350203",
    "address": "厦门市思明区某路1号", "contact": "林小姐", "phone": "13800001234",
}

pytestmark = pytest.mark.crash


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(data=tmp_path / "data")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def operator_key(installation: Installation) -> str:
    registrar = installation.command("keys", "issue", "--role", "registrar")
    status, answer = installation.ask("POST", "/api/v1/subjects", SUBJECT, registrar)
    assert status in {200, 201}, answer
    return installation.command("keys", "issue", "--role", "operator", "--for", SUBJECT["uscc"])


def book_of(installation: Installation) -> dict[str, tuple[int, int]]:
    """Every filing key in the store, with what it says it accepted and the entries there are."""
    engine = create_engine(installation.services().admin_database_url)
    with engine.connect() as connection:
        rows = connection.execute(text(
            "SELECT f.filing_key, f.accepted, (SELECT count(*) FROM entry e "
            "WHERE e.id BETWEEN f.first_entry AND f.last_entry) FROM filing f"
        )).all()
        total = connection.scalar(text("SELECT count(*) FROM entry"))
    engine.dispose()
    assert total == sum(row[2] for row in rows), "an entry without its filing"
    return {row[0]: (row[1], row[2]) for row in rows}


def kill_in_turn(installation: Installation) -> list[str]:
    killed = []
    for part in PARTS:
        time.sleep(BETWEEN_KILLS_SECONDS)
        if installation.kill(part):
            killed.append(part)
    time.sleep(BETWEEN_KILLS_SECONDS)
    return killed


def report(filers: list[Filer], killed: list[str], seconds: float) -> None:
    total = {name: sum(getattr(each, name) for each in filers)
             for name in ("tried", "requests", "unanswered", "replayed")}
    kept = sum(len(each.acknowledged) for each in filers)
    print(
        f"\ncrash: {total['tried']} filings tried in {total['requests']} requests, "
        f"{kept} acknowledged ({total['replayed']} on asking again), "
        f"{total['unanswered']} requests without an answer, killed: {', '.join(killed)}; "
        f"ready again after everything was killed in {seconds:.1f} s"
    )


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(installation: Installation) -> None:
    key = operator_key(installation)
    stopping = threading.Event()
    filers = [
        Filer(installation=installation, key=key, number=number, entry=ENTRY, stopping=stopping)
        for number in range(CLIENTS)
    ]
    for each in filers:
        each.start()
    killed = kill_in_turn(installation)
    installation.kill_everything_at_once()
    seconds = installation.start()
    stopping.set()
    for each in filers:
        each.join(70)
        assert not each.is_alive()
    report(filers, killed, seconds)

    assert set(killed) == set(PARTS)
    assert [each.refused for each in filers] == [[]] * CLIENTS
    acknowledged: dict[str, Any] = {}
    for each in filers:
        assert len(each.acknowledged) == each.tried, installation.said()
        acknowledged |= each.acknowledged
    assert book_of(installation) == {filing_key: (2, 2) for filing_key in acknowledged}
    for filing_key, first in list(acknowledged.items())[:: max(1, len(acknowledged) // 20)]:
        status, again = installation.ask("GET", f"/api/v1/filings/{filing_key}", key=key)
        assert status == 200
        assert again["entries"] == first["entries"]
        assert again["receipt"] == first["receipt"]
