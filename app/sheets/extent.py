"""How far the cells of a sheet reach, read as a stream before the real reader asks for their room.

The real reader makes one cell for every place between the first and the last, so one cell at the
far corner costs gigabytes. It goes by an element's name without its prefix and by the attribute
``r`` without one; so does this. What it would read and this cannot is refused.

Rows in the one plain form that every spreadsheet program writes are counted by a pattern and cut
out before the parser sees the part, which is ten times quicker. Nothing can hide in what is cut:
it holds only cells that were counted, and no ``>`` that could end a comment or the like around it.
"""

from __future__ import annotations

import re
import time
from xml.parsers import expat

from app.sheets import errors

CHUNK = 64 * 1024
CELLS_MAX = 16_777_216  # a sheet's last row, 16 columns; the reader takes about 60 bytes a cell
TAG_MAX = 128 * 1024  # a cell holds 32,767 characters, no tag holds a cell; it is read again whole
DEPTH_MAX = 64  # a cell's text lies eight deep, a drawing's about thirty
SECONDS_MAX = 60  # the longest allowed sheet takes five
_PLACE = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{1,9})")
_ROW = re.compile(r"\d{1,9}")
MARK = b"sheetData"  # without this word no reader finds a cell in a part
_HOLDS = frozenset({"v", "is", "f", "t"})  # a cell without one of these needs no room
_ROWS_BEGIN, _ROW_END = b"<sheetData>", b"</row>"
_CHAR = rb"[^<>&\x00-\x08\x0b\x0c\x0e-\x1f]*+"
_TEXT = rb"%b(?:&(?:amp|lt|quot|apos);%b)*+" % (_CHAR, _CHAR)
_SPACE = rb"(?: xml:space=\"preserve\")?"
_HELD = rb"(?:<v>%(text)b</v>|<f>%(text)b</f><v>%(text)b</v>|<is><t%(space)b>%(text)b</t></is>)" % {
    b"text": _TEXT,
    b"space": _SPACE,
}
_HOW = rb"(?: s=\"\d{1,9}\")?(?: t=\"[a-zA-Z]{1,12}\")?"
_CELL = rb"<c r=\"[A-Z]{1,3}(?P=row)\"%b(?:/>|>%b</c>)" % (_HOW, _HELD)
_SAYS = rb"(?: [A-Za-z][A-Za-z0-9:]*=\"[^\"<>&\x00-\x1f]{0,99}\")*+"
_PLAIN_ROW = re.compile(
    rb"\s*+<row r=\"(?P<row>\d{1,7})\"%b(?:/>|>(?:%b)*+</row>)" % (_SAYS, _CELL)
)
_FULL_CELL = re.compile(rb"<c r=\"([A-Z]{1,3})[^<>/]*+>")


class Measure:
    """Takes one part in pieces and refuses it as soon as it asks for too much.

    ``feed`` and ``close`` raise SheetDamaged, SheetTooWide, SheetOverlong.
    """

    def __init__(self) -> None:
        self._rows = self._columns = self._row = self._column = self._depth = self._fed = 0
        self._waiting: tuple[int, int] | None = None
        self._rest = b""
        self._between_rows = False
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
        data = self._rest + chunk
        while data:
            if self._between_rows:
                cut = self._cut(data)
                data = data[cut:]
                if len(data) < CHUNK and _ROW_END not in data:
                    break  # a row that has not arrived as a whole, or the end
                self._between_rows = False
            self._between_rows, found = _through(data)
            self._pass_on(data[:found])
            data = data[found:]
            if not self._between_rows:
                break
        self._rest = data
        if time.monotonic() > self._until:
            raise errors.SheetOverlong(limit=SECONDS_MAX)

    def close(self) -> None:
        """Say that there are no more pieces."""
        self._pass_on(self._rest)
        if self._fed:
            self._parse(b"", last=True)

    def _cut(self, data: bytes) -> int:
        """Count the plain rows that data begins with; where they end."""
        end, last = 0, 0
        while row := _PLAIN_ROW.match(data, end):
            if data.find(b"</c>", end, row.end()) >= 0:
                last = max(last, int(row["row"]))
            end = row.end()
            self._row, self._column, self._waiting = int(row["row"]), 0, None
        if end:
            _refuse_undecodable(data[:end])
        if last:
            letters = set(_FULL_CELL.findall(data, 0, end))
            self._fill(last, max(_column_number(each.decode()) for each in letters))
        return end

    def _pass_on(self, data: bytes) -> None:
        """Let the parser see what is not plain."""
        self._parse(data, last=False)
        self._fed += len(data)
        self._depth -= len(self._ended)
        self._ended.clear()
        if self._depth > DEPTH_MAX:
            raise errors.SheetOverlong(limit=DEPTH_MAX)
        if self._fed - self._parser.CurrentByteIndex > TAG_MAX:
            raise errors.SheetOverlong(limit=TAG_MAX)

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


def _through(data: bytes) -> tuple[bool, int]:
    """How far the parser has to see before a plain row may stand, and whether one may then."""
    for mark in (_ROWS_BEGIN, _ROW_END):
        place = data.find(mark)
        if place >= 0:
            return True, place + len(mark)
    return False, max(0, len(data) - len(_ROWS_BEGIN) + 1) or len(data)


def _refuse_undecodable(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        raise errors.SheetDamaged from None


def _refused(*_: object) -> None:
    """A spreadsheet declares no document type and no entities."""
    raise errors.SheetDamaged


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
