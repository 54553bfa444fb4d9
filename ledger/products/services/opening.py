"""Opening a product by hand: by its producer, by whoever trades it, or by a registrar."""

from __future__ import annotations

import json

from sqlalchemy import text

from ledger.kernel.errors import Refusal
from ledger.kernel.names import fold_name, pieces
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors, rules
from ledger.products.queries import products_by_ids
from ledger.products.rules import ProductKey
from ledger.products.services import known
from ledger.products.services.known import Said
from ledger.products.services.packs import CONFIRM, add_packs
from ledger.products.terms import OpenProduct, Product, SameGoods
from ledger.subjects.services import resolve_parties

_CONFIRM = text("""
    UPDATE product SET confirmed = true, name = given.name, name_key = given.name_key,
        bigrams = given.bigrams,
        spec = CASE WHEN given.spec = '' THEN product.spec ELSE given.spec END,
        category = CASE WHEN given.category = '' THEN product.category ELSE given.category END,
        shelf_life = CASE WHEN given.shelf_life = '' THEN product.shelf_life
                          ELSE given.shelf_life END,
        producer_id = coalesce(given.producer_id, product.producer_id)
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        name text, name_key text, bigrams text[], spec text, category text, shelf_life text,
        producer_id int)
    WHERE product.id = :id
""")
_SETTLE = text("""
    UPDATE product_claim SET settled_at = :now WHERE product_id = :id AND settled_at IS NULL
""")


def open_product(uow: UnitOfWork, command: OpenProduct) -> tuple[Product, bool]:
    """Record a product that is new to the book; see ``open_product_with_packs``.

    For products of which no lot was filed yet: pairs of lots that turn out to be the same goods
    would be lost here, so meeting one is a bug.
    """
    product, created, same_goods = open_product_with_packs(uow, command)
    if same_goods:
        raise AssertionError(same_goods)
    return product, created


def open_product_with_packs(
    uow: UnitOfWork, command: OpenProduct
) -> tuple[Product, bool, SameGoods]:
    """Record a product and its packs; (product, whether it is new, lots now the same goods).

    The same again changes nothing. The word of its producer, or of a registrar, confirms a
    product; anybody else's opens it, or adds what nobody said yet, and it stays unconfirmed. Where
    it is on file under another name, an operator's name is queued for a registrar, a registrar's
    replaces it and settles the queue.
    Refuses: the identifiers' refusals, TextTooLong, NotFood, ProductMissing, NameMissing,
    ProducerMissing, ShelfLifeUnreadable, what resolve_parties and add_packs refuse. Announces:
    product.opened, product.confirmed, product.claimed, product.packed.
    """
    key, words = _read(uow, command)
    found = known.find_products(uow, [key]).get(key)
    product, created = (_amended(uow, found, words), False) if found else _opened(uow, key, words)
    same_goods = add_packs(uow, command.packs)
    if command.packs:
        product = known.find_products(uow, [key])[key]
    return product, created, same_goods


def _read(uow: UnitOfWork, command: OpenProduct) -> tuple[ProductKey, Said]:
    shelf_life = rules.parse_shelf_life(command.shelf_life)
    key = rules.code_of(command.gtin, "", uow.actor.operator_id or 0)
    said = command.name or command.product if key else command.product or command.name
    name = rules.clean_text(said, "name")
    if key is None and not fold_name(name):
        raise errors.ProductMissing(field="product")
    if key and key.in_store and not key.scope_id:
        raise errors.ProducerMissing(field="gtin")
    producer = _producer(uow, command)
    if key is None:
        producer = producer or uow.actor.operator_id
        if not producer:
            raise errors.ProducerMissing(field="producer")
        key = ProductKey(name_key=fold_name(name), producer_id=producer)
    words = Said(
        name=name,
        spec=rules.clean_text(command.spec, "spec"),
        category=rules.clean_text(command.category, "category"),
        shelf_life=str(shelf_life or ""),
        producer_id=producer,
    )
    return key, words


def _producer(uow: UnitOfWork, command: OpenProduct) -> int | None:
    if command.producer is None:
        return None
    (producer,) = resolve_parties(uow, [command.producer], open_unknown=True)
    if isinstance(producer, Refusal):
        producer.field = "producer"
        raise producer
    return producer or None


def _opened(uow: UnitOfWork, key: ProductKey, words: Said) -> tuple[Product, bool]:
    if not words.name:
        raise errors.NameMissing(field="name")
    stands = _stands(uow, words.producer_id)
    found, opened = known.open_products(uow, {key: words}, confirmed=stands)
    product = found[key]
    if product.id not in opened:  # another unit was quicker: what it said is on file
        return _amended(uow, product, words), False
    uow.announce("product.opened", product_id=product.id)
    uow.audit("product.open", f"product:{product.id}", name=product.name)
    return product, True


def _amended(uow: UnitOfWork, product: Product, words: Said) -> Product:
    differs = known.names_otherwise(product, words) or bool(
        words.producer_id and product.producer_id not in (None, words.producer_id)
    )
    registrar = uow.actor.may(CONFIRM)
    if differs and not registrar:
        known.claim_names(uow, [(product, uow.actor.operator_id or 0, words)])
        uow.announce("product.claimed", product_id=product.id)
        return product
    if not words.name or (product.confirmed and not (registrar and _changes(product, words))):
        return product
    if not _stands(uow, product.producer_id or words.producer_id):
        known.fill_gaps(uow, [(product, words)])
        return products_by_ids(uow, [product.id])[product.id]
    return confirmed(uow, product, words, settles=registrar)


def _stands(uow: UnitOfWork, producer_id: int | None) -> bool:
    """Whether the actor's word on a product of that producer stands without a registrar's."""
    if uow.actor.may(CONFIRM):
        return True
    return producer_id is not None and uow.actor.may_act_for(producer_id)


def _changes(product: Product, words: Said) -> bool:
    return any(
        said and said != getattr(product, part)
        for part in ("name", "spec", "category", "shelf_life", "producer_id")
        if (said := getattr(words, part))
    )


def confirmed(uow: UnitOfWork, product: Product, words: Said, *, settles: bool) -> Product:
    """Put a registrar's or producer's words on file; ``settles`` empties the product's queue.

    Announces: product.confirmed. Leaves an audit line.
    """
    row = {
        "name": words.name,
        "name_key": fold_name(words.name),
        "bigrams": pieces(words.name, product.name),
        "spec": words.spec,
        "category": words.category,
        "shelf_life": words.shelf_life,
        "producer_id": words.producer_id,
    }
    uow.session.execute(_CONFIRM, {"rows": json.dumps([row]), "id": product.id})
    if settles:
        uow.session.execute(_SETTLE, {"id": product.id, "now": uow.now})
    uow.announce("product.confirmed", product_id=product.id)
    uow.audit("product.confirm", f"product:{product.id}", before=product.name, after=words.name)
    return products_by_ids(uow, [product.id])[product.id]
