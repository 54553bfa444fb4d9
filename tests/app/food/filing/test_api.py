"""The filing API as contract 3.1 promises it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts as people
from support.filings import an_operator
from support.named import a_gtin, a_uscc

from app.accounts import services
from app.accounts.terms import GrantDelegation, IssueKey, WithdrawDelegation
from ledger.kernel.actor import Role

LOT = {
    "gtin": a_gtin(1),
    "lot": "L240501",
    "produced_on": "2026-05-01",
    "expires_on": "2028-05-01",
    "name": "纯牛奶",
    "spec": "250ml",
}


def a_production(**changed: Any) -> dict[str, Any]:
    return {
        "kind": "production",
        "lot": LOT,
        "quantity": "1200",
        "unit": "EA",
        "at": "2026-08-15",
        "certificate": "C-1",
        **changed,
    }


@pytest.fixture
def operator(database: Connection, now: Any) -> int:
    with people.house(database, now) as uow:
        an_operator(uow, 2)
        return an_operator(uow, 1)


@pytest.fixture
def headers(database: Connection, now: Any, operator: int) -> dict[str, str]:
    with people.house(database, now) as uow:
        return people.key(uow, Role.OPERATOR, operator)


def a_filing(*entries: Any, key: str = "K-1", **more: Any) -> dict[str, Any]:
    return {"filing_key": key, "entries": list(entries), **more}


def test_a_filing_is_answered_with_its_entries_and_a_receipt(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/api/v1/filings", json=a_filing(a_production()), headers=headers)
    said = answer.json
    assert answer.status_code == 201, said
    assert (said["filing_key"], said["accepted"], said["refused"]) == ("K-1", 1, [])
    assert len(said["entries"]) == 1
    assert len(said["receipt"]) == 64
    assert "replayed" not in said


def test_the_same_again_is_answered_the_same_and_says_so(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    first = client.post("/api/v1/filings", json=a_filing(a_production()), headers=headers)
    again = client.post(
        "/api/v1/filings",
        headers={**headers, "Content-Type": "application/json"},
        data='{"mode": "all", "entries": ['
        + json.dumps(a_production(quantity=1200), sort_keys=True)
        + '], "filing_key": "K-1"}',
    )
    assert again.status_code == 200
    assert again.json == {**first.json, "replayed": True}


def test_the_same_key_with_other_content_is_a_conflict(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.post("/api/v1/filings", json=a_filing(a_production()), headers=headers)
    other = client.post(
        "/api/v1/filings", json=a_filing(a_production(quantity="7")), headers=headers
    )
    assert (other.status_code, other.json["code"]) == (409, "entries.key_used_otherwise")


def test_one_bad_line_refuses_all_and_every_bad_line_is_named(
    client: FlaskClient, headers: dict[str, str], database: Connection
) -> None:
    body = a_filing(
        a_production(),
        a_production(quantity="many"),
        {"kind": "gift"},
        a_production(lot={**LOT, "gtin": "6901234567890"}),
    )
    answer = client.post("/api/v1/filings", json=body, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "entries.lines_refused")
    assert [(it["index"], it["code"]) for it in answer.json["refused"]] == [
        (1, "kernel.quantity_unreadable"),
        (2, "filing.unknown_kind"),
        (3, "identifiers.gtin_check_digit"),
    ]
    assert set(answer.json["fields"]) == {
        f"entries.{it['index']}.{it['field']}" for it in answer.json["refused"]
    }
    assert all(it["detail"] and it["detail"] != it["code"] for it in answer.json["refused"])
    assert database.scalar(text("SELECT count(*) FROM filing")) == 0


def test_mode_good_keeps_the_good_lines(client: FlaskClient, headers: dict[str, str]) -> None:
    body = a_filing(a_production(), a_production(unit=""), mode="good")
    answer = client.post("/api/v1/filings", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json["accepted"] == 1
    assert answer.json["refused"][0]["index"] == 1


def test_details_are_said_in_the_language_asked_for(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    body = a_filing({"kind": "gift"})
    told = [
        client.post("/api/v1/filings", json=body, headers={**headers, "Accept-Language": it}).json[
            "refused"
        ][0]["detail"]
        for it in ("zh", "en")
    ]
    assert "没有" in told[0]
    assert "no kind" in told[1]


ENVELOPES: list[tuple[str, Any, int, str]] = [
    ("not JSON", "{", 400, "request.body_unreadable"),
    ("a list", "[]", 422, "request.fields_wrong"),
    ("endless nesting", "[" * 90_000, 400, "request.body_unreadable"),
    ("NaN", '{"filing_key": "K", "entries": [NaN]}', 400, "request.body_unreadable"),
    ("no key", '{"entries": [{}]}', 422, "request.fields_wrong"),
    ("no entries", '{"filing_key": "K", "entries": []}', 422, "request.fields_wrong"),
    ("entries no list", '{"filing_key": "K", "entries": {}}', 422, "request.fields_wrong"),
    (
        "unknown mode",
        '{"filing_key": "K", "entries": [{}], "mode": "some"}',
        422,
        "request.fields_wrong",
    ),
    (
        "unknown field",
        '{"filing_key": "K", "entries": [{}], "moed": "all"}',
        422,
        "request.fields_wrong",
    ),
    ("unreadable key", '{"filing_key": "\\n", "entries": [{}]}', 422, "filing.key_unreadable"),
]


@pytest.mark.parametrize(
    ("body", "status", "code"), [row[1:] for row in ENVELOPES], ids=[row[0] for row in ENVELOPES]
)
def test_a_broken_envelope_is_refused_as_a_whole(
    client: FlaskClient, headers: dict[str, str], body: str, status: int, code: str
) -> None:
    answer = client.post(
        "/api/v1/filings", data=body, headers={**headers, "Content-Type": "application/json"}
    )
    assert answer.status_code == status, answer.json
    assert answer.json["code"].startswith(code)


def test_more_entries_than_the_limit_are_refused_with_it(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/api/v1/filings", json=a_filing(*[{}] * 5_001), headers=headers)
    assert (answer.status_code, answer.json["params"]["limit"]) == (422, 5_000)


def test_nobody_files_without_a_key_and_nobody_for_another(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    body = a_filing(a_production())
    assert client.post("/api/v1/filings", json=body).status_code == 401
    other = client.post("/api/v1/filings", json={**body, "operator": a_uscc(2)}, headers=headers)
    assert (other.status_code, other.json["code"]) == (403, "accounts.not_your_operator")
    line = client.post(
        "/api/v1/filings",
        headers=headers,
        json=a_filing(a_production(operator={"uscc": a_uscc(2)})),
    )
    assert line.status_code == 422
    assert line.json["refused"][0]["field"].startswith("operator")


def test_a_key_entries_and_the_book_can_be_read_again(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    filed = client.post(
        "/api/v1/filings",
        headers=headers,
        json=a_filing(
            a_production(), a_production(at="2026-08-14", quantity="0.5", unit="KGM"), key="a/b 1"
        ),
    )
    again = client.get("/api/v1/filings/a%2Fb%201", headers=headers)
    assert again.json["entries"] == filed.json["entries"]
    shown = client.get(f"/api/v1/entries/{filed.json['entries'][1]}", headers=headers).json
    assert shown["lines"][0]["quantity"] == "0.5"
    assert shown["lines"][0]["at"] == "2026-08-14"
    page = client.get("/api/v1/book?limit=1", headers=headers).json
    rest = client.get(
        "/api/v1/book", query_string={"limit": 1, "after": page["next"]}, headers=headers
    ).json
    assert [line["entry"] for line in page["items"] + rest["items"]] == filed.json["entries"]
    assert rest["next"] is None
    found = client.get("/api/v1/book?text=纯牛&since=2026-08-15&kind=production", headers=headers)
    assert len(found.json["items"]) == 1


def test_a_correction_is_filed_and_both_stay_visible(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    first = client.post("/api/v1/filings", json=a_filing(a_production()), headers=headers).json
    right = client.post(
        "/api/v1/filings",
        headers=headers,
        json=a_filing(
            {
                "kind": "correction",
                "corrects": first["entries"][0],
                "reason": "数错了",
                "entry": a_production(quantity="1190"),
            },
            key="K-2",
        ),
    )
    assert right.status_code == 201, right.json
    shown = client.get(f"/api/v1/entries/{first['entries'][0]}", headers=headers).json
    assert [line["quantity"] for line in shown["history"]] == ["1200", "1190"]


@pytest.mark.parametrize(
    "path", ["/api/v1/filings/none", "/api/v1/entries/nonsense", "/api/v1/uploads/999999"]
)
def test_what_is_not_there_is_not_found(
    client: FlaskClient, headers: dict[str, str], path: str
) -> None:
    assert client.get(path, headers=headers).status_code == 404


def test_the_document_describes_every_field_of_a_line(client: FlaskClient) -> None:
    from app.food.filing.schemas.json import COMMON, LOT, OF_KIND, PARTY

    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    assert set(schemas["EntryWire"]["properties"]) == set(COMMON).union(*OF_KIND.values())
    assert set(schemas["LotWire"]["properties"]) == set(LOT)
    assert set(schemas["PartyWire"]["properties"]) == set(PARTY)


def test_a_key_without_a_book_names_whom_it_files_for(
    client: FlaskClient, database: Connection, now: Any, operator: int
) -> None:
    with people.house(database, now) as uow:
        clerk = people.person(uow, "xiaowang", Role.CLERK)
        made = services.grant_delegation(uow, GrantDelegation(operator_id=operator, to="xiaowang"))
        issued = services.issue_key(uow, IssueKey(label="x", role=Role.CLERK, account_id=clerk))
    headers = {"Authorization": f"Bearer {issued}"}
    uscc = a_uscc(1)

    def answer(*entries: Any, key: str, **more: Any) -> tuple[int, str]:
        said = client.post(
            "/api/v1/filings", json=a_filing(*entries, key=key, **more), headers=headers
        )
        return said.status_code, said.json.get("code", "")

    assert answer(a_production(), key="K-1") == (422, "filing.no_operator")
    half = (a_production(operator=uscc), a_production(document="2"))
    assert answer(*half, key="K-2") == (422, "filing.no_operator")
    assert answer(a_production(operator=uscc), key="K-3") == (201, "")
    assert answer(a_production(document="2"), key="K-4", operator=uscc) == (201, "")
    with people.house(database, now) as uow:
        services.withdraw_delegation(uow, WithdrawDelegation(delegation_id=made))
    assert answer(a_production(document="3"), key="K-5", operator=uscc)[0] == 403
