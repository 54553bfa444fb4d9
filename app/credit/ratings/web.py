"""The page door of ratings: lists, one rating explained, runs by officers, a part of a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.credit.ratings import errors, queries, schemas, services
from app.credit.ratings.rules import due_day, objection_until, stars
from app.credit.ratings.terms import Rated, RatingsAsked, RunRatings
from app.credit.records.terms import Audience
from app.credit.scoring.queries import links_of, ways_of
from app.credit.scoring.terms import Scheme, SchemeClass
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.web import action, page
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.workdays import CalendarUnknown
from ledger.subjects.terms import Subject

blueprint = Blueprint("ratings", __name__, template_folder="templates")
_PAGE = 30


def _words(scheme: Scheme) -> Mapping[str, Any]:
    """How classes and points of a scheme read in the page's language."""
    codes = {one.code: one for one in scheme.classes}

    def title(code: str) -> str:
        found: SchemeClass | None = codes.get(code)
        return found.title.in_(language()) if found else _("没有等级")

    return {
        "class_title": title,
        "stars": lambda code: stars(code, tuple(codes)),
        "lang": language(),
    }


@page(blueprint, "/ratings", needs="code.read", template="ratings/index.html", limit="public")
def index(uow: UnitOfWork) -> Mapping[str, Any]:
    """The schemes by which trades are rated in public."""
    return {"views": queries.rating_schemes(uow, uow.today), "lang": language()}


@page(
    blueprint,
    "/ratings/<scheme>",
    needs="code.read",
    template="ratings/list.html",
    limit="public",
    endpoint="listed",
)
def listed(uow: UnitOfWork, scheme: str) -> Mapping[str, Any] | Response:
    """What a scheme rates, of one kind at a time; a number leads to its rating."""
    known = queries.rating_scheme(uow, scheme).scheme
    number = request.args.get("number", "").strip()[:60]
    if number and _is_rated(uow, known, number):
        return redirect(url_for(".show", scheme=scheme, number=number))
    kinds = {one.name: one for one in known.kinds}
    codes = {one.code for one in known.classes}
    chosen = request.args.get("kind", "")
    class_code = request.args.get("class", "")
    asked = RatingsAsked(
        scheme=known.code,
        kind=chosen if chosen in kinds else known.object,
        class_code=class_code if class_code in codes else "",
        after=min(request.args.get("after", 0, type=int), 2**31 - 1),
        limit=_PAGE,
    )
    found, following = queries.ratings_page(uow, known, asked)
    return {
        "scheme": known,
        "asked": asked,
        "found": found,
        "next": following,
        "number": number,
        "run": queries.newest_run(uow, known),
        "may_run": uow.actor.may("score.run"),
        **_words(known),
    }


def _is_rated(uow: UnitOfWork, scheme: Scheme, number: str) -> bool:
    try:
        queries.score_by_number(uow, scheme, number)
    except errors.UnknownRating:
        return False
    return True


@page(
    blueprint,
    "/ratings/<scheme>/<number>",
    needs="code.read",
    template="ratings/show.html",
    limit="public",
    audits="record.read",
)
def show(uow: UnitOfWork, scheme: str, number: str) -> Mapping[str, Any]:
    """One rating: class, points line by line with their clauses, history, what comes next.

    Of single records the public is told nothing, as some may be open to nobody; who may read them
    all is shown their days and the way to each, and the look-up leaves its audit line.
    """
    known = queries.rating_scheme(uow, scheme).scheme
    score = queries.score_by_number(uow, known, number, request.args.get("kind", ""))
    (found,) = queries.rated(uow, known, [score.head])
    official = uow.actor.may("record.read") and uow.actor.may("subject.read")
    g.audit_about = f"subject:{score.head.subject_id}"
    return {
        "scheme": known,
        "score": score,
        "rated": found,
        "past": queries.past_of(uow, score.head),
        "ways": ways_of(score),
        "reasons": links_of(score) if official else None,
        "objection_until": _objection_until(queries.run_day(uow, score)),
        "asked_at": uow.now,
        **_words(known),
    }


def _objection_until(run_on: date) -> date | None:
    try:
        return objection_until(run_on)
    except CalendarUnknown:
        return None  # the page then says how many working days, and no date


@action(blueprint, "/ratings/<scheme>/run", needs="score.run", loads=schemas.RunForm)
def run(uow: UnitOfWork, said: dict[str, Any], scheme: str) -> str:
    """Rate everything of a scheme now, as of the first of this month unless a day is said."""
    as_of = said["as_of"] or due_day(uow.today)
    made = services.run_ratings(uow, RunRatings(scheme=scheme, as_of=as_of))
    flash(_("已评定 %(n)s 个对象。", n=made.objects), "ok")
    return url_for(".listed", scheme=scheme)


def part(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """The ratings of a subject and what is its own, on its credit file."""
    found: list[tuple[Scheme, tuple[Rated, ...], Mapping[str, Any]]] = []
    for view in queries.rating_schemes(uow, uow.today):
        rated = queries.rated_of_subject(uow, view.scheme.code, subject.id)
        if rated:
            found.append((view.scheme, rated, _words(view.scheme)))
    if not found:
        return ""
    return render_template(
        "ratings/_file.html", found=found, audience=audience.value, lang=language()
    )
