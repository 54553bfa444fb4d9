"""Repeating something over many lots, in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How often each figure is taken, and about how many seconds one of these times may last."""

    repetitions: int = 3
    seconds: float = 2.0


FULL = Effort()


@dataclass(kw_only=True)
class Latencies:
    """Milliseconds per repetition; ``over`` where something was given up as too slow."""

    repetitions: list[list[float]]
    over: bool = False

    def percentiles(self, share: float) -> list[float]:
        """The latency that this share of each repetition did not exceed, in milliseconds."""
        return [percentile(one, share) for one in self.repetitions]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of some values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(
    work: Callable[[int], object],
    lots: Sequence[int],
    effort: Effort = FULL,
    *,
    too_slow: type[Exception] | tuple[()] = (),
    warm: bool = True,
) -> Latencies:
    """Milliseconds of ``work`` for each lot, again and again, after a first round that warms.

    As many lots as fit into the seconds of a round, at least one. Where ``work`` raises
    ``too_slow``, the time until then is taken and nothing is repeated.
    """
    found = Latencies(repetitions=[])
    if warm:
        first = _round(work, lots, effort.seconds, too_slow, found)
        lots = lots[: len(first)]
        if len(first) == 1 and first[0] > 1000 * effort.seconds:
            found.repetitions = found.repetitions or [first]
            return found
    for _ in range(0 if found.over else effort.repetitions if warm else 1):
        found.repetitions.append(_round(work, lots, effort.seconds, too_slow, found))
    return found


def _round(
    work: Callable[[int], object],
    lots: Sequence[int],
    seconds: float,
    too_slow: type[Exception] | tuple[()],
    found: Latencies,
) -> list[float]:
    times: list[float] = []
    until = time.perf_counter() + seconds
    for lot in lots:
        begun = time.perf_counter()
        try:
            work(lot)
        except too_slow:
            found.over = True
            found.repetitions.append([1000 * (time.perf_counter() - begun)])
            return times
        times.append(1000 * (time.perf_counter() - begun))
        if time.perf_counter() > until:
            break
    return times
