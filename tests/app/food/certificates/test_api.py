"""Machines put certificates on file, with files in the document or beside it, and read them."""

from __future__ import annotations

import base64
import hashlib
import json
from io import BytesIO

import pytest
from support.filings import an_operator, dispatch, file, production, receipt
from support.named import a_gtin, a_uscc
from support.papers import a_pdf, a_photo
from support.people import bearer_of

from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

URL = "/api/v1/certificates"
LOT = {"gtin": a_gtin(1), "lot": "L240501"}


@pytest.fixture
def house(database, now):
    return lambda: units.begin(database, actor=SYSTEM, now=now, request_id="test")


@pytest.fixture
def trade(house):
    """A dairy, a shop that has its milk, and a stranger; their ids."""
    with house() as uow:
        dairy, shop, stranger = (an_operator(uow, number) for number in (1, 2, 3))
        file(uow, dairy, production(at="2026-08-01", certificate=""))
        file(uow, dairy, dispatch(shop, at="2026-08-02", certificate="", quantity="50"))
        file(uow, shop, receipt(dairy, at="2026-08-02", certificate="", quantity="50"))
    return dairy, shop, stranger


@pytest.fixture
def as_dairy(client, trade):
    return bearer_of(client, "operator", a_uscc(1))


def body(**changed):
    said = {
        "kind": "THIRD",
        "number": "WT2026-0815",
        "issuer": "厦门市产品质量监督检验院",
        "issued_on": "2026-08-01",
        "about": {"lots": [LOT]},
    }
    return {**said, **changed}


def sent(content, name="report.pdf"):
    return {"name": name, "content": base64.b64encode(content).decode()}


def test_a_certificate_with_files_in_the_document(client, as_dairy):
    answer = client.post(
        URL, json=body(files=[sent(a_pdf()), sent(a_photo(), "p.jpg")]), headers=as_dairy
    )
    assert answer.status_code == 201, answer.json
    made = answer.json
    assert made["state"] == "in_force"
    assert made["operator"]["uscc"] == a_uscc(1)
    assert [(it["kind"], it["name"], it["lot"]) for it in made["about"]] == [
        ("lot", "纯牛奶", "L240501")
    ]
    assert [it["media_type"] for it in made["files"]] == ["application/pdf", "image/jpeg"]
    assert made["files"][0]["sha256"] == hashlib.sha256(a_pdf()).hexdigest()
    got = client.get(made["files"][0]["url"], headers=as_dairy, buffered=True)
    assert got.data == a_pdf()
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]


def test_a_certificate_with_files_beside_the_document(client, as_dairy):
    form = {
        "certificate": json.dumps(body(number="")),
        "file": [(BytesIO(a_photo()), "一.jpg"), (BytesIO(a_photo(shade=90)), "../../x.jpg")],
    }
    answer = client.post(f"{URL}/scans", data=form, headers=as_dairy)
    assert answer.status_code == 201, answer.json
    assert [it["name"] for it in answer.json["files"]] == ["一.jpg", "x.jpg"]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"kind": "PASSPORT"}, 422, "request.fields_wrong"),
        ({"about": None}, 422, "certificates.target_missing"),
        ({"about": {"lots": [{"gtin": a_gtin(9), "lot": "L1"}]}}, 404, "products.unknown"),
        ({"about": {"lots": [{"gtin": a_gtin(1), "lot": "X"}]}}, 404, "products.unknown_lot"),
        ({"about": {"lots": [{"id": 2_000_000_000}]}}, 404, "certificates.unknown_target"),
        ({"about": {"premises": [7]}}, 404, "certificates.unknown_target"),
        ({"number": ""}, 422, "certificates.nothing_said"),
        ({"issued_on": "2026-08-16"}, 422, "certificates.issued_in_future"),
        ({"valid_to": "2026-07-31"}, 422, "certificates.dates_crossed"),
        ({"operator": a_uscc(2)}, 403, "accounts.not_your_operator"),
        ({"files": [{"name": "x", "content": "???"}]}, 400, "certificates.file_unreadable"),
        ({"files": [{"name": "x", "content": ""}]}, 400, "blobs.file_empty"),
        ({"files": [sent(b"<svg onload=alert(1)>")]}, 422, "blobs.file_kind_refused"),
        ({"files": [sent(a_photo()[:400])]}, 422, "blobs.file_broken"),
        ({"replaces": 999, "reason": "x"}, 404, "certificates.unknown"),
    ],
)
def test_what_is_refused_and_how(client, as_dairy, changed, status, code):
    answer = client.post(URL, json=body(**changed), headers=as_dairy)
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("said", ["no json", "[1]", "3"])
def test_a_document_that_is_none_is_refused(client, as_dairy, said):
    answer = client.post(f"{URL}/scans", data={"certificate": said}, headers=as_dairy)
    assert (answer.status_code, answer.json["code"]) == (400, "request.body_unreadable")


def test_a_text_no_store_can_hold_is_refused_there_too(client, as_dairy):
    said = json.dumps(body(note="a")).replace('"a"', '"a\\u0000b"')
    answer = client.post(f"{URL}/scans", data={"certificate": said}, headers=as_dairy)
    assert (answer.status_code, answer.json["code"]) == (400, "request.text_unusable")


def test_who_acts_for_nobody_says_for_whom(client, trade):
    inspector = bearer_of(client, "inspector")
    answer = client.post(URL, json=body(), headers=inspector)
    assert (answer.status_code, answer.json["code"]) == (422, "certificates.operator_missing")
    answer = client.post(URL, json=body(operator=a_uscc(2)), headers=inspector)
    assert answer.status_code == 201
    assert answer.json["operator"]["uscc"] == a_uscc(2)


def test_strangers_are_told_nothing(client, as_dairy, trade):
    made = client.post(URL, json=body(files=[sent(a_pdf())]), headers=as_dairy).json
    shop = bearer_of(client, "operator", a_uscc(2))
    stranger = bearer_of(client, "operator", a_uscc(3))
    here = f"{URL}/{made['id']}"
    assert client.get(here, headers=shop).status_code == 200
    page = client.get(made["files"][0]["url"], headers=shop, buffered=True)
    assert page.status_code == 200
    for address in (here, made["files"][0]["url"]):
        assert client.get(address, headers=stranger).status_code == 404
        assert client.get(address).status_code == 401
    assert client.post(URL, json=body()).status_code == 401
    assert client.get(f"{here}/files/2", headers=shop).status_code == 404
    assert client.get(f"{here}/files/0", headers=shop).status_code == 404
    assert client.get(URL, headers=shop).json["items"] == []
    assert client.get(URL, headers=bearer_of(client, "agency")).status_code == 403


def test_lists_are_paged_filtered_and_everybodys_for_inspectors(client, as_dairy):
    for number in range(3):
        client.post(URL, json=body(number=f"N-{number}"), headers=as_dairy)
    page = client.get(f"{URL}?limit=2", headers=as_dairy).json
    assert [it["number"] for it in page["items"]] == ["N-2", "N-1"]
    rest = client.get(f"{URL}?limit=2&next={page['next']}", headers=as_dairy).json
    assert ([it["number"] for it in rest["items"]], rest["next"]) == (["N-0"], None)
    inspector = bearer_of(client, "inspector")
    found = client.get(f"{URL}?query=N-1&kind=THIRD&state=in_force", headers=inspector).json
    assert [it["number"] for it in found["items"]] == ["N-1"]
    lot = found["items"][0]["about"][0]["id"]
    assert len(client.get(f"{URL}?lot={lot}", headers=inspector).json["items"]) == 3
    assert client.get(f"{URL}?product=1", headers=inspector).json["items"] == []
    assert client.get(f"{URL}?state=lost", headers=inspector).status_code == 422


def test_a_look_up_by_an_official_leaves_a_line_and_ones_own_does_not(client, as_dairy, house):
    made = client.post(URL, json=body(), headers=as_dairy).json
    client.get(f"{URL}/{made['id']}", headers=as_dairy)
    client.get(f"{URL}/{made['id']}", headers=bearer_of(client, "inspector"))
    from sqlalchemy import text

    with house() as uow:
        lines = uow.session.execute(
            text("SELECT role, about FROM audit_line WHERE action = 'certificate.read'")
        ).all()
    assert [tuple(line) for line in lines] == [("inspector", f"certificate:{made['id']}")]


def test_attached_replaced_and_withdrawn(client, as_dairy):
    made = client.post(URL, json=body(about={"itself": True}), headers=as_dairy).json
    here = f"{URL}/{made['id']}"
    more = client.post(f"{here}/about", json={"lots": [LOT]}, headers=as_dairy).json
    assert {it["kind"] for it in more["about"]} == {"operator", "lot"}
    new = client.post(
        URL,
        json=body(about=None, number="WT2", replaces=made["id"], reason="复检"),
        headers=as_dairy,
    ).json
    assert {it["kind"] for it in new["about"]} == {"operator", "lot"}
    assert client.get(here, headers=as_dairy).json["state"] == "replaced"
    gone = client.post(
        f"{URL}/{new['id']}/withdrawal", json={"reason": "报告作废"}, headers=as_dairy
    ).json
    assert (gone["state"], gone["withdrawn"]["reason"]) == ("withdrawn", "报告作废")
    again = client.post(
        f"{URL}/{new['id']}/withdrawal", json={"reason": "报告作废"}, headers=as_dairy
    )
    assert (again.status_code, again.json["code"]) == (409, "certificates.no_longer_stands")


def test_in_english(client, as_dairy):
    english = {**as_dairy, "Accept-Language": "en"}
    made = client.post(URL, json=body(), headers=english).json
    assert made["kind_text"] == "Laboratory report"
    again = client.post(URL, json=body(), headers=english)
    assert again.status_code == 409
    assert again.json["detail"].startswith("Certificate WT2026-0815 is on file already")
