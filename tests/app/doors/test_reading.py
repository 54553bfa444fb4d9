"""Looking up happens on connections that cannot write, and public pages within their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from support.filed_town import MILK, MILK_LOT, file_town

from app.database import engine_for
from app.factory import create_app
from app.food.trace.queries.public import PATIENCE_MS
from app.settings import Settings
from ledger.kernel import uow as units
from ledger.kernel.actor import PUBLIC, SYSTEM
from ledger.kernel.statements import Prepared, give_up_after, together
from ledger.kernel.uow import StoreTooSlow

PAGE = f"/01/{MILK}/10/{MILK_LOT}"
FORBIDDEN = "25006"  # read_only_sql_transaction
_WRITE = "INSERT INTO audit_line (at, role, action, about) VALUES (now(), 'public', 'x', 'x')"
_WRITING = Prepared("writes_a_line", "text", f"{_WRITE.replace(chr(39) + 'x' + chr(39), '$1')}")
_SLEEP = "SELECT pg_sleep(30)"


@pytest.fixture
def reader(fresh_settings: Settings) -> Iterator[Engine]:
    made = engine_for(fresh_settings, reads_only=True)
    yield made
    made.dispose()


@pytest.fixture
def program(fresh_settings: Settings, fresh_database: Engine, now: datetime) -> Iterator[Flask]:
    """The program as it is started: with an engine of its own for what only reads."""
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        file_town(uow)
    app = create_app(fresh_settings, now=lambda: now)
    app.config.update(TESTING=True)
    app.extensions["suyuan.limiter"].enabled = False
    yield app
    app.extensions["suyuan"].bind.dispose()
    app.extensions["suyuan"].reader.dispose()


def _refused(problem: pytest.ExceptionInfo[DBAPIError]) -> str | None:
    return getattr(problem.value.orig, "pgcode", None)


@pytest.mark.parametrize("patient", [False, True])
def test_the_store_itself_refuses_to_write_for_a_look_up(
    reader: Engine, now: datetime, patient: bool
) -> None:
    ways = (
        lambda session: session.execute(text(_WRITE)),
        lambda session: together(session, ("SELECT 1", ()), (_WRITE, ())),
        lambda session: _WRITING.rows(session, "x"),
    )
    for way in ways:
        with pytest.raises(DBAPIError) as problem:
            _look_up(reader, now, way, patience_ms=1_000 if patient else None)
        assert _refused(problem) == FORBIDDEN
    with _unit(reader, now) as uow:
        assert uow.session.scalar(text("SELECT count(*) FROM audit_line")) == 0


def _unit(reader: Engine, now: datetime) -> Any:
    return units.begin(reader, actor=PUBLIC, now=now, read_only=True)


def _look_up(
    reader: Engine, now: datetime, way: Callable[[Session], object], patience_ms: int | None
) -> None:
    with _unit(reader, now) as uow:
        if patience_ms is not None:
            give_up_after(uow.session, patience_ms)
            assert together(uow.session, ("SELECT 1", ())) == [(1,)]
        way(uow.session)


def test_a_limit_holds_for_all_statements_of_a_unit_and_for_no_other(
    reader: Engine, now: datetime, fresh_settings: Settings
) -> None:
    for second in (
        lambda session: together(session, (_SLEEP, ())),
        lambda session: session.execute(text(_SLEEP)),
    ):
        with pytest.raises(StoreTooSlow):
            _look_up(reader, now, second, patience_ms=50)
        with _unit(reader, now) as uow:
            shown = uow.session.scalar(text("SELECT setting FROM pg_settings WHERE name = :n"), _N)
            assert int(shown) == fresh_settings.statement_timeout_ms
            driver: Any = uow.session.connection().connection.dbapi_connection
            assert driver.info.transaction_status == TRANSACTION_STATUS_IDLE


_N = {"n": "statement_timeout"}


def test_a_limit_is_given_back_where_nothing_went_wrong(
    reader: Engine, now: datetime, fresh_settings: Settings
) -> None:
    with _unit(reader, now) as uow:
        give_up_after(uow.session, 50)
        give_up_after(uow.session, 70)
        shown = together(uow.session, ("SHOW statement_timeout", ()))
        assert shown == [("70ms",)]
    with _unit(reader, now) as uow:
        (found,) = together(uow.session, ("SHOW statement_timeout", ()))
        assert found[0] in (
            f"{fresh_settings.statement_timeout_ms}ms",
            f"{fresh_settings.statement_timeout_ms // 1000}s",
        )


def test_the_program_as_it_is_started_serves_pages_on_connections_that_only_read(
    program: Flask,
) -> None:
    reader, asked = program.extensions["suyuan"].reader, []
    event.listen(reader, "before_cursor_execute", lambda *said: asked.append(said[2]))
    client = program.test_client()
    for address, status in (
        ("/", 200),
        (PAGE, 200),
        (f"/api/v1/codes?text={MILK}", 200),
        ("/01/06901234567892", 404),
        ("/api/v1/book", 401),
        ("/healthz", 200),
    ):
        assert client.get(address).status_code == status, address
    assert asked
    sent = client.post("/api/v1/filings", json={}, headers={"Authorization": "Bearer sy_no"})
    assert sent.status_code == 401


def test_every_statement_of_the_public_page_is_given_up_in_time(program: Flask) -> None:
    reader = program.extensions["suyuan"].reader
    limits: list[str] = []

    def told(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        beside = cursor.connection.cursor()
        beside.execute("SHOW statement_timeout")
        (found,) = beside.fetchone()
        begins = statement.startswith(f"BEGIN;\nSET LOCAL statement_timeout = {PATIENCE_MS};")
        limits.append("with it" if begins else found)

    client = program.test_client()
    assert client.get(PAGE).status_code == 200  # statements are made ready
    event.listen(reader, "before_cursor_execute", told)
    assert client.get(PAGE).status_code == 200
    first, *others = limits
    assert first == "with it"
    assert len(others) >= 3
    assert set(others) == {f"{PATIENCE_MS // 1000}s"}
