"""Quantities of an operator that do not add up, lot by lot, each with what it was reckoned from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.food.passes.rules import findings_of
from app.food.passes.terms import Finding, FindingKind
from ledger.entries.queries import lots_held, lots_weighed
from ledger.entries.terms import Weighed
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids, products_by_ids
from ledger.products.terms import Lot, Product

DAYS = 365  # lots an operator has not spoken of for a year are its past
_AT_ONCE = 500


def findings(uow: UnitOfWork, operator_id: int, *, since: date | None = None) -> list[Finding]:
    """What of an operator's lots does not add up; of the last 2,000 lots its book spoke of.

    More out than in beyond the tolerance, stock past its last day, goods that went and never came.
    Raises NotPermitted, NotYourOperator.
    """
    first = since or uow.today - timedelta(days=DAYS)
    held = [it.lot_id for it in lots_held(uow, operator_id, first, uow.today)]
    found: list[Finding] = []
    for some in _batches(held):
        found += _of(uow, operator_id, some)
    return found


def _batches(lots: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(lots[at : at + _AT_ONCE]) for at in range(0, len(lots), _AT_ONCE)]


def _of(uow: UnitOfWork, operator_id: int, ids: Sequence[int]) -> list[Finding]:
    weights = lots_weighed(uow, operator_id, ids)
    lots = lots_by_ids(uow, {one.lot_id for one in weights})
    products = products_by_ids(uow, {lot.product_id for lot in lots.values()})
    found: list[Finding] = []
    for one in weights:
        lot = lots[one.lot_id]
        percent = "weight" if one.unit == "KGM" else "count"
        tolerance = uow.parameters.fraction(f"filing.{percent}_tolerance_percent", uow.today)
        kinds = findings_of(one, lot.expires_on, uow.today, tolerance)
        found += [_finding(kind, one, lot, products[lot.product_id]) for kind in kinds]
    return found


def _finding(kind: FindingKind, one: Weighed, lot: Lot, product: Product) -> Finding:
    return Finding(
        kind=kind,
        lot_id=one.lot_id,
        product_name=product.name,
        gtin=product.gtin or "",
        lot_number=lot.number or str(lot.produced_on),
        came=one.came,
        went=one.went,
        left=one.left,
        unit=one.unit,
        expires_on=str(lot.expires_on),
    )
