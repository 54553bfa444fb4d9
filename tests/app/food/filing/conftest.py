"""Who files: an operator by its key, and a shop in a browser."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from support import accounts
from support.filings import an_operator

from ledger.kernel.actor import Role


@pytest.fixture
def operator(database: Connection, now: datetime) -> int:
    with accounts.house(database, now) as uow:
        an_operator(uow, 2)
        return an_operator(uow, 1)


@pytest.fixture
def headers(database: Connection, now: datetime, operator: int) -> dict[str, str]:
    with accounts.house(database, now) as uow:
        return accounts.key(uow, Role.OPERATOR, operator)


@pytest.fixture
def shop(database: Connection, now: datetime) -> int:
    with accounts.house(database, now) as uow:
        shop = an_operator(uow, 1)
        accounts.person(uow, "chen", Role.OPERATOR, shop)
    return shop


@pytest.fixture
def browser(app: Flask, shop: int) -> FlaskClient:
    return accounts.signed_in(app, "chen")
