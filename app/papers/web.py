"""The page on which anybody checks a paper: what was issued, and whether a copy is it."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.doors.i18n import language
from app.doors.web import form, page
from app.papers import queries
from app.papers.schemas import CheckForm
from app.papers.terms import KINDS, KeptPaper
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("papers", __name__, template_folder="templates")


@page(blueprint, "/papers/", needs="code.read", template="papers/find.html", limit="public")
def find(uow: UnitOfWork) -> dict[str, Any] | Response:
    """Where the number of a paper is typed."""
    number = request.args.get("number", "").strip()
    if number:
        return redirect(url_for(".show", number=number[:40]))
    return {}


def _shown(uow: UnitOfWork, number: str) -> dict[str, Any]:
    paper = queries.kept_paper(uow, number)
    return {"paper": paper, "kind": _kind(paper), "same": None}


@form(
    blueprint,
    "/papers/<number>",
    needs="code.read",
    loads=CheckForm,
    template="papers/show.html",
    context=_shown,
    limit="public",
)
def show(uow: UnitOfWork, content: bytes, number: str) -> Response:
    """What is known of a paper, and whether a copy is byte for byte what was issued."""
    context = _shown(uow, number)
    paper: KeptPaper = context["paper"]
    same = hashlib.sha256(content).hexdigest() == paper.sha256
    empty: dict[str, Any] = {"values": {}, "errors": {}}
    return make_response(
        render_template("papers/show.html", **(context | {"same": same}), form=empty)
    )


def _kind(paper: KeptPaper) -> str:
    zh, en = KINDS[paper.kind]
    return en if language() == "en" else zh
