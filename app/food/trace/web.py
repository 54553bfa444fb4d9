"""The page door of scanning and tracing."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.doors import http, seals
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.refusals import detail_of, outside_of
from app.doors.web import loaded, page
from app.food.trace import queries
from app.food.trace.schemas import holding, json, public, sheet
from app.food.trace.schemas.page import page_context
from app.food.trace.terms import Answered, CodeRead, PublicView, RecallBanner
from ledger.kernel.errors import NotFound, Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.terms import Subject
from scanner.trace.terms import Limits

blueprint = Blueprint("trace", __name__, template_folder="templates")
LOG = logging.getLogger("suyuan.codes")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINKSET = "application/linkset+json"
RECEIPT = "receipt"  # /scan?for=receipt: what is scanned goes into a receipt


def _answered(uow: UnitOfWork) -> Answered:
    """The answer to the question in this page's address."""
    typed = {name: value for name, value in request.args.items() if value}
    asked = loaded(json.TraceQuery, {**typed, "code": typed.get("code") or typed.get("q", "")})
    g.audit_about = " ".join(part for part in (asked.code, asked.lot, asked.case) if part)[:200]
    limits = Limits(rows=http.room().settings.trace_rows_max)
    return queries.answered(uow, asked, limits, http.stopwatch_ms, key=seals.key())


@page(blueprint, "/trace", needs="account.own", template="trace/show.html", audits="trace.look_up")
def show(uow: UnitOfWork) -> dict[str, Any] | AnyResponse:
    """A trace as picture, tree and tables; without a question, the form to ask one."""
    if not (request.args.get("code") or request.args.get("q")):
        return {"answered": None}
    opened = frozenset(request.args.getlist("open"))
    try:
        answered = _answered(uow)
    except NotFound as refusal:
        return _nothing_found(refusal)
    return page_context(answered, opened) | {
        "query": request.args.get("code", ""),
        "may_recall": uow.actor.may("recall.open"),
        "may_ask": uow.actor.may("request.open"),
    }


def _nothing_found(refusal: NotFound) -> AnyResponse:
    """The form again with what was typed and why nothing is there to trace."""
    problem = detail_of(refusal, language())
    body = render_template("trace/show.html", answered=None, problem=problem)
    return make_response(body, outside_of(refusal).status)


@page(blueprint, "/trace/export.xlsx", needs="account.own", audits="trace.export")
def export(uow: UnitOfWork) -> Response:
    """The same trace as a workbook."""
    return _workbook(sheet.workbook_of(_answered(uow)), "trace.xlsx")


@page(
    blueprint,
    "/subjects/<int:subject_id>/lots",
    needs="book.read_all",
    template="trace/lots_held.html",
    audits="trace.lots_held",
)
def lots_held(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    """All lots at an operator in a period, the one spoken of last first."""
    g.audit_about = f"subject:{subject_id}"
    period = holding.period_asked(request.args, uow.today)
    found = queries.lots_held(uow, subject_id, period)
    return {"found": found, "period": period, "lot_reference": seals.trace_reference}


@page(
    blueprint,
    "/subjects/<int:subject_id>/lots/export.xlsx",
    needs="book.read_all",
    audits="trace.lots_held",
)
def export_lots_held(uow: UnitOfWork, subject_id: int) -> Response:
    """The whole list as a workbook."""
    g.audit_about = f"subject:{subject_id}"
    period = holding.whole(holding.period_asked(request.args, uow.today))
    found = queries.lots_held(uow, subject_id, period, size=holding.ALL)
    return _workbook(holding.lots_workbook(found), "lots.xlsx")


@page(
    blueprint,
    "/trace/dealers",
    needs="book.read_all",
    template="trace/dealers.html",
    audits="trace.dealers",
)
def dealers(uow: UnitOfWork) -> dict[str, Any]:
    """The operators that dealt in a product in a period, who had most lots of it first."""
    code = g.audit_about = request.args.get("code", "")[:200]
    period = holding.period_asked(request.args, uow.today)
    found = queries.dealers(uow, code, period, key=seals.key())
    return {"found": found, "period": period, "code": code}


@page(blueprint, "/trace/dealers/export.xlsx", needs="book.read_all", audits="trace.dealers")
def export_dealers(uow: UnitOfWork) -> Response:
    """The whole list as a workbook."""
    code = g.audit_about = request.args.get("code", "")[:200]
    period = holding.whole(holding.period_asked(request.args, uow.today))
    found = queries.dealers(uow, code, period, key=seals.key(), size=holding.ALL)
    return _workbook(holding.dealers_workbook(found), "dealers.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The way from an operator's page to its lots, for who may read every book."""
    if not uow.actor.may("book.read_all"):
        return ""
    return render_template("trace/_lots_panel.html", subject=subject)


@page(blueprint, "/search", needs="code.read")
def search(uow: UnitOfWork) -> AnyResponse:
    """What the search field finds: a lot or product is traced, anything else is sought by name."""
    text = request.args.get("q", "").strip()
    if ticket := queries.ticket_in(uow, text):
        return redirect(ticket)
    read = queries.code_read(uow, text, language(), key=seals.key())
    if read.pointed is None and uow.actor.may("subject.read"):
        return redirect(url_for("subjects.index", query=text))
    if uow.actor.may("book.read"):
        return redirect(url_for("trace.show", code=text))
    return redirect(url_for("trace.scan", text=text))


@page(blueprint, "/scan", needs="code.read", template="pages/scan.html", wasm=True)
def scan(uow: UnitOfWork) -> dict[str, Any] | AnyResponse:
    """The scanner; a text goes on to what it points at, or into a receipt where one is filed."""
    text = request.args.get("text", "").strip()
    if ticket := queries.ticket_in(uow, text):
        return redirect(ticket)
    if text and _files_receipt(uow):
        return redirect(url_for("filing.receipt", code=text))
    if text:
        read = queries.code_read(uow, text, language(), key=seals.key())
        if read.pointed is not None:
            return redirect(target_of(uow, read, text))
        return redirect(url_for("trace.public_text", text=text))
    return _scan_page(uow)


def _files_receipt(uow: UnitOfWork) -> bool:
    """Whether the scan is the first step of a receipt: asked for, and by someone who files."""
    return request.args.get("for") == RECEIPT and uow.actor.may("entry.file")


def _scan_page(uow: UnitOfWork) -> dict[str, Any]:
    receipt = _files_receipt(uow)
    action = url_for("trace.scan") + (f"?for={RECEIPT}" if receipt else "")
    return {
        "form": {"values": {}, "errors": {}},
        "action": action,
        "go": action + ("&" if receipt else "?") + "text=",
        "for_receipt": receipt,
    }


def target_of(uow: UnitOfWork, read: CodeRead, text: str) -> str:
    """Where a scan leads: the trace for those who may trace, else the public page."""
    if uow.actor.may("trace.all"):
        return url_for("trace.show", code=text)
    return public.address_read(read) or url_for("trace.public_text", text=text)


@blueprint.post("/scan")
def scan_picture() -> AnyResponse:
    """A photograph: one symbol leads on, several are offered, none is said."""
    sent = request.files.get("picture")
    return http.do(
        lambda uow: _read_picture(uow, sent.read() if sent else b""),
        needs="code.read",
        read_only=True,
    )


vars(scan_picture)["limit"] = "picture"


def _read_picture(uow: UnitOfWork, picture: bytes) -> AnyResponse:
    shown = _scan_page(uow)
    going = shown["go"]
    try:
        found = queries.codes_in_picture(uow, picture, language(), key=seals.key())
        problem = "" if found else _("照片里没有找到图码。请靠近一点、对准、避开反光再拍一次。")
    except Refusal as refusal:
        found, problem = [], detail_of(refusal, language())
    if len(found) == 1:
        return redirect(going + quote(str(found[0].meaning["text"]), safe=""), 303)
    symbols = [
        {
            "symbology": read.symbology,
            "text": read.meaning["text"],
            "label": read.product.product if read.product else "",
            "href": going + quote(str(read.meaning["text"]), safe=""),
        }
        for read in found
    ]
    form = {"values": {}, "errors": {"picture": problem} if problem else {}}
    body = render_template("pages/scan.html", **(shown | {"symbols": symbols, "form": form}))
    return make_response(body, 422 if problem else 200)


@page(
    blueprint,
    "/code",
    needs="product.read_public",
    template="pages/public_product.html",
    limit="public",
    kept=True,
)
def public_text(uow: UnitOfWork) -> dict[str, Any] | AnyResponse:
    """Whatever text was scanned, for the public."""
    text = request.args.get("text", "")
    read = queries.code_read(uow, text, language(), key=seals.key())
    address = public.address_read(read)
    return redirect(address) if address else _unknown(text)


@page(
    blueprint,
    "/trace/<reference>",
    needs="product.read_public",
    template="pages/public_product.html",
    limit="public",
    kept=True,
)
def public_lot(uow: UnitOfWork, reference: str) -> Any:
    """The public page of a lot by its trace number, for goods without a GTIN."""
    return _public(uow, reference, "")


@page(
    blueprint,
    "/01/<gtin>",
    needs="product.read_public",
    template="pages/public_product.html",
    limit="public",
    kept=True,
)
def public_product(uow: UnitOfWork, gtin: str) -> Any:
    """The public page of a product (GS1 Digital Link); a lot may follow as ``lot``."""
    return _public(uow, gtin, request.args.get("lot", "") or request.args.get("10", ""))


@page(
    blueprint,
    "/01/<gtin>/10/<lot>",
    needs="product.read_public",
    template="pages/public_product.html",
    limit="public",
    kept=True,
)
def public_gtin_lot(uow: UnitOfWork, gtin: str, lot: str) -> Any:
    """The public page of a lot (GS1 Digital Link)."""
    return _public(uow, gtin, lot)


@page(
    blueprint,
    "/01/<gtin>/10/<lot>/21/<serial>",
    needs="product.read_public",
    template="pages/public_product.html",
    limit="public",
    kept=True,
)
def public_serial(uow: UnitOfWork, gtin: str, lot: str, serial: str) -> Any:
    """The public page of one serial number: what is known is known of its lot."""
    return _public(uow, gtin, lot)


def _public(uow: UnitOfWork, code: str, lot: str) -> Any:
    """The public page as HTML, JSON or a GS1 link set, as the reader accepts."""
    wanted = request.accept_mimetypes.best_match(
        ["text/html", "application/json", LINKSET], default="text/html"
    )
    shop = seals.shop_of(request.args.get("shop", ""))
    try:
        seen = queries.public_view(uow, code, lot, shop=shop, key=seals.key())
        seen = replace(seen, recall=_banner(uow, seen))
    except NotFound:
        if wanted != "text/html":
            raise
        return _unknown(f"{code} {lot}".strip())
    if wanted == "text/html":
        return public.context(seen)
    if wanted == LINKSET:
        response = jsonify(public.linkset(seen, http.room().settings.origin))
        response.content_type = LINKSET
    else:
        response = jsonify(public.plain(seen))
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _banner(uow: UnitOfWork, seen: PublicView) -> RecallBanner:
    """What the modules above say of recalls of this product or lot."""
    said = [it for module in current_app.extensions["suyuan.modules"] for it in module.banners]
    for each in said:
        found: RecallBanner = each(uow, seen.product.id, seen.lot.id if seen.lot else None)
        return found
    return RecallBanner()


def _unknown(code: str) -> AnyResponse:
    """The page for a code nobody registered; somebody may want to look into it."""
    LOG.info("unknown code %r, request %s", code[:100], http.request_id())
    body = render_template("pages/public_product.html", **public.unknown(code))
    return make_response(body, 404)
