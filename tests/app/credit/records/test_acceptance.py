"""B1 and B3: what an agency pushes is in the file at once, and what is not public nowhere."""

from __future__ import annotations

import pytest
from support.people import bearer_of
from support.records import FIRM, a_row, a_subject, agencies_on_file

from app.credit.records.queries import agency_by_code, catalogue

FILE = f"/api/v1/subjects/{FIRM}/credit-file"


@pytest.fixture
def town(uow):
    agencies_on_file(uow)
    return a_subject(uow)


@pytest.fixture
def health(client, uow, town):
    return bearer_of(client, "agency", agency_by_code(uow, "health").uscc)


def _row(uow, **said):
    return a_row(catalogue(uow).item("penalty.decision", uow.today), **said)


def _penalties(client):
    shown = client.get(FILE)
    assert shown.status_code == 200, shown.json
    return [
        record
        for section in shown.json["sections"]
        if section["category"] == 6
        for record in section["records"]
    ]


def _push(client, uow, who, **said):
    body = {"item": "penalty.decision", "rows": [_row(uow, **said)]}
    return client.post("/api/v1/records", json=body, headers=who)


def test_b1_a_health_penalty_pushed_by_api_appears_in_the_file(client, uow, health) -> None:
    """B1: pushed by the health department, it stands in the firm's archive at once."""
    assert _penalties(client) == []
    said = {"penalty_kinds": "fine", "fine": "6", "document_no": "厦卫罚〔2026〕8号"}
    pushed = _push(client, uow, health, **said)
    assert pushed.status_code == 200, pushed.json
    assert (pushed.json["accepted"], pushed.json["added"], pushed.json["refused"]) == (1, 1, [])
    (record,) = _penalties(client)
    assert record["agency"] == {"code": "health", "name": "厦门市卫生健康委员会"}
    assert record["fields"]["document_no"] == "厦卫罚〔2026〕8号"
    assert record["public_until"] == "2027-05-10"
    assert _push(client, uow, health, **said).json["duplicate"] == 1


def test_b3_a_warning_is_never_in_the_public_api(client, uow, health) -> None:
    """B3: a record not allowed to be public is nowhere in the public answer."""
    assert _push(client, uow, health, penalty_kinds="warning", document_no="警1").json["added"] == 1
    shown = client.get(FILE)
    assert "警1" not in shown.get_data(as_text=True)
    assert {one["records"] for one in shown.json["counts"]} == {0}
    assert len(shown.json["counts"]) == 18
    paged = client.get(f"{FILE}?category=6")
    assert paged.json["sections"][0]["records"] == []
    agencies = client.get(f"/api/v1/records?uscc={FIRM}", headers=health)
    assert [one["fields"]["document_no"] for one in agencies.json["sections"][0]["records"]] == [
        "警1"
    ]
