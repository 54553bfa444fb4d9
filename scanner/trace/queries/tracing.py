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
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from sqlalchemy.exc import DBAPIError

from ledger.entries.terms import Alias, RowKind
from ledger.kernel.moment import from_stored
from ledger.kernel.uow import UnitOfWork
from scanner.trace import errors
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.sameness import Known, canonical_lots, pools_said, pools_to_follow
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import (
    Direction,
    EntryNamed,
    Limit,
    Limits,
    LotShown,
    Node,
    OperatorShown,
    Row,
    Trace,
    TraceAsked,
)

_OF_E = "e.lot, e.ts, e.kind, e.op, e.other, e.qty, e.id, e.doc, e.unit, e.precision, e.flags"
_CUT = frozenset({Limit.LOTS, Limit.ROWS})
_USE, _ALIAS = int(RowKind.USE), int(RowKind.ALIAS)  # 4 and 9 in the statements below
_MOVES = (int(RowKind.DISPATCH), int(RowKind.RECEIPT))
_FIRST_WORD = 1000  # units kept as text are numbered from here
_CANCELLED = "57014"
_DOWN, _UP = (Alias.SAME, Alias.SOURCE), (Alias.SAME, Alias.POOL)  # as in the statements below

# What a lot leads to, per direction: downstream its outputs and aliases in one index probe.
# An alias has a direction in ``unit`` (``Alias``): downstream to pools, upstream to sources.
_NEXT_DOWN = (
    "SELECT d.other AS lot FROM entry d "
    "WHERE d.lot = l.lot AND d.kind IN (4, 9) AND (d.kind = 4 OR d.unit IN (0, 1))"
)
_NEXT_UP = (
    "(SELECT d.lot FROM entry d WHERE d.other = l.lot AND d.kind = 4) UNION ALL "
    "(SELECT d.other FROM entry d WHERE d.lot = l.lot AND d.kind = 9 AND d.unit IN (0, 2))"
)
_ONE_SHOT = """
WITH RECURSIVE l(lot) AS (
  SELECT unnest(%(roots)s::int[])
  UNION
  SELECT n.lot FROM l CROSS JOIN LATERAL ({following} OFFSET 0) n
), reached AS (SELECT lot FROM l LIMIT %(lots)s)
SELECT * FROM (
  SELECT r.lot AS reached, {columns} FROM reached r
  LEFT JOIN LATERAL (SELECT {columns} FROM entry e WHERE e.lot = r.lot OFFSET 0) e ON true
) rows LIMIT %(rows)s
"""
_LEVEL = """
SELECT e.lot, {columns} FROM entry e WHERE e.lot = ANY(%(lots)s::int[])
ORDER BY e.lot, e.ts LIMIT %(rows)s
"""
_MADE_FROM = """
SELECT e.lot, {columns} FROM entry e WHERE e.other = ANY(%(lots)s::int[]) AND e.kind = 4
LIMIT %(rows)s
"""
# What some operators did with lots of others that they hold as their own: no other's rows.
_HAD = """
SELECT e.lot, {columns} FROM unnest(%(lots)s::int[]) AS s(lot) CROSS JOIN LATERAL (
  SELECT {columns} FROM entry e WHERE e.lot = s.lot
    AND (e.op = ANY(%(who)s::int[]) OR e.kind = 10
         OR e.kind IN (2, 3) AND e.other = ANY(%(who)s::int[])) OFFSET 0) e
LIMIT %(rows)s
"""
_ALL_OF = (
    "SELECT m.id, coalesce(h.merged_into, h.id) FROM subject h JOIN subject m "
    "ON m.id = coalesce(h.merged_into, h.id) OR m.merged_into = coalesce(h.merged_into, h.id) "
    "WHERE h.id = ANY(%(ids)s::int[])"
)
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


@dataclass(slots=True)
class _Fetched:
    """What was read: rows, the lots they are complete for, what cut them, and how many trips."""

    rows: list[Row] = field(default_factory=list)
    lots: set[int] = field(default_factory=set)
    limits: set[Limit] = field(default_factory=set)
    trips: int = 0
    pools: bool = False


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
    fetched = _Fetched()
    if asked.limits.milliseconds is not None:
        _ask(
            uow,
            fetched,
            "SELECT set_config('statement_timeout', %(ms)s, true)",
            ms=str(asked.limits.milliseconds),
        )
    for direction in (Direction.DOWN, Direction.UP):
        if asked.direction in (direction, Direction.BOTH):
            _fetch(uow, fetched, asked, direction)
    _add_pooled(uow, fetched, asked)
    if asked.direction is not Direction.UP:
        _add_other_inputs(uow, fetched, asked.limits)
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


def _ask(uow: UnitOfWork, fetched: _Fetched, sql: str, **parameters: Any) -> list[Any]:
    """The rows of one statement as plain tuples."""
    fetched.trips += 1
    statement = sql.replace("{columns}", _OF_E)
    result = uow.session.connection().exec_driver_sql(statement, parameters)
    cursor: Any = result.cursor
    return list(cursor.fetchall())


def _fetch(uow: UnitOfWork, fetched: _Fetched, asked: TraceAsked, direction: Direction) -> None:
    if asked.level_wise:
        reached, rows = _by_levels(uow, fetched, asked, direction)
    else:
        reached, rows = _at_once(uow, fetched, asked, direction)
    fetched.rows += [row for row in rows if row.lot not in fetched.lots]
    fetched.lots |= reached


def _at_once(
    uow: UnitOfWork, fetched: _Fetched, asked: TraceAsked, direction: Direction
) -> tuple[set[int], list[Row]]:
    following = _NEXT_DOWN if direction is Direction.DOWN else _NEXT_UP
    found = _ask(
        uow,
        fetched,
        _ONE_SHOT.format(following=following, columns=_OF_E),
        roots=sorted(asked.lots),
        lots=asked.limits.lots + 1,
        rows=asked.limits.rows + 1,
    )
    return _cut(found, asked.limits, fetched)


def _by_levels(
    uow: UnitOfWork, fetched: _Fetched, asked: TraceAsked, direction: Direction
) -> tuple[set[int], list[Row]]:
    found: list[Any] = []
    seen: set[int] = set()
    level = sorted(set(asked.lots))
    while level and len(seen) <= asked.limits.lots and len(found) <= asked.limits.rows:
        seen.update(level)
        mine = _ask(uow, fetched, _LEVEL, lots=level, rows=asked.limits.rows + 1)
        known = {row[0] for row in mine}
        found += [*mine, *((lot, *[None] * 11) for lot in level if lot not in known)]
        level = sorted(_next_level(uow, fetched, (level, mine), asked.limits, direction) - seen)
    return _cut(found, asked.limits, fetched)


def _next_level(
    uow: UnitOfWork,
    fetched: _Fetched,
    here: tuple[list[int], list[Any]],
    limits: Limits,
    direction: Direction,
) -> set[int]:
    level, rows = here
    if direction is Direction.DOWN:
        return {row[5] for row in rows if row[3] == _USE or (row[3] == _ALIAS and row[9] in _DOWN)}
    made_from = _ask(uow, fetched, _MADE_FROM, lots=level, rows=limits.rows + 1)
    aliased = {row[5] for row in rows if row[3] == _ALIAS and row[9] in _UP}
    return {row[0] for row in made_from} | aliased


def _cut(found: list[Any], limits: Limits, fetched: _Fetched) -> tuple[set[int], list[Row]]:
    """Keep whole lots within the limits, nearest to the roots first; the first lot always stays.

    A lot that does not fit is left out altogether, so that what the answer says of a lot is all of
    it; only where the first lot alone is too large, its first rows stay.
    """
    order = list(dict.fromkeys(row[0] for row in found))
    if len(order) > limits.lots:
        fetched.limits.add(Limit.LOTS)
        order = order[: limits.lots]
    if len(found) > limits.rows:
        fetched.limits.add(Limit.ROWS)
        found = found[: limits.rows]
        whole = order.index(found[-1][0]) if found[-1][0] in order else len(order)
        order = order[: max(1, whole)]
    kept = set(order)
    rows = [Row._make(row[1:]) for row in found if row[0] in kept and row[1] is not None]
    return kept, rows


def _add_other_inputs(uow: UnitOfWork, fetched: _Fetched, limits: Limits) -> None:
    """Which other lots went into the same transformations: named by the links, not followed."""
    made = {row.other for row in fetched.rows if row.kind == _USE} & fetched.lots
    if not made:
        return
    known = set(fetched.rows) if fetched.pools else set()
    for row in _ask(uow, fetched, _MADE_FROM, lots=sorted(made), rows=limits.rows):
        read = Row._make(row[1:])
        if row[0] not in fetched.lots and read not in known:
            fetched.rows.append(read)


def _add_pooled(uow: UnitOfWork, fetched: _Fetched, asked: TraceAsked) -> None:
    """What else is in the lots that operators hand on as their own, and what left as theirs.

    Of each other source only the operator's own part is read, for its totals. Where it sent goods
    on under their source's name, they may be any of what it had: then that lot is followed too.
    """
    if not any(row.kind == _ALIAS and row.unit != Alias.SAME for row in fetched.rows):
        return
    fetched.pools = True
    merged: dict[int, int] = {}
    while True:
        same_lot = canonical_lots(_same_goods(fetched.rows), {})
        _learn_merged(uow, fetched, merged)
        said = pools_said(fetched.rows, same_lot, merged)
        parts = _parts(uow, fetched, asked.limits, said, merged)
        following = pools_to_follow(
            [*fetched.rows, *parts],
            said,
            Known(fetched.lots, same_lot, merged, asked.operator_id, frozenset(asked.lots)),
        )
        more = {
            direction: lots
            for direction, lots in following.items()
            if lots and asked.direction in (direction, Direction.BOTH)
        }
        if not more or len(fetched.rows) > asked.limits.rows or fetched.limits & _CUT:
            fetched.rows += parts
            return
        for direction, lots in more.items():
            _fetch(uow, fetched, replace(asked, lots=tuple(sorted(lots))), direction)


def _learn_merged(uow: UnitOfWork, fetched: _Fetched, merged: dict[int, int]) -> None:
    """Which numbers are read as the operators that hold lots as their own."""
    holders = {row.op for row in fetched.rows if row.kind == _ALIAS and row.op} - merged.keys()
    if holders:
        merged |= dict(_ask(uow, fetched, _ALL_OF, ids=sorted(holders)))


def _parts(
    uow: UnitOfWork,
    fetched: _Fetched,
    limits: Limits,
    said: Mapping[Node, int],
    merged: Mapping[int, int],
) -> list[Row]:
    """What the holders of the lots read did with the sources of these that were not read."""
    wanted = {node for node, pool in said.items() if pool in fetched.lots}
    lots = sorted({node.lot for node in wanted} - fetched.lots)
    if len(lots) > limits.sources:
        fetched.limits.add(Limit.SOURCES)
        lots = lots[-limits.sources :]
    if not lots:
        return []
    holders = {node.operator for node in wanted}
    who = sorted(number for number, target in merged.items() if target in holders)
    rows = _ask(uow, fetched, _HAD, lots=lots, who=who, rows=limits.rows + 1)
    if len(rows) > limits.rows:
        fetched.limits.add(Limit.SOURCES)
    return [Row._make(row[1:]) for row in rows[: limits.rows]]


def _same_goods(rows: Iterable[Row]) -> list[tuple[int, int]]:
    return [(row.lot, row.other) for row in rows if row.kind == _ALIAS and row.unit == Alias.SAME]


def _with_first_lots(uow: UnitOfWork, fetched: _Fetched, answer: Trace) -> Trace:
    """Name each transformation by the one reference its filer was given."""
    named = [link.entries[0] for link in answer.transformations]
    if not named:
        return answer
    first = dict(
        _ask(
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
    uow: UnitOfWork, fetched: _Fetched, rows: Iterable[Row], asked: TraceAsked
) -> tuple[dict[int, OperatorShown], dict[int, int]]:
    ids = {row.op for row in rows} | {row.other for row in rows if row.kind in _MOVES}
    ids.discard(0)
    if asked.operator_id is not None:
        ids.add(asked.operator_id)
    return _named(uow, fetched, ids)


def _named(
    uow: UnitOfWork, fetched: _Fetched, ids: Iterable[int]
) -> tuple[dict[int, OperatorShown], dict[int, int]]:
    """Operators by the id they are read as, and which ids are read as another."""
    shown: dict[int, OperatorShown] = {}
    same: dict[int, int] = {}
    for asked, number, uscc, name, kind, division, registered in _ask(
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
    fetched: _Fetched,
    rows: Sequence[Row],
    asked: TraceAsked,
    same_operator: Mapping[int, int],
) -> tuple[dict[int, LotShown], Reading]:
    ids = {row.lot for row in rows} | set(asked.lots)
    ids |= {row.other for row in rows if row.kind in (_USE, _ALIAS)}
    found = _ask(uow, fetched, _LOTS, ids=sorted(ids))
    shown = {row[0]: _lot(row) for row in found}
    packs = {row[0]: Fraction(row[14]) for row in found if row[13] not in (None, row[1])}
    doubtful = {row[0]: (row[0] in packs, bool(row[12])) for row in found}
    aliases = _same_goods(rows)
    numbers = {row.unit for row in rows if row.unit >= _FIRST_WORD}
    words = dict(_ask(uow, fetched, _WORDS, ids=sorted(numbers))) if numbers else {}
    return shown, Reading(
        same_lot=canonical_lots(aliases, doubtful),
        same_operator=same_operator,
        contains=packs,
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
