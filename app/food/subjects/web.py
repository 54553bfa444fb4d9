"""The page door of subjects: looked up by inspectors and registrars, kept by registrars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from markupsafe import Markup

from app.doors.i18n import language
from app.doors.refusals import text_of
from app.doors.web import form, page
from app.food.subjects import rules
from app.food.subjects import services as house
from app.food.subjects.schemas import forms, json
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries, services
from ledger.subjects.terms import (
    LICENCE_TEXTS,
    AmendSubject,
    Licence,
    MergeSubject,
    RegisterSubject,
    Subject,
    SubjectKind,
    SubjectStatus,
)

blueprint = Blueprint("subjects", __name__, template_folder="templates")

KIND_TEXTS: dict[SubjectKind, tuple[str, str]] = {
    SubjectKind.PRODUCTION: ("食品生产", "production"),
    SubjectKind.DISTRIBUTION: ("食品销售", "distribution"),
    SubjectKind.CATERING: ("餐饮服务", "catering"),
    SubjectKind.FARM: ("种养殖", "farm"),
    SubjectKind.WAREHOUSE: ("仓储", "warehouse"),
    SubjectKind.MARKET: ("集中交易市场", "market"),
    SubjectKind.IMPORT: ("进口", "import"),
    SubjectKind.OTHER: ("其他", "other"),
}
STATUS_TEXTS: dict[SubjectStatus, tuple[str, str]] = {
    SubjectStatus.ACTIVE: ("在业", "in business"),
    SubjectStatus.CLOSED: ("注销", "closed"),
    SubjectStatus.REVOKED: ("吊销", "revoked"),
}
FIELD_TEXTS: dict[str, tuple[str, str]] = {
    "name": ("名称", "name"),
    "kinds": ("类别", "kinds"),
    "division": ("行政区划", "division"),
    "address": ("地址", "address"),
    "contact": ("联系人", "contact"),
    "phone": ("电话", "telephone"),
    "gln": ("位置码", "GLN"),
    "country": ("国家", "country"),
    "status": ("状态", "state"),
    "licences": ("许可", "licences"),
    "premises": ("经营场所", "premises"),
    "merged": ("并入", "merged"),
}


def _texts(table: Mapping[Any, tuple[str, str]]) -> dict[str, str]:
    """The words of a table in the language of the page, by stored value."""
    return {key.value: words[language() == "en"] for key, words in table.items()}


def _words() -> dict[str, dict[str, str]]:
    return {
        "kind_texts": _texts(KIND_TEXTS),
        "status_texts": _texts(STATUS_TEXTS),
        "licence_texts": _texts(LICENCE_TEXTS),
    }


@page(
    blueprint,
    "/subjects",
    needs="subject.read",
    template="subjects/index.html",
    audits="subject.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Subjects by name, number or place."""
    typed = {name: request.args.get(name, "") for name in ("query", "division", "kind")}
    search = json.SearchQuery().load(
        {
            name: said
            for name, said in {**typed, "next": request.args.get("next", "")}.items()
            if said
        }
    )
    g.audit_about = search.text or search.division
    found = queries.subjects_page(uow, search)
    return {
        "found": found,
        "typed": typed,
        "may_register": uow.actor.may("subject.register"),
        **_words(),
    }


@page(
    blueprint,
    "/subjects/<int:subject_id>",
    needs="account.own",
    template="subjects/show.html",
    audits="subject.read",
)
def show(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    """One subject: who it is, its papers and places, and what other modules know of it."""
    subject = queries.subject_by_id(uow, subject_id)
    rules.require_visible(subject, uow.actor)
    g.audit_about = f"subject:{subject.id}"
    return {
        "subject": rules.shown(subject, uow.actor),
        "papers": [_paper(uow, paper) for paper in subject.licences],
        "history": queries.subject_history(uow, subject.id)
        if uow.actor.may("subject.read")
        else (),
        "may_register": uow.actor.may("subject.register"),
        "change_lines": change_lines,
        "panels": _panels(uow, subject),
        **_words(),
    }


def _paper(uow: UnitOfWork, paper: Licence) -> dict[str, Any]:
    """A licence with its state today and what has to be compared with it by hand."""
    doubts = queries.doubts_of(paper)
    return {
        "paper": paper,
        "in_force": paper.holds(uow.today),
        "doubts": [text_of(it.code, it.params, language()) for it in doubts],
    }


def change_lines(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What one side of a change says, as (field in words, value as text)."""
    english = language() == "en"
    return [
        (FIELD_TEXTS.get(name, (name, name))[english], _plain(value))
        for name, value in said.items()
    ]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(text for each in value.values() if (text := _plain(each)))
    if isinstance(value, list):
        return " · ".join(_plain(each) for each in value)
    return "" if value is None else str(value)


def _panels(uow: UnitOfWork, subject: Subject) -> list[Markup]:
    """What other modules show of a subject, in their order."""
    found = [it for module in current_app.extensions["suyuan.modules"] for it in module.panels]
    found.sort(key=lambda panel: panel.order)
    return [Markup(panel.view(uow, subject)) for panel in found]  # noqa: S704 - our own templates


def _particulars(uow: UnitOfWork) -> Mapping[str, Any]:
    return _words()


@form(
    blueprint,
    "/subjects/new",
    needs="subject.register",
    loads=forms.RegisterForm,
    template="subjects/edit.html",
    context=_particulars,
    audits="subject.form",
)
def new(uow: UnitOfWork, command: RegisterSubject) -> str:
    """Register a subject."""
    subject, _ = services.register_subject(uow, command)
    return url_for("subjects.show", subject_id=subject.id)


def _on_file(uow: UnitOfWork, subject_id: int) -> Mapping[str, Any]:
    subject = queries.subject_by_id(uow, subject_id)
    names = ("name", "division", "address", "contact", "phone", "gln")
    values = {name: getattr(subject, name) for name in names}
    values |= {"kinds": [kind.value for kind in subject.kinds], "status": subject.status.value}
    return {"subject": subject, "values": values, **_words()}


@form(
    blueprint,
    "/subjects/<int:subject_id>/amend",
    needs="subject.register",
    loads=forms.AmendForm,
    template="subjects/edit.html",
    context=_on_file,
    audits="subject.read",
)
def amend(uow: UnitOfWork, said: dict[str, Any], subject_id: int) -> str:
    """Change what is on file; the old values stay in the history."""
    subject = queries.subject_by_id(uow, subject_id)
    services.amend_subject(uow, AmendSubject(uscc=subject.uscc, **said))
    return url_for("subjects.show", subject_id=subject.id)


@form(
    blueprint,
    "/subjects/<int:subject_id>/merge",
    needs="subject.register",
    loads=forms.MergeForm,
    template="subjects/merge.html",
    context=_on_file,
    audits="subject.read",
)
def merge(uow: UnitOfWork, said: dict[str, str], subject_id: int) -> str:
    """Say that an unregistered party is a registered subject."""
    merged = house.merge_subject(
        uow, MergeSubject(unregistered_id=subject_id, into_uscc=said["into"], reason=said["reason"])
    )
    return url_for("subjects.show", subject_id=merged.id)
