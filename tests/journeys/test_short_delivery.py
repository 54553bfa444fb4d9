"""一票通少货：乳品厂发 60 盒，开一票通；店里扫码只点到 48 盒，写明原因收下；双方都看到少 12 盒。

A one-ticket pass with a short delivery: the dairy sends 60 cartons with a pass; the shop scans it,
counts 48 and says why; both books speak of one delivery that is 12 short, the dairy is told, and
a second tap changes nothing. The pass of the next day is forgotten and expires after a week.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from support import accounts
from support.filings import an_operator, file, production
from support.named import a_gtin, a_uscc
from support.rooms import job_room

from app.food.passes.jobs import expire
from app.settings import Settings
from ledger.kernel.actor import Role


@pytest.fixture
def dairy(app: Flask, database: Connection, now: datetime) -> FlaskClient:
    """The dairy's office."""
    with accounts.house(database, now) as uow:
        operator = an_operator(uow, 1)
        file(uow, operator, production(quantity="500"))
        accounts.person(uow, "ruchang", Role.OPERATOR, operator)
    return accounts.signed_in(app, "ruchang")


@pytest.fixture
def shop(app: Flask, database: Connection, now: datetime) -> FlaskClient:
    """The shopkeeper's telephone."""
    with accounts.house(database, now) as uow:
        accounts.person(uow, "ama", Role.OPERATOR, an_operator(uow, 2))
    return accounts.signed_in(app, "ama")


def read(browser: FlaskClient, address: str) -> str:
    """A page."""
    answer = browser.get(address, follow_redirects=True)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def sent(dairy: FlaskClient, quantity: str) -> str:
    """The dairy files what it sends and gets its pass; the pass's address."""
    (key,) = re.findall(r'name="filing_key" value="([^"]+)"', read(dairy, "/passes/new"))
    said = {
        "filing_key": key,
        "partner": a_uscc(2),
        "product": "纯牛奶",
        "gtin": a_gtin(1),
        "lot": "L240501",
        "quantity": quantity,
        "unit": "EA",
        "at": "2026-08-15",
        "certificate": "C-1",
    }
    answer = dairy.post("/passes/new", data=said)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def test_a_short_delivery_is_one_delivery_in_both_books(
    dairy: FlaskClient, shop: FlaskClient
) -> None:
    address = sent(dairy, "60")
    assert "发来一批货" in read(shop, "/messages")

    # the shop scans the code on the paper and counts
    scanned = shop.get(f"/scan?text=http://127.0.0.1:8000{address}")
    assert scanned.location == address
    (field,) = re.findall(r'name="(quantity_\w+)"', read(shop, f"{address}/answer"))
    answer = {field: "48", "answer": "taken", "reason": "到货破损 12 盒"}
    assert shop.post(f"{address}/answer", data=answer).status_code == 303
    assert shop.post(f"{address}/answer", data=answer).status_code == 409

    # both books speak of one delivery
    for side in (dairy, shop):
        told = read(side, "/deliveries/sides")
        assert "少收" in told
        assert "60" in told
        assert "48" in told
        assert "没有符合" in read(side, "/deliveries/sides?state=unanswered")
    assert "到货破损 12 盒" in read(dairy, "/messages")
    assert "48" in read(shop, "/book")


def test_a_forgotten_pass_expires_and_both_are_told(
    dairy: FlaskClient,
    shop: FlaskClient,
    settings: Settings,
    database: Connection,
    now: datetime,
) -> None:
    address = sent(dairy, "30")
    expire(job_room(settings, database, now + timedelta(days=8)))
    assert "已过期" in read(dairy, address)
    assert shop.post(f"{address}/take").status_code == 409
    for side in (dairy, shop):
        assert "一票通过期" in read(side, "/messages")
