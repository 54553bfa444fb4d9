"""Restore: a backup becomes an installation again, in one transaction or not at all."""

from __future__ import annotations

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from app.database import migrate_on
from app.operations.errors import BackupBroken, NotEmpty, StillInUse, UnknownFormat
from app.operations.queries import catalogue
from app.operations.rules import manifests
from app.operations.services import archive, keys, streams, tables
from app.operations.services.archive import Reader
from app.operations.services.tables import Told
from app.operations.terms import FORMAT, PIECE_BYTES, FileCopy, Manifest
from app.settings import Settings


def restore(
    settings: Settings, owner: Engine, place: Path, *, replacing: bool, told: Told
) -> Manifest:
    """Put the backup at ``place`` in the place of an empty installation, or of any if replacing.

    Every part is compared with the manifest first. The store is emptied, migrated to the backup's
    revision, filled and migrated to ours in one transaction: when anything fails, what was there
    before is there still. Raises NotABackup, UnknownFormat, BackupBroken, WrongPassphrase,
    PassphraseMissing, NotEmpty, StillInUse.
    """
    with archive.being_read(place) as reader, streams.pool() as pool:
        manifest = manifests.read(archive.manifest_in(reader, place))
        found = _verified(reader, manifest, settings.backup_passphrase)
        with owner.begin() as connection:
            _make_way(connection, replacing=replacing)
            _refill(connection, manifest, reader, pool, told)
            for file in manifest.files:
                _put_back(settings.data, file, reader, pool)
            keys.put_back(settings.data, found)
    with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))
    return manifest


def _verified(reader: Reader, manifest: Manifest, passphrase: str) -> dict[str, str]:
    """Compare every part with the manifest; the keys, opened."""
    for part in manifest.parts:
        archive.checked(reader, part)
    if manifest.key_part is None:
        return {}
    return keys.unpacked(archive.checked(reader, manifest.key_part), manifest.keys, passphrase)


def _make_way(connection: Connection, *, replacing: bool) -> None:
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    if filled := catalogue.first_filled(connection):
        if not replacing:
            raise NotEmpty(table=filled)
        if others := catalogue.others_connected(connection):
            raise StillInUse(count=others)
    tables.wipe(connection)


def _refill(
    connection: Connection,
    manifest: Manifest,
    reader: Reader,
    pool: ThreadPoolExecutor,
    told: Told,
) -> None:
    try:
        migrate_on(connection, manifest.revision)
    except CommandError:  # a step this program does not know
        raise UnknownFormat(found=manifest.revision, known=FORMAT) from None
    tables.fill(connection, manifest, reader, pool, told)
    _wake_jobs(connection, manifest.made_at)
    migrate_on(connection, "head")


def _wake_jobs(connection: Connection, made_at: str) -> None:
    """Hand over again what was handed to a queue that is gone: jobs bear repetition."""
    connection.execute(
        text(
            "UPDATE outbox_fact SET sent_at = NULL "
            "WHERE sent_at > CAST(:made_at AS timestamptz) - interval '1 day'"
        ),
        {"made_at": made_at},
    )


def _put_back(data: Path, file: FileCopy, reader: Reader, pool: ThreadPoolExecutor) -> None:
    """Write one file of the data folder as it was, beside its place and then there."""
    if not manifests.stays_inside(file.path):
        raise BackupBroken(part=file.path)
    path = data / file.path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    stream = io.BufferedReader(streams.PartsIn(reader, file.parts, pool), PIECE_BYTES)
    size = 0
    with draft.open("wb") as out:
        while piece := stream.read(PIECE_BYTES):
            size += out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if size != file.size:
        draft.unlink()
        raise BackupBroken(part=file.path)
    draft.replace(path)
