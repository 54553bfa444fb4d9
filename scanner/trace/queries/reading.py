"""Reading the rows a trace can concern: in one statement, or level by level on a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.entries.terms import Alias, RowKind
from ledger.kernel.uow import UnitOfWork
from scanner.trace.terms import Direction, Limit, Limits, Row, TraceAsked

_OF_E = "e.lot, e.ts, e.kind, e.op, e.other, e.qty, e.id, e.doc, e.unit, e.precision, e.flags"
_USE, _ALIAS = int(RowKind.USE), int(RowKind.ALIAS)  # 4 and 9 in the statements below
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


@dataclass(slots=True)
class Fetched:
    """What was read: rows, the lots they are complete for, what cut them, and how many trips."""

    rows: list[Row] = field(default_factory=list)
    lots: set[int] = field(default_factory=set)
    limits: set[Limit] = field(default_factory=set)
    trips: int = 0
    pools: bool = False


def ask(uow: UnitOfWork, fetched: Fetched, sql: str, **parameters: Any) -> list[Any]:
    """The rows of one statement as plain tuples."""
    fetched.trips += 1
    statement = sql.replace("{columns}", _OF_E)
    result = uow.session.connection().exec_driver_sql(statement, parameters)
    cursor: Any = result.cursor
    return list(cursor.fetchall())


def fetch(uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction) -> None:
    """Read all rows of the lots asked for and of those they lead to in one direction."""
    if asked.level_wise:
        reached, rows = _by_levels(uow, fetched, asked, direction)
    else:
        reached, rows = _at_once(uow, fetched, asked, direction)
    fetched.rows += [row for row in rows if row.lot not in fetched.lots]
    fetched.lots |= reached


def _at_once(
    uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction
) -> tuple[set[int], list[Row]]:
    following = _NEXT_DOWN if direction is Direction.DOWN else _NEXT_UP
    found = ask(
        uow,
        fetched,
        _ONE_SHOT.format(following=following, columns=_OF_E),
        roots=sorted(asked.lots),
        lots=asked.limits.lots + 1,
        rows=asked.limits.rows + 1,
    )
    return _cut(found, asked.limits, fetched)


def _by_levels(
    uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction
) -> tuple[set[int], list[Row]]:
    found: list[Any] = []
    seen: set[int] = set()
    level = sorted(set(asked.lots))
    while level and len(seen) <= asked.limits.lots and len(found) <= asked.limits.rows:
        seen.update(level)
        mine = ask(uow, fetched, _LEVEL, lots=level, rows=asked.limits.rows + 1)
        known = {row[0] for row in mine}
        found += [*mine, *((lot, *[None] * 11) for lot in level if lot not in known)]
        level = sorted(_next_level(uow, fetched, (level, mine), asked.limits, direction) - seen)
    return _cut(found, asked.limits, fetched)


def _next_level(
    uow: UnitOfWork,
    fetched: Fetched,
    here: tuple[list[int], list[Any]],
    limits: Limits,
    direction: Direction,
) -> set[int]:
    level, rows = here
    if direction is Direction.DOWN:
        return {row[5] for row in rows if row[3] == _USE or (row[3] == _ALIAS and row[9] in _DOWN)}
    made_from = ask(uow, fetched, _MADE_FROM, lots=level, rows=limits.rows + 1)
    aliased = {row[5] for row in rows if row[3] == _ALIAS and row[9] in _UP}
    return {row[0] for row in made_from} | aliased


def _cut(found: list[Any], limits: Limits, fetched: Fetched) -> tuple[set[int], list[Row]]:
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


def add_other_inputs(uow: UnitOfWork, fetched: Fetched, limits: Limits) -> None:
    """Which other lots went into the same transformations: named by the links, not followed."""
    made = {row.other for row in fetched.rows if row.kind == _USE} & fetched.lots
    if not made:
        return
    known = set(fetched.rows) if fetched.pools else set()
    for row in ask(uow, fetched, _MADE_FROM, lots=sorted(made), rows=limits.rows):
        read = Row._make(row[1:])
        if row[0] not in fetched.lots and read not in known:
            fetched.rows.append(read)
