"""Rows as canonical bytes: what a receipt, and later a proof, is computed over.

One record per row, 76 bytes, big-endian, no padding::

    offset  size  field
         0     8  id          int64   number of the entry
         8     8  qty         int64   thousandths of the base unit; of a VOID row the id voided
        16     4  lot         int32
        20     4  ts          int32   seconds since 2020-01-01T00:00+08:00
        24     4  op          int32
        28     4  other       int32
        32     4  doc         int32
        36     2  kind        int16
        38     2  unit        int16
        40     2  precision   int16
        42     2  flags       int16
        44    32  SHA-256 of the entry's note, zeros where it has none

A note is the five texts document, document line, certificate, keep-until day (ISO 8601) and
``said`` as JSON (keys sorted, no spaces, UTF-8), joined by 0x1F. All of it can be rebuilt from the
tables.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import blake2b, sha256
from typing import Any

RECORD = struct.Struct(">qqiiiiihhhh32s")
NO_NOTE = bytes(32)
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Row = tuple[int, int, int, int, int, int, int, int, int, int, int]


def said_text(said: Mapping[str, Any]) -> str:
    """``said`` as canonical JSON."""
    return _JSON.encode(said)


def note_digest(
    document: str, document_line: str, certificate: str, keep_until: date, said: str
) -> bytes:
    """SHA-256 of a note; ``said`` is already canonical JSON."""
    texts = (document, document_line, certificate, keep_until.isoformat(), said)
    return sha256("\x1f".join(texts).encode()).digest()


def record(row: Row, digest: bytes = NO_NOTE) -> bytes:
    """The 76 canonical bytes of a row in the order of ENTRY_COLUMNS."""
    return RECORD.pack(*row, digest)


def receipt(records: Iterable[bytes]) -> bytes:
    """SHA-256 over the records in ascending byte order: how they were filed is no matter."""
    whole = sha256()
    for one in sorted(records):
        whole.update(one)
    return whole.digest()


def document_hash(document: str) -> int:
    """A document number as a signed 32-bit number, the same in any width, case and spacing.

    0 stands for no document; a dispatch and its receipt find each other by this number.
    """
    folded = "".join(unicodedata.normalize("NFKC", document).split()).casefold()
    if not folded:
        return 0
    number = int.from_bytes(blake2b(folded.encode(), digest_size=4).digest(), "big", signed=True)
    return number or 1
