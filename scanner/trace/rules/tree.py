"""The trace as a nested list: for phones, paper, screen readers and the shell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from scanner.trace.terms import MovementLink, Node, Trace, TransformationLink

LINES_MAX = 2_000  # beyond, a list cannot be read any more; the table has everything
DEPTH_MAX = 40  # a chain this long is a circle of returns or a mistake


@dataclass(slots=True)
class Branch:
    """One line: a holder reached by a delivery, or a transformation, and what follows from it.

    A holder that was already shown is ``again`` and has no children; ``cut`` means that the list
    ends here because of a limit.
    """

    node: Node | None = None
    link: MovementLink | None = None
    change: TransformationLink | None = None
    again: bool = False
    cut: bool = False
    children: list[Branch] = field(default_factory=list)


def tree_of(trace: Trace) -> list[Branch]:
    """The trace from its sources on; every holder stands in it at least once."""
    out: dict[Node, list[MovementLink]] = defaultdict(list)
    used: dict[Node, list[TransformationLink]] = defaultdict(list)
    reached: set[Node] = set()
    for link in trace.movements:
        out[link.sender].append(link)
        if link.sender != link.receiver:
            reached.add(link.receiver)
    nodes = list(dict.fromkeys(holder.node for holder in trace.holders))
    beginnings = []
    for change in trace.transformations:
        inputs = [Node(change.operator, portion.lot) for portion in change.inputs]
        for node in inputs:
            used[node].append(change)
        if not set(inputs) & set(nodes):  # what went in was not asked for: the tree begins here
            beginnings.append(change)
        reached.update(Node(change.operator, portion.lot) for portion in change.outputs)
    grower = _Grower(out, used)
    sources = [node for node in nodes if node not in reached]
    roots = [grower.changed(change, 0) for change in beginnings]
    roots += [grower.grow(Branch(node=node), 0) for node in sources]
    roots += [grower.grow(Branch(node=node), 0) for node in nodes if node not in grower.seen]
    return roots


class _Grower:
    """Grows branches depth first, each holder once."""

    def __init__(
        self,
        out: dict[Node, list[MovementLink]],
        used: dict[Node, list[TransformationLink]],
    ) -> None:
        self.out = out
        self.used = used
        self.seen: set[Node] = set()
        self.shown: set[int] = set()
        self.lines = 0

    def grow(self, branch: Branch, depth: int) -> Branch:
        """The branch with everything that follows from its holder."""
        self.lines += 1
        node = branch.node
        if node is None or node in self.seen:
            branch.again = node is not None
            return branch
        self.seen.add(node)
        if depth >= DEPTH_MAX or self.lines > LINES_MAX:
            branch.cut = bool(self.out.get(node) or self.used.get(node))
            return branch
        for link in self.out.get(node, ()):
            branch.children.append(self.grow(Branch(node=link.receiver, link=link), depth + 1))
        for change in self.used.get(node, ()):
            branch.children.append(self.changed(change, depth + 1))
        return branch

    def changed(self, change: TransformationLink, depth: int) -> Branch:
        """The transformation with everything that follows from what it made."""
        made = Branch(change=change, again=id(change) in self.shown)
        self.lines += 1
        if not made.again:
            self.shown.add(id(change))
            for portion in change.outputs:
                node = Node(change.operator, portion.lot)
                made.children.append(self.grow(Branch(node=node), depth + 1))
        return made
