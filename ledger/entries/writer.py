"""The one way into the book's tables: COPY, in the order of lot and time.

Rows of one lot then lie together, so that a trace reads few pages; and a batch so sorted goes in
twice as fast as one in order of arrival, because the index pages it touches lie together too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules.canonical import Row
from ledger.kernel.statements import Statement

_ENTRY_COPY = f"COPY entry ({', '.join(ENTRY_COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
_WIDTHS = dict(zip(ENTRY_COLUMNS, (8, 8, 4, 4, 4, 4, 4, 2, 2, 2, 2), strict=True))
_CODES = {8: "q", 4: "i", 2: "h"}
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
# What is the same in every row.
_BLANK = np.zeros((), _RECORD)
_BLANK["fields"] = len(_WIDTHS)
for _name, _width in _WIDTHS.items():
    _BLANK[f"{_name} length"] = _width
# One row in that form: the number of fields, and before each its width in bytes.
_PACKED = struct.Struct(">h" + "".join(f"i{_CODES[width]}" for width in _WIDTHS.values()))
_LEAVES_COPY = "COPY leaf_queue (operator_id, first_entry, leaves) FROM STDIN WITH (FORMAT binary)"
# Its one row up to the hashes: three fields, the first two with their widths, and that of the last
_LEAVES = struct.Struct(">hiiiqi")
_NOTE_COLUMNS = "lot, id, document, document_line, certificate, keep_until, said"
_NOTE_COPY = f"COPY entry_note ({_NOTE_COLUMNS}) FROM STDIN"
_NOTE_INSERT = f"INSERT INTO entry_note ({_NOTE_COLUMNS}) VALUES "  # noqa: S608
_ENTRY_INSERT = f"INSERT INTO entry ({', '.join(ENTRY_COLUMNS)}) VALUES "  # noqa: S608
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# At a time: whoever copies holds the interpreter only between two of them, and waits for it there
# while another thread reckons, for milliseconds in which the server runs dry.
_COPY_BYTES = 8 << 20
_FEW = 8  # rows that are not worth the two round trips of a COPY


class Note(NamedTuple):
    """One row of entry_note; ``said`` is canonical JSON."""

    lot: int
    id: int
    document: str
    document_line: str
    certificate: str
    keep_until: date
    said: str


_by_place = itemgetter(ENTRY_COLUMNS.index("lot"), ENTRY_COLUMNS.index("ts"))


def write_rows(session: Session, rows: Sequence[Row] | npt.NDArray[Any]) -> int:
    """Copy rows into the book, sorted by (lot, ts); answers how many.

    ``rows`` are tuples in the order of ENTRY_COLUMNS or a numpy record array with those fields.
    """
    if not len(rows):
        return 0
    packed = packed_array(rows) if isinstance(rows, np.ndarray) else _packed(rows)
    write_packed(session, packed)
    return len(rows)


def write_packed(session: Session, packed: bytes) -> None:
    """Copy rows into the book that ``packed_array`` has made ready."""
    _copy(session, _ENTRY_COPY, BytesIO(_SIGNATURE + packed + _END))


def packed_array(rows: npt.NDArray[Any]) -> bytes:
    """A record array with the fields of ENTRY_COLUMNS in COPY's form, sorted by (lot, ts).

    Raises OverflowError where a number does not fit its column.
    """
    records = np.full(len(rows), _BLANK)
    for name, width in _WIDTHS.items():
        records[name] = rows[name]
        # a cast wraps silently, the book must not
        fits = np.can_cast(rows.dtype[name], f"i{width}")
        if not fits and (records[name] != rows[name]).any():
            raise OverflowError(f"{name} does not fit its column")
    order = np.argsort((rows["lot"].astype(np.int64) << 32) + rows["ts"])
    # whole records are moved many times faster than their fields one by one
    return records.view(f"V{_RECORD.itemsize}")[order].tobytes()


def write_leaves(session: Session, operator_id: int, first_entry: int, hashes: bytes) -> None:
    """Queue many entries' leaf hashes for the log, as bytes and not as digits in a statement."""
    head = _LEAVES.pack(3, 4, operator_id, 8, first_entry, len(hashes))
    _copy(session, _LEAVES_COPY, BytesIO(b"".join((_SIGNATURE, head, hashes, _END))))


def _packed(rows: Sequence[Row]) -> bytes:
    pack = _PACKED.pack
    try:
        return b"".join(
            [
                pack(11, 8, a, 8, b, 4, c, 4, d, 4, e, 4, f, 4, g, 2, h, 2, i, 2, j, 2, k)
                for a, b, c, d, e, f, g, h, i, j, k in sorted(rows, key=_by_place)
            ]
        )
    except struct.error as problem:
        raise OverflowError("a number does not fit its column") from problem


def write_notes(session: Session, notes: Iterable[Note]) -> None:
    """Copy notes of entries, sorted by their key."""
    ordered = sorted(notes)
    if not ordered:
        return
    text = "\n".join(
        [
            f"{lot}\t{number}\t{_text(document)}\t{_text(line)}\t{_text(certificate)}\t"
            f"{keep_until}\t{_text(said)}"
            for lot, number, document, line, certificate, keep_until, said in ordered
        ]
    )
    _copy(session, _NOTE_COPY, StringIO(text))


@dataclass(frozen=True, slots=True)
class NoteColumns:
    """Notes of lines without a document line, column by column; ``keep_until`` are days as text."""

    lots: Sequence[int]
    ids: Sequence[int]
    documents: Sequence[str]
    certificates: Sequence[str]
    keep_until: Sequence[str]
    said: Sequence[str]


def write_note_columns(session: Session, notes: NoteColumns) -> None:
    """Copy notes that are given by columns."""
    texts = zip(
        _texts(notes.documents),
        _texts(notes.certificates),
        notes.keep_until,
        _texts(notes.said),
        strict=True,
    )
    rows = [
        f"{lot}\t{number}\t{document}\t\t{certificate}\t{keep_until}\t{said}"
        for lot, number, (document, certificate, keep_until, said) in zip(
            notes.lots, notes.ids, texts, strict=True
        )
    ]
    order = np.lexsort((notes.ids, notes.lots)).tolist()
    _copy(session, _NOTE_COPY, StringIO("\n".join([rows[place] for place in order])))


def _texts(column: Sequence[str]) -> Sequence[str]:
    """Texts as COPY takes them; looked at together, because hardly any need anything done."""
    return column if _text(together := "".join(column)) is together else [*map(_text, column)]


def _text(text: str) -> str:
    """A text as COPY takes it."""
    return text if text.isprintable() and "\\" not in text else text.translate(_ESCAPED)


def few_rows(rows: Sequence[Row], notes: Sequence[Note]) -> list[Statement] | None:
    """The rows and notes as statements to be sent with others, where they are few."""
    if not rows or len(rows) > _FEW or len(notes) > _FEW:
        return None
    statements: list[Statement] = [_values(_ENTRY_INSERT, rows)]
    if notes:
        statements.append(_values(_NOTE_INSERT, notes))
    return statements


def _values(insert: str, rows: Sequence[tuple[Any, ...]]) -> Statement:
    one = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    return insert + ", ".join([one] * len(rows)), [value for row in rows for value in row]


def _copy(session: Session, statement: str, text: StringIO | BytesIO) -> None:
    # The session's own connection, so that the rows stand or fall with its transaction.
    cursor = session.connection().connection.cursor()
    try:
        cursor.copy_expert(statement, text, _COPY_BYTES)
    finally:
        cursor.close()
