"""Every line of every role's menu leads to a page, in both languages."""

from __future__ import annotations

import re

import pytest
from support import accounts
from support.accounts import person, signed_in, subject

from app.accounts import services
from app.accounts.terms import GrantDelegation
from ledger.kernel.actor import Role

ROLES = [Role.OPERATOR, Role.CLERK, Role.INSPECTOR, Role.REGISTRAR, Role.AGENCY, Role.ADMIN]


@pytest.fixture
def browser(app, database, now, request):
    role = request.param
    with accounts.house(database, now) as uow:
        shop = subject(uow)
        person(uow, "someone", role, shop if role is Role.OPERATOR else None)
        if role is Role.CLERK:
            services.grant_delegation(uow, GrantDelegation(operator_id=shop, to="someone"))
    return signed_in(app, "someone")


def links(page):
    rail = re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"', rail[0]) if rail else []


@pytest.mark.parametrize("browser", ROLES, indirect=True, ids=str)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_of_the_menu_leads_to_a_page(browser, language):
    home = browser.get("/", follow_redirects=True)
    assert home.status_code == 200
    lines = links(browser.get(f"/help?lang={language}").text)
    assert "/help" in lines
    for line in lines:
        page = browser.get(line)
        assert page.status_code == 200, line
        assert f'lang="{"en" if language == "en" else "zh-CN"}"' in page.text


@pytest.mark.parametrize(("browser", "home"), [
    (Role.OPERATOR, "filing"), (Role.CLERK, "filing"), (Role.INSPECTOR, "trace"),
    (Role.REGISTRAR, "subjects"),
], indirect=["browser"])  # fmt: skip
def test_everybody_is_sent_home(browser, home, app):
    answer = browser.get("/")
    endpoint, _ = app.url_map.bind("localhost").match(answer.location)
    assert endpoint.split(".")[0] == home


@pytest.mark.parametrize("browser", [Role.REGISTRAR, Role.AGENCY], indirect=True, ids=str)
def test_who_traces_nothing_is_offered_no_trace(browser):
    assert "/trace" not in links(browser.get("/help").text)
    assert browser.get("/", follow_redirects=True).status_code == 200


def test_a_clerk_of_nobody_is_sent_to_choose(app, database, now):
    with accounts.house(database, now) as uow:
        person(uow, "clerk", Role.CLERK)
    clerk = signed_in(app, "clerk")
    for address in ("/operator", "/book", "/entries/new", "/receipt", "/uploads"):
        answer = clerk.get(address)
        assert (answer.status_code, answer.location) == (302, "/account"), address


def test_a_clerk_of_several_chooses_first(app, database, now):
    with accounts.house(database, now) as uow:
        person(uow, "clerk", Role.CLERK)
        for name in ("甲店", "乙店"):
            services.grant_delegation(
                uow, GrantDelegation(operator_id=subject(uow, name), to="clerk")
            )
    assert signed_in(app, "clerk").get("/").location == "/account"
