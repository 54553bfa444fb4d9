"""Traces strangers ask for again and again: reckoned once for the same rows, never out of date.

The rows and names are read of the store each time. Where they and the question are, to the last
byte, what they were before, so is the answer.
"""

from __future__ import annotations

from typing import Any

from scanner.trace.terms import Direction, Trace, TraceAsked

Said = tuple[object, ...]
ANSWERS_MAX = 512
BYTES_MAX = 6_000  # of rows and names; longer answers take memory for few readers
_known: dict[Said, Trace] = {}


def may_be_kept(asked: TraceAsked) -> bool:
    """Whether a question is one of those: in one direction and in a limited time, as the public's.

    Who may look into the book asks other questions, and each but once.
    """
    return asked.limits.milliseconds is not None and asked.direction is not Direction.BOTH


def said(asked: TraceAsked, found: Any) -> Said:
    """The question with all that the store answered."""
    return asked, *(bytes(it) if isinstance(it, memoryview) else _frozen(it) for it in found)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def known(key: Said) -> Trace | None:
    """The answer that was made of it before."""
    return _known.get(key)


def keep(key: Said, answer: Trace) -> None:
    """Keep an answer that was made of nothing else; the oldest makes room."""
    if sum(len(it) for it in key if isinstance(it, (bytes, str))) > BYTES_MAX:
        return
    while len(_known) >= ANSWERS_MAX:
        _known.pop(next(iter(_known)), None)
    _known[key] = answer
