"""The book is only added to: the application's role cannot change or remove what was filed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.filings import an_operator, file, production

TABLES = ("entry", "entry_0000", "entry_note", "filing", "audit_line")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET {} = {}",
        "DELETE FROM {}",
        "TRUNCATE {}",
    ],
)
def test_the_application_may_not_change_the_record(uow, table, statement):
    file(uow, an_operator(uow, 1), production())
    column = {"filing": "accepted", "audit_line": "role"}.get(table, "id")
    with pytest.raises(DBAPIError) as caught, uow.session.begin_nested():
        uow.session.execute(text(statement.format(table, column, column)))
    assert caught.value.orig.pgcode == "42501"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET qty = 1",
        "DELETE FROM entry_0000",
        "TRUNCATE entry_note",
        "UPDATE filing SET accepted = 0",
    ],
)
def test_not_even_the_owner_changes_it_by_accident(owner_database, statement):
    with pytest.raises(DBAPIError, match="append-only"), owner_database.begin() as connection:
        connection.execute(text(statement))
