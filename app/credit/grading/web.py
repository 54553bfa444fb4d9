"""The page door of grading: the desk, lists, one operator's grade, the year's form, profiles."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.credit.grading import errors, queries, services
from app.credit.grading.jobs import GRADE_ALL
from app.credit.grading.queries.explained import explained
from app.credit.grading.queries.grades import profile_on, visits_a_year
from app.credit.grading.queries.profiles import MADE, factors_of, item_of, profile_of
from app.credit.grading.rules.tables import categories, flags, grounds, profiles
from app.credit.grading.schemas.forms import FactorsTyped, ReviewTyped, YearFormTyped
from app.credit.grading.schemas.out import points, workbook_of
from app.credit.grading.schemas.paper import paper_of
from app.credit.grading.terms import (
    BASIS_TEXTS,
    BOOK_TEXTS,
    SUGGESTION_TEXTS,
    TRADE_TEXTS,
    FileProfile,
    FillForm,
    Grade,
    GradesAsked,
    ReviewForm,
    Trade,
)
from app.credit.records.terms import Audience
from app.doors import http
from app.doors.errors import FieldsWrong
from app.doors.i18n import language
from app.doors.jobs import want
from app.doors.refusals import text_of
from app.doors.web import action, form, page
from app.papers.services import issue as issue_paper
from app.papers.terms import Facts, IssuePaper, Paper
from ledger.kernel.actor import NotPermitted
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject

blueprint = Blueprint("grading", __name__, template_folder="templates")
SEES_ALL = "score.read"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTED, _EXPORTED = 50, 100_000


def _words() -> dict[str, Any]:
    at = language() == "en"
    return {
        "basis_texts": {one.value: texts[at] for one, texts in BASIS_TEXTS.items()},
        "book_texts": {one.value: texts[at] for one, texts in BOOK_TEXTS.items()},
        "suggestion_texts": {one.value: texts[at] for one, texts in SUGGESTION_TEXTS.items()},
        "trade_texts": {one.value: texts[at] for one, texts in TRADE_TEXTS.items()},
        "category_texts": {code: (one.zh, one.en)[at] for code, one in categories().items()},
        "flag_texts": {one.code: (one.zh, one.en)[at] for one in flags()},
        "ground_texts": {one.code: (one.zh, one.en)[at] for one in grounds()},
        "points": points,
        "grades": tuple(one.value for one in Grade),
    }


@page(blueprint, "/grades", needs=SEES_ALL, template="grading/index.html")
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Counts by grade and district, the last runs, forms that wait, and the frequency in force."""
    profile = profiles()[profile_on(uow, uow.today)]
    return {
        "desk": queries.desk_of(uow),
        "profile": (profile.zh, profile.en)[language() == "en"],
        "visits": {one.value: visits_a_year(uow, one, uow.today) for one in Grade},
        "may_run": uow.actor.may("score.run"),
        **_words(),
    }


@action(blueprint, "/grades/run", needs="score.run")
def run(uow: UnitOfWork) -> str:
    """Grade the city now: a job does it."""
    want(uow, GRADE_ALL)
    return url_for(".index", asked=1)


def _asked(limit: int) -> GradesAsked:
    said = {name: request.args.get(name, "")[:40] for name in ("grade", "trade", "division")}
    after = request.args.get("next", "")
    return GradesAsked(
        grade=Grade(said["grade"]) if said["grade"] in set(Grade) else None,
        trade=Trade(said["trade"]) if said["trade"] in set(Trade) else None,
        division=said["division"],
        category=request.args.get("category", "")[:4],
        after=int(after) if after.isdecimal() and len(after) <= 9 else 0,
        limit=limit,
    )


@page(
    blueprint,
    "/grades/list",
    needs=SEES_ALL,
    template="grading/list.html",
    audits="grade.search",
    endpoint="listed",
)
def listed(uow: UnitOfWork) -> dict[str, Any]:
    """Operators by grade, district, trade and category, a page at a time."""
    asked = _asked(_LISTED)
    return {"found": queries.grades_page(uow, asked), "asked": asked, **_words()}


@page(blueprint, "/grades/list.xlsx", needs=SEES_ALL, audits="grade.export", endpoint="list_export")
def list_export(uow: UnitOfWork) -> Response:
    """The whole list as a workbook."""
    asked = _asked(_EXPORTED)
    return _file(workbook_of(queries.all_listed(uow, asked)), XLSX, "grades.xlsx")


def _may_see(uow: UnitOfWork, subject: Subject) -> None:
    if not (uow.actor.may(SEES_ALL) or uow.actor.may_act_for(subject.id)):
        raise NotPermitted(permission=SEES_ALL)


@page(
    blueprint,
    "/grades/<int:subject_id>",
    needs="account.own",
    template="grading/show.html",
    audits="grade.look_up",
)
def show(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    """One operator's grade, why, what would bring the next, its history and its forms."""
    subject = subject_by_id(uow, subject_id)
    _may_see(uow, subject)
    g.audit_about = f"subject:{subject.id}"
    return {
        "subject": subject,
        "found": explained(uow, subject.id),
        "official": uow.actor.may(SEES_ALL),
        "may_fill": uow.actor.may("grade.fill"),
        "year": uow.today.year,
        **_words(),
    }


@page(
    blueprint,
    "/grades/<int:subject_id>/forms/<int:year>",
    needs="account.own",
    template="grading/form.html",
    audits="grade.form",
    endpoint="year_form",
)
def year_form(uow: UnitOfWork, subject_id: int, year: int) -> dict[str, Any]:
    """The newest filling of a year's form."""
    subject = subject_by_id(uow, subject_id)
    _may_see(uow, subject)
    g.audit_about = f"subject:{subject.id}"
    return {
        "subject": subject,
        "form_": queries.form_of(uow, subject.id, year),
        "may_confirm": uow.actor.may("grade.confirm"),
        "may_fill": uow.actor.may("grade.fill"),
        **_words(),
    }


@action(blueprint, "/grades/<int:subject_id>/forms/<int:year>/paper", needs=SEES_ALL)
def year_paper(uow: UnitOfWork, subject_id: int, year: int) -> Response:
    """The same as a numbered PDF."""
    subject = subject_by_id(uow, subject_id)
    found = queries.form_of(uow, subject.id, year)
    licences = "、".join(paper.number for paper in subject.licences if paper.holds(uow.today))
    command = IssuePaper(
        paper=_paper(found, subject, licences),
        kind="grade.form",
        about=f"subject:{subject.id}",
        origin=http.room().settings.origin,
    )
    made = issue_paper(uow, command)
    return _file(made.pdf, "application/pdf", f"{made.number}.pdf")


def _paper(found: Any, subject: Subject, licences: str) -> Paper:
    return paper_of(found, subject, language=language(), licences=licences)


def _file(content: bytes, kind: str, name: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _drawn(uow: UnitOfWork, subject_id: int, year: int) -> dict[str, Any]:
    subject = subject_by_id(uow, subject_id)
    drawn = services.draft_form(uow, subject.id, year)
    held = {
        "flags": [one.code for one in drawn.flags],
        "grounds": [one.code for one in drawn.grounds],
    }
    return {"subject": subject, "drawn": drawn, "values": held, **_words()}


@form(
    blueprint,
    "/grades/<int:subject_id>/forms/<int:year>/fill",
    needs="grade.fill",
    loads=YearFormTyped,
    template="grading/fill.html",
    context=_drawn,
    audits="grade.form",
)
def fill(uow: UnitOfWork, said: dict[str, Any], subject_id: int, year: int) -> str:
    """Fill in the year's form: what the records say is ticked already."""
    services.fill_form(uow, FillForm(subject_id=subject_id, year=year, **said))
    return url_for(".year_form", subject_id=subject_id, year=year)


@action(
    blueprint,
    "/grades/<int:subject_id>/forms/<int:year>/review",
    needs="grade.confirm",
    loads=ReviewTyped,
)
def review(uow: UnitOfWork, said: dict[str, Any], subject_id: int, year: int) -> str:
    """Confirm a filling, or send it back."""
    services.review_form(uow, ReviewForm(subject_id=subject_id, year=year, **said))
    return url_for(".year_form", subject_id=subject_id, year=year)


def _factors(uow: UnitOfWork, subject_id: int, trade: str) -> dict[str, Any]:
    subject = subject_by_id(uow, subject_id)
    known = _trade(trade)
    item = item_of(uow, known, uow.today)
    return {
        "subject": subject,
        "trade": known.value,
        "item": item,
        "factors": factors_of(item),
        "options": {
            one.name: [(code, texts[language() == "en"]) for code, texts in one.codes.items()]
            for one in factors_of(item)
        },
        "made": known in MADE,
        "at": int(language() == "en"),
        "values": _listed_codes(profile_of(uow, subject.id, known, uow.today)),
        **_words(),
    }


def _listed_codes(said: dict[str, str]) -> dict[str, Any]:
    """The values of a profile as its form holds them: several categories are a list."""
    made = said.pop("food_category", "")
    return {**said, "food_category": made.split(",")} if made else dict(said)


def _trade(said: str) -> Trade:
    if said not in set(Trade):
        raise errors.NotGraded(trade=said[:20])
    return Trade(said)


@form(
    blueprint,
    "/grades/<int:subject_id>/profile/<trade>",
    needs="grade.fill",
    loads=FactorsTyped,
    template="grading/profile.html",
    context=_factors,
    audits="grade.profile",
)
def profile(uow: UnitOfWork, said: dict[str, str], subject_id: int, trade: str) -> str:
    """The static factors of a trade; they become a record of the inspector's agency."""
    command = FileProfile(subject_id=subject_id, trade=_trade(trade), said=said)
    try:
        services.file_profile(uow, command)
    except errors.ProfileRefused as refusal:
        params = refusal.params
        text = text_of(params["why"], params["about"], language())
        raise FieldsWrong(count=1, fields={refusal.field or "remark": [text]}) from None
    return url_for(".show", subject_id=subject_id)


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The grade on a subject's page, for who may see it."""
    if not (uow.actor.may(SEES_ALL) or uow.actor.may_act_for(subject.id)):
        return ""
    found = queries.grade_of(uow, subject.id)
    if found is None:
        return ""
    visits = visits_a_year(uow, found.grade, uow.today)
    return render_template(
        "grading/_panel.html", subject=subject, found=found, visits=visits, **_words()
    )


def at_the_door(uow: UnitOfWork, subject: Subject) -> str:
    """The same on an inspector's phone page."""
    return subject_panel(uow, subject)


def file_head(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """The grade at the head of a credit file: everybody is told it with its date only."""
    found = queries.grade_of(uow, subject.id)
    if found is None:
        return ""
    links = audience in (Audience.GOVERNMENT, Audience.OWN) and uow.actor.may("account.own")
    return render_template("grading/_head.html", subject=subject, found=found, links=links)


def file_words(
    uow: UnitOfWork, subject: Subject, audience: Audience, language_: str
) -> tuple[Any, ...]:
    """The same in the report of a credit file."""
    found = queries.grade_of(uow, subject.id)
    if found is None:
        return ()
    en = language_ == "en"
    name, at = ("Food risk grade", "graded on") if en else ("食品安全风险等级", "评定日期")
    return (Facts(rows=((name, f"{found.grade.value} ({at} {found.as_of.isoformat()})"),)),)
