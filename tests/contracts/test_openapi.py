"""The API keeps what its OpenAPI document promises, whoever asks and whatever is sent."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import definitions
from support import accounts

from app.factory import create_app
from app.food.filing.schemas.examples import FILING
from ledger.kernel.actor import Role

ROLES = ("public", "operator", "inspector", "registrar")
PROMISES = Path(__file__).with_name("promises.txt")
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
checks.load_all_checks()
CHECKS = checks.CHECKS.get_by_names(CHECKED)


@pytest.fixture(scope="module")
def connection(engine):
    with engine.connect() as made:
        transaction = made.begin()
        yield made
        transaction.rollback()


@pytest.fixture(scope="module")
def program(request, connection):
    from conftest import NOW

    chosen = request.getfixturevalue("settings")
    made = create_app(chosen, bind=connection, now=lambda: NOW)
    made.extensions["suyuan.limiter"].enabled = False
    return made


@pytest.fixture(scope="module")
def document(program):
    return program.test_client().get("/api/openapi.json").json


@pytest.fixture(scope="module")
def keys(connection):
    from conftest import NOW

    with accounts.house(connection, NOW) as uow:
        shop = accounts.subject(uow, "阿嬷杂货铺", "91350200MA2XFA1T37")
        return {
            "public": {},
            "operator": accounts.key(uow, Role.OPERATOR, shop),
            "inspector": accounts.key(uow, Role.INSPECTOR),
            "registrar": accounts.key(uow, Role.REGISTRAR),
        }


@pytest.fixture(scope="module")
def api_schema(program, keys):
    return schemathesis.openapi.from_wsgi("/api/openapi.json", program)


def _asked(operation, headers):
    """Ask one endpoint in ways its document allows and in ways it does not."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = strategies.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @settings(
        max_examples=6,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case):
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()


@pytest.mark.parametrize("role", ROLES)
def test_nothing_undocumented_is_answered(api_schema, keys, filed, role, subtests):
    for found in api_schema.get_all_operations():
        operation = found.ok()
        with subtests.test(operation.label):
            _asked(operation, keys[role])


# --- what is there is answered as promised ----------------------------------------------------


@pytest.fixture(scope="module")
def filed(program, keys):
    answer = program.test_client().post("/api/v1/filings", json=FILING, headers=keys["operator"])
    assert answer.status_code == 201, answer.json
    return answer.json


KNOWN = [
    ("operator", "GET", "/api/v1/me", {}),
    ("operator", "GET", "/api/v1/filings/{key}", {"path": {"key": FILING["filing_key"]}}),
    ("operator", "GET", "/api/v1/entries/{reference}", {"path": {"reference": "ENTRY"}}),
    ("operator", "GET", "/api/v1/book", {"query": {"limit": 5}}),
    ("operator", "GET", "/api/v1/products", {"query": {"query": "06901234567892"}}),
    ("inspector", "GET", "/api/v1/products/{key}", {"path": {"key": "06901234567892"}}),
    ("inspector", "GET", "/api/v1/subjects", {"query": {"query": "阿嬷"}}),
    ("inspector", "GET", "/api/v1/subjects/{key}", {"path": {"key": "91350200MA2XFA1T37"}}),
    ("inspector", "GET", "/api/v1/subjects/{key}/history", {"path": {"key": "91350200MA2XFA1T37"}}),
    (
        "inspector",
        "GET",
        "/api/v1/trace",
        {"query": {"code": "06901234567892", "lot": "L240501", "direction": "both"}},
    ),
    ("operator", "GET", "/api/v1/trace", {"query": {"code": "06901234567892", "lot": "L240501"}}),
    ("inspector", "GET", "/api/v1/trace", {"query": {"code": "06901234567892"}}),
    ("public", "GET", "/api/v1/codes", {"query": {"text": "(01)06901234567892(10)L240501"}}),
    ("public", "GET", "/api/v1/codes", {"query": {"text": "6901234567892"}}),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: " ".join(known[:3]))
def test_what_is_there_is_answered_as_promised(api_schema, keys, filed, known):
    role, method, path, given = known
    named = {
        name: filed["entries"][0] if value == "ENTRY" else value
        for name, value in given.get("path", {}).items()
    }
    case = api_schema[path][method].Case(
        path_parameters=named, query=given.get("query", {}), headers=dict(keys[role])
    )
    answer = case.call()
    assert answer.status_code == 200, answer.text
    case.validate_response(answer, checks=CHECKS)


def test_the_same_filing_again_is_answered_as_promised(api_schema, keys, filed):
    case = api_schema["/api/v1/filings"]["POST"].Case(
        body=FILING, media_type="application/json", headers=dict(keys["operator"])
    )
    answer = case.call()
    assert answer.status_code == 200
    assert answer.json() == {**filed, "replayed": True}
    case.validate_response(answer, checks=CHECKS)


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    rules = jsonschema_rs.validator_for(definitions.OPENAPI_31)
    assert [str(error) for error in rules.iter_errors(document)] == []


def _endpoints(document):
    return [
        (path, method, said)
        for path, item in document["paths"].items()
        for method, said in item.items()
        if method != "parameters"
    ]


def test_every_endpoint_says_what_it_does_and_who_may(document):
    for path, method, said in _endpoints(document):
        assert said["summary"].endswith("."), (method, path)
        assert said["security"], (method, path)
        assert said["tags"], (method, path)
        assert said["operationId"], (method, path)
    described = {tag["name"]: tag.get("description") for tag in document["tags"]}
    assert all(described[tag] for _, _, said in _endpoints(document) for tag in said["tags"])


def test_operation_names_are_unique(document):
    names = [said["operationId"] for _, _, said in _endpoints(document)]
    assert len(names) == len(set(names))


def test_every_field_that_is_sent_has_a_type(document):
    for name, one in document["components"]["schemas"].items():
        jsonschema_rs.Draft202012Validator(
            {**one, "components": document["components"]}, validate_formats=False
        )
        assert "type" in one, name


def test_no_promise_is_broken_silently(document):
    """Adding is fine: add the line to promises.txt. A line that went missing broke somebody."""
    now = sorted(
        f"{method.upper()} {path} {status}"
        for path, method, said in _endpoints(document)
        for status in said["responses"]
        if status.startswith("2")
    )
    promised = PROMISES.read_text("utf-8").split("\n")[:-1]
    assert now == promised


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/filings", '{"filing_key": "a\\u0000b", "entries": []}'),
        ("POST", "/api/v1/filings", '{"filing_key": "a\\ud800b", "entries": []}'),
        ("POST", "/api/v1/filings", '{"\\u0000": 1}'),
        ("GET", "/api/v1/codes?text=%00", None),
        ("GET", "/api/v1/subjects/%00", None),
        ("GET", "/api/v1/%00", None),
    ],
)
def test_characters_no_store_can_hold_are_refused(program, keys, method, path, body):
    headers = {**keys["operator"], "Content-Type": "application/json"}
    answer = program.test_client().open(path, method=method, data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json["code"] == "request.text_unusable"


def test_a_text_that_only_looks_like_it_is_taken(program, keys):
    body = json.dumps({"filing_key": "\\u0000", "entries": []})
    headers = {**keys["operator"], "Content-Type": "application/json"}
    answer = program.test_client().post("/api/v1/filings", data=body, headers=headers)
    assert answer.json.get("code") != "request.text_unusable"
