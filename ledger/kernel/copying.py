"""Many rows at once: COPY within the unit's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from sqlalchemy.orm import Session

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_COPY_BYTES = 1 << 20


def copy_rows(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows of numbers, texts, dates and moments into a table; None is NULL.

    ``table`` and ``columns`` are names from our own code, never from outside.
    """
    copy_lines(session, table, columns, ["\t".join(map(_text, row)) for row in rows])


def copy_lines(session: Session, table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    """Copy rows that are written as COPY's text already, without their line ends."""
    if not lines:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    # The session's own connection, so that the rows stand or fall with its transaction.
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(statement, StringIO("\n".join(lines)), _COPY_BYTES)
    finally:
        cursor.close()


def _text(value: Any) -> str:
    """A value as COPY takes it; what comes by the hundred thousand is asked about first."""
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is str:
        said: str = value
        return said if said.isprintable() and "\\" not in said else said.translate(_ESCAPED)
    if value is None:
        return "\\N"
    if kind is bool:
        return "t" if value else "f"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value).translate(_ESCAPED)
