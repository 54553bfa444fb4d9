"""Files that were sent, kept in the data folder under the hash of what is in them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.sheets import errors

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived on the disk and is not yet kept."""

    path: Path
    sha256: bytes
    size: int

    def keep(self, folder: Path) -> None:
        """Keep it under its hash; one that is there already stays as it is.

        It is brought to disk and moved, so that half a file is never read. Raises FileStoreSilent.
        """
        kept = place(folder, self.sha256.hex())
        if kept.exists():
            return
        try:
            _own(kept.parent)
            with self.path.open("rb") as written:
                os.fsync(written.fileno())
            self.path.replace(kept)
        except OSError:
            raise errors.FileStoreSilent from None


@contextmanager
def received(folder: Path, content: BinaryIO) -> Iterator[Received]:
    """What is sent, written beside its place in pieces; gone again unless it is kept.

    Raises FileStoreSilent.
    """
    path = folder / "uploads" / f"{uuid.uuid4().hex}.part"
    try:
        digest, size = hashlib.sha256(), 0
        try:
            _own(path.parent)
            content.seek(0)
            with path.open("xb") as out:
                while piece := content.read(_PIECE):
                    digest.update(piece)
                    size += out.write(piece)
        except OSError:
            raise errors.FileStoreSilent from None
        yield Received(path, digest.digest(), size)
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _own(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # what people send is read by this program alone


def kept(folder: Path, digest: str) -> Path:
    """Where a kept file lies. Raises FileStoreSilent when it is not there or cannot be read."""
    path = place(folder, digest)
    if not os.access(path, os.R_OK):
        raise errors.FileStoreSilent
    return path


def place(folder: Path, digest: str) -> Path:
    """Where a file of this hash lies under the data folder."""
    return folder / "uploads" / digest[:2] / digest
