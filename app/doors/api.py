"""The API door: one decorator that reads, opens a unit, calls one verb or query, and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, INCLUDE, RAISE, Schema, fields
from webargs.flaskparser import FlaskParser

from app.doors import http
from app.doors.exact import ExactParser, FiniteParser
from app.doors.refusals import OUTSIDE
from ledger.kernel.actor import PERMISSIONS, Role

View = Callable[..., Any]
DAY_FIRST, DAY_LAST = date(1960, 1, 1), date(2080, 12, 30)  # the day after is a moment too
PARSER = FiniteParser()
DESCRIBED = {
    400: "the request cannot be read",
    401: "nobody is signed in",
    403: "not permitted",
    404: "not there, or not for you",
    409: "the world moved on",
    413: "the body is too large",
    415: "the body is of another type than is taken here",
    422: "a rule or a field says no",
    429: "too much or too often; try later",
    503: "something is silent; try later",
}


class Day(fields.Date):
    """A day to search by; one nothing is recorded on stands for the nearest that may be."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **said: Any) -> date:
        found: date = super()._deserialize(value, attr, data, **said)
        return min(max(found, DAY_FIRST), DAY_LAST)


class Wire(Schema):
    """Base of everything that is read from the outside: unknown fields are refused by name."""

    class Meta:
        """Say no to what is not in the document."""

        unknown = RAISE


class Query(Schema):
    """Base of query strings; a stray parameter is not worth a refusal."""

    class Meta:
        """Ignore what is not asked for."""

        unknown = EXCLUDE


class Problem(Schema):
    """RFC 9457 problem details; a slice may add members of its own, such as refused lines."""

    class Meta:
        """Extension members are allowed (RFC 9457 3.2)."""

        unknown = INCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable name of the refusal"})
    detail = fields.String(required=True, metadata={"description": "one sentence for people"})
    params = fields.Dict(keys=fields.String())
    fields_ = fields.Dict(keys=fields.String(), data_key="fields", attribute="fields")
    request_id = fields.String(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint answers when a plain body is not enough."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The promise of one endpoint; see ``endpoint``."""

    needs: str
    method: str = "GET"
    loads: type[Schema] | None = None
    location: str = "json"
    answers: type[Schema] | None = None
    status: int = 200
    also: Mapping[int, str] = field(default_factory=dict)
    audits: str = ""
    writes: bool | None = None
    limit: str = ""
    long_body: bool = False
    content_type: str = "application/json"
    example: Any = None


def endpoint(blueprint: Blueprint, rule: str, **promise: Any) -> Callable[[View], View]:
    """Make ``view(uow, [loaded], **path)`` an endpoint of the API.

    ``needs`` a permission; ``loads`` a schema from ``location`` (json, query, form, files), with an
    ``example`` of what is sent; ``answers`` the schema of the body, ``content_type`` where it is
    not JSON; ``also`` further answers by status; ``audits`` the action of the audit line each
    look-up leaves, about the value the view sets in ``g.audit_about`` or the path; ``limit`` the
    name of a stricter rate limit; ``long_body`` that a file read in pieces is sent. GET runs
    read-only (PostgreSQL stops a write) and is rolled back; others commit, and a browser's session
    must send its CSRF token.
    """
    made = Endpoint(**promise)
    if not isinstance(blueprint.ARGUMENTS_PARSER, ExactParser):
        blueprint.ARGUMENTS_PARSER = PARSER
    writes = made.method != "GET" if made.writes is None else made.writes

    def decorate(view: View) -> View:
        @wraps(view)
        def door(*loaded: Any, **path: Any) -> Response:
            if writes:
                http.guard_session()
            result = http.do(
                lambda uow: view(uow, *loaded, **path), needs=made.needs, read_only=not writes
            )
            if made.audits:
                http.leave_look_up(made.audits, path, made.needs)
            return _respond(result, made, answers)

        vars(door).update(limit=made.limit, long_body=made.long_body)
        answers = made.answers() if made.answers else None
        return _documented(blueprint, rule, made, door)

    return decorate


def _respond(result: Any, made: Endpoint, answers: Schema | None) -> Response:
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(body=result, status=made.status)
    body = answers.dump(answer.body) if answers else answer.body
    response = make_response(body if body is not None else "", answer.status)
    response.headers.update(answer.headers)
    return response


def _documented(blueprint: Blueprint, rule: str, made: Endpoint, bare: View) -> View:
    """Let the library describe the door, and register it without the library's many layers.

    What they do at each request is to read what is sent, which ``_read_first`` does with a schema
    that is made once instead of each time.
    """
    door = bare
    for status in _refusals_of(made):
        door = blueprint.alt_response(status, f"Refused{status}")(door)
    for status, text in {**made.also, made.status: "done"}.items():
        # documented only: _respond has dumped it already, because a repeated filing answers 200
        # where a new one answers 201
        door = blueprint.alt_response(
            status,
            schema=made.answers or {},
            description=text,
            success=status == made.status,
            content_type=made.content_type,
        )(door)
    if made.loads is not None:
        takes = blueprint.arguments(made.loads, location=made.location, example=made.example)
        door = takes(door)
    tag = blueprint.name.removesuffix("-api")
    door = blueprint.doc(
        security=_security(made), tags=[tag], operationId=f"{tag}.{door.__name__}"
    )(door)
    loads = made.loads() if made.loads else None
    lean = wraps(door)(_read_first(blueprint.ARGUMENTS_PARSER, made, loads, bare))
    routed: View = blueprint.route(rule, methods=[made.method])(lean)
    return routed


def _read_first(parser: FlaskParser, made: Endpoint, schema: Schema | None, door: View) -> View:
    """Read what is sent, once it is known who asks: strangers are not told how a body must be."""

    def reading(**path: Any) -> Any:
        if schema is None:
            return door(**path)
        http.actor().require(made.needs)
        return door(parser.parse(schema, request, location=made.location), **path)

    return reading


def _refusals_of(made: Endpoint) -> list[int]:
    """The numbers an endpoint may refuse with: reading takes no body, so some cannot happen."""
    every = {outside.status for outside in OUTSIDE.values()} | {413, 415}
    without_body = {409, 413, 415}
    return sorted(every - without_body if made.method == "GET" else every)


def _security(made: Endpoint) -> list[dict[str, list[str]]]:
    """A key or a session; what the public may do needs neither."""
    some: list[dict[str, list[str]]] = [{"key": []}, {"session": []}]
    return [{}, *some] if made.needs in PERMISSIONS[Role.PUBLIC] else some
