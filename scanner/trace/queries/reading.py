"""Reading the rows a trace can concern: in one statement, or level by level on a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ledger.entries.terms import Alias, RowKind
from ledger.kernel.placement import is_cluster
from ledger.kernel.statements import give_up_after
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import known_answers, statements
from scanner.trace.queries.known_answers import Said
from scanner.trace.queries.names import Names
from scanner.trace.rules.columns import Columns, columns_of, packed
from scanner.trace.terms import Direction, Limit, Limits, Row, Trace, TraceAsked

_USE, _ALIAS = int(RowKind.USE), int(RowKind.ALIAS)
_DOWN, _UP = (Alias.SAME, Alias.SOURCE), (Alias.SAME, Alias.POOL)


@dataclass(slots=True)
class Fetched:
    """What was read: rows, the lots they are complete for, what cut them, and how many trips.

    ``columns`` are the rows of ``lots``, ``aside`` what else went into the same transformations,
    ``parts`` rows of lots that were read for one holder only. ``names`` are those of everything
    the first two speak of, as long as ``is_named``. ``said`` is the question with what the store
    answered, where that may be all the answer is made of, and ``known`` the answer, where this
    process has made it of just this before.
    """

    columns: Columns = field(default_factory=lambda: columns_of(b""))
    aside: Columns = field(default_factory=lambda: columns_of(b""))
    parts: list[Row] = field(default_factory=list)
    lots: set[int] = field(default_factory=set)
    limits: set[Limit] = field(default_factory=set)
    names: Names = field(default_factory=Names)
    trips: int = 0
    is_named: bool = True
    said: Said | None = None
    known: Trace | None = None

    @property
    def rows(self) -> list[Row]:
        """The rows of the lots as objects."""
        return self.columns.rows()

    @property
    def all_rows(self) -> list[Row]:
        """Everything that was read as objects."""
        return [*self.rows, *self.aside.rows(), *self.parts]


def ask(uow: UnitOfWork, fetched: Fetched, sql: str, **parameters: Any) -> list[Any]:
    """The rows of one statement as plain tuples."""
    fetched.trips += 1
    result = uow.session.connection().exec_driver_sql(sql, parameters)
    cursor: Any = result.cursor
    return list(cursor.fetchall())


def fetch(uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction) -> None:
    """Read all rows of the lots asked for and of those they lead to in one direction."""
    if asked.level_wise or is_cluster(uow.session.connection()):
        reached, read = _by_levels(uow, fetched, asked, direction)
        fetched.is_named = False
    else:
        reached, read = _at_once(uow, fetched, asked, direction)
    if fetched.lots & set(reached):
        read = read.only(~np.isin(read.lot, list(fetched.lots)))
    fetched.columns = fetched.columns.with_all_of(read) if fetched.lots else read
    fetched.lots.update(reached)


def _at_once(
    uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction
) -> tuple[list[int], Columns]:
    """Find, read and name in one round trip; the connection plans the statement once."""
    fetched.trips += 1
    statement = statements.DOWN if direction is Direction.DOWN else statements.UP
    statement = statements.ALONE if asked.alone else statement
    limits = asked.limits
    roots = ",".join(map(str, sorted(asked.lots)))
    given = (roots, limits.lots + 1, limits.rows + 1, asked.operator_id)
    if limits.milliseconds is not None:
        give_up_after(uow.session, limits.milliseconds)
    (found,) = statement.rows(uow.session, *given)
    if known_answers.may_be_kept(asked):
        fetched.said = known_answers.said(asked, found)
        fetched.known = known_answers.known(fetched.said)
        if fetched.known is not None:
            return [], fetched.columns
    fetched.names.add(found)
    if found.beside:
        fetched.aside = fetched.aside.with_all_of(columns_of(found.beside))
    order = np.frombuffer(found.reached or b"", ">i4").tolist()
    return _cut(order, columns_of(found.whole or b""), limits, fetched)


def _by_levels(
    uow: UnitOfWork, fetched: Fetched, asked: TraceAsked, direction: Direction
) -> tuple[list[int], Columns]:
    found: list[Row] = []
    seen: dict[int, None] = {}
    level = sorted(set(asked.lots))
    while level and len(seen) <= asked.limits.lots and len(found) <= asked.limits.rows:
        seen.update(dict.fromkeys(level))
        mine = rows_of(uow, fetched, statements.LEVEL, lots=level, rows=asked.limits.rows + 1)
        found += mine
        following = _next_level(uow, fetched, (level, mine), asked, direction)
        level = sorted(following - seen.keys())
    return _cut(list(seen), columns_of(packed(found)), asked.limits, fetched)


def rows_of(uow: UnitOfWork, fetched: Fetched, sql: str, **parameters: Any) -> list[Row]:
    """The rows of the book a statement gives."""
    return [Row._make(row) for row in ask(uow, fetched, sql, **parameters)]


def _next_level(
    uow: UnitOfWork,
    fetched: Fetched,
    here: tuple[list[int], list[Row]],
    asked: TraceAsked,
    direction: Direction,
) -> set[int]:
    level, rows = here
    if direction is Direction.DOWN:
        made = set() if asked.alone else {row.other for row in rows if row.kind == _USE}
        return made | {row.other for row in rows if row.kind == _ALIAS and row.unit in _DOWN}
    most = asked.limits.rows + 1
    made_from = rows_of(uow, fetched, statements.MADE_FROM, lots=level, rows=most)
    aliased = {row.other for row in rows if row.kind == _ALIAS and row.unit in _UP}
    return {row.lot for row in made_from} | aliased


def _cut(
    order: list[int], rows: Columns, limits: Limits, fetched: Fetched
) -> tuple[list[int], Columns]:
    """Keep whole lots within the limits, nearest to the roots first; the first lot always stays.

    A lot that does not fit is left out altogether, so that what the answer says of a lot is all of
    it; only where the first lot alone is too large, its first rows stay.
    """
    kept, most = order, limits.rows
    if len(kept) <= limits.lots and len(rows) <= most:
        return kept, rows
    if len(kept) > limits.lots:
        fetched.limits.add(Limit.LOTS)
        kept = kept[: limits.lots]
    within = np.arange(len(rows)) < most
    if len(rows) > most:
        fetched.limits.add(Limit.ROWS)
        last = int(rows.lot[most - 1])
        kept = kept[: max(1, kept.index(last) if last in kept else len(kept))]
    return kept, rows.only(within & np.isin(rows.lot, kept))


def add_other_inputs(uow: UnitOfWork, fetched: Fetched, limits: Limits) -> None:
    """Which other lots went into the same transformations: named by the links, not followed."""
    rows = [*fetched.rows, *fetched.parts]
    made = {row.other for row in rows if row.kind == _USE} & fetched.lots
    known = set(fetched.parts)
    found: Iterable[Row] = ()
    if made:
        asked = {"lots": sorted(made), "rows": limits.rows}
        found = rows_of(uow, fetched, statements.MADE_FROM, **asked)
    beside = [row for row in found if row.lot not in fetched.lots and row not in known]
    fetched.aside = columns_of(packed(beside))


def keep_other_inputs(fetched: Fetched) -> None:
    """Of what was read beside the lots, that which went into one of them and is not one itself."""
    beside, lots = fetched.aside, list(fetched.lots)
    if len(beside):
        fetched.aside = beside.only(np.isin(beside.other, lots) & ~np.isin(beside.lot, lots))
