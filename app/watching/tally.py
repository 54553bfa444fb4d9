"""What the piece of work in hand has cost so far: statements and their time, by thread.

A request, a job and a command each begin a tally; the engine's hooks add to it. Costs about two
millionths of a second a statement.
"""

from __future__ import annotations

import threading
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from app.watching import lines

_STATEMENT_CHARS = 1_000


class Tally(threading.local):
    """The work in hand: its number, when it began, and its statements."""

    request_id = ""
    began = 0.0
    statements = 0
    seconds = 0.0
    replica = False

    def begin(self, request_id: str = "") -> None:
        """Begin a new piece of work."""
        self.request_id = request_id
        self.began = perf_counter()
        self.statements = 0
        self.seconds = 0.0
        self.replica = False

    def elapsed(self) -> float:
        """Seconds since it began."""
        return perf_counter() - self.began


TALLY = Tally()
"""The tally of this thread."""


def watch(engine: Engine, slow_ms: int) -> None:
    """Count the engine's statements; one that takes ``slow_ms`` or longer gets a line of its own.

    The line holds the statement as it was written, with marks in the place of values, so no value
    ever comes into a log.
    """
    slow = slow_ms / 1000

    @event.listens_for(engine, "before_cursor_execute")
    def before(
        _connection: Any, _cursor: Any, _statement: str, _params: Any, context: Any, _many: bool
    ) -> None:
        context.suyuan_began = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def after(
        _connection: Any, _cursor: Any, statement: str, _params: Any, context: Any, _many: bool
    ) -> None:
        took = perf_counter() - context.suyuan_began
        TALLY.statements += 1
        TALLY.seconds += took
        if took >= slow:
            lines.slow_statement(TALLY.request_id, took, normalised(statement))

    @event.listens_for(engine, "handle_error")
    def failed(context: Any) -> None:
        began = getattr(context.execution_context, "suyuan_began", None)
        if began is None:
            return
        took = perf_counter() - began
        TALLY.statements += 1
        TALLY.seconds += took
        if took >= slow:
            lines.slow_statement(TALLY.request_id, took, normalised(context.statement or ""))


def normalised(statement: str) -> str:
    """A statement on one line, lists of marks as one, literals and comments left out."""
    return lines.without_values(statement)[:_STATEMENT_CHARS]
