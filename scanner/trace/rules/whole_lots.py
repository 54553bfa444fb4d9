"""The trace of whole lots downstream, the commonest question, in columns instead of objects.

It says what ``answer.trace_rows`` says of the same rows (held against it on random towns), where
nothing makes reading them harder: no lot counts as another, and all quantities as they are
stored. Deliveries and totals, which make a large trace large, are reckoned column by column;
transformations, which are few, as everywhere.
"""

from __future__ import annotations

import numpy as np

from ledger.entries.terms import RowKind
from scanner.trace.rules.answer import lots_in_order, transformations_in
from scanner.trace.rules.columns import Columns, in_force
from scanner.trace.rules.facts import Facts, facts_of, index_changes, join_change
from scanner.trace.rules.lots_book import LotsBook
from scanner.trace.rules.measures import measure_of
from scanner.trace.rules.reach import lots_made_of
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import Row, Trace, TraceAsked

_TURNS = np.isin(np.arange(int(RowKind.VOID) + 1), (int(RowKind.USE), int(RowKind.YIELD)))
_ALIAS = int(RowKind.ALIAS)


def may_be_read_in_columns(rows: Columns, reading: Reading) -> bool:
    """Whether nothing stands in the way of adding these rows up as they are."""
    if reading.same_lot or reading.contains or reading.cases:
        return False
    return not (rows.kind == _ALIAS).any()


def trace_whole_lots(
    rows: Columns, beside: list[Row], reading: Reading, asked: TraceAsked, within: frozenset[int]
) -> Trace:
    """The answer to what became of whole lots.

    ``within`` are the stored lots of ``rows``, which are complete; ``beside`` are the uses of
    other lots in the same transformations. Links, events and holders are made into objects when
    somebody looks at them.
    """
    rows, gone = in_force(rows)
    facts = _changes_in(rows, [row for row in beside if row.id not in gone], reading, within)
    roots = tuple(dict.fromkeys(asked.lots))
    reached = lots_made_of(facts, roots)
    book = LotsBook(
        rows, facts
    )  # also says when lots that are not reached came to whoever used them
    if not reached >= within:
        book = LotsBook(rows.only(np.isin(rows.lot, list(reached))), facts)
    changes = [
        change
        for change in facts.changes.values()
        if not (reached.isdisjoint(change.inputs) and reached.isdisjoint(change.outputs))
    ]
    lots = lots_in_order(changes, book.ends.lots, roots)
    order = {lot: place for place, lot in enumerate(lots)}
    return Trace(
        roots=roots,
        direction=asked.direction,
        operator_id=None,
        holders=book.holders(order),
        movements=book.movements(),
        transformations=tuple(transformations_in(facts, changes)),
        events=book.events(),
        gaps=tuple(book.gaps(order)),
    )


def _changes_in(
    rows: Columns, beside: list[Row], reading: Reading, within: frozenset[int]
) -> Facts:
    """The transformations among the rows, with what went in of lots not followed."""
    facts = Facts(reading)
    turned = [rows.row(place) for place in np.flatnonzero(_TURNS[rows.kind]).tolist()]
    for fact in facts_of([*turned, *beside], facts):
        join_change(facts, fact)
    if facts.changes:
        index_changes(facts, within)
    for lot, unit in rows.written():
        facts.units[lot, measure_of(unit)].add(unit)
    return facts
