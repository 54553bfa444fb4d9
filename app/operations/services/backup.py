"""Backup: the whole installation as it is at one moment, while filing goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from app.operations.errors import NeverMigrated
from app.operations.queries import catalogue
from app.operations.rules import manifests
from app.operations.services import archive, keys, streams, tables
from app.operations.services.archive import Writer
from app.operations.services.tables import Told
from app.operations.terms import (
    FILE_FOLDERS,
    FORMAT,
    MANIFEST,
    PIECE_BYTES,
    FileCopy,
    Keys,
    Manifest,
    Part,
    TableCopy,
)
from app.settings import Settings


def back_up(
    settings: Settings, owner: Engine, place: Path, *, how: Keys, now: datetime, told: Told
) -> Manifest:
    """Write the installation to ``place``: every table in one snapshot, then what people sent in.

    Files are written before the rows that name them, so read after the snapshot all are there. The
    manifest is written last. ``told`` hears of every table; at most a few pieces of
    ``PIECE_BYTES`` lie in memory. Raises BackupExists, BackupPlaceSilent, NeverMigrated,
    PassphraseMissing.
    """
    kept = _packed_keys(settings, how)
    with archive.being_written(place) as writer, streams.pool() as pool:
        revision, copies, last = _tables(owner, writer, pool, told)
        manifest = Manifest(
            format=FORMAT,
            program=version("suyuan"),
            made_at=now.isoformat(),
            revision=revision,
            tables=copies,
            sequences=last,
            files=tuple(_files(settings.data, writer, pool)),
            keys=how,
            key_part=_key_part(writer, kept),
        )
        writer.add(MANIFEST, manifests.written(manifest))
    return manifest


def _tables(
    owner: Engine, writer: Writer, pool: ThreadPoolExecutor, told: Told
) -> tuple[str, tuple[TableCopy, ...], dict[str, int | None]]:
    with owner.connect() as connection, connection.begin():
        tables.begin_snapshot(connection)
        revision = catalogue.revision(connection)
        if revision is None:
            raise NeverMigrated
        stored = catalogue.stored_tables(connection)
        tables.hold_still(connection, stored)
        copies = []
        for table in stored:
            copies.append(tables.copied_out(connection, table, writer, pool))
            told(table.name, copies[-1].rows)
        return revision, tuple(copies), catalogue.sequences(connection)


def _files(data: Path, writer: Writer, pool: ThreadPoolExecutor) -> Iterator[FileCopy]:
    for folder in FILE_FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and "." not in path.name:
                with contextlib.suppress(FileNotFoundError):  # purged since it was listed
                    yield _file(path, path.relative_to(data).as_posix(), writer, pool)


def _file(path: Path, name: str, writer: Writer, pool: ThreadPoolExecutor) -> FileCopy:
    out = streams.PartsOut(writer, f"files/{name}", pool)
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            out.write(piece)
    return FileCopy(path=name, size=out.taken, parts=out.finish())


def _packed_keys(settings: Settings, how: Keys) -> bytes | None:
    if how is Keys.OUT:
        return None
    return keys.packed(keys.keys_of(settings), how, settings.backup_passphrase)


def _key_part(writer: Writer, content: bytes | None) -> Part | None:
    if content is None:
        return None
    writer.add("keys", content)
    return streams.part_of("keys", content)
