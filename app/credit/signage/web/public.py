"""What everybody may see of a sign: its page, the number typed in, the badge."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.credit.signage import queries
from app.credit.signage.queries.whole import stated, whole
from app.credit.signage.rules.badges import badge as badge_svg
from app.credit.signage.rules.faces import stars
from app.credit.signage.rules.statements import grouped
from app.credit.signage.terms import Look
from app.credit.signage.web.shared import blueprint, code_of, host, seed
from app.doors import http
from app.doors.web import page
from ledger.kernel.uow import UnitOfWork

_DAY = 86_400
_SVG = "image/svg+xml; charset=utf-8"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_TYPED_MAX = 40


@page(blueprint, "/s/", needs="code.read", template="signage/find.html", limit="public")
def find(uow: UnitOfWork) -> dict[str, Any] | AnyResponse:
    """Where the number of a sign is typed."""
    number = request.args.get("number", "").strip()[:_TYPED_MAX]
    return redirect(url_for(".show", number=number)) if number else {}


@page(blueprint, "/s/<number>", needs="code.read", template="signage/show.html", limit="public")
def show(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """What a sign says, whether it is the one, and what is true now."""
    shown = whole(uow, number)
    board, sign = shown.board, shown.sign
    return {
        "shown": shown,
        "sign": sign,
        "code": code_of(sign),
        "number": grouped(sign.number),
        "replaced_by": grouped(sign.replaced_by),
        "printed": board.words(sign.class_code),
        "now": board.words(shown.class_now),
        "stars_of": lambda words: (
            stars(words.code, board.stars) if words.look is Look.STARS and words.code else ""
        ),
        "past": queries.history_of(uow, sign.held),
        "board": board,
        "host": host(),
        "asked_at": uow.now,
        "origin": http.room().settings.origin,
        "links": {"report": url_for("reports.new")},
    }


@page(blueprint, "/s/<number>/badge.svg", needs="code.read", limit="public", endpoint="badge")
def badge(uow: UnitOfWork, number: str) -> Response:
    """The badge other sites show: kept by caches for a day, with a signed statement inside."""
    shown = whole(uow, number)
    said, signed = stated(uow, shown, seed())
    drawn = badge_svg(shown.sign, shown.state, shown.board, shown.class_now, said, signed)
    response = make_response(drawn)
    response.headers["Content-Type"] = _SVG
    response.headers["Cache-Control"] = f"public, max-age={_DAY}"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
