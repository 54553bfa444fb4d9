"""The API door of subjects."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_smorest import Blueprint

from app.doors.api import Answer, endpoint
from app.food.subjects import rules
from app.food.subjects import services as house
from app.food.subjects.schemas import json
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries, services
from ledger.subjects.terms import (
    AmendSubject,
    MergeSubject,
    RegisterSubject,
    Subject,
    SubjectSearch,
)

blueprint = Blueprint(
    "subjects-api",
    __name__,
    url_prefix="/api/v1/subjects",
    description="Who may appear in the book, and what they are licensed for",
)
ID_DIGITS_MAX = 10  # a USCC has 18 characters, so a short number can only be an id


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=json.RegisterJson,
    needs="subject.register",
    answers=json.SubjectJson,
    status=201,
    also={200: "the same is on file already"},
)
def register(uow: UnitOfWork, command: RegisterSubject) -> Answer:
    """Register a subject; the same again changes nothing."""
    subject, created = services.register_subject(uow, command)
    return Answer(body=json.document(subject, uow.actor), status=201 if created else 200)


@endpoint(
    blueprint,
    "",
    loads=json.SearchQuery,
    location="query",
    needs="account.own",
    answers=json.SubjectsJson,
    audits="subject.search",
)
def search(uow: UnitOfWork, sought: SubjectSearch) -> dict[str, Any]:
    """Find subjects by USCC, licence number, GLN or part of a name.

    Unregistered ones are found by registrars and inspectors only.
    """
    found = queries.subjects_page(uow, rules.searchable(sought, uow.actor))
    g.audit_about = sought.text or sought.division
    return {"items": [json.document(it, uow.actor) for it in found.items], "next": found.next}


@endpoint(blueprint, "/<key>", needs="account.own", answers=json.SubjectJson, audits="subject.read")
def show(uow: UnitOfWork, key: str) -> dict[str, Any]:
    """Show a subject by its USCC or id; people are masked for who may not read them."""
    subject = _subject(uow, key)
    g.audit_about = f"subject:{subject.id}"
    return json.document(subject, uow.actor)


@endpoint(
    blueprint,
    "/<key>",
    method="PATCH",
    loads=json.AmendJson,
    needs="subject.register",
    answers=json.SubjectJson,
)
def amend(uow: UnitOfWork, changed: dict[str, Any], key: str) -> dict[str, Any]:
    """Change named fields of a subject; the old values stay in its history."""
    return json.document(services.amend_subject(uow, AmendSubject(uscc=key, **changed)), uow.actor)


@endpoint(
    blueprint,
    "/<key>/history",
    needs="subject.read",
    answers=json.HistoryJson,
    audits="subject.history",
)
def history(uow: UnitOfWork, key: str) -> dict[str, Any]:
    """Tell what changed on a subject, when and by whom, the newest first."""
    subject = _subject(uow, key)
    g.audit_about = f"subject:{subject.id}"
    return json.history(queries.subject_history(uow, subject.id))


@endpoint(
    blueprint,
    "/<int:party>/merge",
    method="POST",
    loads=json.MergeJson,
    needs="subject.register",
    answers=json.SubjectJson,
)
def merge(uow: UnitOfWork, said: dict[str, str], party: int) -> dict[str, Any]:
    """Say that an unregistered party is a registered subject; nothing in the book changes."""
    merged = house.merge_subject(
        uow, MergeSubject(unregistered_id=party, into_uscc=said["into"], reason=said["reason"])
    )
    return json.document(merged, uow.actor)


def _subject(uow: UnitOfWork, key: str) -> Subject:
    """A subject by USCC or id; one that is not registered only for those who may read it."""
    if not (key.isdecimal() and len(key) <= ID_DIGITS_MAX):
        return queries.subject_by_uscc(uow, key)
    subject = queries.subject_by_id(uow, int(key))
    rules.require_visible(subject, uow.actor)
    return subject
