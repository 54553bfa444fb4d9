"""The page door of specimen title: the newest lines, those of a subject, a part of its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from app.credit.specimens import queries, services
from app.credit.specimens.schemas import SpecimenForm
from app.credit.specimens.terms import TITLE, NoteSpecimen
from app.doors.i18n import language
from app.doors.web import form, page
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject

blueprint = Blueprint("specimens", __name__, template_folder="templates")
PANEL = 5  # lines on a subject's page


def _title() -> str:
    return TITLE[language() == "en"]


def _before() -> int | None:
    said = request.args.get("next", "")
    return int(said) if said.isdecimal() and len(said) <= 18 else None


@page(
    blueprint,
    "/specimens",
    needs="specimen.read",
    template="specimens/index.html",
    audits="specimen.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """The newest lines about all subjects."""
    return {"title": _title(), "found": queries.specimens_page(uow, before=_before())}


def _of_subject(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    subject = subject_by_id(uow, subject_id)
    g.audit_about = f"subject:{subject.id}"
    return {
        "title": _title(),
        "subject": subject,
        "found": queries.specimens_page(uow, subject_id=subject.id, before=_before()),
        "may_note": uow.actor.may("specimen.note"),
    }


@form(
    blueprint,
    "/subjects/<int:subject_id>/specimens",
    needs="specimen.read",
    loads=SpecimenForm,
    template="specimens/of_subject.html",
    context=_of_subject,
    audits="specimen.look_up",
)
def of_subject(uow: UnitOfWork, told: dict[str, Any], subject_id: int) -> str:
    """The lines about one subject, and a form for another one."""
    services.note_specimen(uow, NoteSpecimen(subject_id=subject_id, said=told["said"]))
    return url_for(".of_subject", subject_id=subject_id)


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The newest lines about a subject, on its page, for who may read them."""
    if not uow.actor.may("specimen.read"):
        return ""
    found = queries.specimens_page(uow, subject_id=subject.id, limit=PANEL)
    return render_template(
        "specimens/_panel.html", title=_title(), found=found, subject_id=subject.id
    )
