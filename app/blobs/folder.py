"""Files kept in a folder of the data folder: the store of who runs one machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from pathlib import Path
from typing import IO, BinaryIO

from app.blobs import errors

FOLDER = "files"
_PIECE = 1024 * 1024


class FolderStore:
    """A file lies under its hash; it is written beside its place and moved there when whole."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def keep(self, digest: str, content: IO[bytes], _size: int) -> None:
        """Keep what is read from ``content``; one that is there stays. Raises BlobsSilent."""
        place = self._place(digest)
        if place.exists():
            return
        draft = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            for folder in (self._folder, place.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            content.seek(0)
            with draft.open("xb") as out:
                shutil.copyfileobj(content, out, _PIECE)
                out.flush()
                os.fsync(out.fileno())
            draft.chmod(0o600)
            draft.replace(place)
        except OSError:
            raise errors.BlobsSilent from None
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)

    def opened(self, digest: str) -> BinaryIO:
        """The file of a hash, to be closed by who reads it. Raises FileGone, BlobsSilent."""
        try:
            return self._place(digest).open("rb")
        except FileNotFoundError:
            raise errors.FileGone from None
        except OSError:
            raise errors.BlobsSilent from None
