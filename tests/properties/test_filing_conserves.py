"""Chance files, transforms, corrects and repeats; the book still adds up.

For every operator and lot the rows in force, added by their signs, give what a simple ledger kept
beside them says; and no lot is lost between a filing and its receipt.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from support.filings import a_line, a_lot, an_operator, dispatch, filing, production, receipt

from ledger.entries.queries import on_hand
from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.moment import UNKNOWN, parse_moment

LOTS = [a_lot(f"P{n}") for n in range(4)]
STEP = st.tuples(
    st.sampled_from(["make", "send", "get", "mix", "drop", "void", "redo", "again"]),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(1, 99),
)


def _line(step: tuple[Any, ...], people: list[int]) -> tuple[Line, dict[int, int]]:
    """The line of a step and what it changes: {lot: thousandths}."""
    what, _, other, one, two, qty = step
    said = {"lot": LOTS[one], "quantity": str(qty), "document": ""}
    change = {one: qty}
    match what:
        case "make":
            return production(**said), change
        case "send":
            return dispatch(people[other], **said), {one: -qty}
        case "get":
            return receipt(people[other], **said), change
        case "drop":
            return a_line(EntryKind.DISPOSAL, **said), {one: -qty}
        case _:
            two = two if two != one else (one + 1) % 4
            line = Line(
                kind=EntryKind.TRANSFORMATION,
                at=parse_moment("2026-08-15"),
                portions=(Portion(lot=LOTS[one], quantity=str(qty), unit="EA"),),
                outputs=(Portion(lot=LOTS[two], quantity=str(qty + 1), unit="EA"),),
            )
            return line, {one: -qty, two: qty + 1}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.lists(STEP, min_size=1, max_size=5), min_size=1, max_size=6))
def test_quantity_is_conserved(
    database: Connection, now: Any, filings: list[list[tuple[Any, ...]]]
) -> None:
    point = database.begin_nested()
    try:
        with units.begin(database, actor=SYSTEM, now=now) as uow:
            _run(uow, filings)
    finally:
        point.rollback()


def _run(uow: Any, filings: list[list[tuple[Any, ...]]]) -> None:
    people = [an_operator(uow, n) for n in range(1, 4)]
    expected: dict[tuple[int, int], int] = defaultdict(int)
    standing: list[tuple[str, int, dict[int, int]]] = []

    def count(owner: int, change: dict[int, int], sign: int = 1) -> None:
        for lot, qty in change.items():
            expected[owner, lot] += sign * qty

    for number, steps in enumerate(filings):
        owner = people[steps[0][1]]
        lines, changes, corrected = [], [], set()
        for step in steps:
            line, change = _line(step, people)
            if step[0] in ("void", "redo"):
                free = [it for it in standing if it[1] == owner and it[0] not in corrected]
                if not free:
                    continue
                old = free[step[5] % len(free)]
                corrected.add(old[0])
                replacement = line if step[0] == "redo" else None
                line = Line(
                    kind=EntryKind.CORRECTION,
                    corrects=old[0],
                    reason="错",
                    at=UNKNOWN,
                    replacement=replacement,
                )
                count(owner, old[2], -1)
                change = change if replacement else {}
            lines.append(line)
            changes.append(change)
        if not lines:
            continue
        command = filing(owner, *lines, key=f"K-{number}")
        filed = file_entries(uow, command)
        assert filed.refused == ()
        assert file_entries(uow, command).entries == filed.entries
        standing = [it for it in standing if it[0] not in corrected]
        for reference, change in zip(filed.entries, changes, strict=True):
            count(owner, change)
            if change:
                standing.append((reference, owner, change))
    _compare(uow, people, expected)


def _compare(uow: Any, people: list[int], expected: dict[tuple[int, int], int]) -> None:
    numbers = {
        row.number: row.id for row in uow.session.execute(text("SELECT number, id FROM lot"))
    }
    for owner in people:
        found = on_hand(uow, owner, numbers.values())
        for place in range(4):
            held = found.get(numbers.get(f"P{place}", 0), [])
            assert sum(it.quantity for it in held) == expected[owner, place]
