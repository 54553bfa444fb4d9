"""The page door of scanning and tracing."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Connection, text
from support import accounts
from support.filed_town import CAKE, MILK, MILK_LOT, FiledTown, file, file_town
from support.named import a_gtin

from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.actor import Role
from ledger.kernel.ids import shop_reference, trace_reference
from ledger.kernel.moment import parse_moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party
from scanner.symbols.render import ean_png


@pytest.fixture
def town(database: Connection, now: datetime) -> FiledTown:
    with accounts.house(database, now) as uow:
        return file_town(uow)


@pytest.fixture
def inspector(app: Flask, database: Connection, now: datetime) -> FlaskClient:
    with accounts.house(database, now) as uow:
        accounts.person(uow)
    return accounts.signed_in(app)


def text_of(client: FlaskClient, address: str, status: int = 200, **query: str) -> str:
    answer = client.get(address, query_string=query)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def test_a_trace_is_shown_as_picture_tree_and_tables(
    inspector: FlaskClient, town: FiledTown
) -> None:
    page = text_of(inspector, "/trace", code=MILK, lot=MILK_LOT)
    for name in ("云汀乳业", "启闽供应链", "禾舟烘焙", "阿嬷杂货铺"):
        assert name in page
    assert page.count("<rect") > 6
    assert "结果完整" in page
    assert "账上有 1 处缺口" in page
    assert "发货没有人认" in page
    assert "style=" not in page
    tree = re.search(
        r'<ul class="tree.*?</ul></div>|<ul class="tree.*?<div class="scroll-x', page, re.DOTALL
    )
    assert tree is not None
    english = text_of(inspector, "/trace", code=MILK, lot=MILK_LOT, lang="en")
    assert "Complete" in english
    left = re.sub(r"云汀[^<]*|启闽供应链|禾舟烘焙|阿嬷杂货铺|奶油杯[^<]*|林一|中文", "", english)
    assert not re.findall(r"[\u4e00-\u9fff]+", re.sub(r"<script.*?</script>", "", left))


def test_the_way_up_from_one_operator_is_a_page_too(
    inspector: FlaskClient, town: FiledTown
) -> None:
    page = text_of(inspector, "/trace", code=CAKE, direction="up", operator=town.usccs["shop"])
    assert "云汀乳业" in page
    assert "加工" in text_of(inspector, "/trace", code=CAKE, direction="both", view="tree")


def test_nothing_asked_is_a_form_and_nothing_found_a_refusal(inspector: FlaskClient) -> None:
    assert "<form" in text_of(inspector, "/trace")
    assert "没有登记" in text_of(inspector, "/trace", 404, code="没有这样的东西")


def test_a_trace_is_exported_one_row_a_holder_and_no_formulas(
    inspector: FlaskClient, town: FiledTown
) -> None:
    answer = inspector.get("/trace/export.xlsx", query_string={"code": MILK, "lot": MILK_LOT})
    book = CalamineWorkbook.from_filelike(BytesIO(answer.get_data()))
    holders = book.get_sheet_by_name("持有者").to_python()
    assert len(holders) == 1 + 6
    assert holders[1][0] == "云汀乳业"
    assert len(book.get_sheet_by_name("流转").to_python()) == 1 + 4
    assert len(book.get_sheet_by_name("缺口").to_python()) == 1 + 1


def test_the_public_sees_no_quantities_and_no_partners(
    client: FlaskClient, town: FiledTown
) -> None:
    page = text_of(client, f"/01/{MILK}/10/{MILK_LOT}")
    assert "云汀乳业" in page
    assert "没有召回" in page
    for hidden in ("启闽", "禾舟", "阿嬷", "600", "1200", "1,200"):
        assert hidden not in page
    assert "阿嬷" not in text_of(client, f"/01/{CAKE}/10/HZ261112", shop=town.usccs["shop"])
    token = shop_reference(town.ids["shop"], key_of(client))
    shop = text_of(client, f"/01/{CAKE}/10/HZ261112", shop=token)
    assert "阿嬷杂货铺" in shop
    assert "启闽" not in shop
    assert "由 1 批原料加工而成" in shop
    assert "照着包装填" in text_of(client, f"/01/{MILK}")
    assert "Recall" in text_of(client, f"/01/{MILK}/10/{MILK_LOT}", lang="en")


def farmed(uow, town: FiledTown, *, papers: tuple[tuple[str, str], ...] = ()) -> int:
    """Greens of a person nobody registered, received by the shop with papers; the lot's id."""
    for at, (kind, number) in enumerate(papers or (("", ""),)):
        file(
            uow,
            town.ids["shop"],
            f"greens-{at}",
            Line(
                kind=EntryKind.RECEIPT,
                portions=(
                    Portion(
                        lot=LotNamed(
                            product="空心菜",
                            lot="G1",
                            category="食用农产品",
                            producer=Party(name="陈阿水", contact="13900000001"),
                        ),
                        quantity="5",
                        unit="KGM",
                    ),
                ),
                at=parse_moment("2026-05-08"),
                partner=Party(name="陈阿水", contact="13900000001"),
                document=f"G-{at}",
                certificate=number,
                certificate_kind=kind,
            ),
        )
    lot_id = uow.session.scalar(text("SELECT id FROM lot WHERE number = 'G1'"))
    assert isinstance(lot_id, int)
    return lot_id


def key_of(client: FlaskClient) -> str:
    return client.application.extensions["suyuan"].settings.secret_key


def test_a_person_is_named_nowhere_and_no_reference_is_guessed(
    client: FlaskClient, database: Connection, now: datetime, town: FiledTown
) -> None:
    with accounts.house(database, now) as uow:
        lot_id = farmed(uow, town)
    address = f"/trace/{trace_reference(lot_id, key_of(client))}"
    assert "一位农户" in text_of(client, address)
    assert "a farmer" in text_of(client, address, lang="en")
    for accept in ("text/html", "application/json", "application/linkset+json"):
        answer = client.get(address, headers={"Accept": accept})
        assert answer.status_code == 200
        assert "阿水" not in answer.get_data(as_text=True)
        assert "139000" not in answer.get_data(as_text=True)
    for other in (trace_reference(lot_id, "another key"), f"T{lot_id:023d}", "空心菜", "G1"):
        text_of(client, f"/trace/{other}", 404)
        read = client.get("/api/v1/codes", query_string={"text": other}).get_json()
        assert read["symbols"][0]["points_at"] is None


def test_only_papers_that_say_the_goods_are_sound_are_shown(
    client: FlaskClient, database: Connection, now: datetime, town: FiledTown
) -> None:
    papers = (
        ("FACTORY", "闽检字第2026-118号"),
        ("", "HG-0001"),
        ("VOUCHER", "CK-0001"),
        ("SELFTEST", "陈13900000001"),
        ("SELFTEST", "call me, please"),
        ("私人", "ABC-1234"),
    )
    with accounts.house(database, now) as uow:
        lot_id = farmed(uow, town, papers=papers)
    address = f"/trace/{trace_reference(lot_id, key_of(client))}"
    seen = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert seen["certificates"] == [{"kind": "FACTORY", "number": "闽检字第2026-118号"}]


def test_what_no_producer_stands_for_is_not_verified(
    client: FlaskClient, database: Connection, now: datetime, town: FiledTown
) -> None:
    with accounts.house(database, now) as uow:
        farmed(uow, town)
    opened = {"gtin": a_gtin(103), "name": "假酸奶", "producer": town.usccs["dairy"]}
    with accounts.house(database, now) as uow:
        shop, dairy = (accounts.key(uow, Role.OPERATOR, town.ids[it]) for it in ("shop", "dairy"))
    assert client.post("/api/v1/products", json=opened, headers=shop).status_code == 201
    address = f"/01/{a_gtin(103)}"
    assert text_of(client, address).count("未核实") >= 3
    assert "not verified" in text_of(client, address, lang="en")
    as_json = {"Accept": "application/json"}
    seen = client.get(address, headers=as_json).get_json()
    assert (seen["producer"]["verified"], seen["licences"]) == (False, [])
    client.post("/api/v1/products", json=opened, headers=dairy)
    assert client.get(address, headers=as_json).get_json()["producer"]["verified"]
    made = client.get(f"/01/{MILK}/10/{MILK_LOT}", headers=as_json).get_json()
    assert made["producer"]["verified"]


def test_an_english_page_heads_its_rows_in_english(client: FlaskClient, town: FiledTown) -> None:
    page = text_of(client, f"/01/{MILK}/10/{MILK_LOT}", lang="en")
    for head in ("Recall", "Certificate", "Licence", "Best before", "Missing"):
        assert f"</svg>{head}<small" in page or f">{head}<small" in page
    assert re.search(r"<h2[^>]*>This lot</h2>", page)


def test_the_same_address_answers_machines(client: FlaskClient, town: FiledTown) -> None:
    address = f"/01/{MILK}/10/{MILK_LOT}/21/7"
    seen = client.get(address, headers={"Accept": "application/json"}).get_json()
    assert (seen["gtin"], seen["lot"]["number"]) == (MILK, MILK_LOT)
    assert seen["producer"]["name"] == "云汀乳业"
    assert "启闽" not in str(seen)
    links = client.get(address, headers={"Accept": "application/linkset+json"})
    assert links.content_type == "application/linkset+json"
    assert links.get_json()["linkset"][0]["anchor"].endswith(f"/01/{MILK}/10/{MILK_LOT}")
    missing = client.get("/01/06999999999994", headers={"Accept": "application/json"})
    assert missing.content_type.startswith("application/problem+json")


def test_an_unknown_code_is_not_registered_here(client: FlaskClient, database: Connection) -> None:
    assert "这里没有登记" in text_of(client, "/01/06900000009994", 404)
    lines = database.scalar(text("SELECT count(*) FROM audit_line"))
    assert lines == 0  # nobody fills the audit log from outside


def test_an_inspectors_look_leaves_a_line_and_an_operators_own_none(
    app: Flask,
    database: Connection,
    now: datetime,
    inspector: FlaskClient,
    town: FiledTown,
) -> None:
    with accounts.house(database, now) as uow:
        accounts.person(uow, "chen", Role.OPERATOR, town.ids["baker"])
    lot = database.scalar(text("SELECT min(id) FROM lot"))
    baker, uscc = town.ids["baker"], town.usccs["baker"]
    pages = {
        f"/book?operator={uscc}": "book.look_up",
        f"/book/export.csv?operator={uscc}": "book.export",
        f"/book/export.xlsx?operator={uscc}": "book.export",
        f"/api/v1/book?operator={uscc}": "book.look_up",
        f"/entries/{town.filed['baked']}": "entry.look_up",
        f"/lots/{lot}/label": "lot.label",
        f"/api/v1/codes?text={MILK}": "code.look_up",
    }
    own = accounts.signed_in(app, "chen")
    counted = text("SELECT count(*) FROM audit_line WHERE action = :action")
    for who, more in ((inspector, 1), (own, 0)):
        for page, action in pages.items():
            before = database.scalar(counted, {"action": action})
            with who.get(page) as answer:
                assert answer.get_data()
                assert answer.status_code == 200, page
            assert database.scalar(counted, {"action": action}) == before + more, page
    assert inspector.get(f"/book?operator={uscc}&until=9999-12-31").status_code == 200
    assert inspector.get(f"/book?operator={uscc}&since=0001-01-01").status_code == 200
    with accounts.house(database, now) as uow:
        accounts.person(uow, "wu", Role.REGISTRAR)
    registrar = accounts.signed_in(app, "wu")
    before = database.scalar(counted, {"action": "subject.read"})
    assert registrar.get(f"/subjects/{baker}/amend").status_code == 200
    assert registrar.get(f"/subjects/{baker}/merge").status_code == 200
    assert database.scalar(counted, {"action": "subject.read"}) == before + 2


def test_a_scan_leads_on(client: FlaskClient, inspector: FlaskClient, town: FiledTown) -> None:
    assert "扫一扫" in text_of(client, "/scan")
    found = client.get("/scan", query_string={"text": MILK[1:]})
    assert found.headers["Location"] == f"/01/{MILK}"
    traced = inspector.get("/scan", query_string={"text": f"(01){MILK}(10){MILK_LOT}"})
    assert traced.headers["Location"].startswith("/trace?code=")
    picture = client.post("/scan", data={"picture": (BytesIO(ean_png(MILK)), "a.png")})
    assert picture.status_code == 303
    assert "/scan?text=" in picture.headers["Location"]
    nothing = client.post("/scan", data={"picture": (BytesIO(b"no"), "a.png")})
    assert nothing.status_code == 422


def test_the_search_field_finds_lots_and_subjects(inspector: FlaskClient, town: FiledTown) -> None:
    lot = inspector.get("/search", query_string={"q": MILK_LOT})
    assert lot.headers["Location"].startswith("/trace?code=")
    name = inspector.get("/search", query_string={"q": "启闽"})
    assert name.headers["Location"].startswith("/subjects?query=")


def test_an_operator_sees_only_its_own_part(
    app: Flask, database: Connection, now: datetime, town: FiledTown
) -> None:
    with accounts.house(database, now) as uow:
        accounts.person(uow, "chen", Role.OPERATOR, town.ids["baker"])
    page = text_of(accounts.signed_in(app, "chen"), "/trace", code=MILK, lot=MILK_LOT)
    assert "禾舟烘焙" in page
    assert "启闽供应链" not in page
