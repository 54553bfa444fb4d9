"""What a file is, by what is in it: its name and what a browser says of it prove nothing."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.blobs import errors
from app.blobs.terms import MediaKind

HEAD_BYTES = 32
_PDF_TAIL = 2_048  # writers put some bytes behind the mark of the end; readers look this far
_FORMATS = {MediaKind.JPEG: "JPEG", MediaKind.PNG: "PNG", MediaKind.WEBP: "WEBP"}
_SHOWN_SIDE = 1_600  # pixels: a page of A4 can be read at this size
_SHOWN_QUALITY = 82
_WHITE = (255, 255, 255, 255)
# What Pillow's readers raise for pictures that break off or are made up.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, MemoryError)


def kind_of(head: bytes) -> MediaKind | None:
    """The kind a file's first bytes say it is; None where it is none of ours."""
    if head.startswith((b"%PDF-1.", b"%PDF-2.")):
        return MediaKind.PDF
    if head.startswith(b"\xff\xd8\xff"):
        return MediaKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaKind.WEBP
    return None


def checked_kind(file: IO[bytes], kinds: Collection[MediaKind], pixels_max: int) -> MediaKind:
    """The kind of a whole file, read to its end so far as its kind allows.

    Raises FileEmpty, FileKindRefused, FileBroken, TooManyPixels.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise errors.FileEmpty
    kind = kind_of(head)
    if kind is None or kind not in kinds:
        raise errors.FileKindRefused(taken=" ".join(sorted(it.name for it in kinds)))
    if kind is MediaKind.PDF:
        _check_pdf(file)
    else:
        _unfolded(file, kind, pixels_max)
    return kind


def _check_pdf(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _PDF_TAIL))
    if b"%%EOF" not in file.read():
        raise errors.FileBroken


def _unfolded(
    file: IO[bytes], kind: MediaKind, pixels_max: int, *, side: int | None = None
) -> Image.Image:
    """The picture, decoded to its last pixel; it keeps what the camera says of its upper side.

    With ``side`` a JPEG is decoded no larger than is needed for that many pixels a side.
    """
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=[_FORMATS[kind]]) as image:
                if image.width * image.height > pixels_max:
                    raise errors.TooManyPixels(limit=pixels_max)
                if side is not None:
                    image.draft("RGB", (side, side))
                image.load()
                return image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise errors.TooManyPixels(limit=pixels_max) from None
    except (UnidentifiedImageError, *_BROKEN):
        raise errors.FileBroken from None


def shown_picture(file: IO[bytes], kind: MediaKind, pixels_max: int) -> bytes:
    """A JPEG of a picture that carries nothing but the picture: no place, no camera, no owner.

    Upright, at most 1,600 pixels a side. Raises FileBroken, TooManyPixels.
    """
    image = ImageOps.exif_transpose(_unfolded(file, kind, pixels_max, side=_SHOWN_SIDE))
    image.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, _WHITE), layer)
    bare = Image.new("RGB", image.size)
    bare.paste(image.convert("RGB"))
    out = BytesIO()
    bare.save(out, "JPEG", quality=_SHOWN_QUALITY)
    return out.getvalue()
