"""The manifest of products."""

from __future__ import annotations

from app.food.products import api, web
from app.module import Bilingual, MenuItem, Module

MODULE = Module(
    name="products",
    title=Bilingual("产品", "Products"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    menu=(
        MenuItem(
            endpoint="products.names",
            title=Bilingual("产品名称核对", "Product names"),
            icon="package-check",
            needs="product.confirm",
            order=45,
        ),
    ),
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
