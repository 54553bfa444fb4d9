"""How every no leaves the program: problem documents for machines, a page for people."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.doors import errors, http
from app.doors.i18n import language
from app.doors.refusals import detail_of, flat, outside_of, problem_of
from app.watching import figures
from ledger.kernel.errors import Refusal

LOG = logging.getLogger("suyuan.http")
_FOR_MACHINES = ("/api/", "/healthz")


def for_machines() -> bool:
    """Whether the asker wants JSON: the API, or a page asked for as JSON."""
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/linkset+json"], default="text/html"
    )
    return request.path.startswith(_FOR_MACHINES) or best != "text/html"


def api_language() -> str:
    """The language of a problem document: Accept-Language, Chinese where it is silent."""
    return language()


def refused(refusal: Refusal, status: int | None = None) -> Response:
    """Answer a refusal in the asker's form and language."""
    number = status or outside_of(refusal).status
    figures.count_refusal(refusal.code)
    if for_machines():
        body = problem_of(refusal, api_language(), http.request_id())
        response = make_response({**body, "status": number}, number)
        response.content_type = "application/problem+json"
    else:
        response = make_response(
            render_template(
                "refusal.html",
                status=number,
                code=refusal.code,
                detail=detail_of(refusal, language()),
                request_id=http.request_id(),
            ),
            number,
        )
    if number == 401 and for_machines():
        response.headers["WWW-Authenticate"] = 'Bearer realm="suyuan"'
    if outside_of(refusal).again:
        response.headers["Retry-After"] = str(refusal.params.get("retry_after", 2))
    return response


def _http_problem(problem: HTTPException) -> Response:
    status = problem.code or 500
    match status:
        case 404:
            return refused(errors.NoSuchPage(path=request.path))
        case 405:
            response = refused(errors.WrongMethod(method=request.method), 405)
            response.headers["Allow"] = ", ".join(getattr(problem, "valid_methods", None) or [])
            return response
        case 413:
            return refused(errors.BodyTooLarge(limit=request.max_content_length), 413)
        case 422 | 400:
            return _unloadable(problem, status)
        case _:
            return refused(errors.UnknownArgument(status=status), status)


def _unloadable(problem: HTTPException, status: int) -> Response:
    """Answer what webargs refuses: 422 with messages per field, 400 for what is not JSON at all."""
    data = getattr(problem, "data", None) or {}
    messages = data.get("messages") or {}
    if status == 400 or not messages or set(messages) == {"_schema"}:
        return refused(errors.BodyUnreadable())
    found = messages.get("json") or messages.get("query") or messages.get("form") or messages
    found = found if isinstance(found, dict) else {"": found}
    return refused(errors.FieldsWrong(count=len(found), fields=flat(found)))


def _limited(problem: RateLimitExceeded) -> Response:
    return refused(errors.TooManyRequests(limit=str(problem.limit.limit), retry_after=60))


def _bug(problem: Exception) -> Response:
    LOG.error("unforeseen, request %s", http.request_id(), exc_info=problem)
    if for_machines():
        response = make_response(
            {
                "type": "about:blank",
                "title": "bug",
                "status": 500,
                "code": "request.bug",
                "detail": "系统出错了，已经记录。"
                if api_language() == "zh"
                else "Something broke here; it has been recorded.",
                "params": {},
                "fields": {},
                "request_id": http.request_id(),
            },
            500,
        )
        response.content_type = "application/problem+json"
        return response
    return make_response(
        render_template(
            "refusal.html", status=500, code="request.bug", detail="", request_id=http.request_id()
        ),
        500,
    )


def install(app: Flask) -> None:
    """Register the one mapping from refusals and HTTP errors to answers."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, lambda _e: refused(errors.FormExpired(), 403))
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(RequestEntityTooLarge, _http_problem)
    app.register_error_handler(
        ValidationError,
        lambda e: refused(
            errors.FieldsWrong(
                count=len(e.normalized_messages()), fields=flat(e.normalized_messages())
            )
        ),
    )
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _bug)
