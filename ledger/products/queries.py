"""Reads of products, lots and holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, text

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import gtin as gtins
from ledger.kernel.moment import from_stored, parse_moment
from ledger.kernel.names import pieces_sought
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.products import errors
from ledger.products.model import LotHoldRow, LotProofRow, LotRow, ProductClaimRow, ProductRow
from ledger.products.rules import (
    expiry,
    fold_lot,
    is_agricultural,
    months_later,
    parse_shelf_life,
)
from ledger.products.terms import (
    Counting,
    Hold,
    Lot,
    LotsPage,
    Product,
    ProductClaim,
    ProductSearch,
    ProductsPage,
)

__all__ = [
    "countings",
    "expiry",
    "find_lot",
    "fold_lot",
    "held_lots",
    "is_agricultural",
    "lot_by_id",
    "lot_ids_of_product",
    "lots_by_ids",
    "lots_numbered",
    "lots_of_product",
    "months_later",
    "open_claims",
    "packs_of",
    "parse_shelf_life",
    "product_by_gtin",
    "product_by_id",
    "products_by_ids",
    "products_page",
    "proven_lots",
    "stops_not_ended",
]

PAGE_MAX = 200  # a page people read; machines ask for the next one
NUMBERED_MAX = 50  # equal lot numbers of different products; more is not a search but a list
_PRODUCT = ProductRow.__table__.c
_LOT = LotRow.__table__.c
_COUNTINGS = text("""
    SELECT l.id, p.contains, cases.contains AS case_contains
    FROM lot l JOIN product p ON p.id = l.product_id
    LEFT JOIN LATERAL (
        SELECT min(q.contains) AS contains FROM product q
        WHERE q.base_id = coalesce(p.base_id, p.id) AND q.contains <> 1
        HAVING min(q.contains) = max(q.contains)) cases ON true
    WHERE l.id = ANY(CAST(:lots AS integer[]))
      AND (p.contains <> 1 OR cases.contains IS NOT NULL)
""")


_STOPS_NOT_ENDED = text("""
    SELECT coalesce(s.merged_into, s.id) AS producer,
        (h.held_at AT TIME ZONE 'Asia/Shanghai')::date AS on
    FROM lot_hold h JOIN lot l ON l.id = h.lot_id JOIN subject s ON s.id = l.producer_id
    WHERE h.lifted_at IS NULL AND h.held_at < :before AND NOT l.assumed_producer
    ORDER BY 1, h.held_at, h.id
""")


@lru_cache(maxsize=1024)
def plain_number(value: Decimal) -> Decimal:
    """A stored number without trailing zeros and never in exponent form."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def product_of(row: Any) -> Product:
    """The view of a row with the product table's columns."""
    return Product(
        id=row.id,
        gtin=row.gtin,
        name=row.name,
        spec=row.spec,
        category=row.category,
        shelf_life=row.shelf_life,
        producer_id=row.producer_id,
        base_id=row.base_id or row.id,
        contains=plain_number(row.contains),
        confirmed=row.confirmed,
        in_store=row.in_store,
        scope_id=row.scope_id,
    )


def lot_of(row: Any) -> Lot:
    """The view of a row with the lot table's columns."""
    return Lot(
        id=row.id,
        product_id=row.product_id,
        producer_id=row.producer_id,
        number=row.number,
        key=row.lot_key,
        produced_on=from_stored(row.produced_at, row.produced_precision),
        expires_on=from_stored(row.expires_at, row.expires_precision),
        assumed_producer=row.assumed_producer,
    )


def product_by_id(uow: UnitOfWork, product_id: int) -> Product:
    """The product with an id. Raises UnknownProduct."""
    found = products_by_ids(uow, [product_id])
    if product_id not in found:
        raise errors.UnknownProduct(product=product_id)
    return found[product_id]


def product_by_gtin(uow: UnitOfWork, gtin: str) -> Product:
    """The product with a GTIN in any spelling; a pack is not unpacked.

    Raises UnknownProduct and the identifiers' refusals.
    """
    digits = gtins.parse_gtin(gtin).digits
    row = uow.session.execute(
        select(*_PRODUCT).where(_PRODUCT.gtin == digits, _PRODUCT.gtin != "")
    ).one_or_none()
    if row is None:
        raise errors.UnknownProduct(product=digits, field="gtin")
    return product_of(row)


def products_by_ids(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, Product]:
    """Products by id; unknown ids are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = uow.session.execute(select(*_PRODUCT).where(_PRODUCT.id == any_among(wanted)))
    return {row.id: product_of(row) for row in rows}


def products_page(uow: UnitOfWork, search: ProductSearch) -> ProductsPage:
    """A page of products in the order they were opened, at most 200; all packs included."""
    limit = min(max(search.limit, 1), PAGE_MAX)
    query = select(*_PRODUCT)
    if search.text.strip():
        query = query.where(_sought(search.text))
    if search.producer_id is not None:
        query = query.where(_PRODUCT.producer_id == search.producer_id)
    if search.confirmed is not None:
        query = query.where(_PRODUCT.confirmed.is_(search.confirmed))
    if search.own_ids is not None:
        query = query.where(_public_or_of(search.own_ids))
    if search.after:
        query = query.where(_PRODUCT.id > search.after)
    rows = uow.session.execute(query.order_by(_PRODUCT.id).limit(limit + 1)).all()
    items = tuple(product_of(row) for row in rows[:limit])
    return ProductsPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _sought(text: str) -> ColumnElement[bool]:
    try:
        return _PRODUCT.gtin == gtins.parse_gtin(text).digits
    except Refusal:
        return _PRODUCT.bigrams.contains(pieces_sought(text))


def _public_or_of(own_ids: Iterable[int]) -> ColumnElement[bool]:
    own = any_among(own_ids)
    return or_(_PRODUCT.gtin != "", _PRODUCT.producer_id == own, _PRODUCT.scope_id == own)


def packs_of(uow: UnitOfWork, product_id: int) -> tuple[Product, ...]:
    """The packs that hold a product, the smallest first, at most 200."""
    rows = uow.session.execute(
        select(*_PRODUCT)
        .where(_PRODUCT.base_id == product_id)
        .order_by(_PRODUCT.contains, _PRODUCT.id)
        .limit(PAGE_MAX)
    )
    return tuple(product_of(row) for row in rows)


def lot_by_id(uow: UnitOfWork, lot_id: int) -> Lot:
    """The lot with an id. Raises UnknownLot."""
    found = lots_by_ids(uow, [lot_id])
    if lot_id not in found:
        raise errors.UnknownLot(lot=lot_id)
    return found[lot_id]


def lots_by_ids(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, Lot]:
    """Lots by id; unknown ids are left out."""
    rows = uow.session.execute(select(*_LOT).where(_LOT.id == any_among(ids)))
    return {row.id: lot_of(row) for row in rows}


def countings(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, Counting]:
    """How to read quantities of lots that may have been filed before their packs were declared.

    Lots whose quantities count as they are stored are left out. The book is never rewritten, so
    whoever sums its rows asks here.
    """
    asked = sorted(lots)
    if not asked:
        return {}
    return {
        row.id: Counting(
            contains=plain_number(row.contains),
            case_contains=None if row.case_contains is None else plain_number(row.case_contains),
        )
        for row in uow.session.execute(_COUNTINGS, {"lots": asked})
    }


def lots_of_product(
    uow: UnitOfWork, product_id: int, *, before: int | None = None, limit: int = 50
) -> LotsPage:
    """A page of the lots of a product and of its packs, the newest first, at most 200."""
    limit = min(max(limit, 1), PAGE_MAX)
    base = select(func.coalesce(_PRODUCT.base_id, _PRODUCT.id)).where(_PRODUCT.id == product_id)
    base_id = uow.session.scalar(base)
    if base_id is None:
        raise errors.UnknownProduct(product=product_id)
    family = uow.session.scalars(
        select(_PRODUCT.id).where((_PRODUCT.id == base_id) | (_PRODUCT.base_id == base_id))
    )
    query = select(*_LOT).where(_LOT.product_id == any_among(family))
    if before is not None:
        query = query.where(_LOT.id < before)
    rows = uow.session.execute(query.order_by(_LOT.id.desc()).limit(limit + 1)).all()
    items = tuple(lot_of(row) for row in rows[:limit])
    return LotsPage(items=items, next=items[-1].id if len(rows) > limit else None)


def lot_ids_of_product(uow: UnitOfWork, product_id: int) -> tuple[int, ...]:
    """Every lot of a product and of its packs, in the order they were opened; for whole recalls."""
    base = select(func.coalesce(_PRODUCT.base_id, _PRODUCT.id)).where(_PRODUCT.id == product_id)
    base_id = uow.session.scalar(base)
    if base_id is None:
        raise errors.UnknownProduct(product=product_id)
    family = select(_PRODUCT.id).where((_PRODUCT.id == base_id) | (_PRODUCT.base_id == base_id))
    found = select(_LOT.id).where(_LOT.product_id == any_among(uow.session.scalars(family)))
    return tuple(uow.session.scalars(found.order_by(_LOT.id)))


def lots_numbered(uow: UnitOfWork, number: str) -> tuple[Lot, ...]:
    """The lots with a number, of whatever product, the newest first, at most 50."""
    key = f"L:{fold_lot(number)}"
    rows = uow.session.execute(
        select(*_LOT).where(_LOT.lot_key == key).order_by(_LOT.id.desc()).limit(NUMBERED_MAX)
    )
    return tuple(lot_of(row) for row in rows)


def find_lot(uow: UnitOfWork, *, product_id: int, number: str) -> Lot:
    """A lot of a product by its number, or by its production date where it has none.

    A pack's lot is that of its innermost unit, unless it was only ever filed as the pack's.
    Raises UnknownLot, LotUnreadable.
    """
    keys = [f"L:{fold_lot(number)}", *_date_keys(number)]
    own = select(func.coalesce(_PRODUCT.base_id, _PRODUCT.id)).where(_PRODUCT.id == product_id)
    rows = uow.session.execute(
        select(*_LOT).where(
            _LOT.product_id.in_(own.union(select(literal(product_id)))), _LOT.lot_key.in_(keys)
        )
    ).all()
    if not rows:
        raise errors.UnknownLot(lot=number.strip()[:60], field="lot")
    ranked = sorted(rows, key=lambda row: (keys.index(row.lot_key), row.product_id == product_id))
    return lot_of(ranked[0])


def _date_keys(number: str) -> list[str]:
    try:
        moment = parse_moment(number)
    except Refusal:
        return []
    return [f"D:{moment.day or moment}"]


def held_lots(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, Hold]:
    """The holds in force on some of these lots, by lot; of several on one lot the oldest."""
    rows = uow.session.scalars(
        select(LotHoldRow)
        .where(LotHoldRow.lot_id == any_among(ids), LotHoldRow.lifted_at.is_(None))
        .order_by(LotHoldRow.id.desc())
    )
    return {row.lot_id: hold_of(row) for row in rows}


def stops_not_ended(uow: UnitOfWork, before: datetime) -> tuple[tuple[int, date], ...]:
    """(producer, day of the stop) of lots stopped before a moment and still stopped.

    By producer, the longest stopped first; a lot without a stated producer is nobody's.
    """
    rows = uow.session.execute(_STOPS_NOT_ENDED, {"before": before})
    return tuple((row.producer, row.on) for row in rows)


def proven_lots(uow: UnitOfWork, ids: Iterable[int]) -> set[int]:
    """Which of these lots certificates on file prove the conformity of (L04)."""
    asked = set(ids)
    if not asked:
        return set()
    standing = LotProofRow.lot_id == any_among(asked), LotProofRow.ended_at.is_(None)
    return set(uow.session.scalars(select(LotProofRow.lot_id).where(*standing)))


def hold_of(row: LotHoldRow) -> Hold:
    """The view of a hold's row."""
    return Hold(
        lot_id=row.lot_id,
        reason=row.reason,
        basis=row.basis,
        account_id=row.account_id,
        held_at=row.held_at,
        cause=row.cause,
    )


def open_claims(uow: UnitOfWork, *, after: int = 0, limit: int = 50) -> tuple[ProductClaim, ...]:
    """Names of products that wait for a registrar, the oldest first, at most 200."""
    rows = uow.session.scalars(
        select(ProductClaimRow)
        .where(ProductClaimRow.settled_at.is_(None), ProductClaimRow.id > after)
        .order_by(ProductClaimRow.id)
        .limit(min(max(limit, 1), PAGE_MAX))
    ).all()
    products = products_by_ids(uow, {row.product_id for row in rows})
    return tuple(
        ProductClaim(
            id=row.id,
            product=products[row.product_id],
            operator_id=row.operator_id,
            name=row.name,
            spec=row.spec,
            at=row.at,
        )
        for row in rows
    )
