"""The API door of products and of holds on lots."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from app.doors.api import Answer, endpoint
from app.food.products import queries, schemas, services
from ledger.kernel.uow import UnitOfWork
from ledger.products.services import hold_lot, release_lot
from ledger.products.terms import Hold, HoldLot, OpenProduct, ProductSearch, ReleaseLot

blueprint = Blueprint(
    "products-api", __name__, url_prefix="/api/v1", description="What is handed on, and its packs"
)


@endpoint(
    blueprint,
    "/products",
    method="POST",
    loads=schemas.OpenProductJson,
    needs="product.open",
    answers=schemas.ProductJson,
    status=201,
    also={200: "the product is on file already"},
)
def open_product(uow: UnitOfWork, command: OpenProduct) -> Answer:
    """Open a product with its packs; the same again changes nothing.

    Where it is on file under another name, that name stays and yours waits for a registrar.
    """
    opened = services.open_product(uow, command)
    body = queries.document(uow, opened.product) | {"warnings": schemas.warnings(opened)}
    return Answer(body=body, status=201 if opened.created else 200)


@endpoint(
    blueprint,
    "/products",
    loads=schemas.ProductsQuery,
    location="query",
    needs="account.own",
    answers=schemas.ProductsJson,
)
def search(uow: UnitOfWork, sought: ProductSearch) -> dict[str, Any]:
    """Find products by GTIN or part of a name; goods without a GTIN only among your own."""
    return queries.page(uow, replace(sought, own_ids=queries.own_ids(uow.actor)))


@endpoint(blueprint, "/products/<key>", needs="product.read_public", answers=schemas.ProductJson)
def show(uow: UnitOfWork, key: str) -> dict[str, Any]:
    """Show a product by its GTIN in any spelling, or by ``p`` and its id, with its packs."""
    return queries.document(uow, queries.product_of_key(uow, key))


@endpoint(
    blueprint,
    "/lots/<int:lot_id>/hold",
    method="POST",
    loads=schemas.HoldRequestJson,
    needs="lot.hold",
    answers=schemas.HoldJson,
    status=201,
)
def hold(uow: UnitOfWork, said: dict[str, str], lot_id: int) -> Hold:
    """Stop a lot: nobody may receive or dispatch it, except to return or dispose of it."""
    return hold_lot(uow, HoldLot(lot_id=lot_id, **said))


@endpoint(
    blueprint,
    "/lots/<int:lot_id>/release",
    method="POST",
    loads=schemas.ReleaseRequestJson,
    needs="lot.hold",
    answers=schemas.HoldJson,
)
def release(uow: UnitOfWork, said: dict[str, str], lot_id: int) -> Hold:
    """Lift the hold on a lot; the answer is the hold that was lifted."""
    return release_lot(uow, ReleaseLot(lot_id=lot_id, **said))
