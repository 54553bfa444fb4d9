"""Which step may follow which, and who may take it."""

from __future__ import annotations

from typing import NamedTuple

from app.food.recalls.terms import State, Step

ORDER = tuple(State)


class Way(NamedTuple):
    """From which states a step may be taken, and where it leads; none means the state stays."""

    sources: frozenset[State]
    target: State | None


def _between(first: State, last: State) -> frozenset[State]:
    return frozenset(ORDER[ORDER.index(first) : ORDER.index(last) + 1])


def _only(*states: State) -> frozenset[State]:
    return frozenset(states)


WAYS: dict[Step, Way] = {
    Step.STOP_SALE: Way(_only(State.SUSPECTED), State.STOP_SALE),
    Step.GRADED: Way(_only(State.STOP_SALE), State.GRADED),
    Step.PLANNED: Way(_only(State.GRADED), State.PLANNED),
    Step.NOTIFIED: Way(_only(State.PLANNED), State.NOTIFIED),
    Step.IN_PROGRESS: Way(_only(State.NOTIFIED), State.IN_PROGRESS),
    Step.COMPLETED: Way(_only(State.NOTIFIED, State.IN_PROGRESS), State.COMPLETED),
    Step.DISPOSED: Way(_only(State.COMPLETED), State.DISPOSED),
    Step.SUMMARISED: Way(_only(State.DISPOSED), State.SUMMARISED),
    Step.CLOSED: Way(_only(State.SUMMARISED), State.CLOSED),
    # a suspicion that proves unfounded ends without a recall
    Step.DISMISSED: Way(_between(State.SUSPECTED, State.GRADED), State.CLOSED),
    Step.ORDERED: Way(_between(State.SUSPECTED, State.PLANNED), None),
    Step.EXTENDED: Way(_only(State.NOTIFIED, State.IN_PROGRESS), None),
    Step.ESCALATED: Way(_between(State.GRADED, State.IN_PROGRESS), None),
}

# The authority's own steps: it orders, consents to more time, and ends or dismisses a case.
AUTHORITYS = frozenset({Step.ORDERED, Step.EXTENDED, Step.CLOSED, Step.DISMISSED})


def may_follow(state: State, step: Step) -> bool:
    """Whether a step may be taken in a state."""
    way = WAYS.get(step)
    return way is not None and state in way.sources


def next_steps(state: State) -> tuple[Step, ...]:
    """The steps that may be taken in a state, those that lead on first."""
    found = [step for step, way in WAYS.items() if state in way.sources]
    return tuple(sorted(found, key=lambda step: WAYS[step].target is None))


def reached(state: State, wanted: State) -> bool:
    """Whether a recall has come as far as a state."""
    return ORDER.index(state) >= ORDER.index(wanted)
