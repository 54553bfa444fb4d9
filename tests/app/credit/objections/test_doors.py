"""Objections through pages and the API: files go along, forms come back whole, papers too."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import text
from support import accounts
from support.credit import (
    HULI,
    a_known_subject,
    a_penalty,
    a_picture,
    agencies_on_file,
    said_of,
)

from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.queries.file import file_of
from app.credit.records.terms import Audience, FileAsked
from app.credit.records.terms.references import record_reference
from ledger.kernel.actor import Role

API = "/api/v1/objections"


@pytest.fixture
def town(app, database, now):
    """A shop with a fine, the platform, the agency; browsers and keys."""
    with accounts.house(database, now) as uow:
        agencies_on_file(uow)
        shop = a_known_subject(uow, 1)
        agency = agency_by_code(uow, HULI).subject_id
        said_of(uow, "penalty.decision", a_penalty(shop.uscc))
        uow.session.flush()
        (fine,) = file_of(uow, FileAsked(subject_id=shop.id, audience=Audience.GOVERNMENT)).records
        accounts.person(uow, "dianzhu", Role.OPERATOR, shop.id)
        accounts.person(uow, "xinyong", Role.CREDIT)
        keys = {
            "shop": accounts.key(uow, Role.OPERATOR, shop.id),
            "agency": accounts.key(uow, Role.AGENCY, agency),
        }
    reference = record_reference(shop.id, fine.id, app.config["SECRET_KEY"])
    return {"reference": reference, **keys}


def test_evidence_goes_along_and_is_shown_to_whom_it_concerns(app, client, town):
    owner = accounts.signed_in(app, "dianzhu")
    made = owner.post(
        f"/objections/of/{town['reference']}",
        data={
            "grounds": "处罚对象不是本店。",
            "evidence_1": (BytesIO(a_picture()), "租赁合同.png"),
        },
    )
    assert made.status_code == 303
    assert "租赁合同.png" in owner.get(made.location).get_data(as_text=True)
    with owner.get(f"{made.location}/files/0") as picture:
        assert (picture.status_code, picture.mimetype) == (200, "image/png")
        assert picture.data == a_picture()
    assert owner.get(f"{made.location}/files/1").status_code == 404
    assert client.get(f"{made.location}/files/0").status_code == 401


def test_a_refused_objection_comes_back_whole(app, database, town):
    owner = accounts.signed_in(app, "dianzhu")
    answer = owner.post(f"/objections/of/{town['reference']}", data={"grounds": "错"})
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "请写明哪里不对" in html
    assert "厦湖市监处" in html
    spoiled = owner.post(
        f"/objections/of/{town['reference']}",
        data={"grounds": "处罚对象不是本店。", "evidence_1": (BytesIO(b"#!/bin/sh"), "a.png")},
    )
    assert spoiled.status_code == 422
    assert database.scalar(text("SELECT count(*) FROM objection")) == 0
    assert owner.get("/objections/of/K000").status_code == 404


def test_a_paper_is_entered_and_passed_on(app, database, town):
    platform = accounts.signed_in(app, "xinyong")
    form = f"/objections/paper/{town['reference']}"
    assert "提出人（签名或盖章）" in platform.get(form).get_data(as_text=True)
    said = {"grounds": "处罚对象不是本店。", "brought_by": "林一", "received_on": "2026-08-13"}
    made = platform.post(form, data=said)
    assert made.status_code == 303
    kept = database.execute(text("SELECT channel, received_on, due_on FROM objection")).one()
    assert (kept.channel, str(kept.received_on), str(kept.due_on)) == (
        "paper",
        "2026-08-13",
        "2026-08-17",
    )
    page = platform.get("/objections").get_data(as_text=True)
    assert "鼓浪乳业1有限公司" in page
    refused = platform.get(f"{made.location}/decision")
    assert refused.status_code == 403  # the agency decides


def test_machines_file_and_decide(client, town):
    filed = client.post(
        API,
        json={"record": town["reference"], "grounds": "处罚对象不是本店。"},
        headers=town["shop"],
    )
    assert filed.status_code == 201, filed.json
    assert (filed.json["state"], filed.json["due_on"]) == ("marked", "2026-08-18")
    assert filed.json["record"] == town["reference"]
    here = f"{API}/{filed.json['id']}"
    assert client.get(API, headers=town["agency"]).json["items"] == []
    early = client.post(
        f"{here}/decision", json={"upheld": False, "reason": "与案卷一致。"}, headers=town["agency"]
    )
    assert (early.status_code, early.json["code"]) == (409, "objections.out_of_turn")
    again = client.post(
        API, json={"record": town["reference"], "grounds": "再提一次。"}, headers=town["shop"]
    )
    assert (again.status_code, again.json["code"]) == (409, "objections.already_open")


def test_the_agencys_system_answers_what_was_passed_on(app, client, town):
    filed = client.post(
        API,
        json={"record": town["reference"], "grounds": "处罚对象不是本店。"},
        headers=town["shop"],
    ).json
    platform = accounts.signed_in(app, "xinyong")
    assert platform.post(f"/objections/{filed['id']}/forward").status_code == 303
    (seen,) = client.get(API, headers=town["agency"]).json["items"]
    assert seen["state"] == "forwarded"
    decided = client.post(
        f"{API}/{filed['id']}/decision",
        json={"upheld": True, "remedy": "withdraw", "reason": "复议撤销了原决定。"},
        headers=town["agency"],
    )
    assert decided.status_code == 200, decided.json
    assert (decided.json["state"], decided.json["outcome"]) == ("closed", "upheld")
    assert [step["kind"] for step in decided.json["steps"]] == [
        "filed",
        "marked",
        "forwarded",
        "upheld",
        "closed",
    ]


def test_pages_are_there_in_english(app, town):
    owner = accounts.signed_in(app, "dianzhu")
    made = owner.post(f"/objections/of/{town['reference']}", data={"grounds": "处罚对象不是本店。"})
    html = owner.get(f"{made.location}?lang=en").get_data(as_text=True)
    assert "marked, to be passed on" in html
