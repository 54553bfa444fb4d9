"""The pages of filing, read and used as a shopkeeper does."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, text
from support import accounts, reading, sheets
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.html import Page
from support.named import a_gtin

from app.accounts import services as accounts_services
from app.accounts.terms import GrantDelegation
from ledger.entries.queries import entry_by_reference
from ledger.kernel.actor import Role


@pytest.fixture
def shop(database: Connection, now: datetime) -> int:
    with accounts.house(database, now) as uow:
        shop = an_operator(uow, 1)
        accounts.person(uow, "chen", Role.OPERATOR, shop)
    return shop


@pytest.fixture
def browser(app: Flask, shop: int) -> FlaskClient:
    return accounts.signed_in(app, "chen")


def send_goods(database: Connection, now: datetime, shop: int, **said: Any) -> int:
    """A dairy makes milk and sends the shop two lots; returns the dairy."""
    with accounts.house(database, now) as uow:
        dairy = an_operator(uow, 2)
        file(uow, dairy, production(quantity="500"), production(quantity="500", lot=a_lot("L2")))
        file(
            uow,
            dairy,
            dispatch(shop, quantity="24", **said),
            dispatch(shop, quantity="12", lot=a_lot("L2"), **said),
        )
    return dairy


def see(browser: FlaskClient, path: str, status: int = 200) -> Page:
    """A page that must answer."""
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return Page(answer.get_data(as_text=True))


def words_of(page: Page) -> str:
    """All words in the middle of a page."""
    return " ".join(element.words for element in page.all("main"))


def received(database: Connection, shop: int) -> list[int]:
    """Thousandths of all receipts of a shop."""
    return list(
        database.scalars(
            text("SELECT qty FROM entry WHERE op = :op AND kind = 3 ORDER BY id"), {"op": shop}
        )
    )


def action_of(page: Page) -> str:
    """Where the form of the first delivery goes."""
    return next(
        form.attributes["action"] or ""
        for form in page.all("form")
        if "/deliveries/" in (form.attributes["action"] or "")
    )


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


def test_a_delivery_is_taken_with_one_tap_and_only_once(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    send_goods(database, now, shop)
    page = see(browser, "/operator")
    assert "鼓浪乳业2" in words_of(page)
    assert "24 个" in words_of(page)
    for _tap in range(2):
        answer = browser.post(action_of(page), data={"answer": "accepted"})
        assert answer.status_code == 303
    assert received(database, shop) == [24_000, 12_000]
    assert "没有等您确认的到货" in words_of(see(browser, "/operator"))


def test_the_daily_job_counts_what_both_sides_say(
    app: Flask, browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    send_goods(database, now, shop)
    browser.post(action_of(see(browser, "/operator")), data={"answer": "accepted"})
    reading.do(app, "filing.pair_deliveries")
    assert database.scalars(
        text("SELECT matched FROM pairing_day WHERE operator_id = :op AND day = '2026-08-15'"),
        {"op": shop},
    ).all() == [2]
    assert "双方对上2 笔" in words_of(see(browser, "/operator")).replace("\n", "")


def test_a_delivery_that_differs_is_taken_in_what_came(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    send_goods(database, now, shop)
    path = f"{action_of(see(browser, '/operator'))}/differs"
    fields = [
        e.attributes["name"]
        for e in see(browser, path).all("input")
        if (e.attributes.get("name") or "").startswith("quantity_")
    ]
    bad = browser.post(path, data={fields[0]: "一些", fields[1]: "12"})
    assert bad.status_code == 422
    assert "一些" in bad.get_data(as_text=True)
    assert browser.post(path, data={fields[0]: "20", fields[1]: "0"}).status_code == 303
    assert received(database, shop) == [20_000]
    assert "没有等您确认的到货" in words_of(see(browser, "/operator"))


def test_a_delivery_that_never_came_no_longer_waits(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    send_goods(database, now, shop)
    where = action_of(see(browser, "/operator"))
    assert browser.post(where, data={"answer": "not_received"}).status_code == 303
    assert "没有等您确认的到货" in words_of(see(browser, "/operator"))
    assert received(database, shop) == []
    assert browser.post(where, data={"answer": "not_received"}).status_code == 404


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


def test_a_sheet_is_sent_watched_and_its_refusals_shown_by_cause(
    app: Flask, browser: FlaskClient, shop: int
) -> None:
    made = sheets.a_ledger(400)
    sent = browser.post("/uploads", data={"file": (io.BytesIO(made.data), "七月.xlsx"), "kind": ""})
    assert sent.status_code == 303
    waiting = see(browser, sent.location)
    assert waiting.all("section", id="progress")[0].attributes["data-poll"]
    number = int(sent.location.rsplit("/", 1)[1])
    reading.do(app, "filing.read_upload", upload_id=number)
    fragment = Page(browser.get(f"/uploads/{number}/progress").get_data(as_text=True))
    assert "data-poll" not in fragment.all("section")[0].attributes
    shown = words_of(see(browser, sent.location))
    assert f"{made.good} 行已入账" in shown
    assert f"没有收的 {len(made.bad)} 行" in shown
    assert "B24" in shown
    assert "filing.date_ambiguous" in shown
    assert "合计" in shown
    sheet = browser.get(f"/uploads/{number}/refused.xlsx")
    assert CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).sheet_names == ["2026年7月"]
    again = browser.post("/uploads", data={"file": (io.BytesIO(made.data), "b.xlsx"), "kind": ""})
    assert "这个文件传过了" in words_of(see(browser, again.location))
    assert "七月.xlsx" in words_of(see(browser, "/uploads"))


def test_a_form_without_a_file_and_a_file_of_nothing_are_refused(
    app: Flask, browser: FlaskClient
) -> None:
    assert browser.post("/uploads", data={"kind": ""}).status_code == 422
    sent = browser.post("/uploads", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), "kind": ""})
    reading.do(app, "filing.read_upload", upload_id=int(sent.location.rsplit("/", 1)[1]))
    assert "整个文件没有收" in words_of(see(browser, sent.location))


def test_the_book_is_taken_away_as_csv_and_xlsx(browser: FlaskClient) -> None:
    browser.post(
        "/entries/new?kind=production",
        data={
            "filing_key": "page:1",
            "product": "=饼干",
            "lot": "B1",
            "quantity": "5",
            "unit": "XBG",
            "at": "2026-08-15",
        },
    )
    csv = browser.get("/book/export.csv").data
    assert csv.startswith(b"\xef\xbb\xbf")
    assert "'=饼干" in csv.decode("utf-8-sig")
    assert csv.decode("utf-8-sig").encode("gb18030")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(browser.get("/book/export.xlsx").data))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert rows[0][2] == "商品名称"
    assert rows[1][2] == "=饼干"
    assert len(rows) == 2
    assert len(browser.get("/book/export.csv?text=别的").data.splitlines()) == 1


def test_the_book_is_paged_by_links(
    browser: FlaskClient, database: Connection, shop: int, now: datetime
) -> None:
    with accounts.house(database, now) as uow:
        file(uow, shop, *[production(quantity=str(n), document=f"D{n}") for n in range(1, 121)])
    page, seen = see(browser, "/book"), 0
    while True:
        seen += sum(1 for row in page.all("tr") if "tbody" in row.above)
        following = [e.attributes["href"] for e in page.all("a", rel="next")]
        if not following:
            break
        page = see(browser, following[0] or "")
    assert seen == 120


def test_a_lot_has_labels_to_print(
    browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    with accounts.house(database, now) as uow:
        file(uow, shop, production())
    lots = list(database.scalars(text("SELECT lot FROM entry WHERE op = :op"), {"op": shop}))
    page = see(browser, f"/lots/{lots[0]}/label")
    assert len(page.all("svg")) >= 8
    assert "L240501" in words_of(page)
    see(browser, "/lots/2000000000/label", 404)


def test_another_s_label_is_not_printed_before_the_lot_was_held(
    app: Flask, browser: FlaskClient, database: Connection, now: datetime, shop: int
) -> None:
    dairy = send_goods(database, now, shop)
    lots = list(
        database.scalars(
            text("SELECT DISTINCT lot FROM entry WHERE op = :op ORDER BY 1"), {"op": dairy}
        )
    )
    see(browser, f"/lots/{lots[0]}/label", 404)
    with accounts.house(database, now) as uow:
        accounts.person(uow, "maker", Role.OPERATOR, dairy)
        accounts.person(uow, "lin", Role.INSPECTOR)
        file(uow, shop, receipt(dairy, quantity="24"))
    see(accounts.signed_in(app, "maker"), f"/lots/{lots[0]}/label")
    see(accounts.signed_in(app), f"/lots/{lots[0]}/label")
    shown = [browser.get(f"/lots/{lot}/label").status_code for lot in lots]
    assert sorted(shown) == [200, 404]


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
