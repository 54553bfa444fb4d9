"""Lots as they are kept: found, opened and completed by product and key, set-wise."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from ledger.kernel.moment import Moment, from_stored
from ledger.kernel.statements import Prepared, numbers, texts
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import Lot

LotKey = tuple[int, str]

# The first lot at or after a key is asked for, which the index of keys alone can answer. Asked for
# the key itself, the planner goes through all lots of the product as long as its statistics say
# that there are few, which is ten times slower where there are a hundred.
_FIND = Prepared(
    "lots_known",
    "integer[], text",
    """
    SELECT l.id, l.product_id, l.producer_id, l.number, l.lot_key, l.produced_at,
        l.produced_precision, l.expires_at, l.expires_precision, l.assumed_producer
    FROM unnest($1, string_to_array($2, E'\\x1f')) AS k (product, key)
    CROSS JOIN LATERAL (
        SELECT l.* FROM lot l WHERE (l.product_id, l.lot_key) >= (k.product, k.key)
        ORDER BY l.product_id, l.lot_key LIMIT 1) l
    WHERE l.product_id = k.product AND l.lot_key = k.key
""",
)
# In the order of the keys: two filings that name the same new lots wait instead of deadlocking.
_OPEN = Prepared(
    "lots_opened",
    "integer[], integer[], text, text, integer[], smallint[], integer[], smallint[], boolean[]",
    """
    INSERT INTO lot (product_id, producer_id, lot_key, number, produced_at, produced_precision,
                     expires_at, expires_precision, assumed_producer)
    SELECT product, nullif(producer, 0), key, substr(number, 2), made, made_precision, ends,
        ends_precision, assumed
    FROM unnest($1, $2, string_to_array($3, E'\\x1f'), string_to_array($4, E'\\x1f'), $5, $6, $7,
        $8, $9) AS given (product, producer, key, number, made, made_precision, ends,
        ends_precision, assumed)
    ORDER BY product, key
    ON CONFLICT DO NOTHING RETURNING id, product_id, lot_key
""",
)
# An UPDATE locks in the order of its join; the rows are locked before, in the order of their ids.
_LOCK = text("""
    SELECT FROM lot WHERE id = ANY(CAST(:ids AS integer[])) ORDER BY id FOR NO KEY UPDATE
""")
# What is known stays; a producer once assumed stays marked, so that the order does not matter.
_FILL = text("""
    UPDATE lot SET
        produced_at = CASE WHEN lot.produced_precision = 0 THEN given.produced_at
                           ELSE lot.produced_at END,
        produced_precision = CASE WHEN lot.produced_precision = 0 THEN given.produced_precision
                                  ELSE lot.produced_precision END,
        expires_at = CASE WHEN lot.expires_precision = 0 THEN given.expires_at
                          ELSE lot.expires_at END,
        expires_precision = CASE WHEN lot.expires_precision = 0 THEN given.expires_precision
                                 ELSE lot.expires_precision END,
        producer_id = coalesce(lot.producer_id, given.producer_id),
        assumed_producer = lot.assumed_producer OR given.assumed_producer
    FROM json_to_recordset(CAST(:rows AS json)) AS given (
        product_id int, producer_id int, lot_key text, number text, produced_at int,
        produced_precision smallint, expires_at int, expires_precision smallint,
        assumed_producer boolean)
    WHERE lot.product_id = given.product_id AND lot.lot_key = given.lot_key
""")


@dataclass(slots=True)
class LotSaid:
    """What the lines of a filing say of one lot, the first statement of each kind."""

    product_id: int
    lot_key: str
    producer_id: int | None
    number: str
    produced_on: Moment
    expires_on: Moment
    assumed_producer: bool

    def add(self, other: LotSaid) -> None:
        """Add what is not said yet; the first line to state a date is believed."""
        if not self.produced_on.precision:
            self.produced_on = other.produced_on
        if not self.expires_on.precision:
            self.expires_on = other.expires_on
        self.producer_id = self.producer_id or other.producer_id
        self.assumed_producer = self.assumed_producer or other.assumed_producer

    @property
    def row(self) -> dict[str, Any]:
        """As the store takes it."""
        return {
            "product_id": self.product_id,
            "lot_key": self.lot_key,
            "producer_id": self.producer_id,
            "number": self.number,
            "produced_at": self.produced_on.seconds,
            "produced_precision": int(self.produced_on.precision),
            "expires_at": self.expires_on.seconds,
            "expires_precision": int(self.expires_on.precision),
            "assumed_producer": self.assumed_producer,
        }

    def lot(self, number: int) -> Lot:
        """The lot as it is when it has been opened with these words."""
        return Lot(
            id=number,
            product_id=self.product_id,
            producer_id=self.producer_id,
            number=self.number,
            key=self.lot_key,
            produced_on=self.produced_on,
            expires_on=self.expires_on,
            assumed_producer=self.assumed_producer,
        )

    def completes(self, lot: Lot) -> bool:
        """Whether something is said that is not on file."""
        return bool(
            (self.produced_on.precision and not lot.produced_on.precision)
            or (self.expires_on.precision and not lot.expires_on.precision)
            or (self.producer_id and lot.producer_id is None)
            or (self.assumed_producer and not lot.assumed_producer)
        )


def stored_lots(
    uow: UnitOfWork, said: Mapping[LotKey, LotSaid]
) -> tuple[dict[LotKey, Lot], set[int]]:
    """The lots by product and key, and the ids of those that this call has opened.

    New ones are opened, known ones completed; what is known stays.
    """
    found = _found(uow, said)
    opened: set[int] = set()
    missing = [it for key, it in said.items() if key not in found]
    filling = [it for key, it in said.items() if key in found and it.completes(found[key])]
    if missing:
        for number, product, key in _opened(uow, missing):
            opened.add(number)
            found[product, key] = said[product, key].lot(number)
        if lost := [key for key in said if key not in found]:  # another filing was quicker
            found |= _found(uow, lost)
            filling += [said[key] for key in lost if said[key].completes(found[key])]
    if filling:
        ids = sorted(found[it.product_id, it.lot_key].id for it in filling)
        uow.session.execute(_LOCK, {"ids": ids})
        uow.session.execute(_FILL, {"rows": json.dumps([it.row for it in filling])})
        found |= _found(uow, [(it.product_id, it.lot_key) for it in filling])
    return found, opened


def _opened(uow: UnitOfWork, missing: list[LotSaid]) -> Sequence[Any]:
    """(id, product, key) of those nobody else has opened meanwhile."""
    return _OPEN.rows(
        uow.session,
        numbers([it.product_id for it in missing]),
        numbers([it.producer_id or 0 for it in missing]),
        texts([it.lot_key for it in missing]),
        texts(["=" + it.number for it in missing]),  # a lot may have none
        numbers([it.produced_on.seconds for it in missing]),
        numbers([int(it.produced_on.precision) for it in missing]),
        numbers([it.expires_on.seconds for it in missing]),
        numbers([int(it.expires_on.precision) for it in missing]),
        numbers([int(it.assumed_producer) for it in missing]),
    )


def _found(uow: UnitOfWork, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
    if not keys:
        return {}
    products: Iterable[int]
    products, names = zip(*keys, strict=True)
    rows = _FIND.rows(uow.session, numbers(products), texts(names))
    return {
        (product, key): Lot(
            id=number,
            product_id=product,
            producer_id=producer,
            number=said,
            key=key,
            produced_on=from_stored(produced_at, produced),
            expires_on=from_stored(expires_at, expires),
            assumed_producer=assumed,
        )
        for (
            number,
            product,
            producer,
            said,
            key,
            produced_at,
            produced,
            expires_at,
            expires,
            assumed,
        ) in rows
    }
