"""Passes on pages and for machines: issued, scanned, answered, printed, held against each other."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support import accounts as people
from support.filings import an_operator, dispatch, file, production, receipt
from support.named import a_gtin

from ledger.kernel.actor import Role


class Town:
    """A seller and a buyer with people of theirs."""

    def __init__(self, database, now):
        self.database, self.now = database, now
        with people.house(database, now) as uow:
            self.seller, self.buyer = an_operator(uow, 1), an_operator(uow, 2)
            file(uow, self.seller, production(quantity="500"))
            people.person(uow, "maijia", Role.OPERATOR, self.seller)
            people.person(uow, "dianzhu", Role.OPERATOR, self.buyer)
            people.person(uow, "zhifa", Role.INSPECTOR)

    def sent(self, **changed):
        with people.house(self.database, self.now) as uow:
            line = dispatch(self.buyer, **{"quantity": "60"} | changed)
            return file(uow, self.seller, line).entries[0]


@pytest.fixture
def town(database, now):
    return Town(database, now)


@pytest.fixture
def seller(app, town):
    return people.signed_in(app, "maijia")


@pytest.fixture
def buyer(app, town):
    return people.signed_in(app, "dianzhu")


def page(browser, address, status=200):
    answer = browser.get(address, follow_redirects=True)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def issued(seller, town, **changed):
    answer = seller.post("/passes", data={"references": [town.sent(**changed)]})
    assert answer.status_code == 303
    return answer.location


def test_a_pass_is_issued_scanned_and_accepted(seller, buyer, town):
    town.sent(document="CK-1")
    shown = page(seller, "/passes?sent=1")
    assert "还没开一票通的销货" in shown
    (reference,) = re.findall(r'name="references" value="(\w+)"', shown)
    address = seller.post("/passes", data={"references": [reference]}).location
    assert "等收货方确认" in page(seller, address)
    assert "<svg" in page(seller, address)
    scanned = buyer.get(f"/scan?text=http://127.0.0.1:8000{address}")
    assert scanned.location == address
    assert "数量对，收下" in page(buyer, address)
    assert buyer.post(f"{address}/take").status_code == 303
    assert "已按数收下" in page(buyer, address)
    assert "已按数收下" in page(buyer, "/passes")
    assert "纯牛奶" in page(buyer, "/book")
    assert "已收下" in page(seller, "/messages")


def test_a_short_delivery_says_what_came_and_why(seller, buyer, town):
    address = issued(seller, town)
    shown = page(buyer, f"{address}/answer")
    (name,) = re.findall(r'name="(quantity_\w+)"', shown)
    refused = buyer.post(f"{address}/answer", data={name: "48", "answer": "taken"})
    assert refused.status_code == 422
    assert 'value="48"' in refused.get_data(as_text=True)
    said = {name: "48", "answer": "taken", "reason": "破损 12 盒"}
    assert buyer.post(f"{address}/answer", data=said).location == address
    assert "收下，数量不同" in page(seller, address)
    assert "破损 12 盒" in page(seller, address)
    sides = page(seller, "/deliveries/sides")
    assert "少收" in sides


def test_a_refusal_has_its_reason(seller, buyer, town):
    address = issued(seller, town)
    said = {"answer": "refused", "reason": "没订"}
    assert buyer.post(f"{address}/answer", data=said).status_code == 303
    assert "没有收" in page(seller, address)


def test_strangers_and_guesses_find_nothing(app, seller, town, database, now, client):
    address = issued(seller, town)
    with people.house(database, now) as uow:
        people.person(uow, "bieren", Role.OPERATOR, an_operator(uow, 3))
    stranger = people.signed_in(app, "bieren")
    assert page(stranger, address, 404)
    assert page(seller, address[:-1] + ("0" if address[-1] != "0" else "1"), 404)
    assert client.get(address).status_code in (302, 303, 401)
    assert "纯牛奶" in page(people.signed_in(app, "zhifa"), address)


def test_a_dispatch_leaves_with_its_pass(seller, town, database):
    from sqlalchemy import text

    shown = page(seller, "/passes/new")
    (key,) = re.findall(r'name="filing_key" value="([^"]+)"', shown)
    code = database.scalar(text("SELECT uscc FROM subject WHERE id = :id"), {"id": town.buyer})
    said = {
        "filing_key": key,
        "partner": code,
        "product": "纯牛奶",
        "gtin": a_gtin(1),
        "lot": "L240501",
        "quantity": "9",
        "unit": "EA",
        "at": "2026-08-15",
    }
    first = seller.post("/passes/new", data=said)
    assert first.status_code == 303
    assert seller.post("/passes/new", data=said).location == first.location
    assert "YPT" in page(seller, first.location)
    wrong = seller.post("/passes/new", data=said | {"filing_key": "other", "quantity": "many"})
    assert wrong.status_code == 422
    assert 'id="quantity-error"' in wrong.get_data(as_text=True)


def test_three_copies_are_printed(seller, town):
    import pypdfium2

    answer = seller.post(f"{issued(seller, town)}/print")
    assert answer.mimetype == "application/pdf"
    paper = pypdfium2.PdfDocument(answer.data)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in paper]
    assert len(texts) == 3
    assert [word in text for word, text in zip(("存根", "发票", "随货"), texts, strict=True)]
    assert all("纯牛奶" in text for text in texts)


def test_sides_are_shown_filtered_and_reminded(seller, buyer, town):
    town.sent()
    shown = page(seller, "/deliveries/sides")
    assert "收货方未报" in shown
    assert "没有符合" in page(seller, "/deliveries/sides?state=short")
    said = {"partner": str(town.buyer), "on": "2026-08-15"}
    for _ in range(2):
        assert seller.post("/deliveries/sides/remind", data=said).status_code == 303
    assert page(buyer, "/messages").count('class="panel"') == 1  # however often
    assert "去确认到货" in page(buyer, "/deliveries/sides")


def test_a_balance_that_does_not_add_up_is_shown(buyer, town, database, now):
    assert "都算得平" in page(buyer, "/balance")
    assert page(buyer, "/balance/999999999", 404)
    with people.house(database, now) as uow:
        file(uow, town.buyer, receipt(town.seller, quantity="5"))
        file(uow, town.buyer, dispatch(town.seller, quantity="50"))
    shown = page(buyer, "/balance")
    assert "出多于进" in shown
    (lot,) = re.findall(r'href="(/balance/\d+)"', shown)
    assert "漏报了进货" in page(buyer, lot)
    assert "-45" in page(buyer, lot)


def test_an_inspector_comes_from_the_operators_page(app, town, database):
    from sqlalchemy import text

    inspector = people.signed_in(app, "zhifa")
    code = database.scalar(text("SELECT uscc FROM subject WHERE id = :id"), {"id": town.seller})
    town.sent()
    assert f"/deliveries/sides?operator={code}" in page(inspector, f"/subjects/{town.seller}")
    assert "收货方未报" in page(inspector, f"/deliveries/sides?operator={code}")
    assert "提醒对方" not in page(inspector, f"/deliveries/sides?operator={code}")


def test_what_may_not_be_received_says_why(seller, buyer, town, database, now):
    from sqlalchemy import text

    from ledger.products.services import hold_lot
    from ledger.products.terms import HoldLot

    address = issued(seller, town)
    with people.house(database, now - timedelta(days=1)) as uow:
        lot = uow.session.scalar(text("SELECT id FROM lot WHERE number = 'L240501'"))
        hold_lot(uow, HoldLot(lot_id=lot, reason="抽检不合格"))
    shown = buyer.post(f"{address}/answer", data={"answer": "taken"})
    assert shown.status_code == 422
    assert "抽检不合格" in shown.get_data(as_text=True)


def test_machines_issue_and_answer(client, town, database, now):
    reference = town.sent()
    with people.house(database, now) as uow:
        seller = people.key(uow, Role.OPERATOR, town.seller)
        buyer = people.key(uow, Role.OPERATOR, town.buyer)
    made = client.post("/api/v1/passes", json={"references": [reference]}, headers=seller)
    assert made.status_code == 201
    number = made.get_json()["number"]
    shown = client.get(f"/api/v1/passes/{number}", headers=buyer).get_json()
    assert (shown["state"], shown["lines"][0]["quantity"]) == ("issued", "60")
    (listed,) = client.get("/api/v1/passes", headers=buyer).get_json()["items"]
    assert listed["number"] == number
    again = client.post("/api/v1/passes", json={"references": [reference]}, headers=seller)
    assert (again.status_code, again.get_json()["code"]) == (409, "passes.pass_there")
    body = {"answer": "taken", "quantities": {reference: "50"}, "reason": "少 10"}
    answer = client.post(f"/api/v1/passes/{number}/answer", json=body, headers=buyer)
    assert answer.get_json() == {"state": "disputed"}
    late = client.post(f"/api/v1/passes/{number}/answer", json=body, headers=buyer)
    assert (late.status_code, late.get_json()["code"]) == (409, "passes.answered_before")
