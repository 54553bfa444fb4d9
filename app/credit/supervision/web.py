"""The page door of libraries: the list, one with its members and changes, the rule editor."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Blueprint, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from app.credit.records.terms import Audience
from app.credit.supervision import queries, rules, schemas, services
from app.credit.supervision.rules.official import regions
from app.credit.supervision.rules.words import KIND_TEXTS
from app.credit.supervision.terms import (
    ATTRIBUTE_TEXTS,
    SIZE_TEXTS,
    STATUS_TEXTS,
    TITLE,
    Library,
    Membership,
)
from app.doors.i18n import language
from app.doors.web import action, form, loaded, page
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import LICENCE_TEXTS, Subject

blueprint = Blueprint("supervision", __name__, template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PANEL = 12
_VIEWS = ("now", "joined", "left")


def _words() -> dict[str, Any]:
    at = language() == "en"
    tables = {
        "kinds": {kind.value: said for kind, said in KIND_TEXTS.items()},
        "licences": {kind.value: said for kind, said in LICENCE_TEXTS.items()},
        "attributes": ATTRIBUTE_TEXTS,
        "sizes": SIZE_TEXTS,
        "statuses": STATUS_TEXTS,
        "regions": regions(),
    }
    return {
        "title": TITLE[at],
        "english": at,
        **{name: {key: said[at] for key, said in table.items()} for name, table in tables.items()},
    }


def _number(name: str) -> int:
    said = request.args.get(name, "")
    return int(said) if said.isdecimal() and len(said) <= 9 else 0


def _asked_day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


@page(
    blueprint,
    "/libraries",
    needs="library.read",
    template="supervision/index.html",
    audits="library.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Libraries by words, region and attribute, with how many are in each."""
    names = ("text", "region", "attribute", "next")
    typed = {name: request.args.get(name, "") for name in names}
    asked = loaded(schemas.LibrariesQuery, {name: said for name, said in typed.items() if said})
    g.audit_about = typed["text"][:60]
    return {
        "found": queries.libraries_page(uow, asked),
        "typed": typed,
        "may_manage": uow.actor.may("library.manage"),
        **_words(),
    }


@page(
    blueprint,
    "/libraries/<int:library_id>",
    needs="library.read",
    template="supervision/show.html",
    audits="library.look_up",
)
def show(uow: UnitOfWork, library_id: int) -> dict[str, Any]:
    """One library: its rule in words, its members, its changes by day."""
    library = queries.library_by_id(uow, library_id)
    g.audit_about = f"library:{library.id}"
    view = request.args.get("view", "now")
    on, after = _asked_day("on"), _number("next")
    if view in _VIEWS[1:] and on:
        found = queries.changed_on(uow, library.id, on, joined=view == "joined", after=after)
    else:
        view = "now"
        found = queries.members_page(uow, library.id, on=on, after=after)
    return {
        "library": library,
        "said": schemas.words(library),
        "rule": json.dumps(rules.document(library.rule), ensure_ascii=False, indent=1),
        "found": found,
        "view": view,
        "on": on,
        "days": queries.changes_by_day(uow, library.id)[:30],
        "snapshots": queries.snapshots_of(uow, library.id)[:10],
        "history": queries.library_history(uow, library.id)[:10],
        "may_manage": uow.actor.may("library.manage"),
        **_words(),
    }


@page(
    blueprint,
    "/libraries/<int:library_id>/export.xlsx",
    needs="library.read",
    audits="library.export",
)
def export(uow: UnitOfWork, library_id: int) -> Response:
    """All members, now or as of a day, as a workbook."""
    library = queries.library_by_id(uow, library_id)
    g.audit_about = f"library:{library.id}"
    content = schemas.workbook(queries.every_member(uow, library.id, _asked_day("on")))
    response = make_response(content)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="{library.code}.xlsx"'
    return response


def _empty(uow: UnitOfWork) -> dict[str, Any]:
    return {"library": None, "preview": None, **_words()}


@form(
    blueprint,
    "/libraries/new",
    needs="library.manage",
    loads=schemas.LibraryForm,
    template="supervision/edit.html",
    context=_empty,
)
def new(uow: UnitOfWork, told: dict[str, str]) -> str | Response:
    """A library of a rule that is tried before it is kept."""
    if told["look"]:
        return _tried(uow, told, None)
    made = services.set_up_library(uow, schemas.set_up_command(told))
    return url_for(".show", library_id=made.id)


def _on_file(uow: UnitOfWork, library_id: int) -> dict[str, Any]:
    library = queries.library_by_id(uow, library_id)
    said = json.dumps(rules.document(library.rule), ensure_ascii=False, indent=1)
    values = {"code": library.code, "zh": library.zh, "en": library.en, "rule": said}
    return {"library": library, "preview": None, "values": values, **_words()}


@form(
    blueprint,
    "/libraries/<int:library_id>/edit",
    needs="library.manage",
    loads=schemas.LibraryForm,
    template="supervision/edit.html",
    context=_on_file,
    audits="library.look_up",
)
def edit(uow: UnitOfWork, told: dict[str, str], library_id: int) -> str | Response:
    """Another rule for a library; the old one stays in its history."""
    if told["look"]:
        return _tried(uow, told, queries.library_by_id(uow, library_id))
    services.amend_library(uow, schemas.amend_command(library_id, told))
    return url_for(".show", library_id=library_id)


def _tried(uow: UnitOfWork, told: dict[str, str], library: Library | None) -> Response:
    """The form again with how many the rule would take in; nothing is kept."""
    rule = rules.read_text(schemas.rule_text(told))
    count, first = services.preview(uow, rule)
    names = subjects_by_ids(uow, first, papers=False)
    preview = {
        "count": count,
        "said": rules.in_words(rule, language()),
        "rule": json.dumps(rules.document(rule), ensure_ascii=False),
        "names": [(number, names[number].name) for number in first if number in names],
    }
    state: dict[str, Any] = {"values": told, "errors": {}, "detail": None, "filing_key": None}
    return make_response(
        render_template(
            "supervision/edit.html", form=state, library=library, preview=preview, **_words()
        )
    )


@action(blueprint, "/libraries/<int:library_id>/snapshot", needs="library.manage")
def snapshot(uow: UnitOfWork, library_id: int) -> str:
    """Keep who is in the library now, with a hash."""
    services.take_snapshot(uow, library_id)
    return url_for(".show", library_id=library_id, _anchor="snapshots")


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The libraries a subject is in, on its page, for who may read them."""
    if not uow.actor.may("library.read"):
        return ""
    return _part(queries.memberships_of(uow, subject.id))


def file_part(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """The same on the credit file in its government version: libraries are the agencies' own."""
    return subject_panel(uow, subject) if audience is Audience.GOVERNMENT else ""


def _part(found: tuple[Membership, ...]) -> str:
    now = [each for each in found if each.to is None]
    return render_template(
        "supervision/_panel.html",
        now=now[:_PANEL],
        more=len(now) - _PANEL,
        gone=[each for each in found if each.to is not None][:5],
        **_words(),
    )
