"""The words of operations: a backup's manifest, its streams and parts, what a restore found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FORMAT = 1
MANIFEST = "manifest.json"
PIECE_BYTES = 8 * 1024 * 1024
"""How much of a stream, before it is packed, goes into one part: the memory a part takes."""
FILE_FOLDERS = ("uploads", "files")
"""The folders of the data folder that belong to the record: what people sent in."""


class Keys(StrEnum):
    """What a backup does with the installation's keys."""

    OUT = "out"
    SEALED = "sealed"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One file of a backup: its name, its size in bytes and its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TableCopy:
    """One table as COPY's text, in parts that are each gzip; ``rows`` is what COPY counted."""

    name: str
    columns: tuple[str, ...]
    rows: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileCopy:
    """One file of the data folder by its path in there, in parts that are each gzip."""

    path: str
    size: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds; written last, so a backup without it was never finished.

    ``revision`` is the schema the tables are of, ``sequences`` the last number each gave out, None
    where it gave none. ``made_at`` is the moment of the snapshot, ISO 8601.
    """

    format: int
    program: str
    made_at: str
    revision: str
    tables: tuple[TableCopy, ...]
    sequences: dict[str, int | None]
    files: tuple[FileCopy, ...]
    keys: Keys
    key_part: Part | None

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, in the order they were written."""
        of_tables = (part for table in self.tables for part in table.parts)
        of_files = (part for file in self.files for part in file.parts)
        return (*of_tables, *of_files, *((self.key_part,) if self.key_part else ()))

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)
