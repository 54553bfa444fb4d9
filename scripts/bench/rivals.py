"""What else answers a trace: recursive queries, DuckDB, a graph in memory; each from the same data.

Every rival answers with the (lot, operator) pairs downstream of a lot and nothing more, where the
book answers with holdings, links, gaps and names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from psycopg2.errors import QueryCanceled

from scripts.bench.copying import copy_in
from scripts.bench.events import CONSUMPTION, MOVEMENT, PRODUCTION, Events, Pairs

SECONDS_MAX = 20
"""A rival that has not answered by then is noted as slower than that."""


class TooSlow(Exception):
    """A rival did not answer within its time."""


class Rival(Protocol):
    """Another way to trace."""

    name: str

    def pairs(self, lot: int) -> Pairs:
        """(lot, operator) downstream of a lot; raises TooSlow."""


_NAIVE = """
CREATE TABLE naive_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lot_id bigint NOT NULL,
    from_id bigint NOT NULL,
    to_id bigint,
    output_lot_id bigint,
    quantity numeric NOT NULL,
    at timestamptz NOT NULL,
    kind smallint NOT NULL
)
"""
_NAIVE_FILL = f"""
INSERT INTO naive_event (lot_id, from_id, to_id, output_lot_id, quantity, at, kind)
SELECT lot, frm, CASE WHEN kind < {CONSUMPTION} THEN "to" END,
       CASE WHEN kind = {CONSUMPTION} THEN "to" END, qty, to_timestamp(ts), kind
FROM hop_event ORDER BY ts
"""  # noqa: S608 - constants
_NAIVE_INDEXES = ("lot_id", "from_id", "to_id", "output_lot_id", "at")
_NAIVE_TRACE = f"""
WITH RECURSIVE reached(lot, holder, at) AS (
    SELECT lot_id, from_id, at FROM naive_event WHERE lot_id = %s AND kind = {PRODUCTION}
    UNION
    SELECT coalesce(e.output_lot_id, e.lot_id), coalesce(e.to_id, e.from_id), e.at
    FROM reached r JOIN naive_event e
      ON e.lot_id = r.lot AND e.from_id = r.holder AND e.at >= r.at AND e.kind <> {PRODUCTION}
)
SELECT DISTINCT lot, holder FROM reached
"""  # noqa: S608 - constants
_HOP = 'CREATE TABLE hop_event (lot int, frm int, "to" int, ts int, qty int, kind smallint)'
_HOP_INDEX = (
    f'CREATE INDEX ON hop_event (lot, frm, ts) INCLUDE ("to", qty, kind) WHERE kind <> {PRODUCTION}'
)
_HOP_MADE = f"CREATE INDEX ON hop_event (lot) INCLUDE (frm, ts) WHERE kind = {PRODUCTION}"
_HOP_TRACE = f"""
WITH RECURSIVE reached(lot, holder, ts) AS (
    SELECT lot, frm, ts FROM hop_event WHERE lot = %s AND kind = {PRODUCTION}
    UNION
    SELECT CASE e.kind WHEN {MOVEMENT} THEN e.lot ELSE e."to" END,
           CASE e.kind WHEN {MOVEMENT} THEN e."to" ELSE e.frm END, e.ts
    FROM reached r JOIN hop_event e
      ON e.lot = r.lot AND e.frm = r.holder AND e.ts >= r.ts AND e.kind <> {PRODUCTION}
)
SELECT DISTINCT lot, holder FROM reached
"""  # noqa: S608 - constants


@dataclass
class RecursiveQuery:
    """A recursive query, hop by hop from operator to operator, on one connection."""

    name: str
    connection: Any
    statement: str

    def pairs(self, lot: int) -> Pairs:
        """(lot, operator) downstream of a lot; raises TooSlow."""
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(self.statement, (lot,))
                return np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
        except QueryCanceled as problem:
            raise TooSlow from problem


def recursive_queries(connection: Any, events: Events) -> Iterator[RecursiveQuery]:
    """The two recursive queries, on tables filled and indexed on this (autocommit) connection."""
    with connection.cursor() as cursor:
        cursor.execute(_HOP)
        copy_in(connection, "hop_event", events.columns())
        cursor.execute(_NAIVE)
        cursor.execute(_NAIVE_FILL)
        for column in _NAIVE_INDEXES:
            cursor.execute(f"CREATE INDEX ON naive_event ({column})")
        cursor.execute(_HOP_INDEX)
        cursor.execute(_HOP_MADE)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(f"SET statement_timeout = {SECONDS_MAX * 1000}")
    yield RecursiveQuery(
        name="naive",
        connection=connection,
        statement=_NAIVE_TRACE,
    )
    yield RecursiveQuery(
        name="indexed",
        connection=connection,
        statement=_HOP_TRACE,
    )


class DuckDb:
    """DuckDB with a table sorted by lot, asked level by level over whole lots."""

    name = "duckdb"
    _LEVEL = 'SELECT lot, frm, "to", kind FROM event WHERE lot IN (SELECT unnest(?::int[]))'

    def __init__(self, events: Events) -> None:
        import duckdb  # noqa: PLC0415 - only where the extra is installed

        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET threads TO 2")
        columns = events.columns()
        self.connection.register("given", columns)
        self.connection.execute("CREATE TABLE event AS SELECT * FROM given ORDER BY lot, ts")
        self.connection.unregister("given")

    def pairs(self, lot: int) -> Pairs:
        """(lot, operator) downstream of a lot."""
        seen, level, parts = {lot}, [lot], []
        while level:
            rows = self.connection.execute(self._LEVEL, [level]).fetchnumpy()
            used = rows["kind"] == CONSUMPTION
            parts.append(np.stack([rows["lot"], rows["frm"]], axis=1))
            parts.append(np.stack([rows["lot"][~used], rows["to"][~used]], axis=1))
            level = sorted(set(rows["to"][used].tolist()) - seen)
            seen.update(level)
        return np.concatenate(parts).astype(np.int64)


class Graph:
    """igraph over events in memory: the limit of what looks at every event.

    A vertex is an event. Whoever receives a lot may take part in everything it does with that lot
    from then on: an arrival leads to the holder's next departure, a departure to its next one.
    """

    name = "igraph"

    def __init__(self, events: Events) -> None:
        import igraph  # noqa: PLC0415 - only where the extra is installed

        self.events = events
        made = events.kind == PRODUCTION
        self.first = {int(lot): int(at) for at, lot in _at(np.flatnonzero(made), events.lot)}
        sources, targets = _edges(events)
        self.graph = igraph.Graph(
            n=len(events), edges=np.stack([sources, targets], axis=1), directed=True
        )

    def reached(self, lot: int) -> list[int]:
        """The events downstream of a lot, without who they are about."""
        found: list[int] = self.graph.subcomponent(self.first[lot], mode="out")
        return found

    def pairs(self, lot: int) -> Pairs:
        """(lot, operator) downstream of a lot."""
        rows = np.array(self.reached(lot))
        events = self.events
        used = events.kind[rows] == CONSUMPTION
        got = np.where(used, events.frm[rows], events.to[rows])
        return np.stack([events.lot[rows], got], axis=1).astype(np.int64)


def _at(places: Any, values: Any) -> Iterator[tuple[int, int]]:
    return zip(places, values[places], strict=True)


def _edges(events: Events) -> tuple[Any, Any]:
    """From every event to the next departure of whoever then has the lot, and to what it became."""
    leaves = np.flatnonzero(events.kind != PRODUCTION)
    order = np.lexsort((events.ts[leaves], events.frm[leaves], events.lot[leaves]))
    leaves = leaves[order]
    key = (events.lot[leaves].astype(np.int64) << 32) | events.frm[leaves]
    chained = np.flatnonzero(key[1:] == key[:-1])
    arrives = np.flatnonzero(events.kind != CONSUMPTION)
    holder = (events.lot[arrives].astype(np.int64) << 32) | events.to[arrives]
    found = _first_after(key, events.ts[leaves], holder, events.ts[arrives])
    goes_on = found >= 0
    uses = np.flatnonzero(events.kind == CONSUMPTION)
    made = np.flatnonzero(events.kind == PRODUCTION)
    became = np.searchsorted(events.lot[made], events.to[uses])
    known = became < len(made)
    known[known] = events.lot[made][became[known]] == events.to[uses][known]
    sources = [leaves[chained], arrives[goes_on], uses[known]]
    targets = [leaves[chained + 1], leaves[found[goes_on]], made[became[known]]]
    return np.concatenate(sources), np.concatenate(targets)


def _first_after(key: Any, ts: Any, wanted: Any, since: Any) -> Any:
    """Per wanted key the place of the first row of that key not before a moment, or -1.

    ``key`` and ``ts`` are sorted together.
    """
    # Both sides in one order: a merge by (key, moment) with rows after the wanted of that moment.
    keys = np.concatenate([wanted, key])
    moments = np.concatenate([since, ts])
    is_row = np.concatenate([np.zeros(len(wanted), np.int8), np.ones(len(key), np.int8)])
    order = np.lexsort((is_row, moments, keys))
    rows_before = np.cumsum(is_row[order]) - is_row[order]
    place = np.empty(len(order), np.int64)
    place[order] = rows_before
    found = place[: len(wanted)]
    inside = found < len(key)
    inside[inside] = key[found[inside]] == wanted[inside]
    return np.where(inside, found, -1)


def missing_packages() -> list[str]:
    """The packages of rivals that are not installed."""
    return [name for name in ("duckdb", "igraph") if find_spec(name) is None]
