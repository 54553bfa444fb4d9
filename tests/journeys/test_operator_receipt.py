"""杂货铺老板收货：早上送来豆腐，点一下收下；下午扫一箱没人报过的酱油，填数量；晚上发现数错了，更正。

A shopkeeper's day: the dairy's delivery waits and is taken with one tap; a case nobody announced
is scanned and only its quantity typed; in the evening one figure is put right, and an inspector
sees both the figure and its correction, while the shop next door sees nothing.
"""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from support import accounts
from support.filings import an_operator
from support.named import a_gtin, a_uscc

from ledger.kernel.actor import Role

MILK = {
    "gtin": a_gtin(1),
    "lot": "M1",
    "name": "鲜豆腐",
    "spec": "400g",
    "produced_on": "2026-08-14",
    "expires_on": "2027-08-20",
}


@pytest.fixture
def dairy(database: Connection, now: datetime) -> dict[str, str]:
    """The dairy's machine, which made and sent something this morning."""
    with accounts.house(database, now) as uow:
        return accounts.key(uow, Role.OPERATOR, an_operator(uow, 2))


@pytest.fixture
def shop(app: Flask, database: Connection, now: datetime) -> FlaskClient:
    """The shopkeeper's telephone."""
    with accounts.house(database, now) as uow:
        accounts.person(uow, "ama", Role.OPERATOR, an_operator(uow, 1))
    return accounts.signed_in(app, "ama")


@pytest.fixture
def inspector(database: Connection, now: datetime) -> dict[str, str]:
    """An inspector's key."""
    with accounts.house(database, now) as uow:
        return accounts.key(uow, Role.INSPECTOR)


def made_and_sent(client: FlaskClient, dairy: dict[str, str]) -> None:
    """The dairy's own system files what it made and sent, as contract 3.1 has it."""
    answer = client.post(
        "/api/v1/filings",
        headers=dairy,
        json={
            "filing_key": "CK-0815",
            "entries": [
                {
                    "kind": "production",
                    "lot": MILK,
                    "quantity": "200",
                    "unit": "盒",
                    "at": "2026-08-14",
                    "certificate": "HG-1",
                },
                {
                    "kind": "dispatch",
                    "to": {"uscc": a_uscc(1)},
                    "lot": MILK,
                    "quantity": "24",
                    "unit": "盒",
                    "at": "2026-08-15T08:40:00+08:00",
                    "document": "CK-77",
                    "certificate": "HG-1",
                },
            ],
        },
    )
    assert answer.status_code == 201, answer.json


def fields_of(html: str) -> dict[str, str]:
    """What a form's fields hold."""
    found = (re.search(r'name="([^"]+)"', tag) for tag in re.findall(r"<input[^>]*>", html))
    values = re.findall(r"<input[^>]*>", html)
    return {
        name[1]: (re.search(r'value="([^"]*)"', tag) or ["", ""])[1]
        for name, tag in zip(found, values, strict=True)
        if name
    }


def test_a_shopkeepers_day(
    client: FlaskClient,
    shop: FlaskClient,
    dairy: dict[str, str],
    inspector: dict[str, str],
    database: Connection,
    now: datetime,
) -> None:
    made_and_sent(client, dairy)
    home = shop.get("/operator").get_data(as_text=True)
    assert "鲜豆腐" in home
    assert "合格证明已附" in home
    taken = re.search(r'action="(/deliveries/[0-9a-f]+)"', home)
    assert taken is not None
    shop.post(taken[1], data={"answer": "accepted"})

    scanned = shop.get("/receipt", query_string={"code": f"]C1010{a_gtin(9)[1:]}10S8"})
    form = fields_of(scanned.get_data(as_text=True))
    receipt = shop.post(
        "/receipt",
        data={
            **form,
            "gtin": a_gtin(9),
            "product": "酱油",
            "lot": "S8",
            "supplier": "老王批发",
            "quantity": "12",
            "unit": "XBO",
        },
    )
    assert receipt.status_code == 303, receipt.get_data(as_text=True)[:3000]

    wrong = receipt.location
    right = shop.post(
        f"{wrong}/correct",
        data={
            "filing_key": "page:correction:1",
            "what": "replace",
            "quantity": "11",
            "unit": "XBO",
            "at": "2026-08-15",
            "reason": "碎了一瓶",
        },
    )
    assert right.status_code == 303

    reference = wrong.rsplit("/", 1)[1]
    seen = client.get(f"/api/v1/entries/{reference}", headers=inspector).json
    assert [line["quantity"] for line in seen["history"]] == ["12", "11"]
    with accounts.house(database, now) as uow:
        neighbour = accounts.key(uow, Role.OPERATOR, an_operator(uow, 3))
    assert client.get(f"/api/v1/entries/{reference}", headers=neighbour).status_code == 404

    traced = client.get(
        "/api/v1/trace",
        headers=inspector,
        query_string={"code": MILK["gtin"], "lot": "M1", "direction": "down"},
    ).json
    assert [(link["quantity"], link["status"]) for link in traced["links"]] == [("24", "matched")]
