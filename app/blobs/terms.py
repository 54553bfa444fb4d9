"""The words of files: what kinds are taken, and what a kept one is known by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    """The kinds of file that are taken, by their media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


PICTURES = frozenset({MediaKind.JPEG, MediaKind.PNG, MediaKind.WEBP})
EVIDENCE = PICTURES | {MediaKind.PDF}
SUFFIXES = {
    MediaKind.PDF: "pdf",
    MediaKind.JPEG: "jpg",
    MediaKind.PNG: "png",
    MediaKind.WEBP: "webp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A kept file: SHA-256 of its bytes (32 bytes), its size in bytes, its media type."""

    sha256: bytes
    size: int
    media_type: str
