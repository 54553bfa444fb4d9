"""The verbs of products: open, pack, find lots as filings name them, stop, release, prove them."""

from ledger.products.services.adopting import adopt_products
from ledger.products.services.bulk import settle_lots, settle_products
from ledger.products.services.claims import settle_claim
from ledger.products.services.holds import hold_lot, hold_lots, release_lot, release_lots
from ledger.products.services.known import Said
from ledger.products.services.lots import resolve_lots
from ledger.products.services.opening import open_product, open_product_with_packs
from ledger.products.services.packs import add_packs
from ledger.products.services.proofs import prove_lots, unprove_lots

__all__ = [
    "Said",
    "add_packs",
    "adopt_products",
    "hold_lot",
    "hold_lots",
    "open_product",
    "open_product_with_packs",
    "prove_lots",
    "release_lot",
    "release_lots",
    "resolve_lots",
    "settle_claim",
    "settle_lots",
    "settle_products",
    "unprove_lots",
]
