"""The refusals of the products' doors."""

from __future__ import annotations

from ledger.kernel.errors import Forbidden


class NotYours(Forbidden):
    """Goods without a GTIN are read by their own operator."""

    code = "products.not_yours"
