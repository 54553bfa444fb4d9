"""The page door of dossiers: look at one, and have it as a PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response
from werkzeug.wrappers import Response

from app.doors import http
from app.doors.web import action, page
from app.food.dossiers import queries, schemas, services
from app.food.dossiers.terms import Dossier
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint("dossiers", __name__, template_folder="templates")


def _dossier(uow: UnitOfWork, operator_id: int, lot_id: int) -> Dossier:
    g.audit_about = f"dossier:{operator_id}:{lot_id}"
    witnessed = bool(http.room().settings.witness_keys)
    return queries.dossier(uow, operator_id, lot_id, witnessed=witnessed)


@page(
    blueprint,
    "/dossiers/<int:operator_id>/<int:lot_id>",
    needs="book.read",
    template="dossiers/show.html",
    audits="dossier.look_up",
)
def show(uow: UnitOfWork, operator_id: int, lot_id: int) -> dict[str, Any]:
    """What an operator can show about a lot it bought."""
    found = _dossier(uow, operator_id, lot_id)
    return {
        "dossier": found,
        "lot": schemas.lot_text(found),
        "points": schemas.points_text(),
        "shown": schemas.shown_text(),
        "kinds": schemas.kinds_text(),
        "text": schemas,
    }


@action(blueprint, "/dossiers/<int:operator_id>/<int:lot_id>/paper", needs="book.read")
def paper(uow: UnitOfWork, operator_id: int, lot_id: int) -> Response:
    """The dossier as a numbered PDF with its certificates and receipts inside."""
    settings = http.room().settings
    found = _dossier(uow, operator_id, lot_id)
    drawn = schemas.paper_of(found, services.files_of(settings, found))
    issued = services.issue(uow, found, drawn, settings.origin)
    response = make_response(issued.pdf)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{issued.number}.pdf"'
    return response
