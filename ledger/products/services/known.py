"""Finding and opening products by key, thousands in the same few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from ledger.kernel.names import fold_name, pieces
from ledger.kernel.uow import UnitOfWork
from ledger.products import rules
from ledger.products.model import ProductRow
from ledger.products.queries import product_of
from ledger.products.rules import ProductKey
from ledger.products.terms import Product

_PACKS_LOCK = 7310020
_COLUMNS = ProductRow.__table__.c

# One branch per kind of key, each repeating its index's condition so that the index is used.
_FIND = text("""
    SELECT p.* FROM product p WHERE p.gtin <> '' AND p.gtin = ANY(CAST(:gtins AS text[]))
    UNION ALL
    SELECT p.* FROM json_to_recordset(CAST(:in_store AS json)) AS k (scope_id int, in_store text)
        JOIN product p ON p.scope_id = k.scope_id AND p.in_store = k.in_store AND p.in_store <> ''
    UNION ALL
    SELECT p.* FROM json_to_recordset(CAST(:named AS json)) AS k (name_key text, producer_id int)
        JOIN product p ON p.name_key = k.name_key AND p.producer_id = k.producer_id
            AND p.gtin = '' AND p.in_store = ''
""").columns(*_COLUMNS)
# In the order of the keys: two filings that name the same products wait instead of deadlocking.
_OPEN = text("""
    INSERT INTO product (gtin, in_store, scope_id, producer_id, name, name_key, spec, category,
                         shelf_life, bigrams, confirmed, created_at)
    SELECT gtin, in_store, scope_id, producer_id, name, name_key, spec, category, shelf_life,
           bigrams, confirmed, :now
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        gtin text, in_store text, scope_id int, producer_id int, name text, name_key text,
        spec text, category text, shelf_life text, bigrams text[], confirmed boolean)
    ORDER BY gtin, in_store, scope_id, name_key, producer_id
    ON CONFLICT DO NOTHING RETURNING id
""")
# An UPDATE locks in the order of its join; the rows are locked before, in the order of their ids.
_LOCK = text("""
    SELECT FROM product WHERE id = ANY(CAST(:ids AS integer[])) ORDER BY id FOR NO KEY UPDATE
""")
_FILL = text("""
    UPDATE product SET
        name = CASE WHEN product.name IN (product.gtin, product.in_store) AND given.name <> ''
                    THEN given.name ELSE product.name END,
        name_key = CASE WHEN product.name IN (product.gtin, product.in_store) AND given.name <> ''
                        THEN given.name_key ELSE product.name_key END,
        bigrams = CASE WHEN product.name IN (product.gtin, product.in_store) AND given.name <> ''
                       THEN given.bigrams ELSE product.bigrams END,
        spec = CASE WHEN product.spec = '' THEN given.spec ELSE product.spec END,
        category = CASE WHEN product.category = '' THEN given.category ELSE product.category END,
        shelf_life = CASE WHEN product.shelf_life = '' THEN given.shelf_life
                          ELSE product.shelf_life END,
        producer_id = coalesce(product.producer_id, given.producer_id)
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        id int, name text, name_key text, bigrams text[], spec text, category text,
        shelf_life text, producer_id int)
    WHERE product.id = given.id AND NOT product.confirmed
""")
_CLAIM = text("""
    INSERT INTO product_claim (product_id, operator_id, name, spec, at)
    SELECT DISTINCT product_id, operator_id, name, spec, CAST(:now AS timestamptz)
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        product_id int, operator_id int, name text, spec text)
    WHERE NOT EXISTS (
        SELECT FROM product_claim c WHERE c.product_id = given.product_id
            AND c.operator_id = given.operator_id AND c.name = given.name
            AND c.spec = given.spec)
    ORDER BY product_id, operator_id, name, spec
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says about a product; what is left out says nothing."""

    name: str = ""
    spec: str = ""
    category: str = ""
    shelf_life: str = ""
    producer_id: int | None = None


def share_packs(uow: UnitOfWork) -> None:
    """Keep packs as they are until the unit ends: a lot is found under its innermost unit."""
    uow.session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _PACKS_LOCK})


def change_packs(uow: UnitOfWork) -> None:
    """Wait until nobody is finding lots, and let nobody begin before the unit ends."""
    uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PACKS_LOCK})


def find_products(uow: UnitOfWork, keys: Iterable[ProductKey]) -> dict[ProductKey, Product]:
    """The products on file under these keys."""
    wanted = set(keys)
    if not wanted:
        return {}
    in_store = [
        {"scope_id": key.scope_id, "in_store": key.in_store} for key in wanted if key.in_store
    ]
    named = [
        {"name_key": key.name_key, "producer_id": key.producer_id} for key in wanted if key.name_key
    ]
    rows = uow.session.execute(
        _FIND,
        {
            "gtins": [key.gtin for key in wanted if key.gtin],
            "in_store": json.dumps(in_store),
            "named": json.dumps(named),
        },
    )
    return {_key_of(row): product_of(row) for row in rows}


def _key_of(row: Any) -> ProductKey:
    if row.gtin:
        return ProductKey(gtin=row.gtin)
    if row.in_store:
        return ProductKey(in_store=row.in_store, scope_id=row.scope_id)
    return ProductKey(name_key=row.name_key, producer_id=row.producer_id)


def open_products(
    uow: UnitOfWork, said: Mapping[ProductKey, Said], *, confirmed: bool = False
) -> tuple[dict[ProductKey, Product], set[int]]:
    """Open products that are not on file; (all of them by key, ids of those this unit opened).

    A product nobody has named yet goes by its own number.
    """
    if not said:
        return {}, set()
    rows = [_row(key, words) | {"confirmed": confirmed} for key, words in said.items()]
    opened = uow.session.execute(_OPEN, {"rows": json.dumps(rows), "now": uow.now})
    ids = set(opened.scalars())
    return find_products(uow, said), ids


def _row(key: ProductKey, words: Said) -> dict[str, Any]:
    name = words.name or key.gtin or key.in_store
    return {
        "gtin": key.gtin,
        "in_store": key.in_store,
        "scope_id": key.scope_id or None,
        "producer_id": key.producer_id or words.producer_id,
        "name": name,
        "name_key": key.name_key or fold_name(name),
        "spec": words.spec,
        "category": words.category,
        "shelf_life": words.shelf_life,
        "bigrams": pieces(name),
    }


def fill_gaps(uow: UnitOfWork, said: Iterable[tuple[Product, Said]]) -> set[int]:
    """Add what is not known yet of unconfirmed products; ids of those that were touched.

    Nothing that is known is overwritten; the first of several statements counts.
    """
    rows: dict[int, dict[str, Any]] = {}
    for product, words in said:
        if product.confirmed or not _adds(product, words):
            continue
        row = rows.setdefault(
            product.id,
            {
                "id": product.id,
                "name": "",
                "name_key": "",
                "bigrams": [],
                "spec": "",
                "category": "",
                "shelf_life": "",
                "producer_id": None,
            },
        )
        if words.name and not row["name"]:
            row |= {
                "name": words.name,
                "name_key": fold_name(words.name),
                "bigrams": pieces(words.name),
            }
        for part in ("spec", "category", "shelf_life", "producer_id"):
            row[part] = row[part] or getattr(words, part)
    if rows:
        uow.session.execute(_LOCK, {"ids": sorted(rows)})
        uow.session.execute(_FILL, {"rows": json.dumps(list(rows.values()))})
    return set(rows)


def is_unnamed(product: Product) -> bool:
    """Whether the product still goes by its number because nobody has named it."""
    return product.name in (product.gtin, product.in_store)


def _adds(product: Product, words: Said) -> bool:
    if words.name and is_unnamed(product):
        return True
    if words.producer_id and product.producer_id is None:
        return True
    return any(
        getattr(words, part) and not getattr(product, part)
        for part in ("spec", "category", "shelf_life")
    )


def names_otherwise(product: Product, words: Said) -> bool:
    """Whether the statement contradicts the product's name or specification on file."""
    if product.base_id != product.id:  # a pack is commonly named after its unit, or not at all
        return False
    name = "" if is_unnamed(product) else words.name
    return rules.says_otherwise(fold_name(product.name), product.spec, name=name, spec=words.spec)


def claim_names(uow: UnitOfWork, claims: Iterable[tuple[Product, int, Said]]) -> None:
    """Queue other names of products for a registrar: (product, operator who says so, words)."""
    rows = [
        {
            "product_id": product.id,
            "operator_id": operator_id,
            "name": words.name,
            "spec": words.spec,
        }
        for product, operator_id, words in claims
        if operator_id
    ]
    if rows:
        uow.session.execute(_CLAIM, {"rows": json.dumps(rows), "now": uow.now})
