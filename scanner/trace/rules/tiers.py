"""The tier of each box of a picture, whatever the circles among them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence


def tiers_of(
    keys: Sequence[Hashable], flows: Iterable[tuple[Hashable, Hashable]]
) -> dict[Hashable, int]:
    """The tier of each box: the longest way from a source, ways back left out."""
    onward: dict[Hashable, list[Hashable]] = defaultdict(list)
    for start, end in flows:
        if start != end:
            onward[start].append(end)
    forward = _without_ways_back(keys, onward)
    indegree = dict.fromkeys(keys, 0)
    for ends in forward.values():
        for end in ends:
            indegree[end] += 1
    layer = dict.fromkeys(keys, 0)
    queue = deque(key for key, count in indegree.items() if not count)
    while queue:
        key = queue.popleft()
        for end in forward.get(key, ()):
            layer[end] = max(layer[end], layer[key] + 1)
            indegree[end] -= 1
            if not indegree[end]:
                queue.append(end)
    return layer


def _without_ways_back(
    keys: Sequence[Hashable], onward: dict[Hashable, list[Hashable]]
) -> dict[Hashable, list[Hashable]]:
    """The same arrows less those that close a circle, met walking from the sources."""
    has_source = {end for ends in onward.values() for end in ends}
    starts = [key for key in keys if key not in has_source] + list(keys)
    state: dict[Hashable, int] = {}
    forward: dict[Hashable, list[Hashable]] = defaultdict(list)
    for start in starts:
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(onward.get(start, ())))]
        while stack:
            here, rest = stack[-1]
            end = next(rest, None)
            if end is None:
                state[here] = 2
                stack.pop()
            elif state.get(end) != 1:  # not on the way we came
                forward[here].append(end)
                if end not in state:
                    state[end] = 1
                    stack.append((end, iter(onward.get(end, ()))))
    return forward
