"""A data folder with servers of its own, and the databases of the benchmarks in it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app import embedded
from app.database import engine_for, migrate, owner_engine
from app.doors.cli import Shell
from app.settings import Settings, settings_from

OWNER = "suyuan_owner"
_UNLIMITED = "900000000 per minute"  # the limits are counted as always and never reached
_SECONDS_MAX = 600


@dataclass(kw_only=True)
class Place:
    """Where the benchmarks work: running servers in a folder, databases by name."""

    folder: Path
    base: Settings
    services: embedded.Services

    def settings(self, database: str) -> Settings:
        """The settings of an installation on one of the databases here."""
        return replace(
            self.base,
            database_url=_on(self.services.database_url, database),
            app_database_url=_on(self.services.app_database_url, database),
            redis_url=self.services.redis_url,
        )

    @contextlib.contextmanager
    def shell(self, database: str) -> Iterator[Shell]:
        """The program on one of the databases, as a command has it."""
        chosen = self.settings(database)
        engine = engine_for(replace(chosen, statement_timeout_ms=_SECONDS_MAX * 1000))
        try:
            yield Shell(chosen, engine, Redis.from_url(chosen.redis_url))
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def as_admin(self, database: str = "postgres") -> Iterator[Connection]:
        """A connection of the superuser, every statement a transaction of its own."""
        engine = self.admin_engine(database)
        with engine.connect() as connection:
            yield connection

    def admin_engine(self, database: str) -> Engine:
        """An engine of the superuser that keeps no connection."""
        url = _on(self.services.admin_database_url, database)
        return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def has(self, database: str) -> bool:
        """Whether a database of that name is here."""
        with self.as_admin() as admin:
            asked = text("SELECT 1 FROM pg_database WHERE datname = :name")
            return admin.scalar(asked, {"name": database}) is not None

    def make(self, database: str, *, template: str = "template0") -> None:
        """Make a database, empty or as a copy of another, in the place of one of that name."""
        self.drop(database)
        with self.as_admin() as admin:
            # copying files instead of logging every page: far faster for large templates
            admin.execute(
                text(
                    f'CREATE DATABASE "{database}" TEMPLATE "{template}" OWNER {OWNER} '
                    "STRATEGY file_copy"
                )
            )

    def drop(self, database: str) -> None:
        """Remove a database, if it is here."""
        with self.as_admin() as admin:
            admin.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))

    def rename(self, database: str, name: str) -> None:
        """Give a database another name, in the place of one that had it."""
        self.drop(name)
        with self.as_admin() as admin:
            admin.execute(text(f'ALTER DATABASE "{database}" RENAME TO "{name}"'))

    def migrate(self, database: str) -> None:
        """Bring a database's schema up to date."""
        owner = owner_engine(self.settings(database))
        try:
            migrate(owner)
        finally:
            owner.dispose()

    @contextlib.contextmanager
    def raw(self, database: str, *, autocommit: bool = False) -> Iterator[Any]:
        """A connection of the driver itself, as the superuser; for COPY and for rivals."""
        engine = create_engine(_on(self.services.admin_database_url, database), poolclass=NullPool)
        connection: Any = engine.raw_connection()
        try:
            connection.driver_connection.autocommit = autocommit
            yield connection.driver_connection
        finally:
            connection.close()

    def dsn(self, database: str) -> str:
        """Where a database is, as the driver wants it, for the owner of its tables."""
        url = make_url(self.services.database_url)
        return f"host={url.query['host']} user={url.username} dbname={database}"

    def restart(self, between: Callable[[], None]) -> bool:
        """Stop PostgreSQL, do something, start it; False where the server is not ours to stop."""
        ours = [each for each in self.services.servers if each.name == "PostgreSQL"]
        for server in ours:
            server.stop()
            between()
            server.start()
        return bool(ours)

    def remembered(self, database: str) -> dict[str, Any]:
        """What was written down about a database."""
        found = self._book().get(database, {})
        return dict(found)

    def remember(self, database: str, **facts: Any) -> None:
        """Write something down about a database, for later runs."""
        book = self._book()
        book[database] = {**book.get(database, {}), **facts}
        self._file.write_text(json.dumps(book, indent=1), encoding="utf-8")

    @property
    def _file(self) -> Path:
        return self.folder / "bench.json"

    def _book(self) -> dict[str, Any]:
        return dict(json.loads(self._file.read_text("utf-8"))) if self._file.exists() else {}


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Place]:
    """The servers of a data folder: those that run, or our own for the while; kept durable."""
    folder.mkdir(parents=True, exist_ok=True)
    base = replace(
        settings_from({"SUYUAN_DATA": str(folder)}),
        rate_limit=_UNLIMITED,
        rate_limit_public=_UNLIMITED,
    )
    with embedded.services(base) as services:
        yield Place(folder=folder, base=base, services=services)


def _on(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
