"""The page door of requests: inspectors ask, operators answer through a link or with an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, request, url_for
from werkzeug.wrappers import Response

from app.doors import http
from app.doors.i18n import language
from app.doors.jobs import want
from app.doors.refusals import text_of
from app.doors.web import action, form, page
from app.food.filing.errors import FileMissing, FormRefused
from app.food.filing.jobs import READ_UPLOAD
from app.food.requests import queries, rules, schemas, services
from app.food.requests.errors import UnknownRequest
from app.food.requests.terms import (
    GAP_TEXTS,
    STATE_TEXTS,
    AnswerRequest,
    Declined,
    OpenRequest,
    Request,
)
from ledger.entries.errors import LinesRefused
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lot_by_id, product_by_id
from ledger.subjects.queries import subject_by_id

blueprint = Blueprint("requests", __name__, template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIELDS = {"from": "partner", "to": "partner", "partner": "partner", "at": "at"}
_UNITS = (("EA", "个"), ("KGM", "公斤"), ("箱", "箱"), ("袋", "袋"), ("瓶", "瓶"), ("盒", "盒"))


def _words() -> dict[str, Any]:
    at = language() == "en"
    return {
        "gaps": {gap.value: texts[at] for gap, texts in GAP_TEXTS.items()},
        "states": {state.value: texts[at] for state, texts in STATE_TEXTS.items()},
    }


@page(
    blueprint,
    "/requests",
    needs="account.own",
    template="requests/index.html",
    audits="request.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Requests that wait for an answer: everybody's for an inspector, one's own for an operator."""
    everybodys = uow.actor.may("request.open")
    operator = None if everybodys else uow.actor.operator_id
    if operator is None and not everybodys:
        raise UnknownRequest(request=0)
    closed = request.args.get("all") == "1"
    before = request.args.get("next", "")
    number = int(before) if before.isdecimal() and len(before) <= 9 else 0
    found = queries.requests_page(uow, operator_id=operator, closed=closed, before=number)
    return {"found": found, "all": closed, "asks": everybodys, **_words()}


def _asked(uow: UnitOfWork) -> dict[str, Any]:
    typed = {name: request.values.get(name, "")[:40] for name in schemas.OpenForm().fields}
    shown: dict[str, Any] = {"operator": None, "lot": None, "product": None}
    if typed["operator"].isdecimal() and len(typed["operator"]) <= 9:
        shown["operator"] = subject_by_id(uow, int(typed["operator"]))
    if typed["lot"].isdecimal() and len(typed["lot"]) <= 9:
        shown["lot"] = lot_by_id(uow, int(typed["lot"]))
        shown["product"] = product_by_id(uow, shown["lot"].product_id)
    hours = uow.parameters.get("trace_request.hours", uow.today)
    return {**shown, "values": typed | {"hours": typed["hours"] or hours}, **_words()}


@form(
    blueprint,
    "/requests/new",
    needs="request.open",
    loads=schemas.OpenForm,
    template="requests/new.html",
    context=_asked,
)
def new(uow: UnitOfWork, command: OpenRequest) -> str:
    """Ask an operator for its records; what the trace knows is filled in."""
    made = services.open_request(uow, command, http.room().settings.secret_key)
    return url_for(".show", request_id=made.id)


@page(
    blueprint,
    "/requests/<int:request_id>",
    needs="account.own",
    template="requests/show.html",
    audits="request.look_up",
)
def show(uow: UnitOfWork, request_id: int) -> dict[str, Any]:
    """One request, what was answered, and the link it is answered through."""
    found = queries.request_by_id(uow, request_id)
    g.audit_about = f"request:{found.id}"
    link = rules.link_text(found.id, http.room().settings.secret_key)
    return {
        "request_": found,
        "link": f"{http.room().settings.origin}/ask/{link}",
        "asks": uow.actor.may("request.open"),
        **_words(),
    }


@action(blueprint, "/requests/<int:request_id>/cancel", needs="request.open")
def cancel(uow: UnitOfWork, request_id: int) -> str:
    """Take a request back."""
    services.cancel_request(uow, request_id)
    return url_for(".show", request_id=request_id)


def _opened(uow: UnitOfWork, link: str) -> dict[str, Any]:
    found = services.opened_by_link(uow, link, http.room().settings.secret_key)
    filled = {"partner": found.partner_name, "unit": found.unit, "quantity": found.quantity}
    return {
        "request_": found,
        "link": link,
        "units": _units(found),
        "values": {name: said for name, said in filled.items() if said},
        **_words(),
    }


def _units(found: Request) -> list[tuple[str, str]]:
    known = dict(_UNITS)
    first = {found.unit: known.get(found.unit, found.unit)} if found.unit else {}
    return list((first | known).items())


def _answer(uow: UnitOfWork, link: str, command: AnswerRequest | Declined) -> str:
    """Answer as whoever is signed in for the operator, else by the link alone."""
    key = http.room().settings.secret_key
    found = services.note_seen(uow, link, key)
    if uow.actor.may_act_for(found.operator_id):
        services.answer(uow, found.id, command)
    else:
        services.answer_by_link(uow, link, key, command)
    return url_for(".ask", link=link, done=1)


@form(
    blueprint,
    "/ask/<link>",
    needs="code.read",
    loads=schemas.AnswerForm,
    template="requests/ask.html",
    context=_opened,
    limit="public",
    fresh=True,
)
def ask(uow: UnitOfWork, command: AnswerRequest, link: str) -> str:
    """What is asked for, and a form for one record; no account is needed."""
    try:
        return _answer(uow, link, command)
    except LinesRefused as refusal:
        raise _for_form(refusal) from None


def _for_form(refusal: LinesRefused) -> FormRefused:
    """The refusals of a line under the fields of this form."""
    named: dict[str, list[str]] = {}
    for line in refusal.params["refused"]:
        part = line.field.split(".")[-1]
        name = _FIELDS.get(line.field.split(".")[0], part)
        said = text_of(line.code, dict(line.params), language())
        named.setdefault(name, []).append(said)
    first = refusal.params["refused"][0]
    return FormRefused(fields=named, text=text_of(first.code, dict(first.params), language()))


@form(
    blueprint,
    "/ask/<link>/none",
    needs="code.read",
    loads=schemas.DeclineForm,
    template="requests/none.html",
    context=_opened,
    limit="public",
    endpoint="none",
    fresh=True,
)
def decline(uow: UnitOfWork, command: Declined, link: str) -> str:
    """There are no records, or only words: why."""
    return _answer(uow, link, command)


@page(blueprint, "/ask/<link>/sheet.xlsx", needs="code.read", limit="public", fresh=True)
def sheet(uow: UnitOfWork, link: str) -> Response:
    """The sheet with what is known filled in."""
    found = services.opened_by_link(uow, link, http.room().settings.secret_key)
    response = make_response(schemas.sheet_of(found))
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="request-{found.id}.xlsx"'
    return response


@form(
    blueprint,
    "/ask/<link>/sheet",
    needs="code.read",
    loads=schemas.SheetForm,
    template="requests/sheet.html",
    context=_opened,
    limit="report",
    endpoint="send_sheet",
    long_body=True,
    fresh=True,
)
def send_sheet(uow: UnitOfWork, sent: Any, link: str) -> str:
    """Many records at once: the sheet, filled in."""
    if sent is None:
        raise FileMissing(field="file")
    settings = http.room().settings
    upload, new = services.answer_by_sheet(
        uow, link, settings.secret_key, sent, folder=settings.data
    )
    if new:
        want(uow, READ_UPLOAD, upload_id=upload.id)
    return url_for(".ask", link=link, done=1)
