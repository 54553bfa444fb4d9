"""The reads of inspectors beside the trace: lots at an operator, dealers of a product."""

from __future__ import annotations

from app.food.trace.terms import DealersShown, LotsHeld, Period
from ledger.entries.queries import dealers_in
from ledger.entries.queries import lots_held as lots_held_in
from ledger.kernel.uow import UnitOfWork
from ledger.products import queries as products
from ledger.subjects import queries as subjects
from scanner.trace import errors
from scanner.trace.queries import pointed_at

PAGE = 100


def lots_held(uow: UnitOfWork, subject_id: int, period: Period, *, size: int = PAGE) -> LotsHeld:
    """A page of the lots an operator's book speaks of in a period, the last spoken of first.

    Refuses: NotPermitted, NotYourOperator, and what looking up the subject refuses.
    """
    subject = subjects.subject_by_id(uow, subject_id)
    found = lots_held_in(uow, subject.id, period.since, period.until)
    items = found[period.after : period.after + size]
    lots = products.lots_by_ids(uow, [each.lot_id for each in items])
    goods = products.products_by_ids(uow, {lot.product_id for lot in lots.values()})
    return LotsHeld(
        subject=subject,
        items=tuple(
            (each, lots[each.lot_id], goods[lots[each.lot_id].product_id]) for each in items
        ),
        total=len(found),
        next=_next(period, len(items), len(found)),
    )


def dealers(
    uow: UnitOfWork, code: str, period: Period, *, key: str, size: int = PAGE
) -> DealersShown:
    """A page of the operators whose books speak of a product in a period, most lots first.

    ``code`` points at the product or one of its lots. Refuses: NotPermitted, UnknownCode for what
    points at no one product, and what looking up the code refuses.
    """
    pointed = pointed_at(uow, code, key=key)
    if pointed.product_id is None:
        raise errors.UnknownCode(code=code[:60], field="code")
    product = products.product_by_id(uow, pointed.product_id)
    found = dealers_in(uow, product.base_id, period.since, period.until)
    items = found[period.after : period.after + size]
    names = subjects.subjects_by_ids(uow, [each.operator_id for each in items], papers=False)
    return DealersShown(
        product=product,
        items=tuple((each, names[each.operator_id]) for each in items),
        total=len(found),
        next=_next(period, len(items), len(found)),
    )


def _next(period: Period, shown: int, total: int) -> int | None:
    """How many are left out before the page that follows."""
    reached = period.after + shown
    return reached if reached < total else None
