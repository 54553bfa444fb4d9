"""The trace as picture and as tree, and what an operator may see of it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from ledger.entries.terms import RowKind
from ledger.kernel.moment import parse_moment
from scanner.trace.rules.answer import trace_rows
from scanner.trace.rules.lanes import CROWD_MAX, DRAWN_MAX, Lanes, lanes_of
from scanner.trace.rules.sameness import canonical_lots
from scanner.trace.rules.shapes import Reading
from scanner.trace.rules.tiers import tiers_of
from scanner.trace.rules.tree import DEPTH_MAX, Branch, tree_of
from scanner.trace.rules.visibility import own_view
from scanner.trace.terms import Direction, Node, Row, Trace, TraceAsked

MILK, CAKE = 100, 200
_ids = iter(range(1, 10**6))


def row(kind: RowKind, lot: int, op: int, other: int, qty: int, *, day: int, entry: int = 0) -> Row:
    at = parse_moment(f"2026-05-{day:02}").seconds
    return Row(lot, at, kind, op, other, qty * 1000, entry or next(_ids), 0, 3, 3, 0)


def move(frm: int, to: int, qty: int, day: int, lot: int = MILK) -> list[Row]:
    return [
        row(RowKind.DISPATCH, lot, frm, to, qty, day=day),
        row(RowKind.RECEIPT, lot, to, frm, qty, day=day),
    ]


def bake(op: int, used: int, made: int, day: int) -> list[Row]:
    entry = next(_ids)
    return [
        row(RowKind.USE, MILK, op, CAKE, used, day=day, entry=entry),
        row(RowKind.YIELD, CAKE, op, op, made, day=day, entry=entry),
    ]


def trace(*parts: list[Row], direction: str = "down", lot: int = MILK) -> Trace:
    rows = [each for part in parts for each in part]
    asked = TraceAsked(lots=(lot,), direction=Direction(direction))
    return trace_rows(rows, Reading(), asked, within=frozenset(each.lot for each in rows))


def drawn(answer: Trace, **more) -> Lanes:
    return lanes_of(answer, crowd_of=lambda node: node.operator % 2, **more)


def columns(lanes: Lanes) -> list[list[object]]:
    return [
        [box.nodes[0].operator if box.nodes else "change" for box in column.boxes]
        for column in lanes.columns
    ]


def test_columns_are_tiers_and_a_transformation_has_its_own() -> None:
    answer = trace(
        [row(RowKind.PRODUCTION, MILK, 1, 1, 100, day=1)],
        move(1, 2, 60, 2),
        move(2, 3, 30, 3),
        bake(3, 20, 90, 4),
        move(3, 4, 50, 5, CAKE),
    )
    lanes = drawn(answer)
    assert columns(lanes) == [[1], [2], [3], ["change"], [3], [4]]
    assert [column.is_change for column in lanes.columns] == [False] * 3 + [True, False, False]
    assert lanes.columns[0].boxes[0].is_root
    assert {curve.label for curve in lanes.curves} == {"60", "30", "20", "90", "50"}
    assert max(curve.width for curve in lanes.curves) == 6.4
    assert all(
        box.x + box.width <= lanes.width and box.y + box.height <= lanes.height
        for column in lanes.columns
        for box in column.boxes
    )


def test_boxes_of_a_column_do_not_overlap_and_curves_end_at_their_boxes() -> None:
    answer = trace(
        [row(RowKind.PRODUCTION, MILK, 1, 1, 900, day=1)],
        *(move(1, to, 10 + to, 2) for to in range(2, 12)),
    )
    lanes = drawn(answer)
    tops = [box.y for box in lanes.columns[1].boxes]
    assert all(later - earlier >= 46 for earlier, later in pairwise(tops))
    boxes = {box.number: box for column in lanes.columns for box in column.boxes}
    for curve in lanes.curves:
        x1, y1, *_, x2, y2 = map(float, re.findall(r"[\d.]+", curve.path))
        start, end = boxes[curve.start], boxes[curve.end]
        assert x1 == start.x + start.width
        assert start.y <= y1 <= start.y + start.height
        assert end.x - 7 == x2
        assert end.y <= y2 <= end.y + end.height


def test_a_return_runs_back_and_a_gap_is_dashed_and_a_difference_written() -> None:
    answer = trace(
        [row(RowKind.PRODUCTION, MILK, 1, 1, 100, day=1)],
        move(1, 2, 60, 2),
        move(2, 1, 5, 3),
        [row(RowKind.DISPATCH, MILK, 2, 3, 7, day=4)],
        [row(RowKind.DISPATCH, MILK, 5, 0, 9, day=4)],
    )
    lanes = drawn(answer)
    kinds = {curve.label: curve.kind for curve in lanes.curves}
    assert kinds == {"60": "plain", "5": "plain", "7": "gap"}
    (stray,) = [
        box for column in lanes.columns for box in column.boxes if box.nodes == (Node(5, MILK),)
    ]
    assert stray.sourceless
    assert stray.is_gap


def test_a_full_column_is_drawn_in_groups_that_open() -> None:
    parts = [move(1, to, 1, 2) for to in range(2, CROWD_MAX + 20)]
    answer = trace([row(RowKind.PRODUCTION, MILK, 1, 1, 900, day=1)], *parts)
    lanes = drawn(answer)
    assert len(lanes.columns[1].boxes) == 2
    assert sum(len(box.nodes) for box in lanes.columns[1].boxes) == len(parts)
    opened = drawn(answer, opened=frozenset({0}))
    assert len(opened.columns[1].boxes) == 1 + len(parts) // 2


def test_too_many_boxes_are_no_picture() -> None:
    parts = [move(1, to, 1, 2) for to in range(2, DRAWN_MAX + 10)]
    answer = trace([row(RowKind.PRODUCTION, MILK, 1, 1, 900, day=1)], *parts)
    lanes = lanes_of(answer, crowd_of=lambda node: node)
    assert (lanes.columns, lanes.too_many) == ((), DRAWN_MAX + 9)
    assert drawn(trace([])) == Lanes()


def test_circles_have_tiers_too() -> None:
    assert tiers_of("abc", [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")]) == {
        "a": 0,
        "b": 1,
        "c": 2,
    }
    assert tiers_of("abcd", [("a", "d"), ("a", "b"), ("b", "c"), ("c", "d")])["d"] == 3


def lines(branches: list[Branch]) -> list[object]:
    return [
        (
            each.node.operator if each.node else "change",
            "again" if each.again else lines(each.children),
        )
        for each in branches
    ]


def test_the_tree_shows_everyone_and_a_second_time_says_so() -> None:
    answer = trace(
        [row(RowKind.PRODUCTION, MILK, 1, 1, 100, day=1)],
        move(1, 2, 60, 2),
        move(1, 3, 30, 2),
        move(2, 3, 30, 3),
        bake(3, 20, 90, 4),
    )
    assert lines(tree_of(answer)) == [(1, [(2, [(3, [("change", [(3, [])])])]), (3, "again")])]


def test_a_tree_begins_with_what_was_made_where_the_materials_were_not_asked_for() -> None:
    answer = trace(bake(1, 20, 90, 1), move(1, 2, 60, 2, CAKE), move(2, 3, 30, 3, CAKE), lot=CAKE)
    assert lines(tree_of(answer)) == [("change", [(1, [(2, [(3, [])])])])]


def test_the_tree_of_a_circle_and_of_a_long_chain_ends() -> None:
    circle = trace(move(1, 2, 5, 1), move(2, 1, 5, 2))
    assert lines(tree_of(circle)) == [(1, [(2, [(1, "again")])])]
    chain = trace(*(move(op, op + 1, 1, 1 + op % 28) for op in range(1, 200)))
    seen = set()
    stack = [(each, 0) for each in tree_of(chain)]
    while stack:
        item, depth = stack.pop()
        assert depth <= DEPTH_MAX
        seen.add(item.node)
        stack += [(child, depth + 1) for child in item.children]
    assert len(seen) == 200


def test_an_operator_sees_its_own_book_and_one_step() -> None:
    answer = trace(
        [row(RowKind.PRODUCTION, MILK, 1, 1, 100, day=1)],
        move(1, 2, 60, 2),
        move(2, 3, 30, 3),
        bake(3, 20, 90, 4),
        move(3, 4, 50, 5, CAKE),
        [row(RowKind.DISPATCH, CAKE, 4, 5, 7, day=6)],
        direction="both",
        lot=CAKE,
    )
    own = own_view(answer, 3)
    assert {holder.node for holder in own.holders} == {Node(3, CAKE), Node(3, MILK)}
    assert {(link.sender.operator, link.receiver.operator) for link in own.movements} == {
        (2, 3),
        (3, 4),
    }
    assert len(own.transformations) == 1
    assert own.gaps == ()
    nobody = own_view(answer, 9)
    assert (nobody.holders, nobody.movements, nobody.transformations) == ((), (), ())


@pytest.mark.parametrize(
    ("aliases", "doubts", "expected"),
    [
        ([(1, 2)], {1: (False, True), 2: (False, False)}, {1: 2, 2: 2}),
        ([(1, 2)], {1: (True, False), 2: (False, True)}, {1: 2, 2: 2}),
        ([(2, 1), (3, 2)], {}, {1: 1, 2: 1, 3: 1}),
        ([], {}, {}),
    ],
)
def test_the_least_doubtful_lot_stands_for_all(aliases, doubts, expected) -> None:
    assert canonical_lots(aliases, doubts) == expected
