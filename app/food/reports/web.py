"""The page door of reports: anybody tells, keeps a number and asks; inspectors look into them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from app.blobs import services as blobs
from app.blobs.terms import PICTURES, Blob
from app.doors import files, http
from app.doors.i18n import language
from app.doors.web import form, page
from app.food.reports import queries, services
from app.food.reports.errors import UnknownReport
from app.food.reports.schemas import PHOTOS, MoveForm, ReportForm
from app.food.reports.terms import (
    KIND_TEXTS,
    STATE_TEXTS,
    MoveReport,
    ReportState,
    SubmitReport,
)
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("reports", __name__, template_folder="templates")


def _words() -> dict[str, Any]:
    at = language() == "en"
    return {
        "kinds": {kind.value: texts[at] for kind, texts in KIND_TEXTS.items()},
        "states": {state.value: texts[at] for state, texts in STATE_TEXTS.items()},
    }


def _asked(uow: UnitOfWork) -> dict[str, Any]:
    given = {name: request.args.get(name, "")[:100] for name in ("code", "lot")}
    return {"values": given, "photos": PHOTOS, **_words()}


@form(
    blueprint,
    "/report",
    needs="code.read",
    loads=ReportForm,
    template="reports/new.html",
    context=_asked,
    limit="report",
)
def new(uow: UnitOfWork, told: dict[str, Any]) -> str:
    """Something is wrong with a food; answered with a number to keep."""
    if told.pop("website"):
        return url_for(".asked")  # a program filled in what nobody sees
    given = [told.pop(name) for name in PHOTOS]
    number = services.submit_report(uow, SubmitReport(**told, photos=_kept(given)))
    return url_for(".state", number=number)


def _kept(given: list[Any]) -> tuple[Blob, ...]:
    settings = http.room().settings
    sent = [file for file in given if file is not None and file.filename]
    return tuple(blobs.put(settings, file.stream, kinds=PICTURES) for file in sent)


@page(blueprint, "/report/state", needs="code.read", template="reports/asked.html", limit="public")
def asked(uow: UnitOfWork) -> dict[str, Any]:
    """Where a number is typed to ask what became of it."""
    number = request.args.get("number", "").strip()
    return {"number": number, "report": _found(uow, number) if number else None, **_words()}


def _found(uow: UnitOfWork, number: str) -> Any:
    try:
        return queries.report_by_number(uow, number)
    except UnknownReport:
        return None


@page(
    blueprint,
    "/report/state/<number>",
    needs="code.read",
    template="reports/state.html",
    limit="public",
    fresh=True,
)
def state(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """What became of a report, for who keeps its number: nothing of what was told."""
    return {"report": queries.report_by_number(uow, number), **_words()}


@page(
    blueprint,
    "/reports",
    needs="report.read",
    template="reports/index.html",
    audits="report.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Reports to look into, the newest first."""
    closed = request.args.get("all") == "1"
    before = request.args.get("next", "")
    number = int(before) if before.isdecimal() and len(before) <= 18 else None
    return {
        "found": queries.reports_page(uow, closed=closed, before=number),
        "all": closed,
        **_words(),
    }


def _one(uow: UnitOfWork, report_id: int) -> dict[str, Any]:
    g.audit_about = f"report:{report_id}"
    return {"report": queries.report_by_id(uow, report_id), **_words()}


@form(
    blueprint,
    "/reports/<int:report_id>",
    needs="report.read",
    loads=MoveForm,
    template="reports/show.html",
    context=_one,
    audits="report.look_up",
)
def show(uow: UnitOfWork, told: dict[str, Any], report_id: int) -> str:
    """One report with all that was told; taken up, answered, closed."""
    move = MoveReport(report_id=report_id, state=ReportState(told["state"]), answer=told["answer"])
    services.move_report(uow, move)
    return url_for(".show", report_id=report_id)


@page(
    blueprint,
    "/reports/<int:report_id>/photos/<int:position>",
    needs="report.read",
    audits="report.look_up",
)
def photo(uow: UnitOfWork, report_id: int, position: int) -> Response:
    """A photograph of a report."""
    found = queries.report_by_id(uow, report_id)
    g.audit_about = f"report:{report_id}"
    if position >= len(found.photos):
        raise UnknownReport(number=report_id)
    kept = found.photos[position]
    stream = blobs.opened(http.room().settings, kept.sha256)
    name = f"{found.number}-{position + 1}"
    return files.answer(stream, kept.media_type, name, size=kept.size, inline=True)
