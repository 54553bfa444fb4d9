"""Pages of filing: deliveries that wait, sheets, the book as a file, and labels."""

from __future__ import annotations

import io
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, text
from support import accounts, reading, sheets
from support.filing_pages import action_of, received, see, send_goods, words_of
from support.filings import file, production, receipt
from support.html import Page

from ledger.kernel.actor import Role


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
