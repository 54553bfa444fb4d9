"""Finding and opening products by key, thousands in the same few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from ledger.kernel.names import fold_name, pieces
from ledger.kernel.statements import Prepared, Statement, texts, together
from ledger.kernel.uow import UnitOfWork
from ledger.products import rules
from ledger.products.queries import plain_number
from ledger.products.rules import ProductKey
from ledger.products.terms import Product

_PACKS_LOCK = 7310020
_SHARE = "SELECT pg_advisory_xact_lock_shared(%s)"

_SHOWN = """p.id, p.gtin, p.name, p.spec, p.category, p.shelf_life, p.producer_id, p.base_id,
    p.contains, p.confirmed, p.in_store, p.scope_id, p.name_key"""
# One branch per kind of key, each repeating its index's condition so that the index is used.
_FIND = Prepared(
    "products_known",
    "text, json, json",
    f"""
    WITH p AS (
        SELECT {_SHOWN} FROM product p
        WHERE p.gtin <> '' AND p.gtin = ANY(string_to_array($1, E'\\x1f'))
        UNION ALL
        SELECT {_SHOWN} FROM json_to_recordset($2) AS k (scope_id int, in_store text)
            JOIN product p ON p.scope_id = k.scope_id AND p.in_store = k.in_store
                AND p.in_store <> ''
        UNION ALL
        SELECT {_SHOWN} FROM json_to_recordset($3) AS k (name_key text, producer_id int)
            JOIN product p ON p.name_key = k.name_key AND p.producer_id = k.producer_id
                AND p.gtin = '' AND p.in_store = ''
    )
    SELECT p.*, (SELECT min(q.contains) FROM product q
        WHERE q.base_id = coalesce(p.base_id, p.id) AND q.contains <> 1
        HAVING min(q.contains) = max(q.contains))
    FROM p
""",  # noqa: S608
)
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


class Said(NamedTuple):
    """What somebody says about a product; what is left out says nothing."""

    name: str = ""
    spec: str = ""
    category: str = ""
    shelf_life: str = ""
    producer_id: int | None = None


def share_packs(uow: UnitOfWork) -> None:
    """Keep packs as they are until the unit ends: a lot is found under its innermost unit."""
    together(uow.session, sharing_packs())


def sharing_packs() -> Statement:
    """The same as a statement, for who asks for something else as well."""
    return _SHARE, (_PACKS_LOCK,)


def change_packs(uow: UnitOfWork) -> None:
    """Wait until nobody is finding lots, and let nobody begin before the unit ends."""
    uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PACKS_LOCK})


def find_products(uow: UnitOfWork, keys: Iterable[ProductKey]) -> dict[ProductKey, Product]:
    """The products on file under these keys."""
    return find_products_and_cases(uow, keys)[0]


def find_products_and_cases(
    uow: UnitOfWork, keys: Iterable[ProductKey], *before: Statement
) -> tuple[dict[ProductKey, Product], dict[int, Decimal | None]]:
    """The products on file under these keys, and how many of a product its only size of case holds.

    The second is by the id of the innermost unit, none where there is no such case. ``before`` is
    sent in the same round trip.
    """
    wanted = set(keys)
    if not wanted:
        return {}, {}
    in_store = [
        {"scope_id": key.scope_id, "in_store": key.in_store} for key in wanted if key.in_store
    ]
    named = [
        {"name_key": key.name_key, "producer_id": key.producer_id} for key in wanted if key.name_key
    ]
    gtins = texts(key.gtin for key in wanted if key.gtin)
    _FIND.made_on(uow.session)
    rows = together(
        uow.session, *before, _FIND.asking(gtins, json.dumps(in_store), json.dumps(named))
    )
    found: dict[ProductKey, Product] = {}
    cases: dict[int, Decimal | None] = {}
    for *columns, name_key, case in rows:
        product = _product(columns)
        found[_key_of(product, name_key)] = product
        cases[product.base_id] = None if case is None else plain_number(case)
    return found, cases


def _product(columns: Sequence[Any]) -> Product:
    number, gtin, name, spec, category, shelf_life, producer, base, contains, *rest = columns
    confirmed, in_store, scope = rest
    return Product(
        id=number,
        gtin=gtin,
        name=name,
        spec=spec,
        category=category,
        shelf_life=shelf_life,
        producer_id=producer,
        base_id=base or number,
        contains=plain_number(contains),
        confirmed=confirmed,
        in_store=in_store,
        scope_id=scope,
    )


def _key_of(product: Product, name_key: str) -> ProductKey:
    if product.gtin:
        return ProductKey(gtin=product.gtin)
    if product.in_store:
        return ProductKey(in_store=product.in_store, scope_id=product.scope_id or 0)
    return ProductKey(name_key=name_key, producer_id=product.producer_id or 0)


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
