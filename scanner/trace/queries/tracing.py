"""The trace over the store: one statement for everything it can concern, then one pass.

On one server the lots a question can reach are found, read and named in one round trip a
direction. A cluster cannot run that statement; there the same rows are read level by level. Both
give equal answers. A few statements more are asked where goods went on under the name of whoever
had received them (decision 13), where a limit cut the answer, and for words and packs of units.

Whole lots downstream, the commonest question, are reckoned in columns (``rules.whole_lots``), all
others row by row; a test holds the one against the other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

import numpy as np
from sqlalchemy.exc import DBAPIError

from ledger.entries.terms import Alias, RowKind
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import countings
from scanner.trace import errors
from scanner.trace.queries import statements
from scanner.trace.queries.known_answers import keep
from scanner.trace.queries.names import Lots, Names
from scanner.trace.queries.pooling import add_pooled, same_goods_said
from scanner.trace.queries.reading import (
    Fetched,
    add_other_inputs,
    ask,
    fetch,
    keep_other_inputs,
)
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.columns import in_force
from scanner.trace.rules.later import collector_at_rest
from scanner.trace.rules.measures import CASE, FIRST_WORD, measure_of
from scanner.trace.rules.pruning import is_narrow, rows_that_matter
from scanner.trace.rules.references import with_first_lots
from scanner.trace.rules.sameness import canonical_lots
from scanner.trace.rules.shapes import Reading
from scanner.trace.rules.whole_lots import may_be_read_in_columns, trace_whole_lots
from scanner.trace.terms import Direction, Row, Trace, TraceAsked

_MOVES = (int(RowKind.DISPATCH), int(RowKind.RECEIPT))
_CANCELLED = "57014"
WORTH_PRUNING = 300  # rows; fewer are followed as quickly as they are chosen
_USE, _YIELD, _ALIAS = int(RowKind.USE), int(RowKind.YIELD), int(RowKind.ALIAS)


def trace(uow: UnitOfWork, asked: TraceAsked) -> Trace:
    """Who had a lot before and after, how it moved, what is missing, and what cut the answer.

    Refuses: TooSlow when the database reaches its time limit. An operator who never had the lot
    has an empty trace. Costs one statement a direction, whatever the size (see the module).
    """
    try:
        with collector_at_rest():
            return _traced(uow, asked)
    except DBAPIError as problem:
        if getattr(problem.orig, "pgcode", None) == _CANCELLED:
            raise errors.TooSlow from problem
        raise


def _traced(uow: UnitOfWork, asked: TraceAsked) -> Trace:
    fetched = _fetched(uow, asked)
    if fetched.known is not None:
        return fetched.known
    operators = fetched.names.operators
    lots = fetched.names.lots
    reading = _reading(uow, fetched, lots)
    answer = replace(
        _answer(fetched, reading, asked),
        operators=operators,
        lots=lots,
        limits=tuple(sorted(fetched.limits)),
        rows_read=len(fetched.columns) + len(fetched.aside) + len(fetched.parts),
        round_trips=fetched.trips,
    )
    if fetched.said is not None and fetched.trips == 1:
        keep(fetched.said, answer)
    return answer


def _answer(fetched: Fetched, reading: Reading, asked: TraceAsked) -> Trace:
    within, rows = frozenset(fetched.lots), fetched.columns
    in_columns = not fetched.parts and may_be_read_in_columns(rows, reading)
    if in_columns and asked.direction is Direction.DOWN and asked.operator_id is None:
        firsts = fetched.names.firsts
        return trace_whole_lots(rows, fetched.aside, reading, asked, within, firsts)
    answer = _by_row(fetched, reading, asked, is_plain=in_columns)
    return with_first_lots(answer, fetched.names.firsts)


def _by_row(fetched: Fetched, reading: Reading, asked: TraceAsked, *, is_plain: bool) -> Trace:
    """The answer row by row, after those that cannot matter are left out where that pays."""
    within, rows = frozenset(fetched.lots), fetched.columns
    if not is_plain or len(rows) < WORTH_PRUNING or not is_narrow(asked):
        return trace_rows(fetched.all_rows, reading, asked, within=within)
    said, gone = in_force(rows)
    kept = said.only(rows_that_matter(said, reading, asked)).rows()
    kept += [row for row in fetched.aside.rows() if row.id not in gone]
    return trace_rows(kept, reading, asked, within=within, written=said.written())


def _fetched(uow: UnitOfWork, asked: TraceAsked) -> Fetched:
    """Everything the answer can be made of, with its names."""
    fetched = Fetched()
    for direction in (Direction.DOWN, Direction.UP):
        if asked.direction in (direction, Direction.BOTH):
            fetch(uow, fetched, asked, direction)
    if fetched.known is not None:
        return fetched
    plain = fetched.is_named and not fetched.limits
    if _has_pools(fetched):
        plain = False
        add_pooled(uow, fetched, asked)
    if plain:
        keep_other_inputs(fetched)
        return fetched
    fetched.said = None  # more than what was said goes into the answer
    if asked.direction is not Direction.UP:
        add_other_inputs(uow, fetched, asked.limits)
    fetched.names = _names(uow, fetched, asked)
    return fetched


def _has_pools(fetched: Fetched) -> bool:
    """Whether somebody may hand on what it received as a lot of its own."""
    rows = fetched.columns
    return bool(((rows.kind == _ALIAS) & (rows.unit != Alias.SAME)).any())


def _names(uow: UnitOfWork, fetched: Fetched, asked: TraceAsked) -> Names:
    """The names of everything the rows speak of, where they were not read with the rows."""
    rows = fetched.all_rows
    people = {row.op for row in rows} | {row.other for row in rows if row.kind in _MOVES}
    lots = {row.lot for row in rows} | set(asked.lots)
    lots |= {row.other for row in rows if row.kind in (_USE, _ALIAS)}
    notes: dict[int, int] = {}
    for row in rows:
        if row.kind in (_USE, _YIELD):
            notes[row.id] = min(row.lot, notes.get(row.id, row.lot))
    if asked.operator_id is not None:
        people.add(asked.operator_id)
    fetched.trips += 1
    ids = (sorted(lots), sorted(people), notes, notes.values(), asked.lots)
    names = Names()
    (found,) = statements.NAMES.rows(uow.session, *(",".join(map(str, each)) for each in ids))
    names.add(found)
    return names


def _reading(uow: UnitOfWork, fetched: Fetched, lots: Lots) -> Reading:
    """How the rows are read; what hardly any lot needs is asked only where one needs it."""
    packs = fetched.names.packs
    units = {*np.unique(fetched.columns.unit).tolist(), *np.unique(fetched.aside.unit).tolist()}
    units.update(row.unit for row in fetched.parts)
    words = sorted(unit for unit in units if unit >= FIRST_WORD)
    cased = [unit for unit in units if measure_of(unit) == CASE]
    rows = fetched.all_rows if cased or (fetched.columns.kind == _ALIAS).any() else []
    in_cases = {row.lot for row in rows if row.unit in cased} - packs.keys()
    known = countings(uow, in_cases) if in_cases else {}
    if in_cases:
        fetched.said = None  # how packs count goes into the answer too
    return Reading(
        same_lot=_same_lots(rows, lots, packs),
        same_operator=fetched.names.merged,
        contains=packs,
        cases={lot: Fraction(it.case_contains) for lot, it in known.items() if it.case_contains},
        words=dict(ask(uow, fetched, statements.WORDS, ids=words)) if words else {},
    )


def _same_lots(rows: list[Row], lots: Lots, packs: Collection[int]) -> dict[int, int]:
    """For every lot that is the same goods as others the one it is read as."""
    said = same_goods_said(rows)
    if not said:
        return {}
    assumed = lots.assumed
    return canonical_lots(said, {lot: (lot in packs, lot in assumed) for lot in lots})
