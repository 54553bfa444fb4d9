"""The page door of classification: inside the office only, each look-up with its audit line."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from app.credit.classification import queries
from app.credit.classification.terms import SCHEME
from app.credit.records.terms import Audience
from app.credit.scoring.errors import UnknownScore
from app.credit.scoring.queries import (
    history_of,
    latest_run,
    links_of,
    scheme_by_id,
    scores_page,
    ways_of,
)
from app.credit.scoring.terms import ScoresAsked
from app.doors.web import page
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject

blueprint = Blueprint("classification", __name__, template_folder="templates")


@page(
    blueprint,
    "/classes",
    needs="class.read",
    template="classification/index.html",
    audits="class.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """How the classes are spread, and the enterprises of one class."""
    run = latest_run(uow, SCHEME)
    asked = request.args.get("class", "")
    code = asked if asked in ("A", "B", "C", "D") else ""
    after = request.args.get("next", "")
    place = int(after) if after.isdecimal() and len(after) <= 9 else 0
    found = None
    if run is not None:
        found = scores_page(uow, ScoresAsked(code=SCHEME, class_code=code, after=place))
    scheme = scheme_by_id(uow, run.scheme_id).scheme if run else None
    return {
        "run": run,
        "scheme": scheme,
        "found": found,
        "asked": code,
        "ratios": {
            one.code: queries.ratio_of(uow, one.code, uow.today)
            for one in (scheme.classes if scheme else ())
        },
        "joined": queries.combined_runs(uow),
    }


@page(
    blueprint,
    "/subjects/<int:subject_id>/class",
    needs="class.read",
    template="classification/show.html",
    audits="class.look_up",
)
def show(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    """One enterprise's class: why, what would change it, and the joined class of a food firm."""
    who = subject_by_id(uow, subject_id)
    g.audit_about = f"subject:{who.id}"
    shown = queries.class_of(uow, who.id)
    return {
        "subject": who,
        "shown": shown,
        "ways": ways_of(shown.score),
        "history": history_of(uow, SCHEME, who.id),
        "links": links_of(shown.score),
    }


def file_part(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """The class on a credit file: for the government's own version of it, nobody else's."""
    if audience is not Audience.GOVERNMENT or not uow.actor.may("class.read"):
        return ""
    try:
        shown = queries.class_of(uow, subject.id)
    except UnknownScore:
        return ""
    return render_template("classification/part.html", subject=subject, shown=shown)
