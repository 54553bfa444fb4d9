"""Deciding which of several names a product goes by."""

from __future__ import annotations

from sqlalchemy import select

from ledger.kernel.names import fold_name
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors
from ledger.products.model import ProductClaimRow
from ledger.products.queries import product_by_id
from ledger.products.services.known import Said
from ledger.products.services.opening import confirmed
from ledger.products.terms import Product, SettleClaim


def settle_claim(uow: UnitOfWork, command: SettleClaim) -> Product:
    """Take an operator's name for a product, or keep the one on file; the product as it is then.

    Equal claims of other operators are settled with it. Refuses: UnknownClaim. Announces:
    product.confirmed when the name is taken. Leaves an audit line.
    """
    waiting = select(ProductClaimRow).where(ProductClaimRow.settled_at.is_(None)).with_for_update()
    claim = uow.session.scalars(waiting.where(ProductClaimRow.id == command.claim_id)).one_or_none()
    if claim is None:
        raise errors.UnknownClaim(claim=command.claim_id)
    product = product_by_id(uow, claim.product_id)
    for row in uow.session.scalars(waiting.where(ProductClaimRow.product_id == product.id)):
        if (fold_name(row.name), fold_name(row.spec)) == _said(claim):
            row.settled_at = uow.now
    uow.audit("product.settle", f"product:{product.id}", name=claim.name, accepted=command.accept)
    uow.session.flush()
    if not command.accept:
        return product
    words = Said(name=claim.name or product.name, spec=claim.spec)
    return confirmed(uow, product, words, settles=False)


def _said(claim: ProductClaimRow) -> tuple[str, str]:
    return fold_name(claim.name), fold_name(claim.spec)
