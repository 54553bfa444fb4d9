"""What the products' pages and documents show: a product with its producer and packs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.food.products import errors
from ledger.kernel.actor import Actor
from ledger.kernel.uow import UnitOfWork
from ledger.products import queries
from ledger.products.terms import Product, ProductSearch
from ledger.subjects.queries import subjects_by_ids

SEES_ALL = "subject.read"
OWN = "account.own"  # the public is told no name of a person who is not registered


def document(uow: UnitOfWork, product: Product) -> dict[str, Any]:
    """A product with its producer, what it packs and what packs it."""
    (said,) = documents(uow, [product])
    return said | {
        "packs": [
            {"gtin": pack.gtin, "contains": str(pack.contains), "of": product.gtin}
            for pack in queries.packs_of(uow, product.id)
        ]
    }


def documents(uow: UnitOfWork, products: Sequence[Product]) -> list[dict[str, Any]]:
    """Products with producer and content, in two statements whatever their number."""
    makers = {it.producer_id for it in products if it.producer_id}
    producers = subjects_by_ids(uow, makers, papers=False) if makers else {}
    packed = {it.base_id for it in products if it.base_id != it.id}
    bases = queries.products_by_ids(uow, packed) if packed else {}
    said = []
    for product in products:
        maker = producers.get(product.producer_id or 0)
        base = bases.get(product.base_id)
        said.append(
            {
                **{
                    name: getattr(product, name)
                    for name in (
                        "id",
                        "gtin",
                        "in_store",
                        "name",
                        "spec",
                        "category",
                        "shelf_life",
                        "confirmed",
                    )
                },
                "producer": {"id": str(maker.id), "uscc": maker.uscc, "name": maker.name}
                if maker and (maker.registered or uow.actor.may(OWN))
                else None,
                "holds": {"gtin": base.gtin, "contains": str(product.contains)} if base else None,
            }
        )
    return said


def page(uow: UnitOfWork, search: ProductSearch) -> dict[str, Any]:
    """A page of products as documents, as far as the actor may see them."""
    found = queries.products_page(uow, search)
    return {"items": documents(uow, found.items), "next": found.next}


def own_ids(actor: Actor) -> frozenset[int] | None:
    """The subjects whose unnumbered goods the actor may see; none means all."""
    if actor.may(SEES_ALL):
        return None
    return actor.delegated | ({actor.operator_id} if actor.operator_id else frozenset())


def product_of_key(uow: UnitOfWork, key: str) -> Product:
    """A product by GTIN, or by its id with a leading ``p``.

    Raises UnknownProduct, NotYours, and the identifiers' refusals.
    """
    if not (key[:1] in "pP" and key[1:].isdecimal() and len(key) <= 10):
        return queries.product_by_gtin(uow, key)
    product = queries.product_by_id(uow, int(key[1:]))
    own = own_ids(uow.actor)
    theirs = product.producer_id in (own or ()) or product.scope_id in (own or ())
    if not product.gtin and own is not None and not theirs:
        raise errors.NotYours
    return product
