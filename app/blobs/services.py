"""Keeping files and giving them back: the one way to the folder or the object store.

Every slice that takes pictures or papers comes here: certificates, recalls' proof, reports of
consumers. A slice keeps a file's hash, size and media type in its own table; a file that no row
names does no harm and is found again when it is sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from io import BytesIO
from typing import IO, BinaryIO, Protocol

from app.blobs import errors
from app.blobs.checking import checked_kind, shown_picture
from app.blobs.folder import FolderStore
from app.blobs.objects import ObjectStore, bucket_of
from app.blobs.terms import EVIDENCE, PICTURES, Blob, MediaKind
from app.settings import Settings

_PIECE = 1024 * 1024


class Store(Protocol):
    """A place that keeps files under their hash."""

    def keep(self, digest: str, content: IO[bytes], size: int) -> None:
        """Keep a file, whole or not at all."""

    def opened(self, digest: str) -> BinaryIO:
        """The file of a hash."""


def _store(settings: Settings) -> Store:
    if settings.blobs_url:
        return ObjectStore(bucket_of(settings))
    return FolderStore(settings.data)


def put(settings: Settings, content: IO[bytes], *, kinds: Collection[MediaKind] = EVIDENCE) -> Blob:
    """Keep a file that is one of ``kinds`` by its content; the same content is kept once.

    At most ``settings.max_blob_bytes`` are taken. Raises FileEmpty, FileTooLarge, FileKindRefused,
    FileBroken, TooManyPixels, BlobsSilent.
    """
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(_PIECE):
        digest.update(piece)
        size += len(piece)
        if size > settings.max_blob_bytes:
            raise errors.FileTooLarge(limit_mib=settings.max_blob_bytes // 1024 // 1024)
    kind = checked_kind(content, kinds, settings.picture_pixels_max)
    _store(settings).keep(digest.hexdigest(), content, size)
    return Blob(sha256=digest.digest(), size=size, media_type=kind.value)


def opened(settings: Settings, sha256: bytes) -> BinaryIO:
    """The file of a hash, to be closed by who reads it. Raises FileGone, BlobsSilent."""
    return _store(settings).opened(sha256.hex())


def is_whole(settings: Settings, sha256: bytes) -> bool:
    """Whether a kept file is what its hash says. Raises FileGone, BlobsSilent."""
    digest = hashlib.sha256()
    with opened(settings, sha256) as kept:
        while piece := kept.read(_PIECE):
            digest.update(piece)
    return digest.digest() == sha256


def preview(settings: Settings, blob: Blob) -> Blob | None:
    """A picture that everybody may be shown, kept beside the original; None for what is none.

    It is smaller, and bare of what a telephone writes into its photographs: place, time, device.
    Raises FileGone, FileBroken, TooManyPixels, BlobsSilent.
    """
    kind = MediaKind(blob.media_type)
    if kind not in PICTURES:
        return None
    with opened(settings, blob.sha256) as original:
        content = BytesIO(original.read())
    shown = shown_picture(content, kind, settings.picture_pixels_max)
    digest = hashlib.sha256(shown)
    _store(settings).keep(digest.hexdigest(), BytesIO(shown), len(shown))
    return Blob(sha256=digest.digest(), size=len(shown), media_type=MediaKind.JPEG.value)
