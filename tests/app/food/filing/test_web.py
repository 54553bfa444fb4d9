"""Pages of filing: what is filed by hand or with a tap, refused, corrected and found again."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts
from support.filing_pages import action_of, received, see, send_goods, words_of
from support.filings import an_operator, file, production
from support.html import Page
from support.named import a_gtin

from app.accounts import services as accounts_services
from app.accounts.terms import GrantDelegation
from ledger.entries.queries import entry_by_reference
from ledger.kernel.actor import Role

PAGES = (
    "/operator",
    "/uploads",
    "/book",
    "/receipt",
    "/entries/new",
    "/entries/new?kind=dispatch",
    "/entries/new?kind=production",
    "/entries/new?kind=disposal",
    "/entries/new/transformation",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_with_one_title_and_a_menu(
    browser: FlaskClient, path: str, language: str
) -> None:
    page = see(browser, f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert len(page.all("h1")) == 1
    assert page.all("nav")
    body = words_of(page)
    assert "{{" not in body
    assert "%(" not in body
    if language == "en":
        chinese = [char for char in body if "\u4e00" <= char <= "\u9fff"]
        assert len(chinese) < 40, body


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_them_without_signing_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (302, 303, 401)


def test_a_scanned_receipt_is_guessed_from_the_book_and_filed_once(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    send_goods(database, now, shop)
    browser.post(action_of(see(browser, "/operator")), data={"answer": "accepted"})
    scanned = f"(01){a_gtin(1)}(17)270501(10)L77"
    page = Page(browser.get("/receipt", query_string={"code": scanned}).get_data(as_text=True))
    form = {
        e.attributes["name"]: e.attributes.get("value") or ""
        for e in page.all("input")
        if e.attributes.get("name")
    }
    assert (form["gtin"], form["lot"], form["supplier"]) == (a_gtin(1), "L77", "鼓浪乳业2有限公司")
    assert form["received_on"] == "2026-08-15"
    assert "猜" in words_of(page)
    empty = browser.post("/receipt", data={**form, "quantity": ""})
    assert empty.status_code == 422
    assert "L77" in empty.get_data(as_text=True)
    answers = [
        browser.post("/receipt", data={**form, "quantity": "8", "unit": "EA"}) for _tap in range(2)
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert received(database, shop) == [24_000, 12_000, 8_000]


def test_an_entry_is_filed_by_hand_and_found_in_the_book(
    browser: FlaskClient, database: Connection, shop: int
) -> None:
    answer = browser.post(
        "/entries/new?kind=receipt",
        data={
            "filing_key": "page:1",
            "product": "青菜",
            "quantity": "１２公斤",
            "at": "2026年8月14日",
            "partner": "绿野合作社",
            "contact": "13800000000",
            "note": "早上",
        },
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    shown = words_of(see(browser, answer.location))
    assert "青菜" in shown
    assert "绿野合作社" in shown
    assert "早上" in shown
    for query in (
        "text=青菜",
        "partner=绿野合作社",
        "kind=receipt",
        "since=2026-08-14&until=2026-08-14",
    ):
        assert "青菜" in words_of(see(browser, f"/book?{query}"))
    for query in ("text=白菜", "partner=谁也不是", "kind=dispatch", "since=2026-08-15"):
        assert "没有这样的记录" in words_of(see(browser, f"/book?{query}"))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("production", {"lot": "P1"}),
        ("dispatch", {"partner": "散客", "lot": "P1"}),
        ("disposal", {"reason": "过期", "lot": "P1"}),
    ],
)
def test_each_kind_can_be_filed_by_hand(
    browser: FlaskClient, kind: str, more: dict[str, str]
) -> None:
    answer = browser.post(
        f"/entries/new?kind={kind}",
        data={
            "filing_key": "page:1",
            "product": "饼干",
            "quantity": "5",
            "unit": "XBG",
            "at": "2026-08-15",
            **more,
        },
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]


def test_a_transformation_is_filed_by_hand(browser: FlaskClient) -> None:
    said = {
        "filing_key": "page:1",
        "at": "2026-08-15",
        "in_0_product": "面粉",
        "in_0_lot": "F1",
        "in_0_quantity": "5公斤",
        "out_0_product": "饼干",
        "out_0_lot": "B1",
        "out_0_quantity": "40袋",
    }
    assert browser.post("/entries/new/transformation", data=said).status_code == 303
    nothing = browser.post(
        "/entries/new/transformation",
        data={
            **said,
            "out_0_product": "",
            "out_0_lot": "",
            "out_0_quantity": "",
            "filing_key": "page:2",
        },
    )
    assert nothing.status_code == 422
    assert "面粉" in nothing.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": "-3"}, "quantity"),
        ({"quantity": "几袋"}, "quantity"),
        ({"at": "5/6/26"}, "at"),
        ({"at": "2036-01-01"}, "at"),
        ({"gtin": "6901234567890"}, "gtin"),
        ({"partner": ""}, "partner"),
        ({"product": ""}, "product"),
    ],
)
def test_a_refused_form_comes_back_whole_with_its_field_marked(
    browser: FlaskClient, changed: dict[str, str], field: str
) -> None:
    said = {
        "filing_key": "page:1",
        "product": "饼干",
        "lot": "B1",
        "quantity": "5",
        "unit": "XBG",
        "at": "2026-08-15",
        "partner": "某店",
        "contact": "1390000",
        "note": "留着",
        **changed,
    }
    answer = browser.post("/entries/new?kind=receipt", data=said)
    assert answer.status_code == 422
    page = Page(answer.get_data(as_text=True))
    assert page.all("a", href=f"#{field}"), words_of(page)
    assert "留着" in words_of(page)
    assert page.all("input", name="filing_key")[0].attributes["value"] == "page:1"


def test_an_entry_is_corrected_and_its_history_shown(
    browser: FlaskClient, database: Connection, shop: int
) -> None:
    first = browser.post(
        "/entries/new?kind=receipt",
        data={
            "filing_key": "page:1",
            "product": "青菜",
            "quantity": "12公斤",
            "at": "2026-08-14",
            "partner": "绿野合作社",
            "contact": "1380000",
        },
    ).location
    form = see(browser, f"{first}/correct")
    assert form.all("input", name="quantity")[0].attributes["value"] == "12"
    said = {
        "filing_key": "page:2",
        "what": "replace",
        "quantity": "10",
        "unit": "KGM",
        "at": "2026-08-14",
        "reason": "称错了",
    }
    right = browser.post(f"{first}/correct", data=said)
    assert right.status_code == 303, right.get_data(as_text=True)[:3000]
    shown = words_of(see(browser, right.location))
    assert "更正经过" in shown
    assert "称错了" in shown
    assert "这一笔已被更正" in words_of(see(browser, first))
    again = browser.post(f"{first}/correct", data={**said, "filing_key": "page:3"})
    assert again.status_code in (409, 422)


def test_an_entry_can_be_taken_out_altogether(browser: FlaskClient) -> None:
    first = browser.post(
        "/entries/new?kind=production",
        data={
            "filing_key": "page:1",
            "product": "饼干",
            "lot": "B1",
            "quantity": "5",
            "unit": "XBG",
            "at": "2026-08-15",
        },
    ).location
    gone = browser.post(
        f"{first}/correct", data={"filing_key": "page:2", "what": "void", "reason": "没有生产"}
    )
    assert gone.status_code == 303
    assert "这一笔已被更正" in words_of(see(browser, first))


def test_another_shops_entry_is_not_there(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    with accounts.house(database, now) as uow:
        dairy = an_operator(uow, 2)
        reference = file(uow, dairy, production()).entries[0]
        assert entry_by_reference(uow, reference)
    see(browser, f"/entries/{reference}", 404)
    see(browser, f"/entries/{reference}/correct", 404)


@pytest.fixture
def clerk_of_two(app: Flask, database: Connection, now: datetime, shop: int) -> FlaskClient:
    """A clerk two shops have trusted with their books; the first shop's is open."""
    with accounts.house(database, now) as uow:
        other = an_operator(uow, 7)
        accounts.person(uow, "xiaowang", Role.CLERK)
        for operator in (shop, other):
            accounts_services.grant_delegation(
                uow, GrantDelegation(operator_id=operator, to="xiaowang")
            )
    clerk = accounts.signed_in(app, "xiaowang")
    open_book(clerk, shop)
    return clerk


def open_book(clerk: FlaskClient, operator: int) -> None:
    """Open an operator's book."""
    answer = clerk.post("/account/book", data={"operator_id": operator})
    assert answer.status_code == 303, answer.get_data(as_text=True)


FORMS = (
    "/receipt",
    "/entries/new?kind=production",
    "/entries/new/transformation",
    "/uploads",
)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_opened_over_one_book_files_nothing_into_another(
    clerk_of_two: FlaskClient, database: Connection, shop: int, path: str
) -> None:
    page = see(clerk_of_two, path)
    (said,) = {
        element.attributes["value"]
        for element in page.all("input")
        if element.attributes.get("name") == "open_book"
    }
    assert said == str(shop)
    other = database.scalar(
        text("SELECT operator_id FROM delegation WHERE operator_id <> :shop"), {"shop": shop}
    )
    open_book(clerk_of_two, int(other or 0))
    answer = clerk_of_two.post(path, data={"open_book": said, "product": "饼", "quantity": "3"})
    assert answer.status_code == 409
    assert "没有入账" in answer.get_data(as_text=True)
    assert f'name="open_book" value="{said}"' in answer.get_data(as_text=True)
    assert database.scalar(text("SELECT count(*) FROM entry")) == 0
