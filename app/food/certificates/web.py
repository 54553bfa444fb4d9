"""The page door of certificates: a list, one paper, putting one on file, and what all may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for

from app.doors import files, http
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.doors.web import action, form, page
from app.food.certificates import queries, services
from app.food.certificates.schemas import json
from app.food.certificates.schemas.forms import CertificateForm, ThingForm, WithdrawForm
from app.food.certificates.terms import (
    STATE_MARKS,
    STATE_TEXTS,
    TARGET_TEXTS,
    CertificateSent,
    FileSent,
    ThingsNamed,
)
from app.food.products.queries import own_ids, product_of_key
from ledger.certificates.queries import certificate_shown, certificates_page, public_by_default
from ledger.certificates.services import withdraw_certificate
from ledger.certificates.terms import (
    FILES_MAX,
    KIND_TEXTS,
    Certificate,
    CertificateSearch,
    Target,
    TargetKind,
    WithdrawCertificate,
)
from ledger.entries.queries import any_has_had
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids, products_by_ids
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import Subject

blueprint = Blueprint("certificates", __name__, template_folder="templates")
SEES_ALL = "certificate.all"
PANEL = 5  # certificates on a subject's page; the rest behind one link
TYPED = ("query", "kind", "state", "lot", "product", "operator")


def _texts(table: Mapping[Any, tuple[str, str]]) -> dict[str, str]:
    """The words of a table in the language of the page, by stored value."""
    return {key.value: words[language() == "en"] for key, words in table.items()}


def _words() -> dict[str, Any]:
    return {
        "kind_texts": _texts(KIND_TEXTS),
        "state_texts": _texts(STATE_TEXTS),
        "target_texts": _texts(TARGET_TEXTS),
        "state_marks": {state.value: mark for state, mark in STATE_MARKS.items()},
    }


@page(
    blueprint,
    "/certificates",
    needs="certificate.read",
    template="certificates/index.html",
    audits="certificate.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Certificates by number, kind and state: one's own, everybody's for officials."""
    typed = {name: request.args.get(name, "") for name in TYPED}
    asked = {**typed, "next": request.args.get("next", "")}
    search = json.CertificatesQuery().load({name: said for name, said in asked.items() if said})
    g.audit_about = " ".join(said for said in typed.values() if said)
    found = certificates_page(uow, search)
    return {
        "found": queries.shown(uow, found.items),
        "next": found.next,
        "typed": typed,
        "all": uow.actor.may(SEES_ALL),
        "may_add": _may_add(uow),
        **_words(),
    }


def _may_add(uow: UnitOfWork) -> bool:
    actor = uow.actor
    return actor.may("certificate.add") and (actor.may(SEES_ALL) or actor.operator_id is not None)


@page(
    blueprint,
    "/certificates/<int:certificate_id>",
    needs="certificate.read",
    template="certificates/show.html",
    audits="certificate.read",
)
def show(uow: UnitOfWork, certificate_id: int) -> dict[str, Any]:
    """One certificate: what it says, its pictures, what it is about, what came before and after."""
    return _shown(uow, certificate_id)


def _shown(uow: UnitOfWork, certificate_id: int) -> dict[str, Any]:
    g.audit_about = f"certificate:{certificate_id}"
    paper = queries.one_seen(uow, certificate_id)
    (one,) = queries.shown(uow, [paper])
    actor = uow.actor
    mine = actor.may(SEES_ALL) or actor.may_act_for(paper.owner_id)
    return {
        "one": one,
        "paper": paper,
        "history": queries.shown(uow, queries.history(uow, paper)),
        "may_change": mine and actor.may("certificate.add") and paper.stands,
        **_words(),
    }


@page(
    blueprint,
    "/certificates/<int:certificate_id>/files/<int:position>",
    needs="certificate.read",
    audits="certificate.read",
)
def file(uow: UnitOfWork, certificate_id: int, position: int) -> Response:
    """A file as it was sent, to be saved."""
    g.audit_about = f"certificate:{certificate_id}"
    kept = queries.file_of(queries.one_seen(uow, certificate_id), position)
    content = queries.content_of(http.room().settings, kept)
    return files.answer(content, kept.media_type, kept.name, size=kept.size)


@page(
    blueprint,
    "/certificates/<int:certificate_id>/pictures/<int:position>",
    needs="certificate.read",
    audits="certificate.read",
)
def picture(uow: UnitOfWork, certificate_id: int, position: int) -> Response:
    """A picture as pages show it, without what a telephone writes into it."""
    g.audit_about = f"certificate:{certificate_id}"
    paper = queries.one_seen(uow, certificate_id)
    return _inline(queries.picture_of(http.room().settings, paper, position), paper)


def _inline(shown: queries.Picture, paper: Certificate, *, public: bool = False) -> Response:
    name = f"{paper.kind.value}-{paper.id}"
    is_picture = shown.media_type.startswith("image/")
    return files.answer(
        shown.content, shown.media_type, name, size=shown.size, inline=is_picture, public=public
    )


def _adding(uow: UnitOfWork) -> dict[str, Any]:
    """What the form for a new certificate shows beside what is typed."""
    asked = request.values
    old = asked.get("replaces", type=int)
    replaced = _shown(uow, old) if old else None
    goods = _goods(uow, asked.get("lot_id", type=int), asked.get("product_id", type=int))
    return {
        "goods": goods,
        "replaced": replaced["one"] if replaced else None,
        "premises": _premises(uow),
        "all": uow.actor.may(SEES_ALL),
        "files_max": FILES_MAX,
        "hidden_kinds": [kind.value for kind in KIND_TEXTS if not public_by_default(kind)],
        "values": _begun(replaced["paper"]) if replaced else {"about": "lot"},
        **_words(),
    }


def _begun(old: Certificate) -> dict[str, Any]:
    """What a replacement begins with: what its forerunner said, but for its dates."""
    return {
        "kind": old.kind.value,
        "number": old.number,
        "issuer": old.issuer,
        "public": "yes" if old.public else "no",
        "about": "operator",
    }


def _goods(uow: UnitOfWork, lot: int | None, product: int | None) -> queries.Thing | None:
    """The lot or product that the address of a form names, where it is the actor's to know."""
    if lot and (found := lots_by_ids(uow, [lot])) and _knows(uow, lot):
        one = products_by_ids(uow, [found[lot].product_id])[found[lot].product_id]
        target = Target(TargetKind.LOT, lot)
        number = found[lot].number or str(found[lot].produced_on)
        return queries.Thing(target=target, name=one.name, gtin=one.gtin, lot=number)
    if product:
        known = product_of_key(uow, f"p{product}")
        target = Target(TargetKind.PRODUCT, known.id)
        return queries.Thing(target=target, name=known.name, gtin=known.gtin)
    return None


def _knows(uow: UnitOfWork, lot: int) -> bool:
    own = own_ids(uow.actor)
    return uow.actor.may(SEES_ALL) or (own is not None and any_has_had(uow, own, lot))


def _premises(uow: UnitOfWork) -> list[tuple[str, str]]:
    """The places of the operator whose book is open."""
    own = uow.actor.operator_id
    found = subjects_by_ids(uow, [own]).get(own) if own else None
    places = found.premises if found else ()
    return [(str(place.id), f"{place.name} {place.address}".strip()) for place in places]


@form(
    blueprint,
    "/certificates/new",
    needs="certificate.add",
    loads=CertificateForm,
    template="certificates/edit.html",
    context=_adding,
    audits="certificate.form",
)
def new(uow: UnitOfWork, sent: CertificateSent) -> str:
    """Put a certificate on file, or in the place of another; pictures come from a telephone."""
    pages = tuple(
        FileSent(content=one.stream, name=one.filename)
        for name in ("photo", "file")
        for one in request.files.getlist(name)
        if one.filename
    )
    made = services.add(uow, sent.with_files(pages), http.room().settings)
    flash(_("证明已登记。"))
    return url_for("certificates.show", certificate_id=made.id)


@form(
    blueprint,
    "/certificates/<int:certificate_id>/about",
    needs="certificate.add",
    loads=ThingForm,
    template="certificates/attach.html",
    context=_shown,
    audits="certificate.read",
)
def attach(uow: UnitOfWork, things: ThingsNamed, certificate_id: int) -> str:
    """Let a certificate vouch for a further lot or product."""
    services.attach(uow, certificate_id, things)
    return url_for("certificates.show", certificate_id=certificate_id)


@action(
    blueprint,
    "/certificates/<int:certificate_id>/withdrawal",
    needs="certificate.add",
    loads=WithdrawForm,
)
def withdraw(uow: UnitOfWork, said: dict[str, str], certificate_id: int) -> str:
    """Withdraw a certificate; it stays on file with the reason."""
    withdraw_certificate(
        uow, WithdrawCertificate(certificate_id=certificate_id, reason=said["reason"])
    )
    return url_for("certificates.show", certificate_id=certificate_id)


@page(
    blueprint,
    "/certificates/<int:certificate_id>/public",
    needs="product.read_public",
    template="certificates/public.html",
    limit="public",
)
def public(uow: UnitOfWork, certificate_id: int) -> dict[str, Any]:
    """What everybody may see of a certificate that stands: what it says, and its pictures."""
    paper = certificate_shown(uow, certificate_id)
    (one,) = queries.shown(uow, [paper])
    return {"one": one, "paper": paper, "asked_at": uow.now, **_words()}


@page(
    blueprint,
    "/certificates/<int:certificate_id>/public/<int:position>",
    needs="product.read_public",
    limit="public",
)
def public_file(uow: UnitOfWork, certificate_id: int, position: int) -> Response:
    """A picture, or a PDF to be saved, of a certificate whose owner lets it be seen."""
    paper = certificate_shown(uow, certificate_id)
    shown = queries.picture_for_all(http.room().settings, paper, position)
    return _inline(shown, paper, public=True)


def subject_panel(uow: UnitOfWork, subject: Subject) -> str:
    """The certificates of an operator, on its page, for who may see them."""
    actor = uow.actor
    if not (actor.may(SEES_ALL) or actor.may_act_for(subject.id)):
        return ""
    search = CertificateSearch(owner_ids=frozenset({subject.id}), limit=PANEL)
    found = certificates_page(uow, search)
    return render_template(
        "certificates/_panel.html",
        found=queries.shown(uow, found.items),
        more=found.next is not None,
        owner=subject.id,
        may_add=_may_add(uow),
        **_words(),
    )
