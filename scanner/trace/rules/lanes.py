"""The trace as a picture: where each box and curve goes, in pixels; drawing is the template's.

Columns are tiers: where it was made, then each next dealing; a transformation has a narrow column
of its own. Within a column boxes stand at the mean height of their left neighbours (one sweep each
way), so that curves cross little. What goes back to an earlier tier runs below the boxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from scanner.trace.rules.tiers import tiers_of
from scanner.trace.terms import GapKind, Holder, LinkStatus, MovementLink, Node, Trace, amount

BOX_WIDTH, CHANGE_WIDTH, BOX_HEIGHT = 160, 112, 46
GAP_X, GAP_Y, TOP = 76, 10, 38  # the gap holds a curve and its quantity, the top a heading
CROWD_MAX = 60  # boxes in a column before they are drawn as groups
DRAWN_MAX = 400  # beyond, a picture shows nothing any more: the tree and the table do
STUB = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A holder, a group of holders, or a transformation, and where it stands."""

    key: Hashable
    number: int
    x: float
    y: float
    width: float
    column: int
    nodes: tuple[Node, ...] = ()
    change: int | None = None
    is_root: bool = False
    is_gap: bool = False
    sourceless: bool = False

    @property
    def height(self) -> float:
        """All boxes are equally high."""
        return BOX_HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A flow between two boxes: its path, how thick, what is written on it."""

    path: str
    width: float
    kind: str
    label: str
    label_x: float
    label_y: float
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A tier: where it is, and the boxes in it from top to bottom."""

    x: float
    width: float
    boxes: tuple[Box, ...]
    is_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """The whole picture; ``too_many`` boxes say why there is none."""

    width: float = 0
    height: float = 0
    columns: tuple[Column, ...] = ()
    curves: tuple[Curve, ...] = ()
    too_many: int = 0


@dataclass(slots=True)
class _Flow:
    """Everything that goes from one box to another in one state of agreement."""

    start: Hashable
    end: Hashable
    kind: str
    sent: int = 0
    got: int = 0
    label: str = ""


@dataclass(slots=True)
class _Sketch:
    """What is to be drawn, before it has a place."""

    boxes: dict[Hashable, tuple[Node, ...]] = field(default_factory=dict)
    changes: dict[Hashable, int] = field(default_factory=dict)
    flows: dict[tuple[Hashable, Hashable, str], _Flow] = field(default_factory=dict)
    layer: dict[Hashable, int] = field(default_factory=dict)

    @property
    def keys(self) -> list[Hashable]:
        return [*self.boxes, *self.changes]


def lanes_of(
    trace: Trace, *, crowd_of: Callable[[Node], Hashable], opened: frozenset[Hashable] = frozenset()
) -> Lanes:
    """The picture of a trace.

    ``crowd_of`` says which group a holder belongs to where a column is too full (kind, division
    and lot); groups in ``opened`` are drawn one by one.
    """
    sketch = _sketched(trace)
    ends = [(start, end) for start, end, _ in sketch.flows]
    sketch.layer = tiers_of(sketch.keys, ends)
    sketch = _crowded(sketch, crowd_of, opened)
    if len(sketch.keys) > DRAWN_MAX:
        return Lanes(too_many=len(sketch.keys))
    if not sketch.keys:
        return Lanes()
    return _drawn(sketch, trace)


def _sketched(trace: Trace) -> _Sketch:
    sketch = _Sketch()
    for holder in trace.holders:
        sketch.boxes[holder.node] = (holder.node,)
    for link in trace.movements:
        if link.sender in sketch.boxes and link.receiver in sketch.boxes:
            _add_movement(sketch, link)
    for number, change in enumerate(trace.transformations):
        key = ("change", number)
        ends = [Node(change.operator, each.lot) for each in change.inputs]
        made = [Node(change.operator, each.lot) for each in change.outputs]
        if not any(node in sketch.boxes for node in (*ends, *made)):
            continue
        sketch.changes[key] = number
        for node, portion in zip((*ends, *made), (*change.inputs, *change.outputs), strict=True):
            if node in sketch.boxes:
                ways = (node, key) if node in ends else (key, node)
                flow = _flow(sketch, ways[0], ways[1], "plain")
                flow.sent += portion.thousandths or 0
                flow.label = amount(flow.sent, portion.unit)
    return sketch


def _flow(sketch: _Sketch, start: Hashable, end: Hashable, kind: str) -> _Flow:
    return sketch.flows.setdefault((start, end, kind), _Flow(start, end, kind))


_KINDS = {
    LinkStatus.MATCHED: "plain",
    LinkStatus.DIFFERS: "diff",
    LinkStatus.DISPATCH_ONLY: "gap",
    LinkStatus.RECEIPT_ONLY: "gap",
}


def _add_movement(sketch: _Sketch, link: MovementLink) -> None:
    flow = _flow(sketch, link.sender, link.receiver, _KINDS[link.status])
    flow.sent += link.thousandths
    flow.got += link.received_thousandths or 0
    flow.label = amount(flow.sent, link.unit)
    if link.status is LinkStatus.DIFFERS:
        flow.label += f"≠{amount(flow.got, link.received_unit or link.unit)}"


def _crowded(
    sketch: _Sketch, crowd_of: Callable[[Node], Hashable], opened: frozenset[Hashable]
) -> _Sketch:
    """Holders of a column that is too full, drawn as groups."""
    counts: dict[int, int] = defaultdict(int)
    for key in sketch.keys:
        counts[sketch.layer[key]] += 1
    renamed: dict[Hashable, Hashable] = {}
    for key, nodes in sketch.boxes.items():
        layer, crowd = sketch.layer[key], crowd_of(nodes[0])
        if counts[layer] > CROWD_MAX and crowd not in opened:
            renamed[key] = ("crowd", layer, crowd)
    if not renamed:
        return sketch
    grouped = _Sketch(changes=sketch.changes)
    for key, nodes in sketch.boxes.items():
        new = renamed.get(key, key)
        grouped.boxes[new] = (*grouped.boxes.get(new, ()), *nodes)
        grouped.layer[new] = sketch.layer[key]
    grouped.layer |= {key: sketch.layer[key] for key in sketch.changes}
    for flow in sketch.flows.values():
        start, end = renamed.get(flow.start, flow.start), renamed.get(flow.end, flow.end)
        joined = _flow(grouped, start, end, flow.kind)
        joined.label = flow.label if not joined.sent else ""
        joined.sent += flow.sent
    return grouped


def _drawn(sketch: _Sketch, trace: Trace) -> Lanes:
    columns = _ordered(sketch)
    tallest = max(len(column) for column in columns)
    height = TOP + tallest * (BOX_HEIGHT + GAP_Y) + GAP_Y
    placed: dict[Hashable, Box] = {}
    drawn: list[Column] = []
    x = 1.0 + (STUB if _sourceless_in(trace, columns[0], sketch) else 0)
    for number, keys in enumerate(columns):
        change = all(key in sketch.changes for key in keys)
        width = CHANGE_WIDTH if change else BOX_WIDTH
        boxes = [
            _box(sketch, trace, key, (number, len(placed) + place))
            for place, key in enumerate(keys)
        ]
        top = TOP + (height - TOP - len(keys) * (BOX_HEIGHT + GAP_Y)) / 2
        boxes = [
            _placed(box, x, top + place * (BOX_HEIGHT + GAP_Y), width)
            for place, box in enumerate(boxes)
        ]
        placed |= {box.key: box for box in boxes}
        drawn.append(Column(x=x, width=width, boxes=tuple(boxes), is_change=change))
        x += width + GAP_X
    below = [
        flow
        for flow in sketch.flows.values()
        if placed[flow.end].column <= placed[flow.start].column
    ]
    return Lanes(
        width=x - GAP_X + 1,
        height=height + (26 if below else 0),
        columns=tuple(drawn),
        curves=tuple(_curves(sketch, placed)),
    )


def _placed(box: Box, x: float, y: float, width: float) -> Box:
    return Box(
        key=box.key,
        number=box.number,
        x=x,
        y=y,
        width=width,
        column=box.column,
        nodes=box.nodes,
        change=box.change,
        is_root=box.is_root,
        is_gap=box.is_gap,
        sourceless=box.sourceless,
    )


def _box(sketch: _Sketch, trace: Trace, key: Hashable, place: tuple[int, int]) -> Box:
    column, number = place
    nodes = sketch.boxes.get(key, ())
    gaps = {gap.kind for gap in trace.gaps if gap.node in nodes}
    return Box(
        key=key,
        number=number,
        x=0,
        y=0,
        width=0,
        column=column,
        nodes=nodes,
        change=sketch.changes.get(key),
        is_root=column == 0 and any(node.lot in trace.roots for node in nodes),
        is_gap=bool(gaps & {GapKind.UNANSWERED_DISPATCH, GapKind.SOURCE_UNKNOWN}),
        sourceless=GapKind.SOURCE_UNKNOWN in gaps,
    )


def _sourceless_in(trace: Trace, keys: Iterable[Hashable], sketch: _Sketch) -> bool:
    nodes = {node for key in keys for node in sketch.boxes.get(key, ())}
    return any(gap.kind is GapKind.SOURCE_UNKNOWN and gap.node in nodes for gap in trace.gaps)


def _ordered(sketch: _Sketch) -> list[list[Hashable]]:
    """The columns, each in the order of its neighbours' mean height; ties by quantity."""
    columns: list[list[Hashable]] = [[] for _ in range(1 + max(sketch.layer.values()))]
    weight: dict[Hashable, int] = defaultdict(int)
    left: dict[Hashable, list[Hashable]] = defaultdict(list)
    right: dict[Hashable, list[Hashable]] = defaultdict(list)
    for flow in sketch.flows.values():
        weight[flow.end] += flow.sent
        if sketch.layer[flow.start] < sketch.layer[flow.end]:
            left[flow.end].append(flow.start)
            right[flow.start].append(flow.end)
    for key in sketch.keys:
        columns[sketch.layer[key]].append(key)
    for column in columns:
        column.sort(key=lambda key: -weight[key])
    height: dict[Hashable, float] = {}
    for sweep, side in ((columns, left), (columns[::-1], right), (columns, left)):
        for column in sweep:
            column.sort(key=lambda key: _mean(side[key], height))
            middle = (len(column) - 1) / 2
            height |= {key: place - middle for place, key in enumerate(column)}
    return [column for column in columns if column]


def _mean(neighbours: list[Hashable], height: dict[Hashable, float]) -> float:
    known = [height[key] for key in neighbours if key in height]
    return sum(known) / len(known) if known else 0.0


def _curves(sketch: _Sketch, placed: dict[Hashable, Box]) -> Iterable[Curve]:
    most = max((flow.sent for flow in sketch.flows.values()), default=0) or 1
    flows = [flow for flow in sketch.flows.values() if flow.start != flow.end]
    out = _ports(flows, placed, lambda flow: (flow.start, flow.end))
    into = _ports(flows, placed, lambda flow: (flow.end, flow.start))
    for flow in sorted(flows, key=lambda flow: -flow.sent):
        start, end = placed[flow.start], placed[flow.end]
        thick = round(1.4 + 5 * (flow.sent / most) ** 0.6, 1)
        if end.column > start.column:
            ends = (start.x + start.width, out[id(flow)]), (end.x - 7, into[id(flow)])
            yield _curve(flow, thick, ends, (start.number, end.number))
        else:
            yield _way_back(flow, thick, start, end)


def _ports(
    flows: list[_Flow],
    placed: dict[Hashable, Box],
    ends: Callable[[_Flow], tuple[Hashable, Hashable]],
) -> dict[int, float]:
    """The height at which each flow meets its box: sorted by the other end, so none cross there."""
    at: dict[Hashable, list[_Flow]] = defaultdict(list)
    for flow in flows:
        at[ends(flow)[0]].append(flow)
    found: dict[int, float] = {}
    for key, mine in at.items():
        mine.sort(key=lambda flow: (placed[ends(flow)[1]].y, flow.kind))
        step = (BOX_HEIGHT - 16) / max(1, len(mine) - 1)
        for place, flow in enumerate(mine):
            offset = BOX_HEIGHT / 2 if len(mine) == 1 else 8 + place * step
            found[id(flow)] = round(placed[key].y + offset, 1)
    return found


def _curve(
    flow: _Flow,
    thick: float,
    ends: tuple[tuple[float, float], tuple[float, float]],
    numbers: tuple[int, int],
) -> Curve:
    (x1, y1), (x2, y2) = ends
    reach = min(90.0, (x2 - x1) * 0.5)
    return Curve(
        path=f"M{x1:g} {y1:g}C{x1 + reach:g} {y1:g} {x2 - reach:g} {y2:g} {x2:g} {y2:g}",
        width=thick,
        kind=flow.kind,
        label=flow.label,
        label_x=x2 - 6,
        label_y=round(y2 - 5, 1),
        start=numbers[0],
        end=numbers[1],
    )


def _way_back(flow: _Flow, thick: float, start: Box, end: Box) -> Curve:
    """A return: out of the bottom of one box, below, and into the bottom of the other."""
    x1, y1 = start.x + start.width * 0.6, start.y + BOX_HEIGHT
    x2, y2 = end.x + end.width * 0.4, end.y + BOX_HEIGHT + 7
    low = max(y1, y2) + 24
    return Curve(
        path=f"M{x1:g} {y1:g}C{x1:g} {low:g} {x2:g} {low:g} {x2:g} {y2:g}",
        width=thick,
        kind=flow.kind,
        label=flow.label,
        label_x=round((x1 + x2) / 2, 1),
        label_y=low - 3,
        start=start.number,
        end=end.number,
    )


def holdings_at(trace: Trace) -> dict[Node, list[Holder]]:
    """The holdings of each node, one per unit."""
    found: dict[Node, list[Holder]] = defaultdict(list)
    for holder in trace.holders:
        found[holder.node].append(holder)
    return dict(found)
