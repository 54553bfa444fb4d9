"""Subjects on pages: looked up by inspectors, registered, amended and merged by registrars."""

from __future__ import annotations

from datetime import date

import pytest
from support import accounts
from support.accounts import person, signed_in
from support.named import a_registration, a_uscc, an_sc

from app.food.subjects.web import change_lines
from ledger.kernel.actor import Role
from ledger.subjects.services import register_subject, resolve_parties
from ledger.subjects.terms import LicenceKind, LicenceNamed, Party, PremisesNamed


@pytest.fixture
def house(database, now):
    return lambda: accounts.house(database, now)


@pytest.fixture
def dairy(house):
    paper = LicenceNamed(
        kind=LicenceKind.SC,
        number=an_sc(1)[:-1] + "x",
        valid_from=date(2024, 1, 1),
        valid_to=date(2028, 12, 31),
    )
    with house() as uow:
        return register_subject(
            uow, a_registration(1, licences=(paper,), premises=(PremisesNamed(name="总厂"),))
        )[0]


@pytest.fixture
def registrar(app, house):
    with house() as uow:
        person(uow, "wu", Role.REGISTRAR)
    return signed_in(app, "wu")


@pytest.fixture
def inspector(app, house):
    with house() as uow:
        person(uow, "lin")
    return signed_in(app, "lin")


def test_an_inspector_finds_and_reads_a_subject(inspector, dairy):
    found = inspector.get("/subjects?query=鼓浪&division=350200&kind=production")
    assert dairy.name in found.text
    assert "登记主体" not in found.text
    page = inspector.get(f"/subjects/{dairy.id}")
    assert page.status_code == 200
    assert "13800001234" in page.text
    assert "总厂" in page.text
    assert "食品生产许可 SC" in page.text
    assert "更改登记" not in page.text
    english = inspector.get(f"/subjects/{dairy.id}?lang=en").text
    assert "production licence SC" in english
    assert "Premises" in english
    assert "没有找到主体" in inspector.get("/subjects?query=海风&lang=zh").text


def test_pages_of_subjects_go_on(inspector, house):
    with house() as uow:
        for number in range(1, 53):
            register_subject(uow, a_registration(number))
    first = inspector.get("/subjects").text
    assert 'rel="next"' in first
    assert inspector.get("/subjects?next=1000000").status_code == 200


def test_the_public_and_strangers_see_nobody(client, house, app):
    with house() as uow:
        (party,) = resolve_parties(uow, [Party(name="农户张三")], open_unknown=True)
        shop, _ = register_subject(uow, a_registration(2))
        person(uow, "ama", Role.OPERATOR, shop.id)
    assert client.get("/subjects").status_code == 401
    assert client.get(f"/subjects/{party}").status_code == 401
    shop = signed_in(app, "ama")
    assert shop.get("/subjects").status_code == 403
    assert shop.get(f"/subjects/{party}").status_code == 403


def test_a_registrar_registers_and_a_wrong_code_comes_back_with_what_was_typed(registrar):
    typed = {
        "uscc": "123",
        "name": "鼓浪乳业",
        "kinds": ["production", "catering"],
        "division": "350203",
        "licence_kind": "SC",
        "licence_number": an_sc(1),
        "valid_from": "2024-01-01",
        "valid_to": "",
    }
    refused = registrar.post("/subjects/new", data=typed)
    assert refused.status_code == 422
    assert 'value="鼓浪乳业"' in refused.text
    assert "不是统一社会信用代码" in refused.text
    done = registrar.post("/subjects/new", data={**typed, "uscc": a_uscc(1)})
    assert done.status_code == 303, done.text
    page = registrar.get(done.location).text
    assert "餐饮服务" in page
    assert an_sc(1) in page


def test_a_registrar_amends_and_the_old_name_stays_in_the_history(registrar, dairy):
    form = registrar.get(f"/subjects/{dairy.id}/amend").text
    assert f'value="{dairy.name}"' in form
    typed = {
        "name": "海风乳业",
        "kinds": ["production"],
        "division": "350203",
        "phone": "1",
        "address": dairy.address,
        "contact": dairy.contact,
        "status": "closed",
        "reason": "更名",
    }
    done = registrar.post(f"/subjects/{dairy.id}/amend", data=typed)
    assert done.status_code == 303, done.text
    page = registrar.get(done.location).text
    assert "注销" in page
    assert dairy.name in page
    assert "更名" in page


def test_a_registrar_merges_a_party_into_a_subject(registrar, dairy, house):
    with house() as uow:
        (party,) = resolve_parties(uow, [Party(name="绿野合作社")], open_unknown=True)
    assert "并入已登记主体" in registrar.get(f"/subjects/{party}").text
    path = f"/subjects/{party}/merge"
    assert "绿野合作社" in registrar.get(path).text
    refused = registrar.post(path, data={"into": a_uscc(1), "reason": ""})
    assert refused.status_code == 422
    done = registrar.post(path, data={"into": a_uscc(1), "reason": "同一家"})
    assert done.location.endswith(f"/subjects/{dairy.id}")


def test_a_change_is_told_in_words(app):
    said = {
        "name": "甲",
        "kinds": ["farm", "other"],
        "status": None,
        "licences": [{"kind": "SC", "number": "1", "valid_to": None, "scope": ["肉", "奶"]}],
    }
    with app.test_request_context("/?lang=en"):
        assert change_lines(said) == [
            ("name", "甲"),
            ("kinds", "farm · other"),
            ("state", ""),
            ("licences", "SC 1 肉 · 奶"),
        ]
