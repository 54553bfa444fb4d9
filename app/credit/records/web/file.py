"""The credit file: one page for everybody, one for its subject and agencies, and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup
from sqlalchemy import text
from werkzeug.wrappers import Response

from app.credit.records import errors
from app.credit.records.queries.catalogue import agencies, items
from app.credit.records.queries.file import file_of, record_by_id
from app.credit.records.queries.reporting import reported
from app.credit.records.schemas import file as files
from app.credit.records.schemas import report
from app.credit.records.terms import (
    AUDIENCE_TEXTS,
    Audience,
    Category,
    CreditFile,
    FileAsked,
    Item,
    Record,
    Section,
)
from app.credit.records.terms.file import Reported, audience_of
from app.doors import http
from app.doors.i18n import language
from app.doors.web import action, page
from app.module import FilePart, Place
from app.papers.services import issue
from app.papers.terms import Block, IssuePaper
from ledger.kernel.uow import PARAMETERS_MARK, UnitOfWork
from ledger.subjects.queries import (
    ids_by_usccs,
    licensed_by_ids,
    subject_by_id,
    subject_by_uscc,
    subject_history,
    subjects_page,
)
from ledger.subjects.terms import LICENCE_TEXTS, Subject, SubjectSearch

blueprint = Blueprint("credit_file", __name__, template_folder="../templates")
EACH, PAGE = 5, 50  # records a category on the whole page; on the page of one category
FOUND_MAX = 20
_MARK = text(f"SELECT {PARAMETERS_MARK}")
_AFTER_MAX = 200
_QUERY_MAX = 60
_DIGITS, _RECORD_MAX = 19, 2**63 - 1


def known_subject(uow: UnitOfWork, subject_id: int) -> Subject:
    """A subject, or the one it was merged into, with its licences: one statement."""
    found = licensed_by_ids(uow, [subject_id])
    return found[subject_id] if found else subject_by_id(uow, subject_id)


def _subject(uow: UnitOfWork, uscc: str) -> Subject:
    """A subject with its licences, in two short statements where the code is written as kept."""
    known = ids_by_usccs(uow, [uscc])
    found = licensed_by_ids(uow, known.values())
    return found[known[uscc]] if found else subject_by_uscc(uow, uscc)


def whole_file(uow: UnitOfWork, subject: Subject, audience: Audience) -> dict[str, Any]:
    """What the page of a file is drawn from: all categories, a page of one, or one record.

    This is the page's whole work but for finding the subject: a handful of statements.
    Refuses: UnknownRecord.
    """
    uow.take_parameters(str(uow.session.scalar(_MARK)))  # read once a process, not for each page
    category, one = _category(), _record(uow, subject, audience)
    asked = FileAsked(subject_id=subject.id, audience=audience, each=1 if category or one else EACH)
    found = file_of(uow, asked)
    if one:
        category = one.item.category
        found = replace(found, sections=(Section(category=category, records=(one,), next=""),))
    elif category:
        after = request.args.get("after", "")[:_AFTER_MAX]
        part = file_of(uow, replace(asked, category=category, limit=PAGE, after=after))
        found = replace(found, sections=part.sections)
    catalogue, told = _catalogue(uow)
    shown = files.shown(found, catalogue, told)
    return {
        "subject": subject,
        "former_names": former_names(uow, subject),
        "file": shown,
        "category": int(category) if category else 0,
        "audience": audience.value,
        "version": files.in_words(AUDIENCE_TEXTS[audience]),
        "reported": told,
        "beside": _beside(uow, subject, audience, found),
        "heads": _parts(uow, subject, audience, Place.HEAD),
        "tags": _parts(uow, subject, audience, Place.TAG),
        "parts": [] if category else _parts(uow, subject, audience, Place.BODY),
        "licence_texts": {
            kind.value: files.in_words(texts) for kind, texts in LICENCE_TEXTS.items()
        },
        "today": uow.today,
        "asked_at": uow.now,
    }


def _catalogue(uow: UnitOfWork) -> tuple[Sequence[Item], Reported]:
    catalogue = items(uow)
    return catalogue, reported(uow, catalogue, agencies(uow))


def _category() -> Category | None:
    """The category whose page is asked for; a number that is none shows them all."""
    said = request.args.get("category", "")
    known = {str(int(one)): one for one in Category}
    return known.get(said)


def _record(uow: UnitOfWork, subject: Subject, audience: Audience) -> Record | None:
    """The one record whose page is asked for, as a point of a score leads to it."""
    said = request.args.get("record", "")
    if not (said.isascii() and said.isdecimal()):
        return None
    return record_by_id(uow, subject.id, min(int(said[:_DIGITS]), _RECORD_MAX), audience)


def former_names(uow: UnitOfWork, subject: Subject) -> tuple[str, ...]:
    """Names a subject had before, the newest first: its records were filed under them."""
    names = [str(change.before["name"]) for change in subject_history(uow, subject.id)
             if change.before.get("name")]  # fmt: skip
    return tuple(dict.fromkeys(name for name in names if name != subject.name))


def _parts(uow: UnitOfWork, subject: Subject, audience: Audience, place: Place) -> list[Markup]:
    """What the modules above show of a subject at one place of its file, in their order."""
    drawn = (part.view(uow, subject, audience) for part in file_parts() if part.place is place)
    return [Markup(one) for one in drawn if one]  # noqa: S704 - our own templates


def file_parts() -> list[FilePart]:
    """The parts all modules bring, in order."""
    found = [it for module in current_app.extensions["suyuan.modules"] for it in module.file_parts]
    return sorted(found, key=lambda part: part.order)


def _beside(
    uow: UnitOfWork, subject: Subject, audience: Audience, found: CreditFile
) -> dict[int, Markup]:
    """What stands beside each record, from all modules that have something to say there."""
    said: dict[int, str] = {}
    for module in current_app.extensions["suyuan.modules"]:
        for one in module.beside_records:
            for record_id, markup in one.view(uow, subject, audience, found.records).items():
                said[record_id] = said.get(record_id, "") + markup
    return {record_id: Markup(text) for record_id, text in said.items()}  # noqa: S704


@page(blueprint, "/credit", needs="code.read", template="records/find.html", limit="public")
def find(uow: UnitOfWork) -> dict[str, Any] | Response:
    """Where a subject is looked for by USCC, name or licence; one that is alone is opened."""
    typed = request.args.get("q", "").strip()[:_QUERY_MAX]
    if not typed:
        return {"query": "", "found": None, "more": False}
    shown = subjects_page(uow, SubjectSearch(text=typed, registered=True, limit=FOUND_MAX))
    items = [one for one in shown.items if one.uscc]
    if len(items) == 1:
        return redirect(_file_of(uow, items[0]))
    found = [(one, _file_of(uow, one)) for one in items]
    return {"query": typed, "found": found, "more": shown.next is not None}


def _file_of(uow: UnitOfWork, subject: Subject) -> str:
    """The fullest version of a file that who asks may read."""
    if audience_of(uow.actor, subject.id) is None:
        return url_for(".public", uscc=subject.uscc)
    return url_for(".kept", subject_id=subject.id)


@page(
    blueprint,
    "/credit/<uscc>",
    needs="code.read",
    template="records/file.html",
    limit="public",
)
def public(uow: UnitOfWork, uscc: str) -> dict[str, Any] | Response:
    """What everybody may read of a subject, whoever asks."""
    subject = _subject(uow, uscc)
    if subject.uscc != uscc:
        return redirect(url_for(".public", uscc=subject.uscc))
    shown = whole_file(uow, subject, Audience.PUBLIC)
    mine = audience_of(uow.actor, subject.id)
    return shown | {
        "here": url_for(".public", uscc=subject.uscc),
        "report": url_for(".public_report", uscc=subject.uscc),
        "fuller": url_for(".kept", subject_id=subject.id) if mine else "",
        "crumb": url_for(".find"),
    }


@action(blueprint, "/credit/<uscc>/report", needs="code.read", limit="report")
def public_report(uow: UnitOfWork, uscc: str) -> Response:
    """The public version as a numbered PDF."""
    return report_of(uow, _subject(uow, uscc), Audience.PUBLIC)


@page(blueprint, "/credit/mine", needs="record.authorise", audits="record.read")
def mine(uow: UnitOfWork) -> Response:
    """The file of the subject whose account asks; who has none of its own may search."""
    subject_id = uow.actor.operator_id
    if subject_id is None or audience_of(uow.actor, subject_id) is None:
        nothing: dict[str, Any] = {"query": "", "found": None, "more": False}
        return make_response(render_template("records/find.html", **nothing))
    subject, audience = _kept(uow, subject_id)
    return make_response(render_template("records/file.html", **_signed_in(uow, subject, audience)))


def _kept(uow: UnitOfWork, subject_id: int) -> tuple[Subject, Audience]:
    """A subject's file for an account: a merged subject's is the one it was merged into."""
    subject = known_subject(uow, subject_id)
    audience = audience_of(uow.actor, subject.id)
    if audience is None:
        raise errors.FileNotYours
    g.audit_about = f"subject:{subject.id}"
    return subject, audience


@page(
    blueprint,
    "/subjects/<int:subject_id>/credit",
    needs="account.own",
    template="records/file.html",
    audits="record.read",
)
def kept(uow: UnitOfWork, subject_id: int) -> dict[str, Any] | Response:
    """The file for its own subject, or for agencies and inspectors: each look-up is audited."""
    subject, audience = _kept(uow, subject_id)
    if subject.id != subject_id:
        return redirect(url_for(".kept", subject_id=subject.id))
    return _signed_in(uow, subject, audience)


def _signed_in(uow: UnitOfWork, subject: Subject, audience: Audience) -> dict[str, Any]:
    """The page for an account, with where its buttons lead."""
    own = audience is Audience.OWN
    return whole_file(uow, subject, audience) | {
        "here": url_for("credit_file.kept", subject_id=subject.id),
        "report": url_for("credit_file.kept_report", subject_id=subject.id),
        "public_page": url_for("credit_file.public", uscc=subject.uscc) if subject.uscc else "",
        "authorisations": url_for("credit_file.authorisations", subject_id=subject.id)
        if own
        else "",
        "crumb": "" if own else url_for("credit_file.find"),
    }


@action(blueprint, "/subjects/<int:subject_id>/credit/report", needs="account.own")
def kept_report(uow: UnitOfWork, subject_id: int) -> Response:
    """The subject's own or the government version as a numbered PDF."""
    subject, audience = _kept(uow, subject_id)
    return report_of(uow, subject, audience)


def report_of(
    uow: UnitOfWork, subject: Subject, audience: Audience, about: str = "", purpose: str = ""
) -> Response:
    """A file as a PDF whose hash is kept under its number; refused where fonts are missing."""
    found = file_of(
        uow,
        FileAsked(subject_id=subject.id, audience=audience, each=report.RECORDS_PRINTED),
    )
    drawn = report.paper_of(
        report.Asked(
            subject=subject,
            former_names=former_names(uow, subject),
            audience=audience,
            at=uow.now,
            purpose=purpose,
            parts=_paper_parts(uow, subject, audience),
            beside=_words_beside(uow, subject, audience, found),
        ),
        files.shown(found, *_catalogue(uow)),
    )
    named = about or f"subject:{subject.id}"
    origin = http.room().settings.origin
    issued = issue(uow, IssuePaper(paper=drawn, kind="credit.file", about=named, origin=origin))
    uow.audit("record.report", named, number=issued.number, version=audience.value)
    response = make_response(issued.pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{issued.number}.pdf"'
    response.headers["Digest"] = f"sha-256={issued.sha256}"
    return response


def _paper_parts(uow: UnitOfWork, subject: Subject, audience: Audience) -> tuple[Block, ...]:
    said = (
        part.paper(uow, subject, audience, "en" if language() == "en" else "zh")
        for part in file_parts()
        if part.paper is not None
    )
    return tuple(block for blocks in said for block in blocks)


def _words_beside(
    uow: UnitOfWork, subject: Subject, audience: Audience, found: CreditFile
) -> Mapping[int, str]:
    said: dict[int, str] = {}
    for module in current_app.extensions["suyuan.modules"]:
        for one in module.beside_records:
            if one.words is not None:
                said |= one.words(uow, subject, audience, found.records)
    return said


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The summary of a subject's file on its page, with the way to the whole of it."""
    if not subject.registered:
        return ""
    audience = audience_of(uow.actor, subject.id) or Audience.PUBLIC
    asked = FileAsked(subject_id=subject.id, audience=audience, each=1)
    shown = files.shown(file_of(uow, asked), *_catalogue(uow))
    here = url_for("credit_file.public", uscc=subject.uscc)
    if audience is not Audience.PUBLIC:
        here = url_for("credit_file.kept", subject_id=subject.id)
    return render_template("records/_panel.html", file=shown, here=here)
