"""缺口补上、卷宗站得住：批发商没报进货，追溯断了；老板不会登录，用手机链接照单据补上。

抽检发现一批牛奶有问题，执法人员追溯到批发商就断了，于是要求补报；补上以后从厂到店接上了。店主出具查验卷宗，
谁都能核对它没有被改过。

A gap is closed and a dossier stands: a lot of milk fails a test and its trace breaks at a trader
that filed no receipt. The inspector asks for its records; its owner, who cannot sign in, gives them
on a phone from the paper. Traced again, dairy and shop are joined. The shop issues its dossier, and
anybody checks that it was not changed.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts
from support.books import key_of_log
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin, a_uscc

from ledger.kernel.actor import Role
from ledger.proof.rules import receipt as receipts
from ledger.proof.services import seal_entries


@pytest.fixture
def town(database: Connection, now: datetime) -> dict[str, int]:
    """A dairy, a trader that filed what it sold and not what it bought, and a shop."""
    with accounts.house(database, now) as uow:
        dairy, trader, shop = (an_operator(uow, number) for number in (1, 2, 3))
        made, sold = production(lot=a_lot("L1")), dispatch(trader, lot=a_lot("L1"), quantity="60")
        file(uow, dairy, made, sold, key="dairy")
        file(uow, trader, dispatch(shop, lot=a_lot("L1"), quantity="60"), key="trader")
        file(uow, shop, receipt(trader, lot=a_lot("L1"), quantity="60"), key="shop")
        accounts.person(uow, "zhifa", Role.INSPECTOR)
        accounts.person(uow, "dianzhu", Role.OPERATOR, shop)
        lot = uow.session.scalar(text("SELECT id FROM lot"))
    return {"trader": trader, "shop": shop, "lot": int(lot or 0)}


def traced(inspector: FlaskClient) -> str:
    answer = inspector.get("/trace", query_string={"code": a_gtin(1), "lot": "L1"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_gap_is_closed_and_a_dossier_stands(
    app: Flask, client: FlaskClient, database: Connection, now: datetime, town: dict[str, int]
) -> None:
    inspector, shop = accounts.signed_in(app, "zhifa"), accounts.signed_in(app, "dianzhu")
    asked = _asked_from_the_trace(inspector, traced(inspector))
    link = _link_of(inspector, asked)

    # the trader's telephone, without an account, in English
    page = client.get(f"{link}?lang=en").get_data(as_text=True)
    assert "Records wanted" in page
    told = {"partner": a_uscc(1), "quantity": "60", "unit": "EA", "at": "2026-08-15"}
    assert client.post(link, data=told).status_code == 303
    shown = inspector.get(asked).get_data(as_text=True)
    assert "已补报" in shown
    assert "账上没有缺口" in traced(inspector)

    with accounts.house(database, now) as uow:
        assert seal_entries(uow, key_of_log()) is not None
    _the_dossier_stands(client, shop, town)


def _gaps(page: str) -> list[str]:
    return re.findall(r"/requests/new\?[^\"]+", page)


def _asked_from_the_trace(inspector: FlaskClient, page: str) -> str:
    """The inspector asks the trader where the goods came from; the request's address."""
    address = _gaps(page)[0].replace("&amp;", "&")
    assert inspector.get(address).status_code == 200
    said = dict(re.findall(r"(\w+)=([^&]*)", address))
    answer = inspector.post("/requests/new", data={**said, "hours": "24"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location


def _link_of(inspector: FlaskClient, address: str) -> str:
    page = inspector.get(address).get_data(as_text=True)
    (link,) = set(re.findall(r"/ask/[0-9A-Z]{23}", page))
    return str(link)


def _the_dossier_stands(client: FlaskClient, shop: FlaskClient, town: dict[str, Any]) -> None:
    """The shop's dossier: what it says, the proof inside, and a stranger's check of the file."""
    address = f"/dossiers/{town['shop']}/{town['lot']}"
    assert "如实说明了进货来源" in shop.get(address).get_data(as_text=True)
    paper = shop.post(f"{address}/paper")
    assert paper.content_type == "application/pdf"
    pdf = pypdfium2.PdfDocument(paper.data)
    inside = pdf.get_attachment(0)
    (found,) = receipts.parse_receipts(bytes(inside.get_data()).decode())
    pdf.close()
    receipts.verify_receipt(found, key_of_log().verifier)
    number = paper.headers["Content-Disposition"].split('"')[1].removesuffix(".pdf")
    for content, said in ((paper.data, "byte for byte"), (paper.data + b"\n", "Not the same")):
        handed = {"file": (io.BytesIO(content), "copy.pdf")}
        checked = client.post(f"/papers/{number}", data=handed)
        assert said in checked.get_data(as_text=True)
