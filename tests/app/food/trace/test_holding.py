"""What inspectors read beside the trace: all lots at an operator, all dealers of a product."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, text
from support import accounts
from support.filed_town import MILK, FiledTown, file_town

from app.food.trace.queries import dealers, lots_held
from app.food.trace.terms import Period
from ledger.kernel.actor import Role

DAYS = {"since": "2026-01-01", "until": "2026-12-31"}


@pytest.fixture
def town(database: Connection, now: datetime) -> FiledTown:
    with accounts.house(database, now) as uow:
        return file_town(uow)


@pytest.fixture
def inspector(app: Flask, database: Connection, now: datetime) -> FlaskClient:
    with accounts.house(database, now) as uow:
        accounts.person(uow)
    return accounts.signed_in(app)


def test_an_inspector_sees_all_lots_at_a_holder(inspector: FlaskClient, town: FiledTown) -> None:
    address = f"/subjects/{town.ids['dairy']}"
    assert f"{address}/lots" in inspector.get(address).get_data(as_text=True)
    page = inspector.get(f"{address}/lots", query_string=DAYS).get_data(as_text=True)
    assert MILK[-4:] in page or "牛奶" in page or "奶" in page
    assert "行全部显示" in page
    assert "没有批次" in inspector.get(f"{address}/lots?until=2020-01-01").get_data(as_text=True)
    assert inspector.get(f"{address}/lots?since=0001-01-01").status_code == 422
    sheet = inspector.get(f"{address}/lots/export.xlsx", query_string=DAYS).get_data()
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_name("名下批次").to_python()
    assert rows[0][:3] == ["产品", "GTIN", "批号"]
    assert len(rows) > 1
    english = inspector.get(f"{address}/lots", query_string={**DAYS, "lang": "en"})
    assert "Lots held" in english.get_data(as_text=True)


def test_an_inspector_sees_who_dealt_in_a_product(inspector: FlaskClient, town: FiledTown) -> None:
    said = {**DAYS, "code": MILK}
    page = inspector.get("/trace/dealers", query_string=said).get_data(as_text=True)
    for name in ("云汀乳业", "启闽供应链"):
        assert name in page
    sheet = inspector.get("/trace/dealers/export.xlsx", query_string=said).get_data()
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_name("经营者").to_python()
    assert "云汀乳业" in [row[0] for row in rows]
    assert inspector.get("/trace/dealers?code=0").status_code == 404
    shown = inspector.get("/trace", query_string={"code": MILK}).get_data(as_text=True)
    assert f"/trace/dealers?code={MILK}" in shown


def test_lists_come_in_pages(database: Connection, town: FiledTown, now: datetime) -> None:
    with accounts.house(database, now) as uow:
        year = Period(since=now.date().replace(month=1, day=1), until=now.date())
        first = dealers(uow, MILK, year, key="k", size=1)
        rest = dealers(uow, MILK, Period(since=year.since, until=year.until, after=1), key="k")
        assert (len(first.items), first.next) == (1, 1)
        assert first.total == 1 + len(rest.items)
        assert first.items[0][1].id not in {who.id for _, who in rest.items}
        assert lots_held(uow, town.ids["dairy"], year).next is None


def test_machines_read_the_same_lists(
    client: FlaskClient, database: Connection, town: FiledTown, now: datetime
) -> None:
    with accounts.house(database, now) as uow:
        headers = accounts.key(uow, Role.INSPECTOR)
    said = {**DAYS, "operator": town.ids["dairy"]}
    held = client.get("/api/v1/trace/lots-held", query_string=said, headers=headers).get_json()
    assert held["total"] == len(held["items"]) > 0
    assert held["items"][0]["lot"]["gtin"]
    said = {**DAYS, "code": MILK}
    found = client.get("/api/v1/trace/dealers", query_string=said, headers=headers).get_json()
    assert "云汀乳业" in [each["operator"]["name"] for each in found["items"]]


def test_operators_read_no_such_lists_and_every_look_is_kept(
    inspector: FlaskClient, app: Flask, database: Connection, town: FiledTown, now: datetime
) -> None:
    inspector.get(f"/subjects/{town.ids['dairy']}/lots")
    inspector.get("/trace/dealers", query_string={"code": MILK})
    kept = database.scalars(text("SELECT action FROM audit_line WHERE action LIKE 'trace.%'"))
    assert {"trace.lots_held", "trace.dealers"} <= set(kept)
    assert app.test_client().get(f"/subjects/{town.ids['dairy']}/lots").status_code == 401
