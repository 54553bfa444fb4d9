"""Subjects through the API: registered, found, amended and merged, in both languages."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support.named import a_gln, a_uscc, an_sc
from support.people import bearer_of

from ledger.kernel.actor import SYSTEM
from ledger.products.services import resolve_lots
from ledger.products.terms import LotNamed, LotWanted
from ledger.subjects.services import resolve_parties
from ledger.subjects.terms import Party

SUBJECTS = "/api/v1/subjects"
DAIRY = {
    "uscc": a_uscc(1),
    "name": "鼓浪乳业有限公司",
    "kinds": ["production"],
    "division": "350203",
    "address": "某路1号",
    "contact": "林小姐",
    "phone": "13800001234",
    "licences": [
        {
            "kind": "SC",
            "number": an_sc(1),
            "valid_from": "2024-01-01",
            "valid_to": "2028-12-31",
            "scope": ["乳制品"],
        }
    ],
    "premises": [{"name": "总厂", "gln": a_gln(1)}],
}


@pytest.fixture
def registrar(client):
    return bearer_of(client, "registrar")


@pytest.fixture
def dairy(client, registrar):
    answer = client.post(SUBJECTS, json=DAIRY, headers=registrar)
    assert answer.status_code == 201, answer.json
    return answer.json


@pytest.fixture
def party(units_of, dairy):
    with units_of(SYSTEM) as uow:
        (found,) = resolve_parties(
            uow, [Party(name="绿野合作社", contact="13900005678")], open_unknown=True
        )
    return found


def test_a_subject_is_registered_and_the_same_again_is_no_news(client, registrar, dairy):
    again = client.post(SUBJECTS, json=DAIRY, headers=registrar)
    assert (again.status_code, again.json) == (200, dairy)
    assert dairy["licences"][0] == {
        "kind": "SC",
        "number": an_sc(1),
        "valid_from": "2024-01-01",
        "valid_to": "2028-12-31",
        "scope": ["乳制品"],
        "revoked_on": None,
        "number_checks": True,
    }
    assert dairy["premises"][0]["gln"] == a_gln(1)
    assert dairy["warnings"] == []


def test_other_particulars_are_refused_and_say_how_to_amend(client, registrar, dairy):
    answer = client.post(SUBJECTS, json={**DAIRY, "phone": "1"}, headers=registrar)
    assert (answer.status_code, answer.json["code"]) == (409, "subjects.exists_differently")
    assert "PATCH" in answer.json["detail"]


def test_a_wrong_check_digit_of_a_licence_is_a_warning_in_both_languages(client, registrar):
    wrong = an_sc(1)[:-1] + str((int(an_sc(1)[-1]) + 1) % 10)
    body = {**DAIRY, "licences": [{"kind": "SC", "number": wrong}]}
    answer = client.post(SUBJECTS, json=body, headers=registrar)
    (warning,) = answer.json["warnings"]
    assert (answer.status_code, warning["code"], warning["licence"]) == (
        201,
        "identifiers.licence_check_digit",
        wrong,
    )
    english = client.get(f"{SUBJECTS}/{a_uscc(1)}", headers={**registrar, "Accept-Language": "en"})
    assert english.json["warnings"][0]["detail"] != warning["detail"]
    assert not english.json["licences"][0]["number_checks"]


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"uscc": "123"}, "identifiers.uscc_unreadable", "uscc"),
        ({"kinds": ["bank"]}, "request.fields", "kinds.0"),
        ({"licences": [{"number": "x"}]}, "request.fields", "licences.0.kind"),
        ({"colour": "red"}, "request.fields", "colour"),
        ({"division": "99"}, "identifiers.division_unreadable", "division"),
    ],
)
def test_what_cannot_be_registered_names_the_field(client, registrar, changed, code, field):
    answer = client.post(SUBJECTS, json={**DAIRY, **changed}, headers=registrar)
    assert answer.status_code == 422, answer.json
    assert field in answer.json.get("fields", {}), answer.text
    if not code.startswith("request."):
        assert answer.json["code"] == code


@pytest.mark.parametrize("role", ["operator", "inspector", "agency"])
def test_only_a_registrar_registers(client, dairy, role):
    headers = bearer_of(client, role, a_uscc(1) if role == "operator" else "")
    assert client.post(SUBJECTS, json=DAIRY, headers=headers).status_code == 403
    patched = client.patch(f"{SUBJECTS}/{a_uscc(1)}", json={"phone": "1"}, headers=headers)
    assert patched.status_code == 403
    assert client.post(SUBJECTS, json=DAIRY).status_code == 401


def test_people_are_masked_for_other_operators_and_not_for_inspectors(client, registrar, dairy):
    client.post(
        SUBJECTS,
        json={"uscc": a_uscc(2), "name": "海风超市", "kinds": ["distribution"]},
        headers=registrar,
    )
    seen = {}
    for name, headers in {
        "own": bearer_of(client, "operator", a_uscc(1)),
        "other": bearer_of(client, "operator", a_uscc(2)),
        "inspector": bearer_of(client, "inspector"),
    }.items():
        seen[name] = client.get(f"{SUBJECTS}/{a_uscc(1).lower()}", headers=headers).json
    assert seen["own"]["phone"] == seen["inspector"]["phone"] == "13800001234"
    assert (seen["other"]["phone"], seen["other"]["contact"]) == ("138****1234", "林**")
    assert client.get(f"{SUBJECTS}/{a_uscc(1)}").status_code == 401


def test_a_look_up_leaves_an_audit_line(client, dairy, database):
    inspector = bearer_of(client, "inspector")
    client.get(f"{SUBJECTS}/{a_uscc(1)}", headers=inspector)
    client.get(f"{SUBJECTS}?query=鼓浪", headers=inspector)
    lines = database.execute(
        text("SELECT action, about FROM audit_line WHERE role = 'inspector' ORDER BY id")
    ).all()
    assert lines == [("subject.read", f"subject:{dairy['id']}"), ("subject.search", "鼓浪")]


def test_an_amendment_is_kept_in_the_history(client, registrar, dairy):
    answer = client.patch(
        f"{SUBJECTS}/{a_uscc(1)}",
        headers=registrar,
        json={"name": "海风乳业有限公司", "kinds": ["production", "import"], "reason": "更名"},
    )
    assert (answer.json["name"], answer.json["kinds"]) == (
        "海风乳业有限公司",
        ["production", "import"],
    )
    history = client.get(f"{SUBJECTS}/{a_uscc(1)}/history", headers=registrar).json
    assert history["items"][0]["before"] == {"name": DAIRY["name"], "kinds": ["production"]}
    assert history["items"][0]["reason"] == "更名"
    unknown = client.patch(f"{SUBJECTS}/{a_uscc(9)}", json={"name": "甲"}, headers=registrar)
    assert (unknown.status_code, unknown.json["code"]) == (404, "subjects.unknown_uscc")


def test_a_page_of_subjects_goes_on(client, registrar, dairy):
    for number in (2, 3):
        client.post(
            SUBJECTS,
            headers=registrar,
            json={"uscc": a_uscc(number), "name": f"鼓浪超市{number}", "kinds": ["distribution"]},
        )
    first = client.get(f"{SUBJECTS}?query=鼓浪&limit=2", headers=registrar).json
    last = client.get(f"{SUBJECTS}?query=鼓浪&limit=2&next={first['next']}", headers=registrar).json
    assert [it["uscc"] for it in first["items"] + last["items"]] == [
        a_uscc(1),
        a_uscc(2),
        a_uscc(3),
    ]
    assert last["next"] is None
    narrowed = client.get(f"{SUBJECTS}?division=350200&kind=production", headers=registrar).json
    assert [it["uscc"] for it in narrowed["items"]] == [a_uscc(1)]


def test_an_unregistered_party_is_seen_and_merged_by_the_registrar_only(
    client, registrar, dairy, party
):
    other = bearer_of(client, "operator", a_uscc(1))
    assert client.get(f"{SUBJECTS}?query=绿野", headers=other).json["items"] == []
    assert client.get(f"{SUBJECTS}/{party}", headers=other).status_code == 403
    assert client.get(f"{SUBJECTS}/{party}", headers=registrar).json["contact"] == "13900005678"
    body = {"into": a_uscc(1), "reason": "同一家"}
    path = f"{SUBJECTS}/{party}/merge"
    assert client.post(path, json=body, headers=other).status_code == 403
    assert client.post(path, json=body, headers=registrar).json["id"] == dairy["id"]
    again = client.post(path, json=body, headers=registrar)
    assert (again.status_code, again.json["code"]) == (409, "subjects.already_merged")
    assert client.get(f"{SUBJECTS}/{party}", headers=registrar).json["uscc"] == a_uscc(1)


def test_a_merger_joins_goods_that_both_had(client, registrar, dairy, party, units_of, database):
    with units_of(SYSTEM) as uow:
        named = LotNamed(product="韭菜", lot="20260503")
        theirs, own = resolve_lots(
            uow,
            [
                LotWanted(named=named, filer_id=int(dairy["id"]), assumed_producer_id=maker)
                for maker in (party, int(dairy["id"]))
            ],
        )
    body = {"into": a_uscc(1), "reason": "同一家"}
    client.post(f"{SUBJECTS}/{party}/merge", json=body, headers=registrar)
    rows = database.execute(text("SELECT lot, other FROM entry WHERE kind = 9")).all()
    assert set(rows) == {(theirs.lot.id, own.lot.id), (own.lot.id, theirs.lot.id)}
