"""People sign in and out, look after their account and delegations; administrators see all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from support import accounts
from support.accounts import PASSWORD, person, signed_in, subject

from app.accounts import services
from app.accounts.terms import GrantDelegation
from ledger.kernel.actor import Role


@pytest.fixture
def house(database, now):
    return lambda: accounts.house(database, now)


@pytest.fixture
def inspector(app, house):
    with house() as uow:
        person(uow, "lin")
    return signed_in(app, "lin")


@pytest.fixture
def shop(app, house):
    with house() as uow:
        person(uow, "ama", Role.OPERATOR, subject(uow))
    return signed_in(app, "ama")


@pytest.fixture
def admin(app, house):
    with house() as uow:
        person(uow, "root", Role.ADMIN)
    return signed_in(app, "root")


def test_the_sign_in_page_is_for_everybody(client):
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert 'name="password"' in page.text


@pytest.mark.parametrize(("name", "password"), [("lin", "no"), ("nobody", PASSWORD)])
def test_wrong_name_and_wrong_password_get_the_same_page(client, house, name, password):
    with house() as uow:
        person(uow, "lin")
    page = client.post("/sign-in", data={"name": name, "password": password})
    assert page.status_code == 401
    assert "账号或密码不对" in page.text
    assert PASSWORD not in page.text
    assert f'value="{name}"' in page.text
    assert "who" not in session_of(client)


def session_of(client):
    with client.session_transaction() as held:
        return dict(held)


def test_a_refused_attempt_is_kept(client, database):
    client.post("/sign-in", data={"name": "nobody", "password": "x"})
    assert database.scalar(text("SELECT count(*) FROM sign_in_attempt")) == 1


def test_the_pause_says_when_to_try_again(client):
    for _ in range(5):
        client.post("/sign-in", data={"name": "nobody", "password": "x"})
    page = client.post("/sign-in", data={"name": "nobody", "password": "x"})
    assert page.status_code == 429
    assert "61 秒" in page.text


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("/account", "/account"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
        ("/a\r\nb", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(client, house, wish, target):
    with house() as uow:
        person(uow, "lin")
    answer = client.post("/sign-in", data={"name": "lin", "password": PASSWORD, "next": wish})
    assert answer.location == target


def test_signing_in_makes_a_new_session(app, house):
    with house() as uow:
        person(uow, "lin")
    browser = app.test_client()
    with browser.session_transaction() as held:
        held["planted"] = "by somebody else"
    browser.post("/sign-in", data={"name": "lin", "password": PASSWORD})
    assert "planted" not in session_of(browser)
    assert "who" in session_of(browser)


def test_the_cookie_is_not_for_scripts_or_other_sites(client, house):
    with house() as uow:
        person(uow, "lin", language="en")
    answer = client.post("/sign-in", data={"name": "lin", "password": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    held = next(line for line in cookies if line.startswith("suyuan="))
    assert "HttpOnly" in held
    assert "SameSite=Lax" in held
    assert any(line.startswith("lang=en") for line in cookies)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app, inspector):
    copied = session_of(inspector)
    assert inspector.post("/sign-out").location == "/"
    thief = app.test_client()
    with thief.session_transaction() as held:
        held.update(copied)
    assert thief.get("/account").status_code == 401


def test_the_account_page_needs_somebody(client):
    page = client.get("/account")
    assert page.status_code == 401
    assert "/sign-in?next=/account" in page.text


def test_a_new_password_keeps_this_session_and_ends_the_others(app, inspector):
    other = signed_in(app)
    answer = inspector.post("/account", data={"old": PASSWORD, "password": PASSWORD + " too"})
    assert answer.status_code == 303
    assert inspector.get("/account").status_code == 200
    assert other.get("/account").status_code == 401


def test_a_refused_password_says_where(inspector):
    page = inspector.post("/account", data={"old": PASSWORD, "password": "short"})
    assert page.status_code == 422
    assert 'id="password-error"' in page.text
    assert PASSWORD not in page.text


def test_signing_out_everywhere_else_keeps_this_session(app, inspector):
    other = signed_in(app)
    inspector.post("/account/sign-out-everywhere")
    assert inspector.get("/account").status_code == 200
    assert other.get("/account").status_code == 401


def test_the_language_stays_chosen(inspector):
    inspector.post("/account/language", data={"language": "en"})
    assert "My account" in inspector.get("/account").text
    assert inspector.post("/account/language", data={"language": "fr"}).status_code == 422


def test_a_key_is_shown_once_and_can_be_revoked(app, inspector):
    page = inspector.post("/account/keys", data={"label": "一号收银台"})
    key = re.search(r"sy_\w+_[0-9a-f]{64}", page.text)[0]
    headers = {"Authorization": f"Bearer {key}"}
    machine = app.test_client()
    assert machine.get("/api/v1/me", headers=headers).json["role"] == "inspector"
    listed = inspector.get("/account").text
    assert key not in listed
    assert "一号收银台" in listed
    number = re.search(r"/account/keys/(\d+)/revoke", listed)[1]
    inspector.post(f"/account/keys/{number}/revoke")
    assert machine.get("/api/v1/me", headers=headers).status_code == 401


def test_a_shop_delegates_and_the_clerk_opens_its_book(app, house, shop):
    with house() as uow:
        person(uow, "xiaowang", Role.CLERK)
        other = subject(uow, "海边小吃")
        services.grant_delegation(uow, GrantDelegation(operator_id=other, to="xiaowang"))
    answer = shop.post("/delegations", data={"to": "xiaowang"})
    assert answer.location == "/delegations?done=granted"
    assert "林一" in shop.get("/delegations").text
    clerk = signed_in(app, "xiaowang")
    page = clerk.get("/account").text
    assert "海边小吃" in page
    assert "阿嬷杂货铺" in page
    clerk.post("/account/book", data={"operator_id": other})
    assert '<span class="brand__name">海边小吃' in clerk.get("/account").text
    number = re.search(r"/delegations/(\d+)/withdraw", shop.get("/delegations").text)[1]
    shop.post(f"/delegations/{number}/withdraw")
    assert "阿嬷杂货铺" not in clerk.get("/account").text


def test_a_refused_delegation_comes_back_as_typed(shop):
    page = shop.post("/delegations", data={"to": "nobody-here", "valid_to": "2026-13-01"})
    assert page.status_code == 422
    assert 'value="nobody-here"' in page.text
    assert 'id="valid_to-error"' in page.text


def test_an_empty_day_is_no_day(shop, house):
    with house() as uow:
        person(uow, "xiaowang", Role.CLERK)
    answer = shop.post("/delegations", data={"to": "xiaowang", "valid_from": "", "valid_to": ""})
    assert answer.status_code == 303


@pytest.mark.parametrize("address", ["/accounts", "/accounts/new", "/delegations"])
def test_administration_is_not_for_inspectors(inspector, address):
    page = inspector.get(address)
    assert page.status_code == 403
    assert "accounts.not_permitted" in page.text


def test_an_administrator_opens_and_closes_accounts(app, admin):
    made = admin.post(
        "/accounts/new",
        data={
            "sign_in_name": "new",
            "name": "陈新",
            "role": "inspector",
            "password": PASSWORD,
            "language": "zh",
            "operator": "",
        },
    )
    assert made.location == "/accounts"
    fresh = signed_in(app, "new")
    page = admin.get("/accounts?q=陈").text
    assert "陈新" in page
    number = re.search(r"/accounts/(\d+)/close", page)[1]
    admin.post(f"/accounts/{number}/close")
    assert fresh.get("/account").status_code == 401


def test_a_refused_account_form_comes_back_as_typed(admin):
    page = admin.post(
        "/accounts/new",
        data={"sign_in_name": "x", "name": "陈新", "role": "operator", "password": PASSWORD},
    )
    assert page.status_code == 422
    assert 'value="陈新"' in page.text
    assert PASSWORD not in page.text


def test_audit_lines_are_found_by_account_thing_and_day(admin, now, database):
    page = admin.get("/audit?action=account.signed_in").text
    assert "account.signed_in" in page
    assert "account.created" not in page
    tomorrow = (now + timedelta(days=1)).date()
    assert "account.signed_in" not in admin.get(f"/audit?since={tomorrow}").text
    number = database.scalar(text("SELECT max(id) FROM account"))
    assert "account.created" in admin.get(f"/audit?about=account:{number}&until={now.date()}").text
    assert admin.get("/audit?account=999999").status_code == 200


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_far_away_stands_for_the_nearest(admin, day):
    for name in ("since", "until"):
        assert admin.get(f"/audit?{name}={day}").status_code == 200


def test_audit_lines_come_in_pages(admin, house):
    with house() as uow:
        for number in range(60):
            uow.audit("test.done", f"thing:{number}")
    first = admin.get("/audit?action=test.done").text
    assert first.count("test.done</span>") == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = admin.get(following).text
    assert second.count("test.done</span>") == 10
    assert "thing:9<" in second
    assert "thing:9<" not in first


def test_an_inspector_sees_the_own_lines_only(inspector):
    page = inspector.get("/audit").text
    assert "account.signed_in" in page
    assert "account.created" not in page


@pytest.mark.parametrize("query", ["account=x", "account=99999999999", "since=yesterday", "next=x"])
def test_a_wrong_audit_query_is_refused(admin, query):
    assert admin.get(f"/audit?{query}").status_code == 422


def test_forms_from_other_sites_are_refused(app, inspector):
    app.config["WTF_CSRF_ENABLED"] = True
    page = inspector.post("/account/sign-out-everywhere")
    assert page.status_code == 403
    assert "request.form_expired" in page.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', inspector.get("/account").text)[1]
    answer = inspector.post("/account/sign-out-everywhere", data={"csrf_token": token})
    assert answer.status_code == 303
