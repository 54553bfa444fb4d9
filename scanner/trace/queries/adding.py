"""What each operator has of all lots of a product, whatever page of them is being shown."""

from __future__ import annotations

from dataclasses import replace

from ledger.kernel.uow import UnitOfWork
from ledger.products import queries as products
from scanner.trace.queries.tracing import trace
from scanner.trace.rules.totals import Adding
from scanner.trace.rules.visibility import own_view
from scanner.trace.terms import Direction, Totals, TraceAsked

_PAGE = 200  # lots read at once: what is in memory does not grow with the product
LOTS_MAX = 5_000


def totals_of_product(
    uow: UnitOfWork, product_id: int, asked: TraceAsked, *, is_own: bool = False
) -> Totals:
    """The sums of every operator over all lots of a product, and whether a limit cut them.

    ``asked`` is the question of one page, whose lots do not matter; with ``is_own`` only what its
    operator may see is counted. Lots are read page by page, as far as ``asked.limits.rows`` and
    LOTS_MAX allow.
    """
    adding, before = Adding(), None
    # whoever holds the lots themselves: what was made of them need not be read for that
    alone = asked.operator_id is None and asked.direction is not Direction.UP
    question = replace(asked, alone=True, direction=Direction.DOWN) if alone else asked
    while True:
        page = products.lots_of_product(uow, product_id, before=before, limit=_PAGE)
        lots = tuple(lot.id for lot in page.items)
        found = trace(uow, replace(question, lots=lots))
        if is_own and asked.operator_id is not None:
            found = own_view(found, asked.operator_id)
        adding.add(found, len(lots))
        before = page.next
        is_cut = adding.lots >= LOTS_MAX or adding.rows >= asked.limits.rows
        if before is None or is_cut or found.limits:
            complete = before is None and not found.limits
            return Totals(tuple(adding.totals()), adding.lots, complete)
