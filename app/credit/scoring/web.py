"""The page door of scoring: schemes for everybody, drafts and what-if for the credit officer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from app.credit.scoring import queries, schemas, services
from app.credit.scoring.errors import SchemeRefused
from app.credit.scoring.jobs import TRY_DRAFT
from app.credit.scoring.rules.reading.bounds import shown
from app.credit.scoring.terms import (
    Distribution,
    LoadScheme,
    Said,
    SchemeState,
    SchemeView,
    day_of,
)
from app.doors.i18n import language
from app.doors.jobs import want
from app.doors.web import action, form, page
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("scoring", __name__, template_folder="templates")
blueprint.add_app_template_filter(shown, "points")
blueprint.add_app_template_filter(day_of, "epoch_day")


@blueprint.app_template_filter("said")
def _in_language(text: Said) -> str:
    """A text in the language of the page."""
    return text.in_(language())


@page(blueprint, "/schemes", needs="code.read", template="scoring/index.html", limit="public")
def index(uow: UnitOfWork) -> dict[str, Any]:
    """All schemes the reader may read."""
    views = queries.schemes(uow)
    return {
        "drafts": [view for view in views if view.state is SchemeState.DRAFT],
        "views": [view for view in views if view.state is not SchemeState.DRAFT],
        "officer": uow.actor.may("scheme.draft"),
    }


def _shown(uow: UnitOfWork, view: SchemeView) -> dict[str, Any]:
    scheme = view.scheme
    sees = scheme.public or uow.actor.may("class.read")
    drafts = uow.actor.may("scheme.draft")
    return {
        "view": view,
        "scheme": scheme,
        "runs": queries.runs_of(uow, scheme.code)[:1] if sees else (),
        "tried": queries.what_if(uow, scheme.code, scheme.version) if drafts else None,
        "officer": drafts,
        "bars": _bars,
    }


def _bars(one: Distribution) -> list[tuple[str, int, int]]:
    """Each class with its count, and all objects: for bars."""
    return [(code, count, one.total) for code, count in one.classes.items()]


@page(
    blueprint,
    "/schemes/<code>",
    needs="code.read",
    template="scoring/show.html",
    limit="public",
)
def show(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """The version of a scheme in force, every line with its clause, and its last run."""
    return _shown(uow, queries.scheme_shown(uow, code))


@page(
    blueprint,
    "/schemes/<code>/<version>",
    needs="code.read",
    template="scoring/show.html",
    limit="public",
    fresh=True,
)
def version(uow: UnitOfWork, code: str, version: str) -> dict[str, Any]:
    """One version of a scheme; of a draft also what it would change."""
    return _shown(uow, queries.scheme_by_version(uow, code, version))


def _draft(uow: UnitOfWork) -> dict[str, Any]:
    return {}


@form(
    blueprint,
    "/schemes/draft",
    needs="scheme.draft",
    loads=schemas.DraftForm,
    template="scoring/draft.html",
    context=_draft,
    endpoint="draft",
)
def draft(uow: UnitOfWork, command: LoadScheme) -> str:
    """Keep a draft and try it beside what is in force."""
    try:
        view = services.load_scheme(uow, command)
    except SchemeRefused as refusal:
        said = schemas.fault_texts(refusal, language())
        raise SchemeRefused(**refusal.params, fields={"text": said}) from None
    scheme = view.scheme
    want(uow, TRY_DRAFT, code=scheme.code, version=scheme.version)
    return url_for(".version", code=scheme.code, version=scheme.version)


@action(blueprint, "/schemes/<code>/<version>/try", needs="scheme.draft", endpoint="try_again")
def try_again(uow: UnitOfWork, code: str, version: str) -> str:
    """Try a version again, on the facts of today."""
    queries.scheme_by_version(uow, code, version)
    want(uow, TRY_DRAFT, code=code, version=version)
    return url_for(".version", code=code, version=version)


@action(blueprint, "/schemes/<code>/<version>/enforce", needs="scheme.draft")
def enforce(uow: UnitOfWork, code: str, version: str) -> str:
    """Put a draft in force from its own day on."""
    view = queries.scheme_by_version(uow, code, version)
    services.load_scheme(uow, LoadScheme(text=view.text))
    return url_for(".version", code=code, version=version)
