"""What a file really is, and whether it is safe to unfold, before anything reads it.

A packed workbook can unfold to a thousand times its size, and one cell at the far corner of a
sheet makes a reader ask for billions of cells at once: both are found here, in bounded memory.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum

from app.food.filing import errors

ENTRIES_MAX = 2_000  # parts of a package; a workbook with 50 sheets and pictures has under 300
UNFOLDED_MAX = 256 * 1024 * 1024  # the largest allowed sheet, 100,000 rows of 15 cells, has 90 MiB
RATIO_MAX = 250  # sheets of repeated words reach about 60 to 1
RATIO_FROM = 16 * 1024 * 1024  # below this no ratio can do harm
CELLS_MAX = 8_000_000  # the reader takes about 32 bytes a cell, empty or not
CHUNK = 1024 * 1024
_TAG_MAX = 64 * 1024
_IMPLICIT_COLUMNS = 256  # cells that do not say where they stand follow one another
_CELL = re.compile(rb"<(?:\w+:)?(c|row)\b([^>]*)>")
_PLACE = re.compile(rb"\br\s*=\s*[\"']\$?([A-Za-z]{0,3})\$?(\d{1,9})[\"']")


class FileKind(StrEnum):
    """What a file is read as."""

    XLSX = "xlsx"
    TEXT = "text"


_FOREIGN = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "RTF"),
    (b"<?xml", "XML"),
    (b"<html", "HTML"),
    (b"<!DOCTYPE", "HTML"),
)


def kind_of(data: bytes) -> FileKind:
    """What the bytes are, whatever the file is called.

    Raises SheetEmpty, SheetLocked, SheetTypeUnknown (pictures, xls, ods, archives …).
    """
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise errors.SheetEmpty
    if data.startswith(b"PK"):
        return FileKind.XLSX
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise errors.SheetLocked
        raise errors.SheetTypeUnknown(kind="xls")
    start = data[:512].lstrip()
    for mark, kind in _FOREIGN:
        if start.lower().startswith(mark.lower()):
            raise errors.SheetTypeUnknown(kind=kind)
    return FileKind.TEXT


def check_package(data: bytes) -> None:
    """Unfold a workbook once, part by part, counting.

    Raises SheetDamaged (cut short, a false checksum), SheetTypeUnknown (a package of another
    kind), SheetLocked, SheetTooDense, SheetTooWide.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            _check_sizes(parts, len(data))
            _check_type({part.filename for part in parts}, package)
            for part in parts:
                _walk(package, part)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
        OverflowError,
    ):
        raise errors.SheetDamaged from None


def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unfolded = sum(part.file_size for part in parts)
    crowded = len(parts) > ENTRIES_MAX
    if (
        crowded
        or unfolded > UNFOLDED_MAX
        or (unfolded > RATIO_FROM and unfolded > RATIO_MAX * packed)
    ):
        raise errors.SheetTooDense(
            parts=len(parts), mib=unfolded // CHUNK, limit_mib=UNFOLDED_MAX // CHUNK
        )
    if any(part.flag_bits & 1 for part in parts):
        raise errors.SheetLocked


def _check_type(names: set[str], package: zipfile.ZipFile) -> None:
    if "xl/workbook.xml" in names:
        return
    kind = "zip"
    if "mimetype" in names:
        kind = "ods" if b"spreadsheet" in package.read("mimetype")[:80] else "odt"
    elif "word/document.xml" in names:
        kind = "docx"
    elif "xl/workbook.bin" in names:
        kind = "xlsb"
    raise errors.SheetTypeUnknown(kind=kind)


@dataclass(slots=True)
class _Extent:
    """How far the cells of one part reach."""

    rows: int = 0
    columns: int = 0
    row: int = 0
    implicit: bool = False

    def see(self, tag: bytes, attributes: bytes) -> None:
        """Take one cell or row into account; a cell without content needs no room."""
        if tag == b"c" and attributes.endswith(b"/"):
            return
        place = _PLACE.search(attributes)
        if tag == b"row":
            self.row = max(self.row, int(place[2]) if place else 0)
        elif place is None or not place[1]:
            self.implicit = True
        else:
            self.rows = max(self.rows, int(place[2]))
            self.columns = max(self.columns, _column_number(place[1]))

    def check(self) -> None:
        """Refuse with SheetTooWide when the cells span more than a reader can hold."""
        rows = max(self.rows, self.row) if self.implicit else self.rows
        columns = max(self.columns, _IMPLICIT_COLUMNS) if self.implicit else self.columns
        if rows * columns > CELLS_MAX:
            raise errors.SheetTooWide(rows=rows, columns=columns, limit=CELLS_MAX)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _walk(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one part to its end, which also checks its checksum, and measure its cells."""
    extent, rest = _Extent(), b""
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            text = rest + chunk
            cut = text.rfind(b"<")
            for found in _CELL.finditer(text, 0, cut if cut >= 0 else len(text)):
                extent.see(found[1], found[2])
            rest = text[cut:] if 0 <= len(text) - cut <= _TAG_MAX else b""
    for found in _CELL.finditer(rest):
        extent.see(found[1], found[2])
    extent.check()


def decoded(data: bytes) -> str:
    """A text file as text: UTF-8 with or without its mark, UTF-16 with its mark, or GB18030.

    Raises SheetHasNul, EncodingUnknown.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if b"\0" in data:
        raise errors.SheetHasNul(position=data.index(b"\0"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise errors.EncodingUnknown(position=problem.start) from None
    if "\0" in text:
        raise errors.SheetHasNul(position=text.index("\0"))
    return text
