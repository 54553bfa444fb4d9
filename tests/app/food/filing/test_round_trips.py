"""A filing through the API costs a fixed number of round trips, however many entries it has."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from redis.connection import AbstractConnection
from sqlalchemy import Connection, Engine, event
from support import accounts as people
from support.filings import an_operator
from support.named import a_gtin

from app.factory import create_app
from app.settings import Settings
from ledger.kernel.actor import Role

SQL_MAX = 12  # one for who is asking, the rest for the filing and its commit
REDIS_MAX = 1  # counting the request


@pytest.fixture
def program(fresh_settings: Settings, fresh_database: Engine, now: datetime) -> Flask:
    """The program on a store it really commits to."""
    return create_app(fresh_settings, bind=fresh_database, now=lambda: now)


@pytest.fixture
def told(program: Flask, fresh_database: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the store and to the queue's server."""
    said: list[str] = []
    send = AbstractConnection.send_packed_command

    def sent(self: Any, *args: Any, **options: Any) -> Any:
        said.append("redis")
        return send(self, *args, **options)

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(fresh_database, "before_cursor_execute", executed)
    event.listen(fresh_database, "commit", lambda connection: said.append(_commit(connection)))
    monkeypatch.setattr(AbstractConnection, "send_packed_command", sent)
    return said


def _commit(connection: Connection) -> str:
    """A commit; where every statement stands by itself, none is sent."""
    alone = connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
    return "" if alone else "COMMIT"


@pytest.mark.parametrize("entries", [1, 100])
def test_a_filing_costs_a_fixed_number_of_round_trips(
    program: Flask, told: list[str], now: datetime, entries: int
) -> None:
    engine = program.extensions["suyuan"].bind
    with people.house(engine, now) as uow:
        operator = an_operator(uow, 1)
    with people.house(engine, now) as uow:
        key = people.key(uow, Role.OPERATOR, operator)
    client = program.test_client()

    def file(number: int) -> None:
        lot = {"gtin": a_gtin(1), "name": "牛奶", "spec": "1L", "produced_on": "2026-05-01"}
        lines = [
            {
                "kind": "production",
                "lot": {**lot, "lot": f"L{number}-{place}", "expires_on": "2027-05-01"},
                "quantity": "12",
                "unit": "EA",
                "at": "2026-08-15",
                "certificate": "C1",
            }
            for place in range(entries)
        ]
        body = {"filing_key": f"k{number}", "entries": lines}
        assert client.post("/api/v1/filings", json=body, headers=key).status_code == 201

    for warming in range(2):
        file(warming)
    told.clear()
    file(2)
    sql = [each for each in told if each not in ("", "redis")]
    assert len(sql) <= SQL_MAX, sql
    assert told.count("redis") <= REDIS_MAX
