"""Files that were sent, kept in the data folder under the hash of what is in them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from app.food.filing import errors


def keep(folder: Path, digest: str, content: bytes) -> None:
    """Keep a file under its SHA-256 in hex; one that is there already stays as it is.

    It is written beside its place, brought to disk and moved, so that half a file is never read.
    Raises FileStoreSilent.
    """
    path = place(folder, digest)
    if path.exists():
        return
    own = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        for part in (folder / "uploads", path.parent):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.chmod(0o700)  # what people send is read by this program alone
        with own.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        own.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            own.unlink()
        raise errors.FileStoreSilent from None


def content_of(folder: Path, digest: str) -> bytes:
    """A kept file. Raises FileStoreSilent when it is not there or cannot be read."""
    try:
        return place(folder, digest).read_bytes()
    except OSError:
        raise errors.FileStoreSilent from None


def place(folder: Path, digest: str) -> Path:
    """Where a file of this hash lies under the data folder."""
    return folder / "uploads" / digest[:2] / digest
