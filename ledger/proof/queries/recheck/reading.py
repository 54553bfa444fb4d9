"""COPY out of the store as numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from ledger.entries.model import ENTRY_COLUMNS
from ledger.proof import errors

Array = npt.NDArray[Any]
_HEAD = 19  # bytes before the first row of a binary COPY: signature, flags, length of extension
_END = b"\xff\xff"


def layout(fields: Sequence[tuple[str, str]]) -> np.dtype[Any]:
    """One row of a binary COPY whose columns are never null: each value behind its length."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in fields:
        parts += [(f"{name} length", ">i4"), (name, kind)]
    return np.dtype(parts)


ENTRY = layout(list(zip(ENTRY_COLUMNS, (">i8", ">i8", *[">i4"] * 5, *[">i2"] * 4), strict=True)))


def copy_out(connection: Connection, query: str, dtype: np.dtype[Any]) -> Array:
    """The rows of a query without parameters.

    Raises BookUnreadable when a value is null or of another width than its column should have.
    """
    sink = BytesIO()  # takes a row at a time, at a third of what a write of our own would cost
    cursor = raw_cursor(connection)
    try:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT binary)", sink)
    finally:
        cursor.close()
    length = sink.tell() - _HEAD - len(_END)
    if length % dtype.itemsize:
        raise errors.BookUnreadable
    rows: Array = np.frombuffer(sink.getbuffer(), dtype, length // dtype.itemsize, _HEAD)
    if np.any(rows["fields"] != len(dtype.names or ()) // 2):
        raise errors.BookUnreadable
    return rows


def raw_cursor(connection: Connection) -> Any:
    """The driver's own cursor, in the connection's transaction."""
    return connection.connection.cursor()
