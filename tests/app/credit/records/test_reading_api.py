"""Records through the API: read by the public, put right by their provider."""

from __future__ import annotations

import pytest
from support.people import bearer_of
from support.records import FIRM, a_record, a_subject, agencies_on_file

from app.credit.records.queries import agency_by_code

FILE = f"/api/v1/subjects/{FIRM}/credit-file"


@pytest.fixture
def town(uow):
    agencies_on_file(uow)
    return a_subject(uow)


@pytest.fixture
def health(client, uow, town):
    return bearer_of(client, "agency", agency_by_code(uow, "health").uscc)


def _penalties(client):
    shown = client.get(FILE)
    assert shown.status_code == 200, shown.json
    return [
        record
        for section in shown.json["sections"]
        if section["category"] == 6
        for record in section["records"]
    ]


def test_a_provider_corrects_and_withdraws_its_record_by_reference(
    client, uow, town, health
) -> None:
    a_record(uow, "penalty.decision", "health", penalty_kinds="halt", document_no="罚7")
    (record,) = _penalties(client)
    address = f"/api/v1/records/{record['reference']}"
    right = {"revision": 0, "reason": "笔误", "fields": record["fields"] | {"content": "更正"}}
    done = client.post(f"{address}/correction", json=right, headers=health)
    assert done.status_code == 200, done.json
    assert (done.json["revision"], done.json["fields"]["content"]) == (1, "更正")
    again = client.post(f"{address}/correction", json=right, headers=health)
    assert (again.status_code, again.json["code"]) == (409, "records.moved")
    shown = client.get(address, headers=health).json
    assert [one["revision"] for one in shown["revisions"]] == [1, 0]
    back = client.post(f"{address}/withdrawal", json={"reason": "撤销"}, headers=health)
    assert (back.status_code, back.json["state"]) == (200, "withdrawn")
    assert _penalties(client) == []


def test_strangers_and_foreign_references_are_refused(client, uow, town, health) -> None:
    a_record(uow, "penalty.decision", "samr", penalty_kinds="halt")
    (record,) = _penalties(client)
    address = f"/api/v1/records/{record['reference']}"
    assert client.get(address).status_code == 401
    assert client.get(f"/api/v1/records?uscc={FIRM}").status_code == 401
    taken = client.post(f"{address}/withdrawal", json={"reason": "撤销"}, headers=health)
    assert (taken.status_code, taken.json["code"]) == (403, "records.not_your_record")
    guessed = record["reference"][:-1] + ("0" if record["reference"][-1] != "0" else "1")
    assert client.get(f"/api/v1/records/{guessed}", headers=health).status_code == 404
    assert client.get("/api/v1/subjects/91350200MA2XG00200/credit-file").status_code in (404, 422)
