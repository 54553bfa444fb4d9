"""What came into an operator's hands and what went, lot by lot, by its own book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ledger.entries.queries.book import may_read
from ledger.entries.queries.open import STOCK, alias_roots, with_pools
from ledger.entries.rules.amounts import SIGNS, in_base, measure_of, unit_of_measure
from ledger.entries.terms import RowKind, Weighed
from ledger.kernel.quantity import EA, plain
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import countings


def lots_weighed(uow: UnitOfWork, operator_id: int, lots: Iterable[int]) -> tuple[Weighed, ...]:
    """What came and what went of lots, one figure per kind of unit.

    Lots that are the same goods, and what they were pooled with, are weighed together under the
    first of those asked for. Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    asked = sorted(set(lots))
    if not asked:
        return ()
    roots = with_pools(uow, operator_id, alias_roots(uow, asked))
    packs = countings(uow, roots)
    came: dict[tuple[int, int], int] = defaultdict(int)
    went: dict[tuple[int, int], int] = defaultdict(int)
    for row in uow.session.execute(STOCK, {"op": operator_id, "lots": sorted(roots)}):
        measure, qty = in_base(measure_of(row.unit), int(row.qty), packs.get(row.lot))
        side = came if SIGNS[RowKind(row.kind)] > 0 else went
        side[roots[row.lot], measure] += qty
    named: dict[int, int] = {}
    for lot in asked:
        named.setdefault(roots[lot], lot)
    found = []
    for root, measure in sorted({*came, *went}):
        if root in named:
            unit = unit_of_measure(measure) or EA
            into, out = came[root, measure], went[root, measure]
            found.append(
                Weighed(
                    lot_id=named[root],
                    came=plain(into, unit),
                    went=plain(out, unit),
                    left=plain(into - out, unit),
                    unit=unit.code,
                )
            )
    return tuple(found)
