"""The one way into the book's tables: COPY, in the order of the covering index.

A batch sorted by (lot, ts) before COPY goes in twice as fast as one in order of arrival, because
the index pages it touches lie together.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules.canonical import Row

_ENTRY_COPY = f"COPY entry ({', '.join(ENTRY_COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
_WIDTHS = dict(zip(ENTRY_COLUMNS, (8, 8, 4, 4, 4, 4, 4, 2, 2, 2, 2), strict=True))
# PostgreSQL's binary COPY: a signature, per row the number of fields and each with its length
# before it, and -1 at the end; all big-endian.
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_RECORD = np.dtype(
    [
        ("fields", ">i2"),
        *(
            field
            for name, width in _WIDTHS.items()
            for field in ((f"{name} length", ">i4"), (name, f">i{width}"))
        ),
    ]
)
_ROW = np.dtype([(name, f"<i{width}") for name, width in _WIDTHS.items()])
_NOTE_COPY = (
    "COPY entry_note (lot, id, document, document_line, certificate, keep_until, said) "
    "FROM STDIN WITH (FORMAT csv)"
)


class Note(NamedTuple):
    """One row of entry_note; ``said`` is canonical JSON."""

    lot: int
    id: int
    document: str
    document_line: str
    certificate: str
    keep_until: date
    said: str


def write_rows(session: Session, rows: Sequence[Row] | npt.NDArray[Any]) -> int:
    """Copy rows into the book, sorted by (lot, ts); answers how many.

    ``rows`` are tuples in the order of ENTRY_COLUMNS or a numpy record array with those fields.
    """
    if not len(rows):
        return 0
    given = rows if isinstance(rows, np.ndarray) else np.array(rows, dtype=_ROW)
    ordered = given[np.lexsort((given["ts"], given["lot"]))]
    records = np.empty(len(ordered), dtype=_RECORD)
    records["fields"] = len(ENTRY_COLUMNS)
    for name, width in _WIDTHS.items():
        records[f"{name} length"] = width
        records[name] = ordered[name]
        if (records[name] != ordered[name]).any():  # a cast wraps silently, the book must not
            raise OverflowError(f"{name} does not fit its column")
    _copy(session, _ENTRY_COPY, BytesIO(_SIGNATURE + records.tobytes() + _END))
    return len(records)


def write_notes(session: Session, notes: Iterable[Note]) -> None:
    """Copy notes of entries, sorted by their key."""
    ordered = sorted(notes, key=_by_key)
    if not ordered:
        return
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(ordered)
    text.seek(0)
    _copy(session, _NOTE_COPY, text)


def _by_key(note: Note) -> tuple[int, int]:
    return note.lot, note.id


def _copy(session: Session, statement: str, text: StringIO | BytesIO) -> None:
    # The session's own connection, so that the rows stand or fall with its transaction.
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(statement, text)
    finally:
        cursor.close()
