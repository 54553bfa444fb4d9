"""Every no leaves in the asker's form and language, with its number and its name."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint as Pages
from flask_smorest import Blueprint
from marshmallow import fields
from sqlalchemy import text
from support import accounts

from app.doors import errors
from app.doors.api import Wire, endpoint
from app.doors.web import form, page
from app.factory import create_app
from ledger.kernel.actor import Role
from ledger.kernel.errors import Conflict


class Taken(Conflict):
    """Somebody was quicker."""

    code = "request.conflict"


class Body(Wire):
    """A name and a number."""

    name = fields.String(required=True)
    number = fields.Integer()


class Typed(Body):
    """The same with a list, as boxes of a form send it."""

    kinds = fields.List(fields.String())


def _made():
    """Endpoints and pages that do what the doors must bear."""
    api = Blueprint("doors-api", __name__, url_prefix="/api/v1/doors", description="for tests")
    web = Pages("doors", __name__)

    @endpoint(api, "/echo", method="POST", loads=Body, needs="code.read", answers=Body, status=201)
    def echo(uow, body):
        """Say it again."""
        uow.audit("doors.echoed", body["name"])
        return body

    @endpoint(api, "/conflict", method="POST", loads=Body, needs="code.read")
    def conflict(uow, body):
        """Write, then refuse."""
        uow.audit("doors.refused", body["name"])
        raise Taken(field="name")

    @endpoint(api, "/writes", needs="code.read")
    def writes(uow):
        """Try to write while reading."""
        uow.session.execute(text("INSERT INTO ended_session VALUES ('x', now())"))

    @endpoint(api, "/bug", needs="code.read")
    def bug(uow):
        """Fail."""
        raise RuntimeError("a secret")

    @endpoint(api, "/seen/<name>", needs="product.read_public", audits="doors.seen")
    def seen(uow, name):
        """Look something up."""
        return {}

    @endpoint(api, "/own", needs="account.own", method="POST")
    def own(uow):
        """Change something of one's own."""
        return {}

    @page(web, "/doors/bug", needs="code.read", template="help/start.html")
    def bug_page(uow):
        """Fail."""
        raise RuntimeError("a secret")

    @form(
        web,
        "/doors/form",
        needs="code.read",
        loads=Typed,
        template="accounts/new_key.html",
        context=lambda uow: {},
    )
    def typed(uow, command):
        """Refuse with what was typed, or keep what was written."""
        uow.audit("doors.typed", command["name"])
        if command["name"] == "raised":
            raise Taken
        return Taken() if command["name"] == "returned" else "/" + ",".join(command["kinds"])

    return api, web


@pytest.fixture(scope="module")
def program(settings, engine):
    """A program of our own, with doors that only this file knows."""
    made = create_app(settings, bind=engine)
    api, web = _made()
    made.extensions["suyuan.api"].register_blueprint(api)
    made.extensions["suyuan.csrf"].exempt(api)
    made.register_blueprint(web)
    return made


@pytest.fixture
def app(app):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def lines(database, action):
    return database.scalar(text("SELECT count(*) FROM audit_line WHERE action = :a"), {"a": action})


def test_a_body_is_read_and_answered(client, database):
    answer = client.post("/api/v1/doors/echo", json={"name": "x", "number": 7})
    assert (answer.status_code, answer.json) == (201, {"name": "x", "number": 7})
    assert lines(database, "doors.echoed") == 1


@pytest.mark.parametrize(
    ("sent", "status", "code", "fields_"),
    [
        ({"json": {}}, 422, "request.fields_wrong", {"name"}),
        (
            {"json": {"name": "x", "number": "y", "more": 1}},
            422,
            "request.fields_wrong",
            {"number", "more"},
        ),
        ({"json": []}, 422, "request.fields_wrong", {"_schema"}),
        ({"data": "{", "content_type": "application/json"}, 400, "request.body_unreadable", set()),
        (
            {"data": b"\xff", "content_type": "application/json"},
            400,
            "request.body_unreadable",
            set(),
        ),
    ],
)
def test_a_body_that_cannot_be_read_says_where(client, sent, status, code, fields_):
    answer = client.post("/api/v1/doors/echo", **sent)
    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert set(answer.json["fields"]) == fields_


def test_a_refusal_writes_nothing_and_names_its_field(client, database):
    answer = client.post("/api/v1/doors/conflict", json={"name": "x"})
    assert answer.status_code == 409
    assert answer.json["type"] == "urn:suyuan:refusal:request.conflict"
    assert list(answer.json["fields"]) == ["name"]
    assert lines(database, "doors.refused") == 0


@pytest.mark.parametrize(
    ("accepted", "begins"),
    [
        ("en", "The data"),
        ("zh-CN", "数据"),
        ("fr", "数据"),
        ("en-GB;q=0.5, zh;q=0.9", "数据"),
    ],
)
def test_a_refusal_speaks_the_askers_language(client, accepted, begins):
    answer = client.post(
        "/api/v1/doors/conflict", json={"name": "x"}, headers={"Accept-Language": accepted}
    )
    assert answer.json["detail"].startswith(begins)


def test_reading_is_stopped_from_writing_by_the_store_itself(client, database):
    answer = client.get("/api/v1/doors/writes")
    assert answer.status_code == 500
    assert database.scalar(text("SELECT count(*) FROM ended_session")) == 0


@pytest.mark.parametrize("address", ["/api/v1/doors/bug", "/doors/bug"])
def test_a_bug_tells_nothing_of_its_inside(client, address):
    answer = client.get(address)
    assert answer.status_code == 500
    assert "a secret" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_look_up_leaves_a_line_although_it_only_reads(client, database):
    client.get("/api/v1/doors/seen/lot-7?x=1")
    line = database.execute(
        text("SELECT about, details->>'query' FROM audit_line WHERE action = 'doors.seen'")
    ).one()
    assert tuple(line) == ("lot-7", "x=1")


def test_endless_nesting_is_no_json(client):
    answer = client.post("/api/v1/doors/echo", data="[" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "request.body_unreadable")


def test_a_page_that_is_not_there(client):
    assert client.get("/api/v1/nowhere").json["code"] == "request.no_such_page"
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "<html" in page.text
    machine = client.get("/nowhere", headers={"Accept": "application/json"})
    assert machine.content_type == "application/problem+json"


def test_a_method_that_is_not_taken_says_which_are(client):
    answer = client.delete("/api/v1/doors/echo")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.json["code"] == "request.wrong_method"


def test_a_body_that_is_too_large_is_refused(app, client):
    app.config["MAX_CONTENT_LENGTH"] = 100
    answer = client.post("/api/v1/doors/echo", json={"name": "x" * 200})
    assert answer.status_code == 413
    assert answer.json["code"] == "request.body_too_large"


def test_who_asks_too_often_is_told_to_wait(app, client):
    app.extensions["suyuan.limiter"].enabled = True
    app.extensions["suyuan.limiter"].reset()
    codes = [
        client.post("/sign-in", data={"name": f"n{n}", "password": ""}).status_code
        for n in range(61)
    ]
    assert codes[:60] == [422] * 60
    assert codes[60] == 429
    assert client.get("/sign-in").status_code == 200
    app.extensions["suyuan.limiter"].reset()


def test_an_unknown_key_is_a_401_that_says_how_to_sign_in(client):
    answer = client.get("/api/v1/doors/echo", headers={"Authorization": "Bearer sy_x"})
    assert answer.status_code == 405
    answer = client.post("/api/v1/doors/echo", json={}, headers={"Authorization": "Bearer sy_x"})
    assert answer.status_code == 401
    answer = client.get("/api/v1/me", headers={"Authorization": "Bearer sy_x"})
    assert answer.status_code == 401
    assert answer.json["code"] == "accounts.unknown_key"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    page = client.get("/account", headers={"Authorization": "Bearer sy_x"})
    assert page.status_code == 401
    assert "accounts.unknown_key" in page.text


def test_every_answer_has_an_id_and_guards(client):
    answer = client.get("/help", headers={"X-Request-Id": "mine-1234"})
    assert answer.headers["X-Request-Id"] == "mine-1234"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    odd = client.get("/help", headers={"X-Request-Id": "<script>"})
    assert re.fullmatch("[0-9a-f]{32}", odd.headers["X-Request-Id"])


# --- sessions and the CSRF token --------------------------------------------------------------


@pytest.fixture
def guarded(app, database, now):
    with accounts.house(database, now) as uow:
        accounts.person(uow, "lin")
        headers = accounts.key(uow, Role.INSPECTOR)
    browser = accounts.signed_in(app)
    app.config["WTF_CSRF_ENABLED"] = True
    return browser, headers


def test_a_session_needs_the_token_to_change_something_and_a_key_does_not(app, guarded):
    browser, headers = guarded
    assert browser.post("/api/v1/doors/own").json["code"] == "request.form_expired"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/account").text)[1]
    assert browser.post("/api/v1/doors/own", headers={"X-CSRFToken": token}).status_code == 200
    assert app.test_client().post("/api/v1/doors/own", headers=headers).status_code == 200


def test_a_session_reads_without_the_token(guarded):
    browser, _ = guarded
    assert browser.get("/api/v1/me").status_code == 200


def test_another_scheme_does_not_get_around_the_token(guarded):
    browser, _ = guarded
    answer = browser.post("/api/v1/doors/own", headers={"Authorization": "Basic eDp4"})
    assert answer.status_code == 403


# --- forms ------------------------------------------------------------------------------------


def test_a_form_keeps_all_values_of_a_list(client):
    answer = client.post("/doors/form", data={"name": "x", "kinds": ["a", "b"], "csrf_token": "t"})
    assert answer.location == "/a,b"


@pytest.mark.parametrize(("name", "kept"), [("raised", 0), ("returned", 1)])
def test_a_raised_refusal_writes_nothing_and_a_returned_one_keeps_it(client, database, name, kept):
    page = client.post("/doors/form", data={"name": name, "kinds": []})
    assert page.status_code == 409
    assert "数据已经变了" in page.text
    assert lines(database, "doors.typed") == kept


def test_a_form_asked_for_by_head_is_not_posted(client, database):
    assert client.head("/doors/form").status_code == 200
    assert lines(database, "doors.typed") == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"name": "a\0b"}},
        {"data": {"na\0me": "x"}},
        {"data": {"name": (__import__("io").BytesIO(b"x"), "a\0b.csv")}},
        {"query_string": {"x": "\0"}},
    ],
)
def test_characters_no_store_can_hold_are_refused_in_forms(client, sent):
    page = client.post("/doors/form", **sent)
    assert page.status_code == 400
    assert errors.TextUnusable.code in page.text
