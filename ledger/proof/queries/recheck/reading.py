"""COPY out of the store as numpy arrays, in pieces, so that memory does not grow with the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from ledger.entries.model import ENTRY_COLUMNS
from ledger.proof import errors

Array = npt.NDArray[Any]
PIECE = 1 << 17  # rows handled at once
_HEAD = 19  # bytes before the first row of a binary COPY: signature, flags, length of extension
_END = b"\xff\xff"


def layout(fields: Sequence[tuple[str, str]]) -> np.dtype[Any]:
    """One row of a binary COPY whose columns are never null: each value behind its length."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fields:
        parts += [(f"{name} length", ">i4"), (name, kind)]
    return np.dtype(parts)


ENTRY = layout(list(zip(ENTRY_COLUMNS, (">i8", ">i8", *[">i4"] * 5, *[">i2"] * 4), strict=True)))


class _Pieces:
    """What a COPY writes to: gathers rows and hands them on in pieces."""

    def __init__(self, dtype: np.dtype[Any], take: Callable[[Array], None]) -> None:
        self.dtype, self.take = dtype, take
        self.columns = len(dtype.names or ()) // 2
        self.parts: list[bytes] = []
        self.head = _HEAD

    def write(self, data: bytes) -> None:
        self.parts.append(data)
        if len(self.parts) >= PIECE:
            self.flush()

    def flush(self) -> None:
        whole = b"".join(self.parts)[self.head :]
        self.parts, self.head = [], 0
        if len(whole) % self.dtype.itemsize == len(_END) and whole.endswith(_END):
            whole = whole[: -len(_END)]
        if len(whole) % self.dtype.itemsize:
            raise errors.BookUnreadable
        rows: Array = np.frombuffer(whole, self.dtype)
        if np.any(rows["fields"] != self.columns):
            raise errors.BookUnreadable
        if len(rows):
            self.take(rows)


def copy_out(
    connection: Connection, query: str, dtype: np.dtype[Any], take: Callable[[Array], None]
) -> None:
    """Hand the rows of a query without parameters to ``take``, piece by piece.

    Raises BookUnreadable when a value is null or of another width than its column should have.
    """
    sink = _Pieces(dtype, take)
    cursor = raw_cursor(connection)
    try:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT binary)", sink)
    finally:
        cursor.close()
    sink.flush()


def raw_cursor(connection: Connection) -> Any:
    """The driver's own cursor, in the connection's transaction."""
    return connection.connection.cursor()
