"""The page door of products: names that wait for a registrar's decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from app.doors.web import action, page
from app.food.products import schemas
from ledger.kernel.uow import UnitOfWork
from ledger.products import queries, services
from ledger.products.terms import SettleClaim
from ledger.subjects.queries import subjects_by_ids

blueprint = Blueprint("products", __name__, template_folder="templates")
PAGE = 50


@page(blueprint, "/products/names", needs="product.confirm", template="products/names.html")
def names(uow: UnitOfWork) -> dict[str, Any]:
    """Other names of products, the oldest first."""
    query = schemas.ClaimsQuery().load(request.args)
    found = queries.open_claims(uow, after=query["next"], limit=PAGE + 1)
    shown = found[:PAGE]
    who = {claim.operator_id for claim in shown}
    return {
        "claims": shown,
        "operators": subjects_by_ids(uow, who, papers=False) if who else {},
        "next": shown[-1].id if len(found) > PAGE else None,
    }


@action(
    blueprint, "/products/names/<int:claim_id>", needs="product.confirm", loads=schemas.SettleForm
)
def settle(uow: UnitOfWork, said: dict[str, bool], claim_id: int) -> str:
    """Take the name, or keep the one on file."""
    services.settle_claim(uow, SettleClaim(claim_id=claim_id, accept=said["accept"]))
    return url_for("products.names")
