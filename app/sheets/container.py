"""What a file really is, and whether it is safe to unfold, before anything reads it.

A packed workbook can unfold to a thousand times its size, and one cell at the far corner of a
sheet makes a reader ask for billions of cells at once: both are found here, in bounded memory.
"""

from __future__ import annotations

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from app.sheets import errors
from app.sheets.extent import CHUNK, MARK, Measure

Content = bytes | Path
"""What a file holds: at hand, or where it lies; a long one is never held as a whole."""

ENTRIES_MAX = 2_000  # parts of a package; a workbook with 50 sheets and pictures has under 300
UNFOLDED_MAX = 1024 * 1024 * 1024  # a sheet filled to its last row, 15 cells each, has 900 MiB
RATIO_MAX = 250  # sheets of repeated words reach about 60 to 1
RATIO_FROM = 16 * 1024 * 1024  # below this no ratio can do harm
MIB = 1024 * 1024
_PIECE = MIB
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"
_WRAPPED = '="'


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


def opened(content: Content) -> BinaryIO:
    """The bytes of a file from its first one."""
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _pieces(content: Content) -> Iterator[bytes]:
    with opened(content) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def kind_of(content: Content) -> FileKind:
    """What the bytes are, whatever the file is called.

    Raises SheetEmpty, SheetLocked, SheetTypeUnknown (pictures, xls, ods, archives …).
    """
    if not any(piece.strip(_BLANK) for piece in _pieces(content)):
        raise errors.SheetEmpty
    with opened(content) as stream:
        data = stream.read(512)
    if data.startswith(b"PK"):
        return FileKind.XLSX
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if _holds(_pieces(content), "EncryptedPackage".encode("utf-16-le")):
            raise errors.SheetLocked
        raise errors.SheetTypeUnknown(kind="xls")
    start = data.lstrip()
    for mark, kind in _FOREIGN:
        if start.lower().startswith(mark.lower()):
            raise errors.SheetTypeUnknown(kind=kind)
    return FileKind.TEXT


def _holds(pieces: Iterator[bytes], mark: bytes) -> bool:
    """Whether a mark stands in what comes in pieces, also across two of them."""
    rest = b""
    for piece in pieces:
        if mark in rest + piece:
            return True
        rest = piece[-len(mark) :]
    return False


def check_package(content: Content) -> None:
    """Unfold a workbook once, part by part, counting.

    Raises SheetDamaged (cut short, a false checksum), SheetTypeUnknown (a package of another
    kind), SheetLocked, SheetTooDense, SheetTooWide, SheetOverlong.
    """
    try:
        with opened(content) as stream, zipfile.ZipFile(stream) as package:
            parts = package.infolist()
            _check_sizes(parts, stream.seek(0, io.SEEK_END))
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
            parts=len(parts), mib=unfolded // MIB, limit_mib=UNFOLDED_MAX // MIB
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


def _walk(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one part to its end, which also checks its checksum; one with cells is measured.

    A workbook may name any part as a sheet, so its own name and ending say nothing.
    """
    if not _has_cells(package, part):
        return
    measure = Measure()
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            measure.feed(chunk)
    measure.close()


def _has_cells(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with package.open(part) as stream:
        return _holds(iter(lambda: stream.read(CHUNK), b""), MARK)


@dataclass(frozen=True, slots=True)
class TextFound:
    """How a text file is to be read: its encoding, how many lines end in it.

    ``quotes`` says whether any cell may be quoted, ``wraps`` whether one as ``="069…"``.
    """

    encoding: str
    lines: int
    quotes: bool
    wraps: bool


def text_found(content: Content) -> TextFound:
    """Read a text file once: UTF-8 with or without its mark, UTF-16 with its mark, or GB18030.

    Raises SheetHasNul, EncodingUnknown.
    """
    with opened(content) as stream:
        start = stream.read(2)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        return _looked_through(content, "utf-16")
    position = 0
    for piece in _pieces(content):
        if b"\0" in piece:
            raise errors.SheetHasNul(position=position + piece.index(b"\0"))
        position += len(piece)
    try:
        return _looked_through(content, "utf-8-sig")
    except errors.EncodingUnknown:
        return _looked_through(content, "gb18030")


def _looked_through(content: Content, encoding: str) -> TextFound:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, quotes, wraps, read, seen, last = 0, False, False, 0, 0, ""
    for piece in _ended(_pieces(content)):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(piece, not piece)
        except UnicodeDecodeError as problem:
            raise errors.EncodingUnknown(position=read - held + problem.start) from None
        if "\0" in text:
            raise errors.SheetHasNul(position=seen + text.index("\0"))
        lines += text.count("\n")
        quotes = quotes or '"' in text
        wraps = wraps or (quotes and _WRAPPED in last + text)
        read, seen, last = read + len(piece), seen + len(text), text[-1:]
    return TextFound(encoding, lines, quotes, wraps)


def _ended(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from pieces
    yield b""
