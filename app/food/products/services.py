"""What the products' doors do beyond one verb of the ledger: packs that join lots filed apart."""

from __future__ import annotations

from app.food.products.terms import Opened
from ledger.entries.services import link_same_goods
from ledger.kernel.names import fold_name
from ledger.kernel.uow import UnitOfWork
from ledger.products import services
from ledger.products.terms import OpenProduct, Product


def open_product(uow: UnitOfWork, command: OpenProduct) -> Opened:
    """Record a product and its packs, and join the lots that turn out to be the same goods.

    Refuses and announces: as ``ledger.products.services.open_product_with_packs``.
    """
    product, created, same_goods = services.open_product_with_packs(uow, command)
    if same_goods:
        link_same_goods(uow, same_goods)
    return Opened(product=product, created=created, queued=_differs(command, product))


def _differs(command: OpenProduct, product: Product) -> bool:
    name = command.name or command.product
    spec = command.spec and fold_name(command.spec) != fold_name(product.spec)
    return bool((name and fold_name(name) != fold_name(product.name)) or spec)
