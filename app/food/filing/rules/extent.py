"""How far the cells of a sheet reach, read as a stream before the real reader asks for their room.

The real reader makes one cell for every place between the first and the last, so one cell at the
far corner costs gigabytes. It goes by an element's name without its prefix and by the attribute
``r`` without one; so does this. What it would read and this cannot is refused.
"""

from __future__ import annotations

import re
import time
from xml.parsers import expat

from app.food.filing import errors

CHUNK = 64 * 1024
CELLS_MAX = 8_000_000  # the reader takes about 32 bytes a cell, empty or not
TAG_MAX = 128 * 1024  # a cell holds 32,767 characters, no tag holds a cell; it is read again whole
DEPTH_MAX = 64  # a cell's text lies eight deep, a drawing's about thirty
SECONDS_MAX = 60  # the longest allowed sheet takes five
_PLACE = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{1,9})")
_ROW = re.compile(r"\d{1,9}")
MARK = b"sheetData"  # without this word no reader finds a cell in a part
_HOLDS = frozenset({"v", "is", "f", "t"})  # a cell without one of these needs no room


class Measure:
    """Takes one part in pieces and refuses it as soon as it asks for too much.

    ``feed`` and ``close`` raise SheetDamaged, SheetTooWide, SheetOverlong.
    """

    def __init__(self) -> None:
        self._rows = self._columns = self._row = self._column = self._depth = self._fed = 0
        self._waiting: tuple[int, int] | None = None
        self._until = time.monotonic() + SECONDS_MAX
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._ended: list[str] = []
        self._parser.EndElementHandler = self._ended.append
        self._parser.StartDoctypeDeclHandler = _refused
        self._parser.EntityDeclHandler = _refused

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""
        self._parse(chunk, last=False)
        self._fed += len(chunk)
        self._depth -= len(self._ended)
        self._ended.clear()
        if self._depth > DEPTH_MAX:
            raise errors.SheetOverlong(limit=DEPTH_MAX)
        if self._fed - self._parser.CurrentByteIndex > TAG_MAX:
            raise errors.SheetOverlong(limit=TAG_MAX)
        if time.monotonic() > self._until:
            raise errors.SheetOverlong(limit=SECONDS_MAX)

    def close(self) -> None:
        """Say that there are no more pieces."""
        if self._fed:
            self._parse(b"", last=True)

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, ValueError):
            raise errors.SheetDamaged from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        bare = name.rpartition(":")[2] if ":" in name else name
        if bare == "c":
            self._cell(attributes.get("r"))
        elif bare == "row":
            self._begin_row(attributes.get("r"))
        elif self._waiting is not None and bare in _HOLDS:
            self._fill(*self._waiting)
            self._waiting = None

    def _begin_row(self, said: str | None) -> None:
        if said is not None and not _ROW.fullmatch(said):
            raise errors.SheetDamaged
        self._row = int(said) if said is not None else self._row + 1
        self._column, self._waiting = 0, None

    def _cell(self, said: str | None) -> None:
        place = _PLACE.fullmatch(said) if said is not None else None
        if said is not None and place is None:
            raise errors.SheetDamaged
        row, column = self._row, self._column + 1
        if place is not None:
            row = int(place[2])
            column = _column_number(place[1]) or column
        self._column = column
        self._waiting = row, column

    def _fill(self, row: int, column: int) -> None:
        if row <= self._rows and column <= self._columns:
            return
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        if self._rows * self._columns > CELLS_MAX:
            raise errors.SheetTooWide(rows=self._rows, columns=self._columns, limit=CELLS_MAX)


def _refused(*_: object) -> None:
    """A spreadsheet declares no document type and no entities."""
    raise errors.SheetDamaged


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
