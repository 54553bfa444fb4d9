"""The trace of whole lots downstream, the commonest question, in columns instead of objects.

It says what ``answer.trace_rows`` says of the same rows (held against it on random towns), where
nothing makes reading them harder: no lot counts as another, and all quantities as they are
stored. Deliveries, transformations and totals are reckoned column by column, and become objects
when somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ledger.entries.terms import RowKind
from scanner.trace.rules.changes import Changes
from scanner.trace.rules.columns import Columns, in_force
from scanner.trace.rules.facts import Facts
from scanner.trace.rules.later import Later
from scanner.trace.rules.lots_book import LotsBook
from scanner.trace.rules.measures import measure_of
from scanner.trace.rules.references import with_first_lot
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import Trace, TraceAsked

_ALIAS = int(RowKind.ALIAS)
_NOWHERE: Mapping[int, int] = {}


def may_be_read_in_columns(rows: Columns, reading: Reading) -> bool:
    """Whether nothing stands in the way of adding these rows up as they are."""
    if reading.same_lot or reading.contains or reading.cases:
        return False
    return not (rows.kind == _ALIAS).any()


def trace_whole_lots(
    rows: Columns,
    beside: Columns,
    reading: Reading,
    asked: TraceAsked,
    within: frozenset[int],
    firsts: Mapping[int, int] = _NOWHERE,
) -> Trace:
    """The answer to what became of whole lots.

    ``within`` are the stored lots of ``rows``, which are complete; ``beside`` are the uses of
    other lots in the same transformations. ``firsts`` gives the lot in the public reference of a
    transformation. Links, events and holders are made into objects when somebody looks at them.
    """
    rows, gone = in_force(rows)
    if gone and len(beside):
        beside = beside.only(~np.isin(beside.id, list(gone)))
    facts = Facts(reading)
    for lot, unit in rows.written():
        facts.units[lot, measure_of(unit)].add(unit)
    changes = Changes(rows, beside, reading)
    roots = tuple(dict.fromkeys(asked.lots))
    reached = changes.reached_from(roots)
    # of all lots, because it also says when those that are not reached came to whoever used them
    book = LotsBook(rows, facts, changes)
    if not reached >= within:
        book = LotsBook(rows.only(np.isin(rows.lot, list(reached))), facts, changes)
    chosen = changes.in_order(reached)
    lots = dict.fromkeys(roots)
    for number in chosen:
        for side in changes.lots[number]:
            lots.update(dict.fromkeys(side))
    lots.update(dict.fromkeys(book.ends.lots))
    order = {lot: place for place, lot in enumerate(lots)}
    return Trace(
        roots=roots,
        direction=asked.direction,
        operator_id=None,
        holders=book.holders(order),
        movements=book.movements(),
        transformations=Later(len(chosen), lambda: changes.links(chosen, facts, firsts)),
        events=book.events(),
        gaps=tuple(with_first_lot(gap, firsts) for gap in book.gaps(order)),
    )
