"""Answers of the trace held against those of the slow model."""

from __future__ import annotations

from ledger.kernel.quantity import unit_numbered
from scanner.trace.terms import Trace
from support.slow_town import Found
from support.slow_trace import SlowTrace
from support.trace_towns import LOTS, OPERATORS, SAME_LOT, SAME_OPERATOR

NAMES = [*OPERATORS, *SAME_OPERATOR]
LOT_NAMES = [*LOTS, *SAME_LOT]
QUESTIONS = [
    (lot, direction, operator)
    for lot in LOTS
    for direction in ("down", "up")
    for operator in (None, *OPERATORS)
]


def slow(model: SlowTrace, lot: str, direction: str, operator: str | None) -> Found:
    if operator is None:
        return model.whole_down(lot) if direction == "down" else model.whole_up(lot)
    search = model.operator_down if direction == "down" else model.operator_up
    return search(lot, operator)


def hold_against(
    answer: Trace, model: SlowTrace, found: Found, ids: dict[str, int], numbers: dict[int, int]
) -> None:
    """Every part of an answer equals what the slow model says of the same question."""
    filed = {stored: number for number, stored in numbers.items()}
    operators = {ids[name]: SAME_OPERATOR.get(name, name) for name in NAMES}
    lots = {ids[name]: SAME_LOT.get(name, (name,))[0] for name in LOT_NAMES}

    def node(here: tuple[int, int]) -> tuple[str, str]:
        return operators[here[0]], lots[here[1]]

    def whole(thousandths: int, unit: int = 3) -> int:
        assert thousandths % unit_numbered(unit).factor == 0
        return thousandths // unit_numbered(unit).factor

    assert {node(each.node) for each in answer.holders} == found.nodes
    assert {
        (
            *node(link.sender),
            *node(link.receiver),
            link.status.value,
            frozenset(filed[entry.id] for entry in link.entries),
        )
        for link in answer.movements
    } == {
        (
            *d.left,
            *d.came,
            d.status,
            frozenset(one.number for one in (d.out, d.back) if one),
        )
        for d in found.deliveries
    }
    assert {filed[link.entries[0].id] for link in answer.transformations} == found.transformations
    for holder in answer.holders:
        sums = {
            name: whole(getattr(holder, name))
            for name in ("received", "produced", "dispatched", "used", "disposed", "on_hand")
        }
        assert sums == model.sums(node(holder.node)), node(holder.node)
    gaps = {
        (gap.kind.value, *node(gap.node), whole(gap.thousandths))
        for gap in answer.gaps
        if gap.kind.value != "date_unknown"
        and (gap.kind.value != "source_unknown" or node(gap.node) in found.nodes)
    }
    assert gaps == model.gaps(found)
