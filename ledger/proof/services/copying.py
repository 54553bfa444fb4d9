"""Many rows into a table of the log: PostgreSQL's binary COPY, some megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from sqlalchemy.orm import Session

_BYTES = 1 << 25  # sent with one statement
# A signature before the rows and -1 behind them; each row is the number of its fields and each
# field with its length before it, all big-endian.
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


def copy_in(session: Session, statement: str, rows: Iterable[bytes]) -> None:
    """Copy rows, each already in the binary form, by a COPY … FROM STDIN WITH (FORMAT binary)."""
    gathered = BytesIO()
    for row in rows:
        gathered.write(row)
        if gathered.tell() >= _BYTES:
            _send(session, statement, gathered.getvalue())
            gathered = BytesIO()
    if gathered.tell():
        _send(session, statement, gathered.getvalue())


def _send(session: Session, statement: str, rows: bytes) -> None:
    # The session's own connection, so that the rows stand or fall with its transaction.
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(statement, BytesIO(_SIGNATURE + rows + _END))
    finally:
        cursor.close()
