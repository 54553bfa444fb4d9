"""Authorisations: the subject lets a party in and sees what it looked at; the party reads."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from werkzeug.wrappers import Response

from app.credit.records import errors
from app.credit.records.queries.authorised import (
    authorisation_of_link,
    authorisations_of,
    link_of,
)
from app.credit.records.schemas.authorising import GrantForm
from app.credit.records.schemas.file import in_words
from app.credit.records.services.authorising import grant_access, revoke_access
from app.credit.records.terms import Audience
from app.credit.records.terms.authorising import PURPOSE_TEXTS, Authorisation, GrantAccess
from app.credit.records.terms.file import audience_of
from app.credit.records.web.file import blueprint, known_subject, report_of, whole_file
from app.doors import http
from app.doors.seals import key
from app.doors.web import action, form, page
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id

__all__ = ["blueprint"]  # with the pages of this file on it
_USES = {
    "record.read_shared": ("看了档案", "read the file"),
    "record.report": ("下载了报告", "took the report"),
}


def _given(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    subject = subject_by_id(uow, subject_id)
    if audience_of(uow.actor, subject.id) is None or not uow.actor.may("record.authorise"):
        raise errors.FileNotYours
    g.audit_about = f"subject:{subject.id}"
    origin = http.room().settings.origin
    return {
        "subject": subject,
        "given": [
            (one, f"{origin}{url_for('credit_file.shared', link=link_of(one.id, key()))}")
            for one in authorisations_of(uow, subject.id)
        ],
        "purposes": {kind.value: in_words(texts) for kind, texts in PURPOSE_TEXTS.items()},
        "use_words": {name: in_words(texts) for name, texts in _USES.items()},
        "today": uow.today,
        "days": uow.parameters.number("records.authorisation_days_max", uow.today),
    }


@form(
    blueprint,
    "/subjects/<int:subject_id>/credit/authorisations",
    needs="record.authorise",
    loads=GrantForm,
    template="records/authorisations.html",
    context=_given,
    audits="record.read",
)
def authorisations(uow: UnitOfWork, told: dict[str, Any], subject_id: int) -> str:
    """Who was let in, what they looked at, and a form to let somebody in."""
    grant_access(uow, GrantAccess(subject_id=subject_id, **told))
    return url_for("credit_file.authorisations", subject_id=subject_id)


@action(blueprint, "/credit/authorisations/<int:authorisation_id>/revoke", needs="record.authorise")
def revoke(uow: UnitOfWork, authorisation_id: int) -> str:
    """End an authorisation at once."""
    subject_id = revoke_access(uow, authorisation_id)
    return url_for("credit_file.authorisations", subject_id=subject_id)


def _purpose(found: Authorisation) -> str:
    said = in_words(PURPOSE_TEXTS[found.purpose])
    return f"{said} · {found.note}" if found.note else said


@page(
    blueprint,
    "/credit/shared/<link>",
    needs="product.read_public",  # of what anybody may do the one whose looks are written down
    template="records/file.html",
    limit="public",
    fresh=True,
    audits="record.read_shared",
)
def shared(uow: UnitOfWork, link: str) -> dict[str, Any] | Response:
    """The authorised version for the party that has the link; each look is written down."""
    found = authorisation_of_link(uow, link, key())
    g.audit_about = f"authorisation:{found.id}"
    subject = known_subject(uow, found.subject_id)
    if link != link_of(found.id, key()):
        return redirect(url_for("credit_file.shared", link=link_of(found.id, key())))
    return whole_file(uow, subject, Audience.AUTHORISED) | {
        "here": url_for("credit_file.shared", link=link),
        "report": url_for("credit_file.shared_report", link=link),
        "crumb": "",
        "let_in": found,
        "purpose": _purpose(found),
    }


@action(blueprint, "/credit/shared/<link>/report", needs="code.read", limit="report")
def shared_report(uow: UnitOfWork, link: str) -> Response:
    """The authorised version as a numbered PDF that says for whom and for what."""
    found = authorisation_of_link(uow, link, key())
    subject = known_subject(uow, found.subject_id)
    said = f"{found.party} · {_purpose(found)}"
    about = f"authorisation:{found.id}"
    return report_of(uow, subject, Audience.AUTHORISED, about=about, purpose=said)
