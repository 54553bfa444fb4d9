"""Can chance break the trace? Random towns, held against a slow model of the contract."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from support.slow_town import Filed, Town
from support.slow_trace import SlowTrace
from support.trace_checks import LOT_NAMES, NAMES, QUESTIONS, hold_against, slow
from support.trace_towns import HOLDS, LOTS, OPERATORS, SAME_LOT, SAME_OPERATOR, rows_of, towns

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.writer import write_rows
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.clock import SHANGHAI
from scanner.trace.queries import trace
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import Direction, Row, Trace, TraceAsked

NOW = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
IDS = {name: number for number, name in enumerate([*NAMES, *LOT_NAMES], start=10)}
READING = Reading(
    same_lot={IDS[case]: IDS[base] for case, (base, _) in SAME_LOT.items()},
    same_operator={IDS[name]: IDS[to] for name, to in SAME_OPERATOR.items()},
    contains={IDS[case]: Fraction(HOLDS) for case in SAME_LOT},
)


def numbered(town: Town, seed: int) -> dict[int, int]:
    """Stored ids of the entries: the order of filing, shuffled."""
    order = [one.number for one in town.filed]
    random.Random(seed).shuffle(order)
    return {number: place for place, number in enumerate(order, start=1000)}


def rows_for(town: Town, ids: dict[str, int], numbers: dict[int, int], seed: int) -> list[Row]:
    rows = [
        Row(**dict(zip(ENTRY_COLUMNS, row, strict=True))) for row in rows_of(town, ids, numbers)
    ]
    random.Random(seed + 1).shuffle(rows)
    return rows


def fast(rows: list[Row], lot: str, direction: str, operator: str | None) -> Trace:
    asked = TraceAsked(
        lots=(IDS[lot],),
        direction=Direction(direction),
        operator_id=IDS[operator] if operator else None,
    )
    return trace_rows(rows, READING, asked, within=frozenset(IDS[name] for name in LOT_NAMES))


@settings(max_examples=250, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_every_question_is_answered_as_the_contract_says(town: Town, seed: int) -> None:
    numbers = numbered(town, seed)
    rows = rows_for(town, IDS, numbers, seed)
    model = SlowTrace(town)
    choose = random.Random(seed)
    for lot, direction, operator in choose.sample(QUESTIONS, 12):
        answer = fast(rows, lot, direction, operator)
        hold_against(answer, model, slow(model, lot, direction, operator), IDS, numbers)


@settings(max_examples=100, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_upstream_agrees_with_downstream(town: Town, seed: int) -> None:
    rows = rows_for(town, IDS, numbered(town, seed), seed)
    places = [(operator, lot) for operator in OPERATORS for lot in LOTS]
    down = {
        (who, lot): {tuple(h.node) for h in fast(rows, lot, "down", who).holders}
        for who, lot in places
    }
    up = {
        (who, lot): {tuple(h.node) for h in fast(rows, lot, "up", who).holders}
        for who, lot in places
    }
    model = SlowTrace(town)  # says which lot a place holds as one of its own
    held = {place: tuple(IDS[name] for name in model.at(*place)) for place in places}
    for a in places:
        for b in places:
            here, there = held[a], held[b]
            assert (there in down[a]) == (here in up[b]), (a, b)


@settings(max_examples=50, deadline=None)
@given(towns(), st.integers(0, 2**16), st.integers(0, 2**16))
def test_the_order_of_filing_changes_nothing(town: Town, one: int, two: int) -> None:
    def answer(seed: int, lot: str, direction: str, operator: str | None) -> object:
        numbers = numbered(town, seed)
        filed = {stored: number for number, stored in numbers.items()}
        found = fast(rows_for(town, IDS, numbers, seed), lot, direction, operator)
        return (
            found.holders,
            {
                (
                    link.sender,
                    link.receiver,
                    link.thousandths,
                    link.status,
                    frozenset(filed[entry.id] for entry in link.entries),
                )
                for link in found.movements
            },
            {(gap.kind, gap.node, gap.thousandths) for gap in found.gaps},
        )

    for question in random.Random(one).sample(QUESTIONS, 6):
        assert answer(one, *question) == answer(two, *question)


@settings(max_examples=50, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_quantity_is_conserved(town: Town, seed: int) -> None:
    """What came in, and what is lacking, is what went out and what is left."""
    rows = rows_for(town, IDS, numbered(town, seed), seed)
    for lot in LOTS:
        answer = fast(rows, lot, "down", None)
        for holder in answer.holders:
            came = holder.received + holder.produced
            went = holder.dispatched + holder.used + holder.disposed
            lacking = max(0, went - came)
            assert came + lacking == went + holder.on_hand
            assert 0 <= holder.presumed <= holder.received
            assert 0 <= holder.sold <= holder.dispatched
        matched = [m for m in answer.movements if m.status.value == "matched"]
        assert all(m.thousandths == m.received_thousandths for m in matched)


def stored(uow: units.UnitOfWork) -> dict[str, int]:
    """The town's operators and lots put into the store; their ids by name."""

    def new(sql: str, **values: object) -> int:
        return int(uow.session.execute(text(sql), values).scalar_one())

    ids = {
        name: new(
            "INSERT INTO subject (name, registered, created_at, party_key) VALUES "
            "(:n, true, now(), 'trace ' || :n) RETURNING id",
            n=name,
        )
        for name in OPERATORS
    }
    ids |= {
        name: new(
            "INSERT INTO subject (name, registered, created_at, party_key, merged_into) "
            "VALUES (:n, false, now(), 'trace ' || :n, :to) RETURNING id",
            n=name,
            to=ids[to],
        )
        for name, to in SAME_OPERATOR.items()
    }
    products: dict[str, int] = {}
    for name in LOT_NAMES:
        base, holds = SAME_LOT.get(name, (None, 1))
        products[name] = new(
            "INSERT INTO product (name, name_key, base_id, contains, created_at, in_store) VALUES "
            "(:n, :n, :b, :c, now(), 'trace ' || :n) RETURNING id",
            n=name,
            b=base and products[base],
            c=holds,
        )
        ids[name] = new(
            "INSERT INTO lot (product_id, lot_key) VALUES (:p, 'L:1') RETURNING id",
            p=products[name],
        )
    return ids


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(towns(), st.integers(0, 2**16))
def test_the_store_answers_the_same_at_once_and_level_by_level(
    database: Connection, town: Town, seed: int
) -> None:
    savepoint = database.begin_nested()
    with units.begin(database, actor=SYSTEM, now=NOW) as uow:
        ids = stored(uow)
        numbers = numbered(town, seed)
        write_rows(uow.session, rows_of(town, ids, numbers))
        model = SlowTrace(town)
        for lot, direction, operator in random.Random(seed).sample(QUESTIONS, 3):
            question = TraceAsked(
                lots=(ids[lot],),
                direction=Direction(direction),
                operator_id=ids[operator] if operator else None,
            )
            answer = trace(uow, question)
            levels = trace(uow, replace(question, level_wise=True))
            assert replace(levels, round_trips=0, rows_read=0) == replace(
                answer, round_trips=0, rows_read=0
            )
            hold_against(answer, model, slow(model, lot, direction, operator), ids, numbers)
    savepoint.rollback()


def test_what_came_by_the_unit_and_left_by_the_case_is_followed(database: Connection) -> None:
    """A holder's own lot leads to where a case of its source went, whole question or part of it."""
    town = Town(
        (
            Filed(1, "receipt", "o0", lot="l1", quantity=1200, partner="o1", when="2026-05-01"),
            Filed(2, "dispatch", "o0", lot="l1c", quantity=50, partner="o2", when="2026-05-02"),
            Filed(3, "dispatch", "o0", lot="l0", quantity=120, partner="o3", when="2026-05-03"),
        ),
        same_operator=SAME_OPERATOR,
        same_lot=SAME_LOT,
        own_lot={("o0", "l1"): "l0"},
    )
    model, numbers = SlowTrace(town), {one.number: one.number for one in town.filed}
    with units.begin(database, actor=SYSTEM, now=NOW) as uow:
        ids = stored(uow)
        write_rows(uow.session, rows_of(town, ids, numbers))
        for level_wise in (False, True):
            asked = TraceAsked(lots=(ids["l0"],), direction=Direction.DOWN, level_wise=level_wise)
            answer = trace(uow, asked)
            found = slow(model, "l0", "down", None)
            assert ("o2", "l1") in found.nodes
            hold_against(answer, model, found, ids, numbers)


@pytest.mark.parametrize("seed", range(3))
def test_the_slow_model_agrees_with_itself(seed: int) -> None:
    """A model that broke the contract itself would be no measure."""

    @settings(max_examples=5, deadline=None)
    @given(towns())
    def check(town: Town) -> None:
        assert SlowTrace(town).agrees()

    check()
