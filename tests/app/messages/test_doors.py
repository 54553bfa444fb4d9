"""The box, the bell and the settings on pages, and the same for machines."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support import accounts as people
from support.mail import mail_server
from support.programs import on_the_table
from support.rooms import job_room

from app.messages import services
from app.messages.jobs import leaving
from app.messages.rules.letters import CONFIRMS, STOPS
from app.messages.terms import Tell
from ledger.kernel import ids
from ledger.kernel.actor import Role

RECALL = {"product": "青团", "lot": "L1"}


@pytest.fixture
def chosen(settings):
    return replace(settings, smtp_url="smtp+plain://127.0.0.1:1")


@pytest.fixture
def app(program, chosen, database, now):
    with on_the_table(program, chosen, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def shop(database, now):
    with people.house(database, now) as uow:
        made = people.subject(uow, "鹭江便利店")
        people.person(uow, "dianzhu", Role.OPERATOR, made)
        people.person(uow, "zhifa", Role.INSPECTOR)
        return made


@pytest.fixture
def browser(app, shop):
    return people.signed_in(app, "dianzhu")


def tell(database, now, count=1, **changed):
    with people.house(database, now) as uow:
        for _ in range(count):
            services.tell(uow, Tell(kind="recall.closed", params=RECALL, **changed))


def page(browser, address, status=200):
    answer = browser.get(address, follow_redirects=True)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def test_an_empty_box_says_what_will_come(browser):
    assert "还没有消息" in page(browser, "/messages")
    assert "没有符合的消息" in page(browser, "/messages?topic=recall&unread=1")


def test_the_bell_counts_on_every_page(browser, database, now, shop):
    assert 'aria-label="消息"' in page(browser, "/account")
    tell(database, now, 3, operator_ids=[shop])
    assert 'aria-label="消息，3 条没看过"' in page(browser, "/account")
    tell(database, now, 100, operator_ids=[shop])
    assert 'aria-label="消息，99+ 条没看过"' in page(browser, "/messages?lang=zh")
    assert 'aria-label="消息，99+ 条没看过"' in page(browser, "/nowhere", 404)
    assert "Messages, 99+ unread" in page(browser, "/account?lang=en")


def test_the_public_has_no_bell(client):
    assert "/messages" not in page(client, "/")


def test_a_message_is_opened_read_and_goes_on(app, browser, database, now, shop):
    tell(database, now, operator_ids=[shop], link="/book", urgent=True)
    shown = page(browser, "/messages")
    assert "召回结束：青团，批号 L1" in shown
    (number,) = re.findall(r"/messages/(\d+)/open", shown)
    answer = browser.post(f"/messages/{number}/open")
    assert (answer.status_code, answer.location) == (303, "/book")
    assert "看过了" in page(browser, "/messages")
    inspector = people.signed_in(app, "zhifa")
    assert inspector.post(f"/messages/{number}/read").status_code == 404
    assert "青团" not in page(inspector, "/messages")


def test_pages_and_filters_are_kept(browser, database, now, shop):
    tell(database, now, 25, operator_ids=[shop])
    first = page(browser, "/messages?topic=recall&unread=1")
    assert first.count('class="panel"') == 20
    (more,) = set(re.findall(r'rel="next" href="([^"]+)"', first))
    rest = page(browser, more.replace("&amp;", "&"))
    assert rest.count('class="panel"') == 5
    answer = browser.post("/messages/read?topic=recall", data={"up_to": str(2**40)})
    assert answer.location == "/messages?topic=recall"
    assert 'aria-label="消息"' in page(browser, "/messages")
    assert page(browser, "/messages?before=x", 422)


def test_an_address_is_added_confirmed_and_stopped(app, browser, database, now, chosen, client):
    with mail_server() as (postbox, port):
        answer = browser.post("/messages/settings", data={"address": "shop@example.cn"})
        assert answer.location == "/messages/settings?done=added"
        assert "等您确认" in page(browser, "/messages/settings")
        url = f"smtp+plain://127.0.0.1:{port}"
        leaving.post(job_room(chosen, database, now, smtp_url=url))
        (letter,) = postbox.letters
    (token,) = re.findall(r"/messages/confirm/(\w+)", letter.get_content())
    assert "等您确认" in page(browser, "/messages/settings")
    assert "是我，确认" in page(client, f"/messages/confirm/{token}")
    assert "已确认" in client.post(f"/messages/confirm/{token}", follow_redirects=True).get_data(
        as_text=True
    )
    number = ids.parse_sealed_reference(CONFIRMS, token, chosen.secret_key)
    stop = ids.sealed_reference(STOPS, number, chosen.secret_key)
    assert "不再接收" in page(client, f"/messages/stop/{stop}")
    one_click = {"List-Unsubscribe": "One-Click"}
    assert client.post(f"/api/v1/messages/stop/{stop}", data=one_click).status_code == 204
    assert "只会收到急的消息" in page(client, f"/messages/stop/{stop}")
    assert "只收急的" in page(browser, "/messages/settings")
    browser.post(f"/messages/addresses/{number}/unmute")
    assert "在用" in page(browser, "/messages/settings")
    browser.post(f"/messages/addresses/{number}/remove")
    assert "还没有接收地址" in page(browser, "/messages/settings")
    assert client.get(f"/messages/stop/{stop}").status_code == 404


def test_a_link_of_one_use_is_none_of_another(client, chosen):
    confirm = ids.sealed_reference(CONFIRMS, 1, chosen.secret_key)
    assert client.get(f"/messages/stop/{confirm}").status_code == 404
    assert client.get(f"/messages/confirm/{confirm[:-1]}0").status_code == 404
    assert client.post("/messages/confirm/C0000001").status_code == 404


def test_a_wrong_address_comes_back_filled_in(browser):
    answer = browser.post("/messages/settings", data={"address": "shop"})
    assert answer.status_code == 422
    assert "不是可用的地址" in answer.get_data(as_text=True)
    assert 'value="shop"' in answer.get_data(as_text=True)


def test_without_a_mail_server_the_page_says_so(program, settings, database, now, shop):
    with on_the_table(program, settings, bind=database, now=lambda: now) as app:
        said = page(people.signed_in(app, "dianzhu"), "/messages/settings")
    assert "还没有设置邮件服务器" in said


def test_a_webhook_is_added_shown_tried_and_removed(browser, app):
    answer = browser.post("/messages/webhooks", data={"url": "https://erp.example.cn/hook"})
    address = answer.location
    shown = page(browser, address)
    assert "whsec_" in shown
    assert "还没有推送过" in shown
    browser.post(f"{address}/try")
    assert "等着送" in page(browser, address)
    secret = re.findall(r"whsec_[\w+/=]+", shown)
    browser.post(f"{address}/renew")
    assert re.findall(r"whsec_[\w+/=]+", page(browser, address)) != secret
    assert browser.post(f"{address}/on").status_code == 303
    assert "erp.example.cn" in page(browser, "/messages/settings")
    inspector = people.signed_in(app, "zhifa")
    assert inspector.get(address).status_code == 403
    assert browser.post(f"{address}/remove").location == "/messages/settings?done=webhook_removed"
    assert page(browser, address, 404)


def test_a_webhook_into_our_own_network_comes_back(browser):
    answer = browser.post("/messages/webhooks", data={"url": "https://169.254.169.254/latest"})
    assert answer.status_code == 422
    assert "内部网络" in answer.get_data(as_text=True)


def test_machines_read_their_box_in_both_languages(client, database, now, shop):
    with people.house(database, now) as uow:
        headers = people.key(uow, Role.OPERATOR, shop)
    tell(database, now, 3, operator_ids=[shop], about="recall:3")
    first = client.get("/api/v1/messages?limit=2", headers=headers).get_json()
    assert first["unread"] == 3
    assert first["items"][0]["title"] == {
        "zh": "召回结束：青团，批号 L1",
        "en": "Recall ended: 青团, lot L1",
    }
    rest = client.get(f"/api/v1/messages?before={first['next']}", headers=headers).get_json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    number = rest["items"][0]["id"]
    assert client.post(f"/api/v1/messages/{number}/read", headers=headers).status_code == 204
    assert client.get("/api/v1/messages?unread=true", headers=headers).get_json()["unread"] == 2
    assert client.post("/api/v1/messages/999999999/read", headers=headers).status_code == 404


def test_machines_keep_their_webhooks(client, database, now, shop):
    with people.house(database, now) as uow:
        headers = people.key(uow, Role.OPERATOR, shop)
        clerk = people.key(uow, Role.INSPECTOR)
    made = client.post(
        "/api/v1/webhooks", json={"url": "https://erp.example.cn/hook"}, headers=headers
    )
    assert made.status_code == 201
    assert made.get_json()["secret"].startswith("whsec_")
    address = f"/api/v1/webhooks/{made.get_json()['id']}"
    assert client.post(f"{address}/test", headers=headers).status_code == 204
    (call,) = client.get(f"{address}/deliveries", headers=headers).get_json()["items"]
    assert (call["state"], call["kind"]) == ("waiting", "")
    (shown,) = client.get("/api/v1/webhooks", headers=headers).get_json()["items"]
    assert shown["url"] == "https://erp.example.cn/hook"
    assert client.post(f"{address}/on", headers=headers).status_code == 204
    assert client.get("/api/v1/webhooks", headers=clerk).status_code == 403
    assert client.delete(address, headers=headers).status_code == 204
    assert client.get(f"{address}/deliveries", headers=headers).status_code == 404


def test_what_the_office_does_with_addresses_is_noted(browser, database):
    from sqlalchemy import text

    browser.post("/messages/settings", data={"address": "shop@example.cn"})
    browser.post("/messages/webhooks", data={"url": "https://erp.example.cn/hook"})
    noted = database.scalars(
        text("SELECT action FROM audit_line WHERE action LIKE 'message.%' OR action LIKE 'webho%'")
    ).all()
    assert sorted(noted) == ["message.address_added", "webhook.added"]
    details = database.scalars(text("SELECT details::text FROM audit_line")).all()
    assert "shop@example.cn" not in "".join(details)
