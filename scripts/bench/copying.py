"""Numbers into and out of PostgreSQL by COPY in its binary form, the way the book does it."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


def packed(columns: Mapping[str, Column]) -> bytes:
    """Columns of signed whole numbers as a binary COPY stream; a column's width is its type's."""
    first = next(iter(columns.values()))
    records = np.empty(len(first), _record({name: each.itemsize for name, each in columns.items()}))
    records["fields"] = len(columns)
    for name, values in columns.items():
        records[f"{name} length"] = values.itemsize
        records[name] = values
    return _SIGNATURE + records.tobytes() + _END


def copy_in(connection: Any, table: str, columns: Mapping[str, Column]) -> None:
    """Copy columns into a table; the caller commits."""
    copy_stream(connection, table, tuple(columns), packed(columns))


def copy_stream(connection: Any, table: str, names: tuple[str, ...], stream: bytes) -> None:
    """Copy a stream that ``packed`` made into a table."""
    with connection.cursor() as cursor:
        quoted = ", ".join(f'"{name}"' for name in names)
        statement = f"COPY {table} ({quoted}) FROM STDIN WITH (FORMAT binary)"
        cursor.copy_expert(statement, BytesIO(stream), size=1 << 20)


def copy_out(connection: Any, query: str, widths: Mapping[str, int]) -> dict[str, Column]:
    """The columns of a query of whole numbers without NULL; ``widths`` are their bytes."""
    stream = BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT binary)", stream)
    body = stream.getbuffer()[len(_SIGNATURE) : -len(_END)]
    records = np.frombuffer(body, _record(widths))
    return {name: records[name].astype(f"<i{width}") for name, width in widths.items()}


def _record(widths: Mapping[str, int]) -> np.dtype[Any]:
    fields = [("fields", ">i2")]
    for name, width in widths.items():
        fields += [(f"{name} length", ">i4"), (name, f">i{width}")]
    return np.dtype(fields)
