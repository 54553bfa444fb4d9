"""The page door of inspectors on site: scan or type, look, note, and one's own visits."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

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
from werkzeug.wrappers import Response

from app.blobs import services as blobs
from app.blobs.terms import PICTURES, Blob
from app.credit.inspections import queries, schemas, services
from app.credit.inspections.errors import NothingFound, UnknownVisit
from app.credit.inspections.schemas import PHOTOS, VisitForm
from app.credit.inspections.terms import (
    METHOD_TEXTS,
    PURPOSE_TEXTS,
    RESULT_TEXTS,
    TITLE,
    FoundBy,
)
from app.credit.records.terms import Audience
from app.doors import files, http
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.refusals import detail_of, outside_of
from app.doors.web import form, page
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import LICENCE_TEXTS, Subject
from scanner.symbols.decode import symbols_in

blueprint = Blueprint("inspections", __name__, template_folder="templates")
FINDERS = "finds_subject"
AT_THE_DOOR = "at_the_door"
_STATUS_TEXTS = {
    "active": ("在业", "in business"),
    "closed": ("注销", "closed"),
    "revoked": ("吊销", "revoked"),
}
_PANEL = 5


def _words() -> dict[str, Any]:
    at = language() == "en"
    return {
        "title": TITLE[at],
        "purposes": {key.value: said[at] for key, said in PURPOSE_TEXTS.items()},
        "methods": {key.value: said[at] for key, said in METHOD_TEXTS.items()},
        "results": {key: said[at] for key, said in RESULT_TEXTS.items()},
        "states": {key: said[at] for key, said in _STATUS_TEXTS.items()},
        "licences": {kind.value: said[at] for kind, said in LICENCE_TEXTS.items()},
    }


def _scan_page(uow: UnitOfWork, problem: str = "") -> dict[str, Any]:
    typed = {"text": request.args.get("text", "")[:200]}
    return {
        "form": {"values": typed, "errors": {"text": problem} if problem else {}, "detail": None},
        "action": url_for("inspections.scan"),
        "go": url_for("inspections.scan") + "?text=",
        "found": (),
        "own": queries.own_visits(uow).items[:_PANEL],
        "branch": queries.branch_of(uow),
        **_words(),
    }


@page(
    blueprint,
    "/inspect",
    needs="visit.note",
    template="inspections/scan.html",
    audits="visit.search",
    wasm=True,
)
def scan(uow: UnitOfWork) -> dict[str, Any] | Response:
    """Scan the sign or licence, or type a number or name; one subject leads on."""
    text = request.args.get("text", "").strip()[:500]
    g.audit_about = text[:60]
    if not text:
        return _scan_page(uow)
    signed = _by_sign(uow, text)
    if signed is not None:
        return redirect(_leading_to(signed, FoundBy.SIGN))
    try:
        found, by = queries.found(uow, text)
    except NothingFound as refusal:
        shown = _scan_page(uow, detail_of(refusal, language()))
        return make_response(
            render_template("inspections/scan.html", **shown), outside_of(refusal).status
        )
    if len(found) == 1:
        return redirect(_leading_to(found[0].id, by))
    return _scan_page(uow) | {"found": found, "by": by.value}


def _leading_to(subject_id: int, by: FoundBy) -> str:
    return url_for("inspections.visit", subject_id=subject_id, by=by.value)


def _by_sign(uow: UnitOfWork, text: str) -> int | None:
    """The subject of a sign or of another of our own codes, as other modules read them."""
    for module in current_app.extensions["suyuan.modules"]:
        for finds in module.extras.get(FINDERS, ()):
            found: int | None = finds(uow, text)
            if found is not None:
                return found
    return None


@blueprint.post("/inspect")
def scan_picture() -> Response:
    """A photograph of a sign or licence: its symbol leads on as if it had been typed."""
    sent = request.files.get("picture")
    picture = sent.read() if sent else b""
    answer: Response = http.do(
        lambda uow: _read_picture(uow, picture), needs="visit.note", read_only=True
    )
    return answer


vars(scan_picture)["limit"] = "picture"


def _read_picture(uow: UnitOfWork, picture: bytes) -> Response:
    try:
        symbols = symbols_in(picture)
        problem = "" if symbols else _("照片里没有找到图码。请靠近一点、对准、避开反光再拍一次。")
    except Refusal as refusal:
        symbols, problem = (), detail_of(refusal, language())
    if symbols:
        going = url_for("inspections.scan") + "?text="
        return redirect(going + quote(symbols[0].text, safe=""), 303)
    shown = _scan_page(uow)
    shown["form"]["errors"] = {"picture": problem}
    return make_response(render_template("inspections/scan.html", **shown), 422)


def _before_the_door(uow: UnitOfWork, subject_id: int) -> dict[str, Any]:
    subject = queries.subject_for(uow, subject_id)
    g.audit_about = f"subject:{subject.id}"
    return {
        "subject": subject,
        "papers": [(paper, paper.holds(uow.today)) for paper in subject.licences],
        "visits": queries.visits_of(uow, subject.id, limit=_PANEL),
        "photos": PHOTOS,
        "places": _places(subject),
        "parts": _parts(uow, subject),
        "values": {
            "came_at": uow.now.strftime("%Y-%m-%dT%H:%M"),
            "method": "on_site",
            "by": request.args.get("by", "name")[:10],
        },
        **_words(),
    }


def _places(subject: Subject) -> list[tuple[str, str]]:
    """Further pages about the subject: its own, and its credit file."""
    return [
        (_("主体档案"), url_for("subjects.show", subject_id=subject.id)),
        (_("信用档案"), url_for("credit_file.kept", subject_id=subject.id)),
    ]


def _parts(uow: UnitOfWork, subject: Subject) -> list[Markup]:
    """What modules show to who stands before the door, such as the grade, in their order."""
    modules = current_app.extensions["suyuan.modules"]
    views = [view for module in modules for view in module.extras.get(AT_THE_DOOR, ())]
    return [Markup(view(uow, subject)) for view in views]  # noqa: S704 - our own templates


@form(
    blueprint,
    "/inspect/<int:subject_id>",
    needs="visit.note",
    loads=VisitForm,
    template="inspections/visit.html",
    context=_before_the_door,
    audits="visit.look_up",
)
def visit(uow: UnitOfWork, told: dict[str, Any], subject_id: int) -> str:
    """The subject in short, and a visit noted on the spot."""
    given = [told.pop(name) for name in PHOTOS]
    queries.subject_for(uow, subject_id)  # nothing is kept for who may not
    made = services.note_visit(uow, schemas.command(subject_id, told, photos=_kept(given)))
    return url_for(".show", subject_id=subject_id, visit_id=made.id)


def _kept(given: list[Any]) -> tuple[Blob, ...]:
    settings = http.room().settings
    sent = [file for file in given if file is not None and file.filename]
    return tuple(blobs.put(settings, file.stream, kinds=PICTURES) for file in sent)


@page(
    blueprint,
    "/inspect/<int:subject_id>/visits/<int:visit_id>",
    needs="visit.note",
    template="inspections/show.html",
    audits="visit.look_up",
    fresh=True,
)
def show(uow: UnitOfWork, subject_id: int, visit_id: int) -> dict[str, Any]:
    """A visit as it was noted."""
    found = queries.visit_by_id(uow, subject_id, visit_id)
    g.audit_about = f"subject:{found.subject_id}"
    return {"visit": found, "subject": subject_by_id(uow, found.subject_id), **_words()}


@page(
    blueprint,
    "/inspect/<int:subject_id>/visits/<int:visit_id>/photos/<int:position>",
    needs="visit.note",
    audits="visit.look_up",
)
def photo(uow: UnitOfWork, subject_id: int, visit_id: int, position: int) -> Response:
    """A photograph of a visit."""
    found = queries.visit_by_id(uow, subject_id, visit_id)
    g.audit_about = f"subject:{found.subject_id}"
    if position >= len(found.photos):
        raise UnknownVisit(visit=visit_id)
    kept = found.photos[position]
    stream = blobs.opened(http.room().settings, kept.sha256)
    name = f"visit-{found.id}-{position + 1}"
    return files.answer(stream, kept.media_type, name, size=kept.size, inline=True)


@page(
    blueprint,
    "/inspect/visits",
    needs="visit.note",
    template="inspections/index.html",
    audits="visit.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """One's own visits, the newest first."""
    said = request.args.get("next", "")
    before = int(said) if said.isdecimal() and len(said) <= 18 else None
    return {"found": queries.own_visits(uow, before=before), **_words()}


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The newest visits to a subject, on its page, for inspectors."""
    if not uow.actor.may("visit.note"):
        return ""
    found = queries.visits_of(uow, subject.id, limit=_PANEL)
    return render_template("inspections/_panel.html", visits=found, subject=subject, **_words())


def file_part(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """The same on the credit file in its government version: visits are the agencies' own."""
    return subject_panel(uow, subject) if audience is Audience.GOVERNMENT else ""
