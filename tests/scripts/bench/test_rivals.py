"""Every rival answers what the plain model answers, on random networks with loops and late rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.bench import rivals
from scripts.bench.events import (
    CONSUMPTION,
    MOVEMENT,
    PRODUCTION,
    Events,
    Model,
    answer_of,
)

LOTS = 6


def events_of(rows: list[tuple[int, int, int, int, int]]) -> Events:
    """Rows of (lot, from, to, moment, kind) as events."""
    rows = sorted(rows, key=lambda row: (row[0], row[3], row[4]))
    table = np.array(rows, np.int32)
    lot, frm, to, ts, kind = (table[:, place] for place in range(5))
    return Events(lot, frm, to, ts, np.ones(len(rows), np.int32), kind.astype(np.int16))


@st.composite
def networks(draw: st.DrawFn) -> Events:
    """Lots whose every row follows from an earlier one, as the town's do; loops are allowed."""
    rows = []
    for lot in range(1, LOTS + 1):
        held = [(10 * lot, 100 * lot)]
        rows.append((lot, 10 * lot, 10 * lot, 100 * lot, PRODUCTION))
        for _ in range(draw(st.integers(0, 6))):
            holder, since = draw(st.sampled_from(held))
            receiver, at = draw(st.integers(1, 12)), since + draw(st.integers(0, 9))
            rows.append((lot, holder, receiver, at, MOVEMENT))
            held.append((receiver, at))
        if lot < LOTS and draw(st.booleans()):
            holder, _since = draw(st.sampled_from(held))
            out = draw(st.integers(lot + 1, LOTS))
            rows.append((lot, holder, out, 100 * out, CONSUMPTION))
            rows.append((out, holder, holder, 100 * out, MOVEMENT))
            rows.append((out, 10 * out, holder, 100 * out, MOVEMENT))
    return events_of(rows)


@given(networks())
@settings(max_examples=60, deadline=None)
def test_igraph_agrees(events):
    pytest.importorskip("igraph")
    graph, model = rivals.Graph(events), Model(events)
    for lot in range(1, LOTS + 1):
        assert answer_of(graph.pairs(lot)) == answer_of(model.pairs(lot))


@given(networks())
@settings(max_examples=10, deadline=None)
def test_duckdb_agrees(events):
    pytest.importorskip("duckdb")
    duck, model = rivals.DuckDb(events), Model(events)
    for lot in range(1, LOTS + 1):
        assert answer_of(duck.pairs(lot)) == answer_of(model.pairs(lot))


@pytest.fixture
def connection(owner_database):
    found = owner_database.raw_connection()
    found.driver_connection.autocommit = True
    yield found.driver_connection
    found.close()


def test_the_recursive_queries_agree(connection):
    rows = [(1, 10, 10, 0, PRODUCTION), (2, 12, 12, 30, PRODUCTION)]
    rows += [(1, 10, 11, 1, MOVEMENT), (1, 11, 12, 2, MOVEMENT), (1, 12, 11, 3, MOVEMENT)]
    rows += [(1, 12, 2, 30, CONSUMPTION), (2, 12, 14, 31, MOVEMENT), (2, 14, 15, 31, MOVEMENT)]
    events = events_of(rows)
    model = Model(events)
    for rival in rivals.recursive_queries(connection, events):
        for lot in (1, 2):
            assert answer_of(rival.pairs(lot)) == answer_of(model.pairs(lot)), rival.name


def test_a_query_that_takes_too_long_says_so(connection):
    slow = rivals.RecursiveQuery(
        name="slow", connection=connection, statement="SELECT 1, 2 FROM pg_sleep(%s)"
    )
    connection.cursor().execute("SET statement_timeout = 50")
    with pytest.raises(rivals.TooSlow):
        slow.pairs(5)


def test_what_came_back_after_it_left_does_not_lead_on_from_before():
    """Whoever receives a lot only after its last departure leads nowhere."""
    pytest.importorskip("igraph")
    events = events_of([(1, 1, 1, 0, PRODUCTION), (1, 1, 2, 5, MOVEMENT), (1, 2, 3, 4, MOVEMENT)])
    assert rivals.Graph(events).pairs(1).tolist() == [[1, 1], [1, 2]]


def test_the_answer_does_not_depend_on_order_or_repetition():
    pairs = np.array([[1, 5], [2, 6], [1, 5]], np.int64)
    assert answer_of(pairs) == answer_of(pairs[::-1][:2])
    assert answer_of(pairs) != answer_of(np.array([[1, 6], [2, 5]], np.int64))
