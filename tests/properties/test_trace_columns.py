"""Whole lots are traced in columns: the answer is the one that is made row by row."""

from __future__ import annotations

import random
from dataclasses import fields

from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_town import Town
from support.trace_checks import LOT_NAMES, NAMES, QUESTIONS
from support.trace_towns import LOTS, SAME_OPERATOR, rows_of, towns

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.terms import RowKind
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.columns import columns_of, in_force, packed
from scanner.trace.rules.pruning import is_narrow, rows_that_matter
from scanner.trace.rules.references import with_first_lots
from scanner.trace.rules.shapes import Reading
from scanner.trace.rules.whole_lots import may_be_read_in_columns, trace_whole_lots
from scanner.trace.terms import Direction, Row, Trace, TraceAsked

IDS = {name: number for number, name in enumerate([*NAMES, *LOT_NAMES], start=10)}
READING = Reading(same_operator={IDS[name]: IDS[to] for name, to in SAME_OPERATOR.items()})
NONE = columns_of(b"")
UNITS = (3, 3, 3, 1, 4, 9, 14)


def rows_for(town: Town, seed: int) -> list[Row]:
    """The town's rows in any order, its lots all different goods, counted in whatever unit."""
    numbers = {one.number: one.number + 1000 for one in town.filed}
    dice = random.Random(seed)
    rows = [
        Row(**dict(zip(ENTRY_COLUMNS, row, strict=True))) for row in rows_of(town, IDS, numbers)
    ]
    rows = [
        row
        if row.kind == RowKind.VOID
        else row._replace(unit=dice.choice(UNITS), flags=dice.choice((0, 0, 64)))
        for row in rows
        if row.kind != RowKind.ALIAS
    ]
    dice.shuffle(rows)
    return rows


def as_the_store_gives_them(
    rows: list[Row], roots: list[int]
) -> tuple[list[Row], list[Row], frozenset[int]]:
    """All rows of the lots made of some, and what else went into these."""
    lots = set(roots)
    while more := {r.other for r in rows if r.kind == RowKind.USE and r.lot in lots} - lots:
        lots |= more
    whole = [row for row in rows if row.lot in lots]
    made = {row.other for row in whole if row.kind == RowKind.USE}
    beside = [r for r in rows if r.kind == RowKind.USE and r.other in made and r.lot not in lots]
    return whole, beside, frozenset(lots)


def parts(answer: Trace) -> dict[str, object]:
    return {one.name: getattr(answer, one.name) for one in fields(answer)}


@settings(max_examples=200, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_columns_say_what_rows_say(town: Town, seed: int) -> None:
    rows = rows_for(town, seed)
    for roots in ([IDS[lot]] for lot in random.Random(seed).sample(LOTS, 2)):
        whole, beside, within = as_the_store_gives_them(rows, roots)
        asked = TraceAsked(lots=tuple(roots))
        columns = columns_of(packed(whole))
        assert may_be_read_in_columns(columns, READING)
        firsts = {row.id: row.lot for row in rows if row.id % 3 == 0 and row.kind == RowKind.YIELD}
        by_row = trace_rows([*whole, *beside], READING, asked, within=within)
        slow = parts(with_first_lots(by_row, firsts))
        aside = columns_of(packed(beside))
        quick = parts(trace_whole_lots(columns, aside, READING, asked, within, firsts))
        for name, part in slow.items():
            assert quick[name] == part, name


@settings(max_examples=200, deadline=None)
@given(towns(), st.integers(0, 2**16))
def test_rows_that_cannot_matter_change_nothing(town: Town, seed: int) -> None:
    rows = rows_for(town, seed)
    within = frozenset(row.lot for row in rows)
    said, _ = in_force(columns_of(packed(rows)))
    for lot, direction, operator in random.Random(seed).sample(QUESTIONS, 6):
        asked = TraceAsked(
            lots=(IDS[lot],),
            direction=Direction(direction),
            operator_id=IDS[operator] if operator else None,
        )
        if not is_narrow(asked):
            continue
        few = said.only(rows_that_matter(said, READING, asked)).rows()
        all_of_them = parts(trace_rows(rows, READING, asked, within=within))
        chosen = parts(trace_rows(few, READING, asked, within=within, written=said.written()))
        for name, part in all_of_them.items():
            assert chosen[name] == part, name


def test_packing_keeps_every_figure() -> None:
    row = Row(2**31 - 1, -(2**31), 10, 1, 0, 2**62, 2**63 - 1, -5, 32767, 4, 255)
    assert columns_of(packed([row, row])).rows() == [row, row]


def test_no_rows_have_an_empty_trace() -> None:
    asked = TraceAsked(lots=(7,))
    answer = trace_whole_lots(NONE, NONE, Reading(), asked, frozenset({7}))
    assert (answer.roots, answer.holders, answer.movements, answer.gaps) == ((7,), (), (), ())
