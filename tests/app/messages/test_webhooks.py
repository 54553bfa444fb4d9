"""Calls to a real HTTP server: signed, repeated, given up; and nobody reaches inside through us."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import text
from support import accounts as people
from support.rooms import job_room

from app.messages import errors, queries, services
from app.messages.jobs import leaving, webhooks
from app.messages.rules import guard, signing
from app.messages.terms import AddWebhook, Heard, OutgoingCall, Tell
from ledger.kernel.actor import Actor, NotPermitted, NotYourOperator, Role

KEY = bytes(range(32))


class Listener(ThreadingHTTPServer):
    """Keeps what it is sent and answers with the next status it was given."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Said)
        self.heard = []
        self.answers = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"


class Said(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    server = Listener()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def at(settings, database, now):
    """A job's room so much later."""
    return lambda **later: job_room(settings, database, now + timedelta(**later), webhooks_inside=1)


@pytest.fixture
def room(at):
    return at()


@pytest.fixture
def shop(database, now):
    with people.house(database, now) as uow:
        return people.subject(uow, "鹭江便利店")


@pytest.fixture
def owner(shop):
    return Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)


@pytest.fixture
def hook(units_of, owner, listener):
    with units_of(owner) as uow:
        return services.add_webhook(uow, AddWebhook(url=listener.url), inside=True)


def tell(units_of, owner, **changed):
    recall = {"product": "青团", "lot": "L1"}
    with units_of(owner) as uow:
        services.tell(
            uow,
            Tell(kind="recall.closed", params=recall, operator_ids=[owner.operator_id], **changed),
        )


def secret_of(room, units_of, owner, hook):
    with units_of(owner) as uow:
        nonce = queries.webhook_by_id(uow, hook).nonce
    return signing.key_of(room.settings.secret_key, hook, nonce)


def calls(units_of, owner, hook):
    with units_of(owner) as uow:
        return queries.calls_of(uow, hook)


def test_a_message_arrives_signed_as_standard_webhooks_says(room, units_of, owner, hook, listener):
    tell(units_of, owner, about="recall:3", link="/recalls/3")
    leaving.ring(room)
    ((path, headers, body),) = listener.heard
    assert path == "/hook?x=1"
    said = json.loads(body)
    assert said["type"] == "recall.closed"
    assert said["data"]["about"] == "recall:3"
    assert said["data"]["title"] == {
        "zh": "召回结束：青团，批号 L1",
        "en": "Recall ended: 青团, lot L1",
    }
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = secret_of(room, units_of, owner, hook)
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    (call,) = calls(units_of, owner, hook)
    assert (call.state, call.attempts, call.status) == ("done", 1, 204)
    leaving.ring(room)
    assert len(listener.heard) == 1


def test_a_failed_call_comes_again_with_the_same_id_and_body(at, units_of, owner, hook, listener):
    listener.answers = [500, 302, 200]
    tell(units_of, owner)
    for pause in (0, 5, 65):
        leaving.ring(at(seconds=pause))
    assert len({headers["webhook-id"] for _, headers, _ in listener.heard}) == 1
    assert len({body for _, _, body in listener.heard}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in listener.heard}) == 3
    (call,) = calls(units_of, owner, hook)
    assert (call.state, call.attempts, call.status) == ("done", 3, 200)


def test_what_dies_before_it_is_noted_is_sent_again_as_the_same(
    at, units_of, owner, hook, listener
):
    room = at()
    tell(units_of, owner)
    with room.unit() as uow:
        (taken,) = services.take_calls(uow, room.settings.secret_key)
    assert webhooks.call(taken, 1, inside=True).is_fine  # and then the process is gone
    leaving.ring(room)
    assert len(listener.heard) == 1  # its time is not over
    leaving.ring(at(minutes=6))
    first, second = ((headers["webhook-id"], body) for _, headers, body in listener.heard)
    assert first == second


def test_one_that_fails_for_a_day_is_switched_off_and_its_owner_told(
    at, units_of, owner, hook, listener
):
    listener.answers = [500] * 40
    for hours in (0, 1, 4, 10, 20, 25):
        tell(units_of, owner)
        leaving.ring(at(hours=hours))
    with units_of(owner) as uow:
        (shown,) = queries.webhooks_of(uow)
        told = queries.inbox(uow, queries.boxes_of(owner), queries.InboxAsked(topic="webhook"))
    assert shown.off_at is not None
    assert shown.off_why == "HTTP 500"
    assert [one.kind for one in told] == ["webhook.switched_off"]
    before = len(listener.heard)
    tell(units_of, owner)
    leaving.ring(at(days=9))
    assert len(listener.heard) == before
    listener.answers = []
    with units_of(owner) as uow:
        services.switch_on(uow, hook)
    tell(units_of, owner)
    leaving.ring(at(days=9))
    assert len(listener.heard) == before + 1


def test_who_says_gone_is_not_asked_again(room, units_of, owner, hook, listener):
    listener.answers = [410]
    tell(units_of, owner)
    leaving.ring(room)
    with units_of(owner) as uow:
        assert queries.webhooks_of(uow)[0].off_at is not None


def test_a_test_is_sent_once_also_to_one_that_is_off(room, units_of, owner, hook, listener):
    listener.answers = [410, 500]
    with units_of(owner) as uow:
        services.try_webhook(uow, hook)
    leaving.ring(room)
    with units_of(owner) as uow:
        services.try_webhook(uow, hook)
    leaving.ring(room)
    assert [json.loads(body)["type"] for _, _, body in listener.heard] == ["webhook.test"] * 2
    assert [one.state for one in calls(units_of, owner, hook)] == ["failed", "failed"]


def test_two_tests_do_not_wait_at_once(units_of, owner, hook):
    with units_of(owner) as uow:
        services.try_webhook(uow, hook)
        services.try_webhook(uow, hook)
        assert len(queries.calls_of(uow, hook)) == 1


def test_a_renewed_secret_signs_from_now_on(room, units_of, owner, hook):
    old = secret_of(room, units_of, owner, hook)
    with units_of(owner) as uow:
        services.renew_secret(uow, hook)
    assert secret_of(room, units_of, owner, hook) != old
    assert signing.secret_text(old).startswith("whsec_")


def test_the_signature_is_that_of_the_standard():
    # the example of the Standard Webhooks specification
    key = base64.b64decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    said = b'{"type":"example.created","timestamp":"2023-09-28T19:20:22+00:00"}'
    reference, seconds = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1649367553
    right = hmac.new(key, f"{reference}.{seconds}.".encode() + said, hashlib.sha256).digest()
    assert signing.signature(key, reference, seconds, said) == (
        "v1," + base64.b64encode(right).decode()
    )


# --- what may be called ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "erp.example.cn",
        "ftp://erp.example.cn/",
        "http://erp.example.cn/",
        "https://name:password@erp.example.cn/",
        "https://erp.example.cn/#part",
        "https://erp.example.cn/a b",
        "https://erp.example.cn/\r\nX: 1",
        "https://erp.example.cn:0/",
        "https://erp.example.cn:99999/",
        "https://[::1/",
        "https://erp.example.cn/" + "x" * 500,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(errors.WebhookAddressUnusable):
        guard.webhook_url(url, inside=False)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::a00:1]",
        "[2001:0:7f00:1::]",
    ],
)
def test_a_number_of_a_private_network_is_refused_at_once(host):
    with pytest.raises(errors.WebhookAddressInside):
        guard.webhook_url(f"https://{host}/hook", inside=False)


@pytest.mark.parametrize("number", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_a_public_number_is_fine(number):
    assert guard.is_outside(number)


def outgoing(url):
    return OutgoingCall(
        id=1, webhook_id=1, attempts=1, url=url, key=KEY, reference="msg_1_1", body=b"{}"
    )


def test_a_name_that_leads_inside_is_not_called(listener):
    url = f"http://localhost:{listener.server_port}/"
    heard = webhooks.call(outgoing(url), 1, inside=False)
    assert heard == Heard(status=None, said="messages.webhook_address_inside")
    assert listener.heard == []


def test_a_name_nobody_has_is_said():
    heard = webhooks.call(outgoing("https://nobody.invalid/"), 1, inside=False)
    assert heard.said == "messages.webhook_host_unknown"


def test_an_address_that_refuses_is_said():
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        heard = webhooks.call(outgoing(f"http://127.0.0.1:{port}/"), 1, inside=True)
    assert "ConnectionRefusedError" in heard.said


@pytest.mark.parametrize("said", [b"SSH-2.0-OpenSSH\r\n", b"", b"x" * 9000, b"HTTP/1.1 abc\r\n"])
def test_what_is_no_http_is_no_answer(said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            link, _ = server.accept()
            with link, contextlib.suppress(OSError):
                link.recv(65536)
                link.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        port = server.getsockname()[1]
        heard = webhooks.call(outgoing(f"http://127.0.0.1:{port}/"), 1, inside=True)
        thread.join()
    assert heard.status is None
    assert not heard.is_fine


# --- whose they are ----------------------------------------------------------------------------


def test_a_clerk_gives_no_messages_away(units_of, shop):
    clerk = Actor(role=Role.CLERK, account_id=2, operator_id=shop, delegated=frozenset({shop}))
    with units_of(clerk) as uow, pytest.raises(NotPermitted):
        services.add_webhook(uow, AddWebhook(url="https://erp.example.cn"), inside=False)


def test_an_agent_with_another_ones_book_open_gives_none_of_it_away(units_of, shop):
    agent = Actor(role=Role.OPERATOR, account_id=2, operator_id=shop, delegated=frozenset({shop}))
    with units_of(agent) as uow, pytest.raises(NotYourOperator):
        services.add_webhook(uow, AddWebhook(url="https://erp.example.cn"), inside=False)


def test_there_are_five_at_most(units_of, owner, hook):
    with units_of(owner) as uow:
        for number in range(4):
            command = AddWebhook(url=f"https://erp.example.cn/{number}")
            services.add_webhook(uow, command, inside=False)
        with pytest.raises(errors.TooManyWebhooks):
            services.add_webhook(uow, AddWebhook(url="https://erp.example.cn/9"), inside=False)
        services.remove_webhook(uow, hook)
        services.add_webhook(uow, AddWebhook(url="https://erp.example.cn/9"), inside=False)


def test_another_ones_webhook_is_unknown(units_of, database, now, hook):
    with people.house(database, now) as uow:
        other = people.subject(uow, "别家")
    stranger = Actor(role=Role.OPERATOR, account_id=9, operator_id=other)
    with units_of(stranger) as uow:
        for verb in (services.try_webhook, services.remove_webhook, services.switch_on):
            with pytest.raises(errors.UnknownWebhook):
                verb(uow, hook)
        with pytest.raises(errors.UnknownWebhook):
            queries.webhook_by_id(uow, hook)


def test_an_agency_gets_what_its_account_is_told(room, units_of, listener):
    agency = Actor(role=Role.AGENCY, account_id=44)
    with units_of(agency) as uow:
        services.add_webhook(uow, AddWebhook(url=listener.url), inside=True)
        params = {"lot": "L1", "until": "2026-08-20"}
        services.tell(uow, Tell(kind="trace.request", params=params, account_ids=[44]))
        assert uow.session.scalar(text("SELECT count(*) FROM message_call")) == 1
    leaving.ring(room)
    assert len(listener.heard) == 1


def test_a_removed_one_is_not_called(room, units_of, owner, hook, listener):
    tell(units_of, owner)
    with units_of(owner) as uow:
        services.remove_webhook(uow, hook)
    leaving.ring(room)
    assert listener.heard == []
