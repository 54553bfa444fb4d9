"""Foods and lots by the thousand in a fixed number of statements: samples and their streams.

Filings find their lots with ``resolve_lots``; this serves who makes both the goods and their lots
and so has nothing to read, to guess or to complete.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.kernel.names import fold_name, pieces
from ledger.kernel.statements import numbers, texts, together
from ledger.kernel.uow import UnitOfWork
from ledger.products import rules
from ledger.products.services import known
from ledger.products.services.known import Said

Ids = npt.NDArray[np.int32]

_KNOWN = """
    SELECT gtin, coalesce(base_id, id) FROM product
    WHERE gtin <> '' AND gtin = ANY(string_to_array(%s, E'\\x1f'))"""
# In the order of the codes: two loads that name the same foods wait instead of deadlocking.
_OPEN_FOODS = """
    INSERT INTO product (gtin, name, name_key, spec, category, shelf_life, bigrams, producer_id,
        confirmed, created_at)
    SELECT gtin, name, name_key, coalesce(spec, ''), coalesce(category, ''),
        coalesce(shelf_life, ''), string_to_array(bigrams, ' '), nullif(producer_id, 0), false, %s
    FROM unnest(string_to_array(%s, E'\\x1f'), string_to_array(%s, E'\\x1f'),
                string_to_array(%s, E'\\x1f'), string_to_array(%s, E'\\x1f'),
                string_to_array(%s, E'\\x1f'), string_to_array(%s, E'\\x1f'),
                string_to_array(%s, E'\\x1f'), CAST(%s AS integer[]))
        AS given (gtin, name, name_key, spec, category, shelf_life, bigrams, producer_id)
    ORDER BY gtin ON CONFLICT DO NOTHING RETURNING gtin, id"""
# By place, so that numbers of lots grow with the time of their making; a conflict would use one up.
_OPEN_LOTS = """
    INSERT INTO lot (product_id, producer_id, lot_key, number)
    SELECT product_id, producer_id, lot_key, number
    FROM unnest(CAST(%s AS integer[]), CAST(%s AS integer[]), string_to_array(%s, E'\\x1f'),
                string_to_array(%s, E'\\x1f')) WITH ORDINALITY
        AS given (product_id, producer_id, lot_key, number, place)
    WHERE NOT EXISTS (SELECT FROM lot WHERE lot.product_id = given.product_id
                      AND lot.lot_key = given.lot_key)
    ORDER BY place ON CONFLICT DO NOTHING RETURNING product_id, lot_key, id"""
_FIND_LOTS = """
    SELECT given.product_id, given.lot_key, lot.id
    FROM unnest(CAST(%s AS integer[]), string_to_array(%s, E'\\x1f'))
        AS given (product_id, lot_key)
    JOIN lot ON lot.product_id = given.product_id AND lot.lot_key = given.lot_key"""


def settle_products(uow: UnitOfWork, said: Mapping[str, Said]) -> dict[str, int]:
    """{GTIN-14: id of its innermost unit}, foods that are not on file opened as unconfirmed.

    A food nobody has named yet goes by its own number. No text may hold U+001F.
    """
    found = _known(uow, said)
    missing = sorted(said.keys() - found.keys())
    if missing:
        found |= dict(together(uow.session, (_OPEN_FOODS, _foods(uow, said, missing))))
        found |= _known(uow, said.keys() - found.keys())
    return found


def _known(uow: UnitOfWork, gtins: Collection[str]) -> dict[str, int]:
    return dict(together(uow.session, (_KNOWN, (texts(gtins),)))) if gtins else {}


def _foods(uow: UnitOfWork, said: Mapping[str, Said], gtins: Sequence[str]) -> list[Any]:
    words = [said[gtin] for gtin in gtins]
    names = [each.name or gtin for each, gtin in zip(words, gtins, strict=True)]
    columns = (
        gtins,
        names,
        map(fold_name, names),
        (each.spec for each in words),
        (each.category for each in words),
        (each.shelf_life for each in words),
        (" ".join(pieces(name)) for name in names),  # of folded names: without spaces
    )
    return [uow.now, *map(texts, columns), numbers(each.producer_id or 0 for each in words)]


def settle_lots(
    uow: UnitOfWork, products: Sequence[int], producers: Sequence[int], printed: Sequence[str]
) -> Ids:
    """The ids of lots by product and printed number; new ones opened in the order given.

    Refuses: LotUnreadable.
    """
    known.share_packs(uow)
    keys = [f"L:{rules.fold_lot(number)}" for number in printed]
    of, named = numbers(products), texts(keys)
    made = together(uow.session, (_OPEN_LOTS, (of, numbers(producers), named, texts(printed))))
    ids = {(product, key): number for product, key, number in made}
    if len(ids) < len(keys):
        found = together(uow.session, (_FIND_LOTS, (of, named)))
        ids |= {(product, key): number for product, key, number in found}
    return np.array([ids[pair] for pair in zip(products, keys, strict=True)], np.int32)
