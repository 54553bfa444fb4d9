"""Quantities of an operator that do not add up, lot by lot, each with what it was reckoned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from app.food.passes.rules import findings_of
from app.food.passes.terms import Finding, FindingKind, LotWeighed, Step
from ledger.entries.queries import lines_about, lots_held, lots_weighed, same_lots
from ledger.entries.terms import BookLine, EntryKind, Weighed
from ledger.kernel.quantity import unit_named
from ledger.kernel.uow import UnitOfWork
from ledger.products.errors import UnknownLot
from ledger.products.queries import (
    lot_by_id,
    lots_by_ids,
    product_by_id,
    products_by_ids,
)
from ledger.products.terms import Lot, Product

DAYS = 365  # lots an operator has not spoken of for a year are its past
AT_ONCE = 500
_IN = (EntryKind.RECEIPT, EntryKind.PRODUCTION)
_WEIGHED = (*_IN, EntryKind.DISPATCH, EntryKind.TRANSFORMATION, EntryKind.DISPOSAL)


def findings(
    uow: UnitOfWork, operator_id: int, *, start: int = 0
) -> tuple[list[Finding], int | None]:
    """What of an operator's lots does not add up, and where to go on; 500 lots at once.

    The lot its book spoke of last comes first, at most 2,000 of the last year. More out than in
    beyond the tolerance, stock past its last day, goods that went and never came. Raises
    NotPermitted, NotYourOperator.
    """
    held = lots_held(uow, operator_id, uow.today - timedelta(days=DAYS), uow.today)
    some = [it.lot_id for it in held[start : start + AT_ONCE]]
    following = start + AT_ONCE if len(held) > start + AT_ONCE else None
    return _of(uow, operator_id, some), following


def _of(uow: UnitOfWork, operator_id: int, ids: Sequence[int]) -> list[Finding]:
    weights = lots_weighed(uow, operator_id, ids)
    lots = lots_by_ids(uow, {one.lot_id for one in weights})
    products = products_by_ids(uow, {lot.product_id for lot in lots.values()})
    found: list[Finding] = []
    for one in weights:
        lot = lots[one.lot_id]
        kinds = _kinds(uow, one, lot)
        found += [_finding(kind, one, lot, products[lot.product_id]) for kind in kinds]
    return found


def _kinds(uow: UnitOfWork, one: Weighed, lot: Lot) -> list[FindingKind]:
    percent = "weight" if one.unit == "KGM" else "count"
    tolerance = uow.parameters.fraction(f"filing.{percent}_tolerance_percent", uow.today)
    return findings_of(one, lot.expires_on, uow.today, tolerance)


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


def lot_steps(
    uow: UnitOfWork, operator_id: int, lot_id: int
) -> tuple[list[LotWeighed], list[Step], bool]:
    """What a lot's figures were reckoned from: entry by entry, and what was left after each.

    Lots that are the same goods are weighed together. At most 500 entries; the last answer says
    whether there are more. Raises UnknownLot, NotPermitted, NotYourOperator.
    """
    lot = lot_by_id(uow, lot_id)
    product = product_by_id(uow, lot.product_id)
    weighed = [
        LotWeighed(
            product_name=product.name,
            lot_number=lot.number or str(lot.produced_on),
            came=one.came,
            went=one.went,
            left=one.left,
            unit=one.unit,
            expires_on=str(lot.expires_on),
            kinds=tuple(_kinds(uow, one, lot)),
        )
        for one in lots_weighed(uow, operator_id, [lot_id])
    ]
    if not weighed:
        raise UnknownLot(lot=lot_id)
    lines, cut = lines_about(uow, operator_id, same_lots(uow, [lot_id])[0])
    return weighed, _steps(lines), cut


def _steps(lines: Iterable[BookLine]) -> list[Step]:
    left: dict[str, Decimal] = {}
    found = []
    for line in lines:
        if line.corrected_by or line.kind not in _WEIGHED:
            continue
        unit = unit_named(line.unit)
        amount = Decimal(line.quantity)
        is_in = line.kind in _IN or line.role == "output"
        left[unit.code] = left.get(unit.code, Decimal(0)) + (amount if is_in else -amount)
        found.append(
            Step(
                reference=line.reference,
                kind=line.kind,
                on=str(line.at)[:16].replace("T", " "),
                partner_name=line.partner_name,
                is_in=is_in,
                quantity=amount,
                left=left[unit.code],
                unit=line.unit,
            )
        )
    return found
