"""The store is migrated, and the book cannot be changed, not even by a careless administrator."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from app.database import downgrade, migrate, revision_of
from ledger.kernel.uow import UnitOfWork

ROW = "INSERT INTO entry VALUES (1, 5, 1, 0, 1, 1, 0, 1, 1, 4, 0)"
CHANGES = [
    "UPDATE entry SET qty = 6",
    "UPDATE entry_0000 SET qty = 6",
    "DELETE FROM entry",
    "DELETE FROM entry_0000",
    "TRUNCATE entry",
    "TRUNCATE entry_0000",
    "UPDATE filing SET accepted = 1",
    "DELETE FROM entry_note",
    "UPDATE audit_line SET action = ''",
    "DROP TABLE entry",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_role_cannot_change_the_book(database: Connection, statement: str) -> None:
    database.execute(text(ROW))
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        database.execute(text(statement))


@pytest.mark.parametrize("statement", [s for s in CHANGES if not s.startswith(("DROP", "ALTER"))])
def test_the_owner_is_stopped_by_the_trigger(owner_database: Engine, statement: str) -> None:
    with owner_database.begin() as connection:
        connection.execute(text(ROW))
    with pytest.raises(DBAPIError, match="append-only"), owner_database.begin() as connection:
        connection.execute(text(statement))


def test_migrations_go_up_down_and_up_again(owner_database: Engine) -> None:
    head = revision_of(owner_database)
    downgrade(owner_database, "base")
    migrate(owner_database)
    assert revision_of(owner_database) == head


def test_parameters_are_loaded_with_their_sources(uow: UnitOfWork) -> None:
    assert uow.parameters.number("keep.months_after_expiry", uow.today) == 6
    assert all(line.source for line in uow.parameters.lines)
