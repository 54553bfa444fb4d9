"""Finding the lots that filings name, thousands in the same few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select, text

from ledger.kernel.errors import Refusal
from ledger.kernel.moment import UNKNOWN, Moment
from ledger.kernel.names import fold_name, tidy
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors, rules
from ledger.products.model import LotRow, ProductRow
from ledger.products.queries import lot_of, lots_by_ids, plain_number, products_by_ids
from ledger.products.rules import ProductKey
from ledger.products.services import known
from ledger.products.services.known import Said
from ledger.products.terms import Lot, LotWanted, Product, Resolved, ShelfLife
from ledger.subjects.services import resolve_parties

PRODUCTION = "production"
LotKey = tuple[int, str]

_FIND = text("""
    SELECT l.* FROM unnest(CAST(:products AS integer[]), CAST(:keys AS text[])) AS k (product, key)
    JOIN lot l ON l.product_id = k.product AND l.lot_key = k.key
""").columns(*LotRow.__table__.c)
# In the order of the keys: two filings that name the same new lots wait instead of deadlocking.
_OPEN = text("""
    INSERT INTO lot (product_id, producer_id, lot_key, number, produced_at, produced_precision,
                     expires_at, expires_precision, assumed_producer)
    SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS given (
        product_id int, producer_id int, lot_key text, number text, produced_at int,
        produced_precision smallint, expires_at int, expires_precision smallint,
        assumed_producer boolean)
    ORDER BY product_id, lot_key
    ON CONFLICT DO NOTHING
""")
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
class _Line:
    """One wanted lot on its way to an answer; a refusal ends the way."""

    wanted: LotWanted
    refusal: Refusal | None = None
    key: ProductKey = field(default_factory=ProductKey)
    words: Said = field(default_factory=Said)
    shelf_life: ShelfLife | None = None
    stated_producer: int | None = None
    lot_key: str = ""
    product: Product | None = None
    base: Product | None = None
    opened: bool = False
    differs: bool = False
    lot: Lot | None = None

    @property
    def going(self) -> bool:
        """Whether the line still needs its lot found."""
        return self.refusal is None and self.lot is None


def resolve_lots(uow: UnitOfWork, wanted: Sequence[LotWanted]) -> list[Resolved | Refusal]:
    """The lot each line means, or the refusal that says why there is none.

    Products and lots that are new are opened, products as unconfirmed; a name that differs from
    the one on file is queued for a registrar. A pack's lot is its innermost unit's. The number of
    statements does not depend on the number of lines; safe beside other filings of the same lots.

    Refuses per line, with ``field`` within the lot: the identifiers' refusals, TextTooLong,
    ProductMissing, NotFood, ProducerMissing, ShelfLifeUnreadable, LotUnreadable,
    ExpiresBeforeProduced, what resolve_parties refuses of a stated producer, UnknownLot,
    LotMissing.
    """
    if not wanted:
        return []
    known.share_packs(uow)
    lines = [_read(it) for it in wanted]
    _recall_lots(
        uow, [line for line in lines if line.going and line.wanted.named.lot_id is not None]
    )
    _state_producers(uow, [line for line in lines if line.going])
    _find_products(uow, [line for line in lines if line.going])
    _unpack(uow, [line for line in lines if line.product])
    _find_lots(uow, [line for line in lines if line.going])
    sizes = _case_sizes(uow, {line.base.id for line in lines if line.base})
    return [_answer(line, sizes) for line in lines]


def _read(wanted: LotWanted) -> _Line:
    line, named = _Line(wanted), wanted.named
    if named.lot_id is not None:
        return line
    try:
        key = rules.code_of(named.gtin, named.in_store, wanted.filer_id)
        name = rules.clean_text(named.name or named.product, "name")
        if key is None:
            name = rules.clean_text(named.product or named.name, "product")
        if key is None and not fold_name(name):
            raise errors.ProductMissing(field="product")
        line.key = key or ProductKey(name_key=fold_name(name))
        line.shelf_life = _shelf_life(named.shelf_life)
        line.words = Said(
            name=name,
            spec=rules.clean_text(named.spec, "spec"),
            category=rules.clean_text(named.category, "category"),
            shelf_life=str(line.shelf_life or ""),
        )
        rules.fold_lot(named.lot)
        if _reversed(named.produced_on, named.expires_on):
            raise errors.ExpiresBeforeProduced(
                field="expires_on", produced=str(named.produced_on), expires=str(named.expires_on)
            )
    except Refusal as refusal:
        refusal.field = refusal.field or "gtin"
        line.refusal = refusal
    return line


@lru_cache(maxsize=1024)
def _shelf_life(said: str) -> ShelfLife | None:
    return rules.parse_shelf_life(said)


def _reversed(produced: Moment, expires: Moment) -> bool:
    return bool(produced.precision and expires.precision) and expires.latest < produced.earliest


def _recall_lots(uow: UnitOfWork, lines: list[_Line]) -> None:
    """Lots the caller already knows by id; they stay in their own product's units."""
    if not lines:
        return
    ids = {line.wanted.named.lot_id or 0 for line in lines}
    lots = lots_by_ids(uow, {number for number in ids if 0 < number < 2**31})
    products = products_by_ids(uow, {lot.product_id for lot in lots.values()})
    for line in lines:
        line.lot = lots.get(line.wanted.named.lot_id or 0)
        if line.lot is None:
            line.refusal = errors.UnknownLot(lot=line.wanted.named.lot_id, field="lot_id")
        else:
            line.product = line.base = products[line.lot.product_id]


def _state_producers(uow: UnitOfWork, lines: list[_Line]) -> None:
    stating = [line for line in lines if line.wanted.named.producer]
    parties = [line.wanted.named.producer for line in stating]
    found = resolve_parties(uow, [it for it in parties if it], open_unknown=True) if parties else []
    for line, producer in zip(stating, found, strict=True):
        if isinstance(producer, Refusal):
            producer.field = "producer"
            line.refusal = producer
        else:
            line.stated_producer = producer or None
    for line in lines:
        if line.going:
            _key_by_producer(line)


def _key_by_producer(line: _Line) -> None:
    wanted = line.wanted
    maker = wanted.filer_id if wanted.kind == PRODUCTION else None
    known_producer = line.stated_producer or maker
    if line.key.name_key:
        producer = line.stated_producer or wanted.assumed_producer_id or wanted.filer_id
        if not producer:
            line.refusal = errors.ProducerMissing(field="producer")
            return
        line.key = ProductKey(name_key=line.key.name_key, producer_id=producer)
        known_producer = producer
    words = line.words
    line.words = Said(
        name=words.name,
        spec=words.spec,
        category=words.category,
        shelf_life=words.shelf_life,
        producer_id=known_producer,
    )


def _find_products(uow: UnitOfWork, lines: list[_Line]) -> None:
    found = known.find_products(uow, {line.key for line in lines})
    for line in lines:
        _key_lot(line, found.get(line.key))
    lines = [line for line in lines if line.going]
    missing: dict[ProductKey, Said] = {}
    for line in lines:
        if line.key not in found:
            missing[line.key] = _together(missing.get(line.key, Said()), line.words)
    fresh, opened = known.open_products(uow, missing)
    found |= fresh
    touched = known.fill_gaps(uow, [(found[line.key], line.words) for line in lines])
    if touched:
        stale = {line.key for line in lines if found[line.key].id in touched}
        found |= known.find_products(uow, stale)
    for line in lines:
        line.product = found[line.key]
        line.opened = line.product.id in opened
        line.differs = known.names_otherwise(line.product, line.words)
    known.claim_names(
        uow,
        [
            (line.product, line.wanted.filer_id, line.words)
            for line in lines
            if line.differs and line.product
        ],
    )


def _together(first: Said, second: Said) -> Said:
    return Said(
        name=first.name or second.name,
        spec=first.spec or second.spec,
        category=first.category or second.category,
        shelf_life=first.shelf_life or second.shelf_life,
        producer_id=first.producer_id or second.producer_id,
    )


def _key_lot(line: _Line, product: Product | None) -> None:
    wanted = line.wanted
    category = line.words.category or (product.category if product else "")
    source = rules.Source(
        supplier_id=wanted.assumed_producer_id or wanted.filer_id,
        document=wanted.document,
        at=wanted.at,
    )
    try:
        line.lot_key = rules.lot_key(
            wanted.named,
            agricultural=rules.may_be_agricultural(wanted.named, category),
            source=source,
        )
    except Refusal as refusal:
        line.refusal = refusal


def _unpack(uow: UnitOfWork, lines: list[_Line]) -> None:
    """Give each line the innermost unit of its product; a lot known by id stays as it is."""
    packs = [line for line in lines if line.base is None and line.product]
    bases = {it.id: it for line in packs if (it := line.product)}
    wanted = {line.product.base_id for line in packs if line.product}
    bases |= products_by_ids(uow, wanted - bases.keys()) if wanted - bases.keys() else {}
    for line in packs:
        if line.product:
            line.base = bases[line.product.base_id]


def _find_lots(uow: UnitOfWork, lines: list[_Line]) -> None:
    rows: dict[LotKey, dict[str, Any]] = {}
    for line in lines:
        if line.base:
            _merge(rows.setdefault((line.base.id, line.lot_key), {}), _lot_row(line, line.base))
    found = _lots(uow, rows)
    missing = [row for key, row in rows.items() if key not in found]
    filling = [row for key, row in rows.items() if key in found and _adds(found[key], row)]
    if missing:
        uow.session.execute(_OPEN, {"rows": json.dumps(missing)})
        found |= _lots(uow, [key for key in rows if key not in found])
    if filling:
        ids = sorted(found[row["product_id"], row["lot_key"]].id for row in filling)
        uow.session.execute(_LOCK, {"ids": ids})
        uow.session.execute(_FILL, {"rows": json.dumps(filling)})
        found |= _lots(uow, [(row["product_id"], row["lot_key"]) for row in filling])
    for line in lines:
        if line.base:
            line.lot = found[line.base.id, line.lot_key]


def _lots(uow: UnitOfWork, keys: Iterable[LotKey]) -> dict[LotKey, Lot]:
    wanted = list(keys)
    if not wanted:
        return {}
    rows = uow.session.execute(
        _FIND, {"products": [product for product, _ in wanted], "keys": [key for _, key in wanted]}
    )
    return {(row.product_id, row.lot_key): lot_of(row) for row in rows}


def _lot_row(line: _Line, base: Product) -> dict[str, Any]:
    named = line.wanted.named
    shelf_life = line.shelf_life or _shelf_life(base.shelf_life)
    expires = named.expires_on
    if not expires.precision:
        expires = rules.expiry_moment(named.produced_on, shelf_life)
    return {
        "product_id": base.id,
        "lot_key": line.lot_key,
        "producer_id": line.words.producer_id or base.producer_id,
        "number": tidy(named.lot),
        "produced_at": named.produced_on.seconds,
        "produced_precision": int(named.produced_on.precision),
        "expires_at": expires.seconds,
        "expires_precision": int(expires.precision),
        "assumed_producer": bool(line.key.name_key) and line.stated_producer is None,
    }


def _merge(row: dict[str, Any], said: dict[str, Any]) -> None:
    """Add to a row what it does not say yet; the first line to state a date is believed."""
    if not row:
        row.update(said)
        return
    for date in ("produced", "expires"):
        if not row[f"{date}_precision"]:
            row[f"{date}_at"] = said[f"{date}_at"]
            row[f"{date}_precision"] = said[f"{date}_precision"]
    row["producer_id"] = row["producer_id"] or said["producer_id"]
    row["assumed_producer"] = row["assumed_producer"] or said["assumed_producer"]


def _adds(lot: Lot, row: dict[str, Any]) -> bool:
    return bool(
        (row["produced_precision"] and not lot.produced_on.precision)
        or (row["expires_precision"] and not lot.expires_on.precision)
        or (row["producer_id"] and lot.producer_id is None)
        or (row["assumed_producer"] and not lot.assumed_producer)
    )


def _case_sizes(uow: UnitOfWork, bases: set[int]) -> dict[int, Decimal]:
    """How many units the packs of a product hold, where all its packs hold the same."""
    if not bases:
        return {}
    packs = ProductRow.__table__.c
    rows = uow.session.execute(
        select(packs.base_id, func.min(packs.contains))
        .where(packs.base_id == any_among(bases), packs.base_id.is_not(None), packs.contains != 1)
        .group_by(packs.base_id)
        .having(func.min(packs.contains) == func.max(packs.contains))
    )
    return {base_id: plain_number(contains) for base_id, contains in rows}


def _answer(line: _Line, sizes: dict[int, Decimal]) -> Resolved | Refusal:
    if line.refusal:
        return line.refusal
    if line.lot is None or line.base is None or line.product is None:
        raise AssertionError(line)
    by_id = line.wanted.named.lot_id is not None
    category = line.words.category or line.base.category
    return Resolved(
        lot=line.lot,
        product=line.base,
        contains=Decimal(1) if by_id else line.product.contains,
        agricultural=line.lot.key.startswith("S:") or rules.is_agricultural(category),
        opened=line.opened,
        name_differs=line.differs,
        produced_differs=rules.disagree(
            line.lot.produced_on, UNKNOWN if by_id else line.wanted.named.produced_on
        ),
        expires_differs=rules.disagree(
            line.lot.expires_on, UNKNOWN if by_id else line.wanted.named.expires_on
        ),
        case_contains=sizes.get(line.base.id),
    )
