"""Products through the API: opened, packed, found, and lots stopped and released."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support.named import a_gtin, a_registration, a_uscc
from support.people import bearer_of

from ledger.entries.terms import RowKind
from ledger.kernel.actor import SYSTEM
from ledger.products.services import resolve_lots
from ledger.products.terms import LotNamed, LotWanted
from ledger.subjects.services import register_subjects

PRODUCTS = "/api/v1/products"
UNIT, CASE = a_gtin(1), a_gtin(1, 1)
MILK = {
    "gtin": UNIT[1:],
    "name": "纯牛奶",
    "spec": "250ml",
    "category": "乳制品",
    "shelf_life": "6个月",
    "producer": a_uscc(1),
    "packs": [{"gtin": CASE, "contains": "24"}],
}


@pytest.fixture
def ids(units_of):
    with units_of(SYSTEM) as uow:
        outcomes = register_subjects(uow, [a_registration(1), a_registration(2)])
    return [subject.id for subject, _ in outcomes]


@pytest.fixture
def dairy(client, ids):
    return bearer_of(client, "operator", a_uscc(1))


@pytest.fixture
def shop(client, ids):
    return bearer_of(client, "operator", a_uscc(2))


@pytest.fixture
def inspector(client):
    return bearer_of(client, "inspector")


def lot(units_of, filer, **named):
    with units_of(SYSTEM) as uow:
        (found,) = resolve_lots(uow, [LotWanted(named=LotNamed(**named), filer_id=filer)])
    return found.lot


def test_a_product_is_opened_with_its_pack_and_the_same_again_is_no_news(client, dairy):
    first = client.post(PRODUCTS, json=MILK, headers=dairy)
    assert first.status_code == 201, first.json
    assert first.json["gtin"] == UNIT
    assert (first.json["shelf_life"], first.json["confirmed"]) == ("6 month", True)
    assert first.json["producer"]["uscc"] == a_uscc(1)
    assert first.json["packs"] == [{"gtin": CASE, "contains": "24", "of": UNIT}]
    again = client.post(PRODUCTS, json=MILK, headers=dairy)
    assert (again.status_code, again.json) == (200, first.json)
    case = client.get(f"{PRODUCTS}/{CASE}", headers=dairy).json
    assert case["holds"] == {"gtin": UNIT, "contains": "24"}


def test_anybody_reads_a_product_by_any_spelling_of_its_gtin(client, dairy):
    client.post(PRODUCTS, json=MILK, headers=dairy)
    assert client.get(f"{PRODUCTS}/{UNIT[1:]}").json["name"] == "纯牛奶"
    unknown = client.get(f"{PRODUCTS}/{a_gtin(9)}")
    assert (unknown.status_code, unknown.json["code"]) == (404, "products.unknown")
    assert client.get(f"{PRODUCTS}/p99999999").status_code == 404
    wrong = client.get(f"{PRODUCTS}/6901234567890")
    assert (wrong.status_code, wrong.json["code"]) == (422, "identifiers.gtin_check_digit")


def test_another_operators_name_waits_for_a_registrar(client, dairy, shop):
    client.post(PRODUCTS, json=MILK, headers=dairy)
    answer = client.post(
        PRODUCTS, json={"gtin": UNIT, "name": "鲜奶"}, headers={**shop, "Accept-Language": "en"}
    )
    assert (answer.status_code, answer.json["name"]) == (200, "纯牛奶")
    assert answer.json["warnings"][0]["code"] == "products.name_queued"
    assert "registrar" in answer.json["warnings"][0]["detail"]


def test_only_the_producers_own_word_confirms(client, dairy, shop):
    opened = client.post(PRODUCTS, json={**MILK, "packs": []}, headers=shop)
    assert (opened.status_code, opened.json["confirmed"]) == (201, False)
    again = client.post(PRODUCTS, json={**MILK, "packs": []}, headers=shop)
    assert (again.status_code, again.json["confirmed"]) == (200, False)
    packed = client.post(PRODUCTS, json=MILK, headers=shop)
    assert (packed.status_code, packed.json["code"]) == (403, "products.pack_not_yours")
    own = client.post(PRODUCTS, json=MILK, headers=dairy)
    assert (own.status_code, own.json["confirmed"]) == (200, True)
    bigger = {"gtin": UNIT, "packs": [{"gtin": a_gtin(1, 2), "contains": "48"}]}
    assert client.post(PRODUCTS, json=bigger, headers=shop).status_code == 403
    assert client.post(PRODUCTS, json=MILK, headers=shop).status_code == 200
    nobodys = client.post(PRODUCTS, json={"gtin": a_gtin(7), "name": "麦片"}, headers=shop)
    assert (nobodys.status_code, nobodys.json["confirmed"]) == (201, False)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"gtin": "690"}, "identifiers.gtin_unreadable", None),
        ({"name": ""}, "products.name_missing", "name"),
        ({"shelf_life": "很久"}, "products.shelf_life_unreadable", "shelf_life"),
        ({"producer": {"uscc": a_uscc(9)}}, "subjects.unknown_uscc", "producer"),
        ({"packs": [{"gtin": CASE, "contains": "0"}]}, "products.pack_content_unfit", "packs"),
        ({"packs": [{"gtin": UNIT, "contains": "2"}]}, "products.pack_cycle", "packs"),
        ({"packs": [{"gtin": CASE, "contains": "many"}]}, "", "packs.0.contains"),
        ({"price": "5"}, "", "price"),
    ],
)
def test_what_cannot_be_opened_names_the_field(client, dairy, changed, code, field):
    answer = client.post(PRODUCTS, json={**MILK, **changed}, headers=dairy)
    assert answer.status_code in (404, 422), answer.json
    assert not code or answer.json["code"] == code
    assert not field or field in answer.json["fields"]


def test_who_may_not_open_is_told_so(client, inspector):
    assert client.post(PRODUCTS, json=MILK).status_code == 401
    assert client.post(PRODUCTS, json=MILK, headers=inspector).status_code == 403


def test_packs_declared_after_filing_join_the_lots(client, dairy, ids, units_of, database):
    cases = lot(units_of, ids[0], gtin=CASE, lot="L1")
    units = lot(units_of, ids[0], gtin=UNIT, lot="L1")
    assert cases.id != units.id
    assert client.post(PRODUCTS, json=MILK, headers=dairy).status_code == 200
    rows = database.execute(
        text("SELECT lot, other FROM entry WHERE kind = :kind"), {"kind": int(RowKind.ALIAS)}
    ).all()
    assert set(rows) == {(cases.id, units.id), (units.id, cases.id)}


def test_goods_without_a_gtin_are_found_by_their_own(client, dairy, shop, inspector):
    tofu = client.post(PRODUCTS, json={"product": "老豆腐"}, headers=dairy)
    assert (tofu.status_code, tofu.json["producer"]["uscc"]) == (201, a_uscc(1))
    client.post(PRODUCTS, json={**MILK, "name": "豆奶", "packs": []}, headers=dairy)

    def names(headers):
        return [
            it["name"] for it in client.get(f"{PRODUCTS}?query=豆", headers=headers).json["items"]
        ]

    assert names(dairy) == names(inspector) == ["老豆腐", "豆奶"]
    assert names(shop) == ["豆奶"]
    path = f"{PRODUCTS}/p{tofu.json['id']}"
    assert client.get(path, headers=dairy).json["name"] == "老豆腐"
    assert client.get(path, headers=shop).json["code"] == "products.not_yours"
    assert client.get(path).status_code == 403
    assert client.get(f"{PRODUCTS}?query=豆").status_code == 401


def test_a_page_of_products_goes_on(client, dairy):
    for number in range(2, 5):
        client.post(PRODUCTS, json={"gtin": a_gtin(number), "name": f"牛奶{number}"}, headers=dairy)
    first = client.get(f"{PRODUCTS}?query=牛奶&limit=2", headers=dairy).json
    last = client.get(f"{PRODUCTS}?query=牛奶&limit=2&next={first['next']}", headers=dairy).json
    assert [it["gtin"] for it in first["items"] + last["items"]] == [
        a_gtin(number) for number in range(2, 5)
    ]
    assert last["next"] is None


def test_an_inspector_stops_a_lot_and_releases_it(client, inspector, dairy, ids, units_of):
    held = lot(units_of, ids[0], gtin=UNIT, lot="L1")
    path = f"/api/v1/lots/{held.id}"
    why = {"reason": "抽检不合格", "basis": "报告 1"}
    assert client.post(f"{path}/hold", json=why, headers=dairy).status_code == 403
    answer = client.post(f"{path}/hold", json=why, headers=inspector)
    assert (answer.status_code, answer.json["reason"]) == (201, "抽检不合格")
    again = client.post(f"{path}/hold", json=why, headers=inspector)
    assert (again.status_code, again.json["code"]) == (409, "products.already_held")
    released = client.post(f"{path}/release", json={"reason": "复检合格"}, headers=inspector)
    assert (released.status_code, released.json["lot_id"]) == (200, str(held.id))
    assert (
        client.post(f"{path}/release", json={"reason": "x"}, headers=inspector).json["code"]
        == "products.not_held"
    )
    unknown = client.post("/api/v1/lots/99999999999/hold", json=why, headers=inspector)
    assert (unknown.status_code, unknown.json["code"]) == (404, "products.unknown_lot")
