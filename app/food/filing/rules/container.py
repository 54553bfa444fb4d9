"""What a file really is, and whether it is safe to unfold, before anything reads it.

A packed workbook can unfold to a thousand times its size, and one cell at the far corner of a
sheet makes a reader ask for billions of cells at once: both are found here, in bounded memory.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from enum import StrEnum

from app.food.filing import errors
from app.food.filing.rules.extent import CHUNK, MARK, Measure

ENTRIES_MAX = 2_000  # parts of a package; a workbook with 50 sheets and pictures has under 300
UNFOLDED_MAX = 256 * 1024 * 1024  # the largest allowed sheet, 100,000 rows of 15 cells, has 90 MiB
RATIO_MAX = 250  # sheets of repeated words reach about 60 to 1
RATIO_FROM = 16 * 1024 * 1024  # below this no ratio can do harm
MIB = 1024 * 1024


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
    kind), SheetLocked, SheetTooDense, SheetTooWide, SheetOverlong.
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
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK):
            text = rest + chunk
            if MARK in text:
                return True
            rest = text[-len(MARK) :]
    return False


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
