"""The words of the products' doors: what became of a product that was opened."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.products.terms import Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A product as it is on file now; ``queued`` when it goes by another name than was given."""

    product: Product
    created: bool
    queued: bool
