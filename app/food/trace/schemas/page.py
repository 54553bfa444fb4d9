"""An answer as the trace page draws it: what is where, the picture, the tree, gaps and holders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from itertools import groupby
from typing import Any

from app.doors.i18n import language
from app.food.trace.terms import Answered
from ledger.kernel.quantity import Unit
from scanner.trace.rules.lanes import Box, Lanes, holdings_at, lanes_of
from scanner.trace.rules.tree import tree_of
from scanner.trace.terms import (
    GapKind,
    Holder,
    LinkStatus,
    LotShown,
    Node,
    OperatorShown,
    Trace,
    amount,
)

GAPS_SHOWN = 200  # a page people read; the sheet has all of them
HOLDERS_SHOWN = 1_000  # the same


def page_context(answered: Answered, opened: frozenset[str]) -> dict[str, Any]:
    """Everything the template needs, named; ``opened`` are the groups drawn one by one."""
    trace = answered.trace
    lanes = lanes_of(trace, crowd_of=lambda node: crowd_of(trace, node), opened=opened)
    holders = trace.holders[:HOLDERS_SHOWN]
    return {
        "answered": answered,
        "trace": trace,
        "root": lot_shown(trace, trace.roots[0]) if trace.roots else LotShown(id=0),
        "counts": _counts(trace),
        "where": where_it_is(trace),
        "lanes": lanes,
        "boxes": {box.number: box_text(trace, box) for box in _boxes(lanes)},
        "column_kinds": [_column_kinds(trace, column.boxes) for column in lanes.columns],
        "tree": tree_of(trace),
        "gaps": trace.gaps[:GAPS_SHOWN],
        "differing": [link for link in trace.movements if link.status is LinkStatus.DIFFERS],
        "groups": [
            (lot_shown(trace, lot), list(mine))
            for lot, mine in groupby(holders, key=lambda holder: holder.node.lot)
        ],
        "troubled": troubles(trace),
        "operator_of": lambda number: operator_shown(trace, number),
        "lot_of": lambda number: lot_shown(trace, number),
        "amount": amount,
        "unit_text": unit_text,
        "node_key": node_key,
    }


def crowd_of(trace: Trace, node: Node) -> str:
    """The group a holder is drawn in where a column is too full: kind, division and lot."""
    operator = operator_shown(trace, node.operator)
    return f"{operator.kind}.{operator.division}.{node.lot}"


def operator_shown(trace: Trace, number: int) -> OperatorShown:
    """An operator by id; one that has no name in the answer is shown by its number."""
    return trace.operators.get(number) or OperatorShown(id=number, name=f"#{number}")


def lot_shown(trace: Trace, number: int) -> LotShown:
    """A lot by id; one that has no name in the answer is shown by its number."""
    return trace.lots.get(number) or LotShown(id=number, number=f"#{number}")


def node_key(node: Node) -> str:
    """How script and address name a holder."""
    return f"{node.operator}-{node.lot}"


def unit_text(unit: Unit) -> str:
    """A unit as people write it in Chinese, as its code elsewhere."""
    return unit.code if language() == "en" else unit.zh


def _counts(trace: Trace) -> dict[str, int]:
    return {
        "operators": len({holder.node.operator for holder in trace.holders}),
        "stocks": sum(1 for holder in trace.holders if holder.on_hand),
        "movements": len(trace.movements),
        "transformations": len(trace.transformations),
        "gaps": len(trace.gaps),
    }


def where_it_is(trace: Trace) -> dict[str, Any] | None:
    """Where the root's quantity is now, in its main unit; none where nothing is known to exist.

    From certain to uncertain: in stock, used, sold, disposed of, and what still has to be found:
    deliveries nobody confirmed, and what was sent and did not arrive.
    """
    mine: dict[str, list[Holder]] = defaultdict(list)
    for holder in trace.holders:
        if holder.node.lot in trace.roots:
            mine[holder.unit.code].append(holder)
    if not mine:
        return None
    holders = max(mine.values(), key=lambda group: sum(h.produced + h.received for h in group))
    unit = holders[0].unit
    open_ = sum(min(holder.on_hand, holder.presumed) for holder in holders)
    lost = sum(
        max(0, link.thousandths - (link.received_thousandths or 0))
        for link in trace.movements
        if link.status is LinkStatus.DIFFERS
        and link.sender.lot in trace.roots
        and link.unit == link.received_unit == unit
    )
    sums = {
        "on_hand": sum(holder.on_hand for holder in holders) - open_,
        "used": sum(holder.used for holder in holders),
        "sold": sum(holder.sold for holder in holders),
        "disposed": sum(holder.disposed for holder in holders),
        "unclear": open_ + lost,
    }
    total = sum(sums.values())
    return (
        {
            "total": amount(total, unit),
            "unit": unit,
            **{name: amount(value, unit) for name, value in sums.items()},
        }
        if total
        else None
    )


def _boxes(lanes: Lanes) -> Iterable[Box]:
    return (box for column in lanes.columns for box in column.boxes)


def _column_kinds(trace: Trace, boxes: Iterable[Box]) -> list[tuple[str, int]]:
    """What stands in a column: kinds of operators and how many of each, the commonest first."""
    kinds: Counter[str] = Counter()
    for box in boxes:
        if box.change is not None:
            kinds["change"] += 1
        for node in box.nodes:
            kinds[operator_shown(trace, node.operator).kind or "other"] += 1
    return kinds.most_common(3)


def box_text(trace: Trace, box: Box) -> dict[str, Any]:
    """What is written in a box."""
    if box.change is not None:
        change = trace.transformations[box.change]
        return {"change": change}
    at = holdings_at(trace)
    holders = [holder for node in box.nodes for holder in at.get(node, ())]
    names = [operator_shown(trace, node.operator).name for node in box.nodes]
    single = len(box.nodes) == 1
    return {
        "name": names[0] if single else "",
        "crowd": "" if single else crowd_of(trace, box.nodes[0]),
        "kind": operator_shown(trace, box.nodes[0].operator).kind,
        "division": operator_shown(trace, box.nodes[0].operator).division,
        "count": len(box.nodes),
        "sums": _sums(holders),
        "lot": lot_shown(trace, box.nodes[0].lot),
        "key": node_key(box.nodes[0]),
    }


def _sums(holders: list[Holder]) -> dict[str, str]:
    """Sums of a box in its first unit; what is zero is left out."""
    if not holders:
        return {}
    unit = holders[0].unit
    mine = [holder for holder in holders if holder.unit == unit]
    names = ("produced", "received", "used", "on_hand")
    sums = {name: sum(getattr(holder, name) for holder in mine) for name in names}
    return {name: amount(value, unit) for name, value in sums.items() if value or name == "on_hand"}


def troubles(trace: Trace) -> dict[Hashable, list[GapKind]]:
    """What does not agree at each holder, for the last column of the table."""
    found: dict[Hashable, list[GapKind]] = defaultdict(list)
    for gap in trace.gaps:
        if gap.kind not in found[gap.node]:
            found[gap.node].append(gap.kind)
    return dict(found)
