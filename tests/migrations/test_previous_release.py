"""A database the previous release filled is brought up to date and goes on being the same book.

``data/filled_0007.sql`` holds the rows that release wrote while it filed a small town through its
own doors: deliveries, a transformation, goods of two farms under one name, a correction, a sheet
with refused rows, accounts. ``data/filled_0007.json`` holds what it answered about them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from sqlalchemy import Engine, text
from support import filings
from support.accounts import signed_in
from support.books import key_of_log

from app.database import engine_for, migrate, migrate_on
from app.factory import create_app
from app.operations.services.tables import wipe
from app.settings import Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.proof.queries import Recheck, recheck
from ledger.proof.services import adopt_entries, seal_entries

DATA = Path(__file__).parent / "data"
ANSWERS: dict[str, Any] = json.loads((DATA / "filled_0007.json").read_text("utf-8"))
OWN = {"took_ms"}  # differs with every answer


@pytest.fixture
def upgraded(fresh_settings: Settings, owner_database: Engine) -> Iterator[Engine]:
    """The previous release's database, filled by it, migrated to the newest revision."""
    with owner_database.begin() as connection:
        wipe(connection)
        migrate_on(connection, "0007")
        connection.connection.cursor().execute((DATA / "filled_0007.sql").read_text("utf-8"))
    migrate(owner_database)
    made = engine_for(fresh_settings)
    yield made
    made.dispose()


@pytest.fixture
def doors(fresh_settings: Settings, upgraded: Engine):
    made = create_app(fresh_settings, bind=upgraded, now=lambda: NOW)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    made.extensions["suyuan.limiter"].enabled = False
    return made


def still_says(now: Any, before: Any, path: str = "") -> list[str]:
    """Where an answer no longer says what it said; new members may have come beside the old."""
    if isinstance(before, dict):
        assert isinstance(now, dict), path
        missing = [f"{path}.{name} is gone" for name in before.keys() - now.keys() - OWN]
        common = before.keys() & now.keys() - OWN
        return missing + [
            line
            for name in common
            for line in still_says(now[name], before[name], f"{path}.{name}")
        ]
    if isinstance(before, list):
        if len(now) != len(before):
            return [f"{path}: {len(now)} instead of {len(before)}"]
        pairs = enumerate(zip(now, before, strict=True))
        return [line for at, (a, b) in pairs for line in still_says(a, b, f"{path}[{at}]")]
    return [] if now == before else [f"{path}: {now!r} instead of {before!r}"]


@pytest.mark.parametrize("question", sorted(ANSWERS))
def test_it_answers_as_the_previous_release_did(doors, question: str) -> None:
    name, _, path = question.rpartition(" ")
    answer = signed_in(doors, name or "lin").get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert still_says(answer.get_json(), ANSWERS[question]) == []


def test_filing_goes_on_where_it_stood(doors, upgraded: Engine) -> None:
    with units.begin(upgraded, actor=SYSTEM, now=NOW) as uow:
        last = uow.session.scalar(text("SELECT max(last_entry) FROM filing"))
        dealer = uow.session.scalar(
            text("SELECT operator_id FROM account WHERE sign_in_name = 'dealer'")
        )
        filed = filings.file(uow, dealer, filings.production(), filings.production(quantity="7"))
        assert filed.accepted == 2
        first = uow.session.scalar(text("SELECT max(first_entry) FROM filing"))
        assert first == last + 1
        again = filings.file(uow, dealer, filings.production(), key="fix-1-later")
        assert again.accepted == 1


def test_its_entries_are_taken_up_by_the_log(upgraded: Engine, tmp_path: Path) -> None:
    key = key_of_log()
    with units.begin(upgraded, actor=SYSTEM, now=NOW) as uow:
        dealer = uow.session.scalar(
            text("SELECT operator_id FROM account WHERE sign_in_name = 'dealer'")
        )
        filings.file(uow, dealer, filings.production())
    with units.begin(upgraded, actor=SYSTEM, now=NOW) as uow:
        adopted = adopt_entries(uow, tmp_path, lambda *_: None)
        filings_before = uow.session.scalar(text("SELECT count(*) - 1 FROM filing"))
        assert adopted.filings >= filings_before
    with units.begin(upgraded, actor=SYSTEM, now=NOW) as uow:
        sealed = seal_entries(uow, key)
        assert sealed is not None
        ids = uow.session.scalar(text("SELECT count(DISTINCT id) FROM entry"))
        assert sealed.size == ids
    found = recheck(upgraded, Recheck(verifiers=[key.verifier], folder=tmp_path), lambda *_: None)
    assert found.findings == ()
