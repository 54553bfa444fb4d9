"""The trace over the store: one query for all rows it can concern, names set-wise, one pass.

On one server the lots a question can reach are found and read in one statement, a recursive walk
over lots (never over holders) whose inner look-ups are LATERAL with OFFSET 0, so that the planner
probes the covering index lot by lot. A cluster cannot run that statement; there the same rows are
read level by level. Both give equal answers. However large the trace, the number of statements is
at most six (and one or two a level on a cluster), and a few more where goods went on under the
name of whoever had received them (decision 13).

Names are read as bare columns: as objects, thousands of names would cost more than the trace.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

from sqlalchemy.exc import DBAPIError

from ledger.entries.terms import RowKind
from ledger.kernel.moment import from_stored
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import countings
from scanner.trace import errors
from scanner.trace.queries.pooling import add_pooled, same_goods_said
from scanner.trace.queries.reading import Fetched, add_other_inputs, ask, fetch
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.measures import CASE, measure_of
from scanner.trace.rules.sameness import canonical_lots
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import (
    Direction,
    EntryNamed,
    LotShown,
    OperatorShown,
    Row,
    Trace,
    TraceAsked,
)

_MOVES = (int(RowKind.DISPATCH), int(RowKind.RECEIPT))
_FIRST_WORD = 1000  # units kept as text are numbered from here
_CANCELLED = "57014"
_USE, _ALIAS = int(RowKind.USE), int(RowKind.ALIAS)

_OPERATORS = (
    "SELECT a.id, s.id, s.uscc, s.name, s.kinds[1], s.division, s.registered "
    "FROM subject a JOIN subject s ON s.id = coalesce(a.merged_into, a.id) "
    "WHERE a.id = ANY(%(ids)s::int[])"
)
_LOTS = (
    "SELECT l.id, l.product_id, p.gtin, p.name, p.spec, l.number, l.lot_key, "
    "coalesce(l.producer_id, p.producer_id), l.produced_at, l.produced_precision, l.expires_at, "
    "l.expires_precision, l.assumed_producer, p.base_id, p.contains "
    "FROM lot l JOIN product p ON p.id = l.product_id WHERE l.id = ANY(%(ids)s::int[])"
)
# The public reference of an entry with several lots holds its first one, which only its note says.
_FIRST_LOTS = (
    "SELECT id, (said->'lots'->>0)::int FROM entry_note "
    "WHERE lot = ANY(%(lots)s::int[]) AND id = ANY(%(ids)s::bigint[]) "
    "AND jsonb_exists(said, 'lots')"
)
_WORDS = "SELECT id, word FROM unit_word WHERE id = ANY(%(ids)s::int[])"


def trace(uow: UnitOfWork, asked: TraceAsked) -> Trace:
    """Who had a lot before and after, how it moved, what is missing, and what cut the answer.

    Refuses: TooSlow when the database reaches its time limit. An operator who never had the lot
    has an empty trace. Costs few statements whatever the size (see the module).
    """
    try:
        with _collector_at_rest():
            return _traced(uow, asked)
    except DBAPIError as problem:
        if getattr(problem.orig, "pgcode", None) == _CANCELLED:
            raise errors.TooSlow from problem
        raise


def _traced(uow: UnitOfWork, asked: TraceAsked) -> Trace:
    fetched = Fetched()
    if asked.limits.milliseconds is not None:
        ask(
            uow,
            fetched,
            "SELECT set_config('statement_timeout', %(ms)s, true)",
            ms=str(asked.limits.milliseconds),
        )
    for direction in (Direction.DOWN, Direction.UP):
        if asked.direction in (direction, Direction.BOTH):
            fetch(uow, fetched, asked, direction)
    add_pooled(uow, fetched, asked)
    if asked.direction is not Direction.UP:
        add_other_inputs(uow, fetched, asked.limits)
    rows = fetched.rows
    operators, same_operator = _operators(uow, fetched, rows, asked)
    lots, reading = _lots(uow, fetched, rows, asked, same_operator)
    answer = trace_rows(rows, reading, asked, within=frozenset(fetched.lots))
    answer = _with_first_lots(uow, fetched, answer)
    makers = {lot.producer_id for lot in lots.values() if lot.producer_id} - operators.keys()
    if makers:
        operators |= _named(uow, fetched, makers)[0]
    return replace(
        answer,
        operators=operators,
        lots=lots,
        limits=tuple(sorted(fetched.limits)),
        rows_read=len(rows),
        round_trips=fetched.trips,
    )


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let the garbage collector wait: a large answer is many small objects that all stay.

    Measured on 16,000 rows: it walked over them again and again and took half of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_first_lots(uow: UnitOfWork, fetched: Fetched, answer: Trace) -> Trace:
    """Name each transformation by the one reference its filer was given."""
    named = [link.entries[0] for link in answer.transformations]
    if not named:
        return answer
    first = dict(
        ask(
            uow,
            fetched,
            _FIRST_LOTS,
            lots=sorted({each.lot for each in named}),
            ids=sorted({each.id for each in named}),
        )
    )

    def one(entries: tuple[EntryNamed, ...]) -> tuple[EntryNamed, ...]:
        found = {
            each.id: EntryNamed(lot=first.get(each.id, each.lot), id=each.id)
            for each in reversed(entries)
        }
        return tuple(sorted(found.values(), key=lambda each: each.id))

    return replace(
        answer,
        transformations=tuple(
            replace(link, entries=one(link.entries)) for link in answer.transformations
        ),
        gaps=tuple(gap._replace(entries=one(gap.entries)) for gap in answer.gaps),
    )


def _operators(
    uow: UnitOfWork, fetched: Fetched, rows: Iterable[Row], asked: TraceAsked
) -> tuple[dict[int, OperatorShown], dict[int, int]]:
    ids = {row.op for row in rows} | {row.other for row in rows if row.kind in _MOVES}
    ids.discard(0)
    if asked.operator_id is not None:
        ids.add(asked.operator_id)
    return _named(uow, fetched, ids)


def _named(
    uow: UnitOfWork, fetched: Fetched, ids: Iterable[int]
) -> tuple[dict[int, OperatorShown], dict[int, int]]:
    """Operators by the id they are read as, and which ids are read as another."""
    shown: dict[int, OperatorShown] = {}
    same: dict[int, int] = {}
    for asked, number, uscc, name, kind, division, registered in ask(
        uow, fetched, _OPERATORS, ids=sorted(ids)
    ):
        if asked != number:
            same[asked] = number
        shown[number] = OperatorShown(
            id=number,
            uscc=uscc,
            name=name,
            kind=kind or "",
            division=division,
            registered=registered,
        )
    return shown, same


def _lots(
    uow: UnitOfWork,
    fetched: Fetched,
    rows: Sequence[Row],
    asked: TraceAsked,
    same_operator: Mapping[int, int],
) -> tuple[dict[int, LotShown], Reading]:
    ids = {row.lot for row in rows} | set(asked.lots)
    ids |= {row.other for row in rows if row.kind in (_USE, _ALIAS)}
    found = ask(uow, fetched, _LOTS, ids=sorted(ids))
    shown = {row[0]: _lot(row) for row in found}
    packs = {row[0]: Fraction(row[14]) for row in found if row[13] not in (None, row[1])}
    doubtful = {row[0]: (row[0] in packs, bool(row[12])) for row in found}
    aliases = same_goods_said(rows)
    numbers = {row.unit for row in rows if row.unit >= _FIRST_WORD}
    words = dict(ask(uow, fetched, _WORDS, ids=sorted(numbers))) if numbers else {}
    in_cases = {row.lot for row in rows if measure_of(row.unit) == CASE} - packs.keys()
    known = countings(uow, in_cases) if in_cases else {}
    return shown, Reading(
        same_lot=canonical_lots(aliases, doubtful),
        same_operator=same_operator,
        contains=packs,
        cases={lot: Fraction(it.case_contains) for lot, it in known.items() if it.case_contains},
        words=words,
    )


def _lot(row: Any) -> LotShown:
    number, product, gtin, name, spec, printed, key, producer, made, made_p, ends, ends_p = row[:12]
    return LotShown(
        id=number,
        gtin=gtin,
        number=printed or key.partition(":")[2],
        product_id=product,
        product=name,
        spec=spec,
        producer_id=producer,
        produced_on=from_stored(made, made_p) if made_p else None,
        expires_on=from_stored(ends, ends_p) if ends_p else None,
    )
