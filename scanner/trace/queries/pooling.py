"""Reading what else is in lots that operators hand on as their own (decision 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.entries.terms import Alias, RowKind
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import statements
from scanner.trace.queries.reading import Fetched, ask, fetch, rows_of
from scanner.trace.rules.sameness import Known, canonical_lots, pools_said, pools_to_follow
from scanner.trace.terms import Direction, Limit, Limits, Node, Row, TraceAsked

_ALIAS = int(RowKind.ALIAS)
_CUT = frozenset({Limit.LOTS, Limit.ROWS})


def add_pooled(uow: UnitOfWork, fetched: Fetched, asked: TraceAsked) -> None:
    """What else is in the lots that operators hand on as their own, and what left as theirs.

    Of each other source only the operator's own part is read, for its totals. Where it sent goods
    on under their source's name, they may be any of what it had: then that lot is followed too.
    """
    merged: dict[int, int] = {}
    while True:
        rows = fetched.rows
        _learn_merged(uow, fetched, rows, merged)
        said = pools_said(rows, _same_lot(rows), merged)
        parts = _parts(uow, fetched, asked.limits, said, merged)
        same_lot = _same_lot([*rows, *parts])
        said = pools_said(rows, same_lot, merged)
        following = pools_to_follow(
            [*rows, *parts],
            said,
            Known(fetched.lots, same_lot, merged, asked.operator_id, frozenset(asked.lots)),
        )
        more = {
            direction: lots
            for direction, lots in following.items()
            if lots and asked.direction in (direction, Direction.BOTH)
        }
        if not more or len(rows) > asked.limits.rows or fetched.limits & _CUT:
            fetched.parts = parts
            return
        for direction, lots in more.items():
            fetch(uow, fetched, replace(asked, lots=tuple(sorted(lots))), direction)


def _learn_merged(
    uow: UnitOfWork, fetched: Fetched, rows: Iterable[Row], merged: dict[int, int]
) -> None:
    """Which numbers are read as the operators that hold lots as their own."""
    holders = {row.op for row in rows if row.kind == _ALIAS and row.op} - merged.keys()
    if holders:
        merged |= dict(ask(uow, fetched, statements.ALL_OF, ids=sorted(holders)))


def _parts(
    uow: UnitOfWork,
    fetched: Fetched,
    limits: Limits,
    said: Mapping[Node, int],
    merged: Mapping[int, int],
) -> list[Row]:
    """What the holders of the lots read did with the sources of these that were not read."""
    wanted = {node for node, pool in said.items() if pool in fetched.lots}
    holders = {node.operator for node in wanted}
    who = sorted(number for number, target in merged.items() if target in holders)
    rows: list[Row] = []
    asked: set[int] = set()
    lots = {node.lot for node in wanted} - fetched.lots
    while lots:
        if len(lots) + len(asked) > limits.sources:
            fetched.limits.add(Limit.SOURCES)
            lots = set(sorted(lots)[-limits.sources + len(asked) :])
        asked |= lots
        asking = {"lots": sorted(lots), "who": who, "rows": limits.rows + 1}
        found = rows_of(uow, fetched, statements.HAD, **asking)
        if len(found) > limits.rows:
            fetched.limits.add(Limit.SOURCES)
        rows += found[: limits.rows]
        if len(asked) >= limits.sources:
            break
        lots = {other for _, other in same_goods_said(rows)} - asked - fetched.lots
    return rows


def _same_lot(rows: Iterable[Row]) -> dict[int, int]:
    return canonical_lots(same_goods_said(rows), {})


def same_goods_said(rows: Iterable[Row]) -> list[tuple[int, int]]:
    """The pairs of lots that are the same goods everywhere."""
    return [(row.lot, row.other) for row in rows if row.kind == _ALIAS and row.unit == Alias.SAME]
