"""The program is killed in every part while people file, and the book holds what was acknowledged.

故事：四个经营者的系统不停地报送，网页进程、作业进程、调度、封存、数据库和队列被逐个强行终止，最后整个程序突然消失。
凡是得到回执的报送都在台账里，而且只有一份；没有得到答复的，用同一个报送号再报一次即可。全部封存后，核对与签名一致。
The story: four systems file without pause while web, worker, scheduler, sealer, database and queue
are killed in turn, and at last everything at once. Every acknowledged filing is in the book, once;
one without an answer is filed again under its own key. All is sealed in the end, and a recheck
finds the whole book as it was signed.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from support.installation import Filer, Installation
from support.named import a_gtin, a_uscc

CLIENTS = 4
ROWS = 20
LONG_ROWS = 24_000  # enough for two readers to share it
FILED_BETWEEN_KILLS = 24
SILENCE_SECONDS_MAX = 60.0  # patience, not a promise: the report tells how long it took
PARTS = (
    *("web worker", "backend", "postmaster", "sealer", "worker", "queue", "web", "scheduler"),
    *("sealer", "postmaster"),
)
SEALINGS_MAX = 20
ENTRY = {
    "kind": "production",
    "lot": {
        "gtin": a_gtin(1),
        "name": "青菜",
        "spec": "500g",
        "produced_on": "2026-05-01",
        "expires_on": "2028-05-01",
    },
    "quantity": "12",
    "unit": "EA",
    "at": "2026-08-15",
    "certificate": "C-1",
}
SUBJECT = {
    "uscc": a_uscc(50),
    "name": "绿野合作社",
    "kinds": ["farm"],
    "division": "350203",
    "address": "厦门市思明区某路1号",
    "contact": "林小姐",
    "phone": "13800001234",
}

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(data=tmp_path_factory.mktemp("crash") / "data")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def key(installation: Installation) -> str:
    registrar = installation.command("keys", "issue", "--role", "registrar")
    status, answer = installation.ask("POST", "/api/v1/subjects", SUBJECT, registrar)
    assert status in {200, 201}, answer
    return installation.command(
        "keys", "issue", "--role", "operator", "--for", str(SUBJECT["uscc"])
    )


def book_of(installation: Installation) -> dict[str, tuple[int, int]]:
    """Every filing key in the store, with what it says it accepted and the entries there are."""
    engine = create_engine(installation.services().admin_database_url)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT f.filing_key, f.accepted, (SELECT count(*) FROM entry e "
                "WHERE e.id BETWEEN f.first_entry AND f.last_entry) FROM filing f"
            )
        ).all()
        total = connection.scalar(text("SELECT count(*) FROM entry"))
    engine.dispose()
    assert total == sum(row[2] for row in rows), "an entry without its filing"
    return {row[0]: (row[1], row[2]) for row in rows}


def entries_in(book: dict[str, tuple[int, int]]) -> int:
    return sum(entries for _, entries in book.values())


def until_more_is_filed(filers: list[Filer]) -> float:
    """Wait until filing goes on; the seconds until the first new acknowledgment."""
    began, first = time.monotonic(), 0.0
    before = sum(len(each.acknowledged) for each in filers)
    while time.monotonic() - began < SILENCE_SECONDS_MAX:
        now = sum(len(each.acknowledged) for each in filers) - before
        if now > CLIENTS and not first:  # what was on its way when the kill came may still arrive
            first = time.monotonic() - began
        if now >= FILED_BETWEEN_KILLS:
            return first
        time.sleep(0.02)
    return SILENCE_SECONDS_MAX


def kill_in_turn(
    installation: Installation, filers: list[Filer], minutes: float
) -> list[tuple[str, float]]:
    """Kill one part after another while filing goes on; each with the seconds of silence after.

    When minutes are given, parts are killed at random moments for so long after that.
    """
    until_more_is_filed(filers)
    killed = [(part, until_more_is_filed(filers)) for part in PARTS if installation.kill(part)]
    until, choose = time.monotonic() + minutes * 60, random.Random(minutes)
    while time.monotonic() < until:
        time.sleep(choose.uniform(0, 3))
        part = choose.choice(PARTS)
        if installation.kill(part):
            killed.append((part, until_more_is_filed(filers)))
    return killed


def sealed_and_rechecked(installation: Installation) -> dict[str, Any]:
    """Seal all that waits; then what `suyuan proof recheck` found.

    The worker seals too, and of two that seal at once one has nothing to do.
    """
    for _ in range(SEALINGS_MAX):
        installation.command("proof", "seal")
        asked = ("proof", "recheck", "--workers", "1", "--json")
        found = json.loads(installation.command(*asked, seconds=600, codes=(0, 1)))
        if not found["waiting"]:
            return dict(found)
    raise AssertionError(found)


def report(
    filers: list[Filer], killed: list[tuple[str, float]], seconds: float, line: dict[str, int]
) -> None:
    total = {
        name: sum(getattr(each, name) for each in filers)
        for name in ("requests", "unanswered", "replayed")
    }
    worst = {part: max(it for name, it in killed if name == part) for part, _ in killed}
    print("\ncrash: " + ", ".join(f"{name} {figure:,}" for name, figure in line.items()))
    print(
        f"crash: {total['requests']:,} requests, {total['unanswered']:,} without an answer, "
        f"{total['replayed']:,} acknowledged on asking again; filing on at the latest after: "
        f"{', '.join(f'{part} {silence:.1f} s' for part, silence in worst.items())}; "
        f"ready again after everything was killed in {seconds:.1f} s"
    )


def figures(
    installation: Installation, filers: list[Filer], killed: list[tuple[str, float]]
) -> dict[str, int]:
    """What became of all that was tried, in numbers."""
    book, found = book_of(installation), sealed_and_rechecked(installation)
    acknowledged = {name for each in filers for name in each.acknowledged}
    whole = [name for name in acknowledged if book.get(name) == (2, 2)]
    return {
        "kills": len(killed) + 1,
        "tried": sum(each.tried for each in filers),
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged) - len(whole),
        "doubled": entries_in(book) - 2 * len(whole),
        "entries": entries_in(book),
        "sealed leaves": found["size"],
        "checkpoints": found["checkpoints"],
        "findings": len(found["findings"]),
    }


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(
    installation: Installation, key: str, crash_minutes: float
) -> None:
    stopping = threading.Event()
    filers = [
        Filer(installation=installation, key=key, number=number, entry=ENTRY, stopping=stopping)
        for number in range(CLIENTS)
    ]
    installation.start_sealer()
    for each in filers:
        each.start()
    killed = kill_in_turn(installation, filers, crash_minutes)
    installation.kill_everything_at_once()
    seconds = installation.start()
    stopping.set()
    for each in filers:
        each.join(70)
        assert not each.is_alive()
    line = figures(installation, filers, killed)
    report(filers, killed, seconds, line)

    assert [part for part, _ in killed[: len(PARTS)]] == list(PARTS)
    assert all(silence < SILENCE_SECONDS_MAX for _, silence in killed), installation.said()
    assert [each.refused for each in filers] == [[]] * CLIENTS
    assert [len(each.acknowledged) for each in filers] == [each.tried for each in filers]
    assert [line[name] for name in ("lost", "doubled", "findings")] == [0, 0, 0]
    assert line["sealed leaves"] == line["entries"] == 2 * line["acknowledged"]
    answers_hold(installation, key, filers)


def answers_hold(installation: Installation, key: str, filers: list[Filer]) -> None:
    """A few filings of each client say today what they said when they were acknowledged."""
    for each in filers:
        known = list(each.acknowledged.items())
        for filing_key, first in known[:: max(1, len(known) // 5)]:
            status, again = installation.ask("GET", f"/api/v1/filings/{filing_key}", key=key)
            assert status == 200
            assert again["entries"] == first["entries"]
            assert again["receipt"] == first["receipt"]


def test_accepted_sheets_are_filed_once_whatever_dies(installation: Installation, key: str) -> None:
    before = entries_in(book_of(installation))
    sheets = [send_sheet(installation, key, f"S{number}", ROWS) for number in range(3)]
    installation.kill("worker")
    installation.kill("queue")
    long, done = send_sheet(installation, key, "Z", LONG_ROWS), 0
    # A dead reader lets go of its upload at once; ten seconds later another takes it up.
    for part in ("worker", "worker", "postmaster"):
        done = progress_of(installation, key, long, done)["rows_done"]
        installation.kill(part)
    while done < LONG_ROWS:
        done = progress_of(installation, key, long, done)["rows_done"]
    for upload, rows in [*((each, ROWS) for each in sheets), (long, LONG_ROWS)]:
        told = ended(installation, key, upload)
        counts = ("state", "rows_done", "accepted", "refused")
        assert [told[name] for name in counts] == ["done", rows, rows, 0], installation.said()
    assert entries_in(book_of(installation)) - before == 3 * ROWS + LONG_ROWS
    found = sealed_and_rechecked(installation)
    assert found["findings"] == []
    assert found["size"] == entries_in(book_of(installation))


def send_sheet(installation: Installation, key: str, mark: str, count: int) -> int:
    """Upload a sheet of ``count`` rows; its number once it is accepted."""
    rows = [
        f"{a_gtin(1)},{mark}-{row},2026-05-01,2028-05-01,3,EA,2026-08-15,C-1"
        for row in range(count)
    ]
    content = "\n".join(["条码,批号,生产日期,保质期至,数量,单位,日期,合格证明", *rows])
    status, answer = installation.ask_with_file(
        "/api/v1/filings/sheet?kind=production", f"{mark}.csv", content.encode(), key
    )
    assert status == 202, answer
    return int(answer["upload"])


def ended(installation: Installation, key: str, upload: int) -> dict[str, Any]:
    """An upload as it stands once it is done, or after a minute."""
    deadline = time.monotonic() + 60
    told = progress_of(installation, key, upload, -1)
    while told["state"] != "done" and time.monotonic() < deadline:
        time.sleep(0.2)
        told = progress_of(installation, key, upload, -1)
    return told


def progress_of(installation: Installation, key: str, upload: int, done: int) -> dict[str, Any]:
    """An upload as it stands once it has come further than ``done`` rows."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        status, told = installation.ask("GET", f"/api/v1/uploads/{upload}", key=key)
        if status == 200 and told["rows_done"] > done:
            return dict(told)
        time.sleep(0.1)
    raise AssertionError((done, installation.said()))
