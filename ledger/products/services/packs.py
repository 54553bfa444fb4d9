"""Declaring what packs hold, also after lots of the pack have been filed as something else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from ledger.kernel.errors import Refusal
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors, rules
from ledger.products.model import ProductRow
from ledger.products.queries import product_of
from ledger.products.rules import ProductKey
from ledger.products.services import known
from ledger.products.services.known import Said
from ledger.products.terms import PackNamed, Product, SameGoods

CONFIRM = "product.confirm"
_PRODUCT = ProductRow.__table__.c

# A pack nobody has named is shown by its unit's name.
_PACK = text("""
    UPDATE product SET base_id = given.base_id, contains = given.contains,
        name = CASE WHEN unnamed AND base.name <> base.gtin THEN base.name ELSE product.name END,
        name_key = CASE WHEN unnamed AND base.name <> base.gtin
                        THEN base.name_key ELSE product.name_key END,
        bigrams = CASE WHEN unnamed AND base.name <> base.gtin
                       THEN base.bigrams ELSE product.bigrams END
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        id int, base_id int, contains numeric, unnamed boolean)
    JOIN product base ON base.id = given.base_id
    WHERE product.id = given.id
""")
_OPEN_UNIT_LOTS = text("""
    INSERT INTO lot (product_id, producer_id, lot_key, number, produced_at, produced_precision,
                     expires_at, expires_precision, assumed_producer)
    SELECT DISTINCT ON (p.base_id, l.lot_key) p.base_id, l.producer_id, l.lot_key, l.number,
           l.produced_at, l.produced_precision, l.expires_at, l.expires_precision,
           l.assumed_producer
    FROM product p JOIN lot l ON l.product_id = p.id
    WHERE p.id = ANY(CAST(:packs AS integer[]))
    ORDER BY p.base_id, l.lot_key, l.id
    ON CONFLICT DO NOTHING
""")
_SAME_GOODS = text("""
    SELECT l.id, u.id FROM product p
    JOIN lot l ON l.product_id = p.id
    JOIN lot u ON u.product_id = p.base_id AND u.lot_key = l.lot_key
    WHERE p.id = ANY(CAST(:packs AS integer[])) ORDER BY l.id
""")


def add_packs(uow: UnitOfWork, packs: Sequence[PackNamed]) -> SameGoods:
    """Declare packs; pairs (lot of the pack, lot of its unit) that were filed apart before.

    Packs within packs are counted in the innermost unit. GTINs that are not on file are opened as
    unconfirmed. The same again changes nothing. Refuses: the identifiers' refusals, NotFood,
    PackInStore, PackContentUnfit, PackCycle, PackContradicts, PackNotYours. Announces:
    product.packed.
    """
    if not packs:
        return ()
    known.change_packs(uow)
    declared = [(_digits(it.gtin), _digits(it.of), it.contains) for it in packs]
    keys = {ProductKey(gtin=gtin) for pack, of, _ in declared for gtin in (pack, of)}
    found = known.find_products(uow, keys)
    found |= known.open_products(uow, {key: Said() for key in keys - found.keys()})[0]
    family = _family(uow, found.values())
    flat = rules.joined(_on_file(family), declared)
    changed = _changed(family, flat)
    if not changed:
        return ()
    _refuse_others(uow, family, changed)
    uow.session.execute(_PACK, {"rows": json.dumps(changed)})
    for row in changed:
        uow.announce("product.packed", product_id=row["id"], base_id=row["base_id"])
    ids = [row["id"] for row in changed]
    return same_goods_of(uow, ids)


def same_goods_of(uow: UnitOfWork, ids: Sequence[int]) -> SameGoods:
    """Open a lot of the unit for every lot of these packs; the pairs that are the same goods."""
    packs = {"packs": list(ids)}
    uow.session.execute(_OPEN_UNIT_LOTS, packs)
    pairs = uow.session.execute(_SAME_GOODS, packs)
    return tuple((pack_lot, unit_lot) for pack_lot, unit_lot in pairs)


def _refuse_others(
    uow: UnitOfWork, family: dict[str, Product], changed: Sequence[dict[str, Any]]
) -> None:
    """Only its producer, or a registrar, says what a product is packed in and what a pack holds."""
    if uow.actor.may(CONFIRM):
        return
    touched = {row[part] for row in changed for part in ("id", "base_id")}
    for product in family.values():
        maker = product.producer_id
        theirs = product.confirmed if maker is None else not uow.actor.may_act_for(maker)
        if product.id in touched and theirs:
            raise errors.PackNotYours(field="packs", gtin=product.gtin)


def _digits(gtin: str) -> str:
    try:
        key = rules.code_of(gtin, "", 0)
        if key is None or not key.gtin:
            raise errors.PackInStore(gtin=gtin.strip()[:20])
    except Refusal as refusal:
        refusal.field = "packs"
        raise
    return key.gtin


def _family(uow: UnitOfWork, products: Iterable[Product]) -> dict[str, Product]:
    """The products, their units, and every pack of either, by GTIN."""
    ids = {number for product in products for number in (product.id, product.base_id)}
    rows = uow.session.execute(
        select(*_PRODUCT).where(
            (_PRODUCT.id == any_among(ids)) | (_PRODUCT.base_id == any_among(ids))
        )
    )
    return {row.gtin: product_of(row) for row in rows if row.gtin}


def _on_file(family: dict[str, Product]) -> dict[str, tuple[str, Decimal]]:
    gtins = {product.id: gtin for gtin, product in family.items()}
    return {
        gtin: (gtins[product.base_id], product.contains)
        for gtin, product in family.items()
        if product.base_id != product.id
    }


def _changed(
    family: dict[str, Product], flat: dict[str, tuple[str, Decimal]]
) -> list[dict[str, Any]]:
    rows = []
    for gtin, (inside, contains) in sorted(flat.items()):
        pack, base = family[gtin], family[inside]
        if (pack.base_id, pack.contains) != (base.id, contains):
            rows.append(
                {
                    "id": pack.id,
                    "base_id": base.id,
                    "contains": str(contains),
                    "unnamed": known.is_unnamed(pack),
                }
            )
    return rows
