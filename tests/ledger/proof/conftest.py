"""A sealed book that the tests of the recheck tamper with, each taking back what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text
from support.books import filed_book, fill, key_of_log, unit
from support.tampering import BULK, GUARDED, Town

from app.database import owner_engine
from ledger.kernel.zone import SHANGHAI
from ledger.proof.queries import Recheck, recheck
from ledger.proof.services import seal_entries
from ledger.proof.terms import Rechecked

KEY = key_of_log()
NOW = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def town(new_database: Callable[[str], Any]) -> Iterator[Town]:
    owner = owner_engine(new_database("recheck"))
    sizes = []
    with unit(owner, NOW) as uow:
        book = filed_book(uow)
        sizes.append(seal_entries(uow, KEY).size)
    with unit(owner, NOW) as uow:
        bulk = fill(uow, BULK)
        fill(uow, 20)
        sizes.append(seal_entries(uow, KEY).size)
    with unit(owner, NOW) as uow:
        uow.session.execute(text("SELECT take_entry_ids(5)"))  # numbers nobody used
        fill(uow, 30)
        sizes.append(seal_entries(uow, KEY).size)
        waiting = fill(uow, 10)
    yield Town(owner, book, bulk, sizes, waiting)
    owner.dispose()


@pytest.fixture
def owner(town: Town) -> Iterator[Connection]:
    """The tables' owner with nothing in its way; all it does is taken back."""
    with town.owner.connect() as connection:
        transaction = connection.begin()
        for table in GUARDED:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield connection
        transaction.rollback()


@pytest.fixture
def look(owner: Connection, tmp_path: Any) -> Callable[..., Rechecked]:
    def look(**asked: Any) -> Rechecked:
        return recheck(
            owner, Recheck(verifiers=[KEY.verifier], folder=tmp_path, **asked), lambda *_: None
        )

    return look
