"""What kind of picture a kept file is, by its first bytes."""

from __future__ import annotations

HEAD = 12  # bytes that tell the kinds apart
_PNG = b"\x89PNG"
_WEBP = b"WEBP"


def media_type_of(head: bytes) -> str:
    """The media type of a picture that was checked when it was sent; JPEG where it is no other."""
    if head.startswith(_PNG):
        return "image/png"
    return "image/webp" if head[8:HEAD] == _WEBP else "image/jpeg"
