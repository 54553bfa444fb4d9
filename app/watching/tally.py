"""What the piece of work in hand has cost so far: statements and their time, by thread.

A request, a job and a command each begin a tally; the cursors add to it. Costs less than a
millionth of a second a statement.
"""

from __future__ import annotations

import threading
from time import perf_counter
from typing import Any

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

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


def cursors(slow_ms: int) -> type[Cursor]:
    """A kind of cursor that counts statements; one of ``slow_ms`` or longer gets a line of its own.

    The line holds the statement as it was written, with marks in the place of values, so no value
    ever comes into a log. Measured: SQLAlchemy's own hooks cost ten times as much.
    """
    slow = slow_ms / 1000

    class Watched(Cursor):
        """A cursor whose statements are counted for the work in hand."""

        def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 - the driver's name
            """Execute, and see how long it takes."""
            began = perf_counter()
            try:
                super().execute(query, vars)
            finally:
                _took(query, perf_counter() - began, slow)

        def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
            """Copy, and see how long it takes."""
            began = perf_counter()
            try:
                super().copy_expert(sql, file, size)
            finally:
                _took(sql, perf_counter() - began, slow)

    return Watched


def _took(statement: Any, seconds: float, slow: float) -> None:
    TALLY.statements += 1
    TALLY.seconds += seconds
    if seconds >= slow:
        # bytes are a batch the driver has put values into already
        shown = normalised(statement) if isinstance(statement, str) else "(batch)"
        lines.slow_statement(TALLY.request_id, seconds, shown)


def normalised(statement: str) -> str:
    """A statement on one line, lists of marks as one, literals and comments left out."""
    return lines.without_values(statement)[:_STATEMENT_CHARS]
