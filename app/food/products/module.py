"""The manifest of products."""

from __future__ import annotations

from app.food.products import api
from app.module import Bilingual, Module

MODULE = Module(
    name="products",
    title=Bilingual("产品", "Products"),
    apis=(api.blueprint,),
    permissions=("product.open", "product.confirm", "product.read_public", "lot.hold"),
    announces=(
        "product.opened",
        "product.confirmed",
        "product.claimed",
        "product.packed",
        "lot.held",
        "lot.released",
    ),
)
