"""Foods and lots by the thousand in a fixed number of statements: samples and their streams.

Filings find their lots with ``resolve_lots``; this serves who makes both the goods and their lots
and so has nothing to read, to guess or to complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from ledger.kernel.uow import UnitOfWork
from ledger.products import rules
from ledger.products.rules import ProductKey
from ledger.products.services import known
from ledger.products.services.known import Said

Ids = npt.NDArray[np.int32]

# By place, so that numbers of lots grow with the time of their making; a conflict would use one up.
_OPEN = text("""
    INSERT INTO lot (product_id, producer_id, lot_key, number)
    SELECT product_id, producer_id, lot_key, number
    FROM unnest(CAST(:products AS integer[]), CAST(:producers AS integer[]),
                CAST(:keys AS text[]), CAST(:numbers AS text[])) WITH ORDINALITY
        AS given (product_id, producer_id, lot_key, number, place)
    WHERE NOT EXISTS (SELECT FROM lot WHERE lot.product_id = given.product_id
                      AND lot.lot_key = given.lot_key)
    ORDER BY place ON CONFLICT DO NOTHING RETURNING product_id, lot_key, id
""")
_FIND = text("""
    SELECT given.product_id, given.lot_key, lot.id
    FROM unnest(CAST(:products AS integer[]), CAST(:keys AS text[]))
        AS given (product_id, lot_key)
    JOIN lot ON lot.product_id = given.product_id AND lot.lot_key = given.lot_key
""")


def settle_products(uow: UnitOfWork, said: Mapping[str, Said]) -> dict[str, int]:
    """{GTIN-14: id of its innermost unit}, foods that are not on file opened as unconfirmed."""
    keys = {gtin: ProductKey(gtin=gtin) for gtin in said}
    found = known.find_products(uow, keys.values())
    missing = {keys[gtin]: words for gtin, words in said.items() if keys[gtin] not in found}
    opened, _new = known.open_products(uow, missing)
    found |= opened
    return {gtin: found[key].base_id for gtin, key in keys.items()}


def settle_lots(
    uow: UnitOfWork, products: Sequence[int], producers: Sequence[int], numbers: Sequence[str]
) -> Ids:
    """The ids of lots by product and printed number, new ones opened in the order given.

    Refuses: LotUnreadable.
    """
    known.share_packs(uow)
    keys = [f"L:{rules.fold_lot(number)}" for number in numbers]
    asked: dict[str, Any] = {"products": list(products), "keys": keys}
    made = uow.session.execute(
        _OPEN, asked | {"producers": list(producers), "numbers": list(numbers)}
    )
    ids = {(product, key): number for product, key, number in made}
    if len(ids) < len(keys):
        found = uow.session.execute(_FIND, asked)
        ids |= {(product, key): number for product, key, number in found}
    return np.array([ids[pair] for pair in zip(products, keys, strict=True)], np.int32)
