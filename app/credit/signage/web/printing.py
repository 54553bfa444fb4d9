"""Signs as they are printed: one as a page, a PDF, an SVG; many in one file for officers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, make_response, request, url_for
from markupsafe import Markup

from app.credit.signage import errors, queries
from app.credit.signage.queries.boards import board_of
from app.credit.signage.queries.present import present_of
from app.credit.signage.queries.whole import Whole, whole
from app.credit.signage.rules.statements import grouped
from app.credit.signage.terms import SignsAsked, SignState
from app.credit.signage.web.shared import A4, A5, blueprint, drawing_of
from app.doors.web import page
from app.papers.services import drawn_pdf, drawn_svg
from ledger.kernel.uow import UnitOfWork

PRINT_MAX = 100  # signs in one file; about 60 kB each and a second or two in all


def printable(uow: UnitOfWork, number: str) -> Whole:
    """A sign that may be printed by who asks: its holder, or an officer.

    Refuses: NobodySignedIn, NotPermitted, UnknownSign, NotYourOperator, SignEnded.
    """
    sees_all = uow.actor.may("sign.read")
    if not sees_all:
        uow.actor.require("sign.read_own")
    shown = whole(uow, number)
    if not sees_all:
        uow.actor.require_operator(shown.sign.held.subject_id)
    if shown.state is not SignState.LIVE or shown.present is None:
        raise errors.SignEnded(number=grouped(shown.sign.number))
    return shown


def _size() -> str:
    return A4 if request.args.get("size") == A4 else A5


def _back(uow: UnitOfWork, shown: Whole) -> str:
    sees_all = uow.actor.may("sign.read")
    return url_for(".manage", number=shown.sign.number) if sees_all else url_for(".mine")


@page(
    blueprint,
    "/signs/<number>/print",
    needs="code.read",
    template="signage/print.html",
    endpoint="printed",
)
def printed(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """The sheet to print from the browser."""
    shown = printable(uow, number)
    size = _size()
    svg = drawn_svg(drawing_of(shown, size))
    return {
        "size": size,
        "back": _back(uow, shown),
        "drawn": Markup(svg),  # noqa: S704 - our own SVG; every text in it is escaped
        "title": shown.board.title,
        "number": grouped(shown.sign.number),
    }


@page(blueprint, "/signs/<number>/sign.pdf", needs="code.read", endpoint="print_pdf")
def as_pdf(uow: UnitOfWork, number: str) -> Response:
    """The sheet as a PDF file."""
    shown = printable(uow, number)
    pdf = drawn_pdf([drawing_of(shown, _size())], shown.board.title[0], shown.sign.issued_at)
    return _file(pdf, "application/pdf", f"{shown.sign.name}-{grouped(shown.sign.number)}.pdf")


@page(blueprint, "/signs/<number>/sign.svg", needs="code.read", endpoint="print_svg")
def as_svg(uow: UnitOfWork, number: str) -> Response:
    """The sheet as an SVG file, for sign makers."""
    shown = printable(uow, number)
    svg = drawn_svg(drawing_of(shown, _size())).encode()
    name = f"{shown.sign.name}-{grouped(shown.sign.number)}.svg"
    return _file(svg, "image/svg+xml; charset=utf-8", name)


@page(
    blueprint,
    "/signs/print.pdf",
    needs="sign.read",
    audits="sign.print_many",
    endpoint="print_many",
)
def many(uow: UnitOfWork) -> Response:
    """The hanging signs of a scheme in one file, so many from a number on.

    Refuses: NothingToSign.
    """
    scheme = request.args.get("scheme", "")[:60]
    board = board_of(uow, scheme)
    asked = SignsAsked(
        scheme=scheme,
        text=request.args.get("q", "").strip()[:60],
        after=request.args.get("after", "")[:12],
        limit=PRINT_MAX,
    )
    signs, _ = queries.signs_page(uow, asked)
    found = [
        Whole(sign=one, board=board, state=state, present=present, reply=None)
        for one in signs
        if (state := one.state(uow.today)) is SignState.LIVE
        and (present := present_of(uow, one.held, board)) is not None
    ]
    if not found:
        raise errors.NothingToSign(scheme=scheme)
    sheets = [drawing_of(one, _size()) for one in found]
    pdf = drawn_pdf(sheets, board.title[0], uow.now)
    return _file(pdf, "application/pdf", f"{board.title[0]}-{len(found)}.pdf")


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    said = quote(name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{said}"
    return response
