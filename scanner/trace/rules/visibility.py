"""What an operator may see of a trace: its own book, and one step up and down."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from scanner.trace.terms import Direction, Node, Trace


def own_view(trace: Trace, operator: int) -> Trace:
    """A trace cut down to one operator's own part.

    Its holdings are its own lots: the roots, and what its own transformations lead to. Kept are
    deliveries from (down) or to (up) those, by name of the other side, and their gaps; what
    partners hold, and everything beyond them, is left out. ``operators`` and ``lots`` name nothing
    that is left out.
    """
    own = _own_nodes(trace, operator)
    movements = tuple(
        link
        for link in trace.movements
        if (trace.direction is not Direction.UP and link.sender in own)
        or (trace.direction is not Direction.DOWN and link.receiver in own)
    )
    transformations = tuple(
        link
        for link in trace.transformations
        if link.operator == operator
        and any(Node(operator, each.lot) in own for each in (*link.inputs, *link.outputs))
    )
    kept = {(link.sender, link.receiver.operator) for link in movements}
    kept |= {(link.receiver, link.sender.operator) for link in movements}
    cut = replace(
        trace,
        holders=tuple(holder for holder in trace.holders if holder.node in own),
        movements=movements,
        transformations=transformations,
        events=tuple(event for event in trace.events if event.node in own),
        gaps=tuple(
            gap
            for gap in trace.gaps
            if gap.node in own or (gap.partner == operator and (gap.node, operator) in kept)
        ),
    )
    return _named_only(cut, operator)


def _own_nodes(trace: Trace, operator: int) -> set[Node]:
    """The operator's lots: the roots, and those its own transformations connect with them."""
    held = {holder.node for holder in trace.holders if holder.node.operator == operator}
    mine = [link for link in trace.transformations if link.operator == operator]
    roots = (Node(operator, lot) for lot in trace.roots)
    found = {trace.pooled.get(node, node) for node in roots} & held
    queue = deque(found)
    while queue:
        lot = queue.popleft().lot
        for link in mine:
            inputs = {each.lot for each in link.inputs}
            outputs = {each.lot for each in link.outputs}
            onward = outputs if lot in inputs and trace.direction is not Direction.UP else set()
            back = inputs if lot in outputs and trace.direction is not Direction.DOWN else set()
            for node in {Node(operator, each) for each in onward | back} & held - found:
                found.add(node)
                queue.append(node)
    return found


def _named_only(trace: Trace, operator: int) -> Trace:
    operators = {operator} | {
        node.operator for link in trace.movements for node in (link.sender, link.receiver)
    }
    lots = {*trace.roots, *(holder.node.lot for holder in trace.holders)}
    lots |= {each.lot for link in trace.transformations for each in (*link.inputs, *link.outputs)}
    lots |= {node.lot for link in trace.movements for node in (link.sender, link.receiver)}
    operators |= {trace.lots[lot].producer_id or 0 for lot in lots if lot in trace.lots}
    return replace(
        trace,
        operators={key: value for key, value in trace.operators.items() if key in operators},
        lots={key: value for key, value in trace.lots.items() if key in lots},
        sources={key: value for key, value in trace.sources.items() if key.operator == operator},
    )
