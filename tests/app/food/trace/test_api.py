"""The API door of scanning and tracing, on books filed through the ledger's own door."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts
from support.filed_town import CAKE, CAKE_LOT, MILK, MILK_LOT, FiledTown, file_town
from support.named import a_gtin

from app.food.trace.schemas.json import TraceJson
from ledger.kernel.actor import Role
from scanner.symbols.render import ean_png


@pytest.fixture
def town(database: Connection, now: datetime) -> FiledTown:
    with accounts.house(database, now) as uow:
        return file_town(uow)


def headers(database: Connection, now: datetime, role: Role, operator: int | None = None):
    with accounts.house(database, now) as uow:
        return accounts.key(uow, role, operator)


@pytest.fixture
def inspector(database: Connection, now: datetime) -> dict[str, str]:
    return headers(database, now, Role.INSPECTOR)


def ask(client: FlaskClient, who: dict[str, str], **query: str):
    answer = client.get("/api/v1/trace", query_string=query, headers=who)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    said = answer.get_json()
    assert TraceJson().dump(said) == said
    return said


def held(answer: dict) -> dict[tuple[str, str], dict]:
    return {(one["operator"]["name"], one["lot"]["lot"]): one for one in answer["holders"]}


def test_an_inspector_sees_the_whole_way_down(
    client: FlaskClient, inspector: dict[str, str], town: FiledTown
) -> None:
    answer = ask(client, inspector, code=MILK, lot=MILK_LOT, direction="down")
    assert answer["root"]["gtin"] == MILK
    assert answer["root"]["lot"] == MILK_LOT
    assert answer["root"]["product"] == "云汀 稀奶油 1 L"
    assert (answer["direction"], answer["complete"], answer["limits"]) == ("down", True, [])
    assert answer["took_ms"] > 0
    holders = held(answer)
    assert set(holders) == {
        ("云汀乳业", MILK_LOT),
        ("启闽供应链", MILK_LOT),
        ("禾舟烘焙", MILK_LOT),
        ("阿嬷杂货铺", MILK_LOT),
        ("禾舟烘焙", CAKE_LOT),
        ("阿嬷杂货铺", CAKE_LOT),
    }
    dealer = holders["启闽供应链", MILK_LOT]
    assert (dealer["received"], dealer["dispatched"], dealer["on_hand"], dealer["unit"]) == (
        "600",
        "310",
        "290",
        "EA",
    )
    assert dealer["operator"]["uscc"] == town.usccs["dealer"]
    assert dealer["operator"]["division"] == "350203"
    assert dealer["first_at"] == "2026-05-03"
    assert holders["阿嬷杂货铺", CAKE_LOT]["sold"] == "100"
    assert [(gap["kind"], gap["operator"], gap["quantity"]) for gap in answer["gaps"]] == [
        ("unanswered_dispatch", str(town.ids["shop"]), "60")
    ]
    (turned,) = [link for link in answer["links"] if link["kind"] == "transformation"]
    assert turned["entries"] == [town.filed["baked"]]
    assert [each["quantity"] for each in turned["outputs"]] == ["900"]
    matched = [link for link in answer["links"] if link.get("status") == "matched"]
    assert [town.filed["dairy>dealer"], town.filed["dealer<dairy"]] in [
        link["entries"] for link in matched
    ]


def test_up_and_both_and_from_one_operator(
    client: FlaskClient, inspector: dict[str, str], town: FiledTown
) -> None:
    up = held(ask(client, inspector, code=f"(01){CAKE}(10){CAKE_LOT}", direction="up"))
    assert set(up) == {
        ("禾舟烘焙", CAKE_LOT),
        ("禾舟烘焙", MILK_LOT),
        ("启闽供应链", MILK_LOT),
        ("云汀乳业", MILK_LOT),
    }
    both = held(ask(client, inspector, code=CAKE, lot=CAKE_LOT, direction="both"))
    assert set(both) == set(up) | {("阿嬷杂货铺", CAKE_LOT)}
    link = f"https://id.gs1.org/01/{MILK}/10/{MILK_LOT}"
    only = held(ask(client, inspector, code=link, operator=town.usccs["baker"]))
    assert set(only) == {("禾舟烘焙", MILK_LOT), ("禾舟烘焙", CAKE_LOT), ("阿嬷杂货铺", CAKE_LOT)}


def test_a_product_without_a_lot_traces_all_its_lots_in_pages(
    client: FlaskClient, inspector: dict[str, str], town: FiledTown
) -> None:
    answer = ask(client, inspector, code=MILK)
    assert (answer["root"]["lot"], answer["complete"], answer["next"]) == ("", True, None)
    assert [one["lot"] for one in answer["roots"]] == [MILK_LOT]
    totals = {one["operator"]["name"]: one["on_hand"] for one in answer["totals"]}
    assert totals == {"云汀乳业": "600", "启闽供应链": "290", "禾舟烘焙": "50", "阿嬷杂货铺": "60"}


def test_an_operator_sees_its_own_book_and_one_step(
    client: FlaskClient, database: Connection, now: datetime, town: FiledTown
) -> None:
    baker = headers(database, now, Role.OPERATOR, town.ids["baker"])
    answer = ask(client, baker, code=MILK, lot=MILK_LOT, direction="both")
    assert set(held(answer)) == {("禾舟烘焙", MILK_LOT), ("禾舟烘焙", CAKE_LOT)}
    assert answer["view"] == "own"
    ends = {
        (link["from"]["name"], link["to"]["name"])
        for link in answer["links"]
        if link["kind"] == "movement"
    }
    assert ends == {("启闽供应链", "禾舟烘焙"), ("禾舟烘焙", "阿嬷杂货铺")}
    assert "云汀乳业" not in str({key: answer[key] for key in ("holders", "links", "gaps")})
    other = client.get(
        "/api/v1/trace", headers=baker, query_string={"code": MILK, "operator": town.usccs["dairy"]}
    )
    assert other.status_code == 403
    dairy = headers(database, now, Role.OPERATOR, town.ids["dairy"])
    cake = client.get("/api/v1/trace", headers=dairy, query_string={"code": CAKE})
    assert (cake.status_code, cake.get_json()["code"]) == (404, "trace.not_yours")


def test_a_look_up_is_audited_with_its_case(
    client: FlaskClient, database: Connection, inspector: dict[str, str], town: FiledTown
) -> None:
    ask(client, inspector, code=MILK, lot=MILK_LOT, case="厦市监食〔2026〕118 号")
    about = database.execute(
        text("SELECT about FROM audit_line WHERE action = 'trace.look_up'")
    ).scalar_one()
    assert about == f"{MILK} {MILK_LOT} 厦市监食〔2026〕118 号"


def test_the_public_may_not_trace(client: FlaskClient, town: FiledTown) -> None:
    assert client.get("/api/v1/trace", query_string={"code": MILK}).status_code == 401


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"code": a_gtin(999)}, 404, "products.unknown"),
        ({"code": "06901234567893"}, 422, "identifiers.gtin_check_digit"),
        ({"code": MILK, "lot": "L0"}, 404, "products.unknown_lot"),
        ({"code": "没有这样的东西"}, 404, "trace.unknown_code"),
        ({"code": "  "}, 422, "trace.nothing_asked"),
        ({"code": MILK, "operator": "99999"}, 404, "subjects.unknown"),
        ({}, 422, "request.fields_wrong"),
    ],
)
def test_what_cannot_be_found_is_refused_by_name(
    client: FlaskClient, inspector: dict[str, str], town: FiledTown, query, status, code
) -> None:
    answer = client.get("/api/v1/trace", query_string=query, headers=inspector)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    english = client.get(
        "/api/v1/trace", query_string=query, headers=inspector | {"Accept-Language": "en"}
    )
    assert english.get_json()["detail"] != answer.get_json()["detail"]


def test_a_text_says_what_it_means_and_points_at(
    client: FlaskClient, inspector: dict[str, str], town: FiledTown
) -> None:
    answer = client.get("/api/v1/codes", query_string={"text": f"(01){MILK}(10){MILK_LOT}"})
    (symbol,) = answer.get_json()["symbols"]
    assert (symbol["gtin"], symbol["lot"]) == (MILK, MILK_LOT)
    assert symbol["points_at"]["kind"] == "lot"
    assert symbol["points_at"]["product"]["name"] == "云汀 稀奶油 1 L"
    reference = symbol["points_at"]["lots"][0]["id"]
    again = client.get("/api/v1/codes", query_string={"text": reference}).get_json()["symbols"][0]
    assert again["points_at"]["lots"] == symbol["points_at"]["lots"]
    by_entry = {"text": town.filed["baked"]}
    public = client.get("/api/v1/codes", query_string=by_entry).get_json()
    assert public["symbols"][0]["points_at"] is None
    entry = client.get("/api/v1/codes", query_string=by_entry, headers=inspector).get_json()
    assert entry["symbols"][0]["points_at"]["lots"][0]["lot"] == MILK_LOT
    unknown = client.get("/api/v1/codes", query_string={"text": "你好"}).get_json()["symbols"][0]
    assert unknown["points_at"] is None
    assert unknown["problem"]["code"] == "trace.unknown_code"


def test_a_picture_is_read_and_looked_up(client: FlaskClient, town: FiledTown) -> None:
    picture = BytesIO(ean_png(MILK))
    answer = client.post("/api/v1/codes/picture", data={"picture": (picture, "milk.png")})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (symbol,) = answer.get_json()["symbols"]
    assert (symbol["symbology"], symbol["gtin"]) == ("ean_13", MILK)
    assert symbol["points_at"]["product"]["gtin"] == MILK
    broken = client.post("/api/v1/codes/picture", data={"picture": (BytesIO(b"no"), "x.png")})
    assert broken.status_code == 400
