"""Where a backup lies: a folder of parts, or one tar file of the same parts.

It is written beside its place and moved there when it is whole, so that a broken backup never
looks like one. Everything is for its owner alone: a backup is the whole book.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from app.operations.errors import BackupBroken, BackupExists, BackupPlaceSilent, NotABackup
from app.operations.rules.manifests import stays_inside
from app.operations.terms import MANIFEST, Part

_SUFFIX_OF_A_FILE = ".tar"


class Writer(Protocol):
    """A place that takes parts one after the other."""

    def add(self, name: str, content: bytes) -> None:
        """Write one part."""


class Reader(Protocol):
    """A place that gives parts back by name."""

    def content(self, name: str) -> bytes:
        """A part's bytes; KeyError or OSError where it is not there."""


class _FolderWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, content: bytes) -> None:
        path = self._folder / name
        for step in reversed(Path(name).parents):
            (self._folder / step).mkdir(mode=0o700, exist_ok=True)
        with _private_file(path) as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())


class _TarWriter:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        about = tarfile.TarInfo(name)
        about.size, about.mode = len(content), 0o600
        self._tar.addfile(about, io.BytesIO(content))


class _FolderReader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def content(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()


class _TarReader:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {member.name: member for member in tar if member.isfile()}

    def content(self, name: str) -> bytes:
        found = self._tar.extractfile(self._members[name])
        assert found is not None  # it is a file: only those are in the table
        with found:
            return found.read()


@contextlib.contextmanager
def being_written(place: Path) -> Iterator[Writer]:
    """A new backup at ``place``, a tar file where the name ends so; there only when all went well.

    Raises BackupExists, BackupPlaceSilent.
    """
    draft = place.with_name(f"{place.name}.unfinished")
    if place.exists() or draft.exists():
        raise BackupExists(place=str(place if place.exists() else draft))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix == _SUFFIX_OF_A_FILE:
            with _private_file(draft) as out:
                with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    yield _TarWriter(tar)
                out.flush()
                os.fsync(out.fileno())
        else:
            draft.mkdir(mode=0o700)
            yield _FolderWriter(draft)
        draft.rename(place)
        _sync(place.parent)
    except OSError as error:
        raise BackupPlaceSilent(place=str(place), reason=error.strerror or str(error)) from error
    finally:
        _forget(draft)


@contextlib.contextmanager
def being_read(place: Path) -> Iterator[Reader]:
    """The backup at ``place``. Raises NotABackup where there is none."""
    if place.is_dir() and (place / MANIFEST).is_file():
        yield _FolderReader(place)
        return
    try:
        tar = tarfile.open(place, mode="r:")  # noqa: SIM115 - closed below
    except (OSError, tarfile.TarError):
        raise NotABackup(place=str(place)) from None
    with tar:
        yield _TarReader(tar)


def manifest_in(reader: Reader, place: Path) -> bytes:
    """The manifest's bytes. Raises NotABackup where there is none."""
    try:
        return reader.content(MANIFEST)
    except (KeyError, OSError, tarfile.TarError):
        raise NotABackup(place=str(place)) from None


def checked(reader: Reader, part: Part) -> bytes:
    """A part that is what the manifest says of it. Raises BackupBroken, which names it."""
    try:
        content = reader.content(part.name) if stays_inside(part.name) else b""
    except (KeyError, OSError, tarfile.TarError):
        raise BackupBroken(part=part.name) from None
    if len(content) != part.size or hashlib.sha256(content).hexdigest() != part.sha256:
        raise BackupBroken(part=part.name)
    return content


def _private_file(path: Path) -> io.BufferedWriter:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return io.BufferedWriter(io.FileIO(number, "wb"))


def _forget(draft: Path) -> None:
    with contextlib.suppress(OSError):
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
