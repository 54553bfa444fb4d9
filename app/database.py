"""The engine: how this program connects, as whom, and how the schema is brought up to date."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DisconnectionError

from app.settings import Settings
from app.spreading import spread
from app.watching import tally
from ledger.kernel.uow import READS_ONLY

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
APPLICATION_ROLE = "suyuan_app"
_RESTED_SECONDS = 1.0  # a server that was restarted is away for longer


def engine_for(settings: Settings, *, reads_only: bool = False, **connecting: Any) -> Engine:
    """An engine for web, worker and commands; every connection works as the application's role.

    The role may add and read, never change the book, even where the URL names the tables' owner.
    With ``reads_only`` the store itself refuses to write, and each statement is a transaction of
    its own: a look-up costs no round trips to begin, to forbid writing and to end, and sees at READ
    COMMITTED what it would have seen. ``connecting`` are further parameters of libpq.
    """
    alone: dict[str, Any] = {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "execution_options": {READS_ONLY: True},
    }
    engine = create_engine(
        settings.app_database_url,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_size * 4,
        **(alone if reads_only else {}),
        hide_parameters=True,  # what people file must not stand in a log
        connect_args={
            "cursor_factory": tally.cursors(settings.slow_statement_ms),
            **connecting,
        },
    )
    _look_after(engine)
    limits = (settings.statement_timeout_ms, settings.lock_timeout_ms)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APPLICATION_ROLE}")
            cursor.execute("SET statement_timeout = %s", (limits[0],))
            cursor.execute("SET lock_timeout = %s", (limits[1],))
            cursor.execute("SET TIME ZONE 'Asia/Shanghai'")
            if reads_only:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def _look_after(engine: Engine) -> None:
    """Ask a connection that has rested whether it is still there; one in use just now is.

    That spares a busy program a round trip per unit. A connection that was cut while it was in use
    fails once, as it would have, and all others of its age are thrown away with it.
    """

    @event.listens_for(engine, "checkin")
    def rested(_connection: Any, record: Any) -> None:
        record.info["rested"] = monotonic()

    @event.listens_for(engine, "checkout")
    def checked(connection: Any, record: Any, _proxy: Any) -> None:
        rested = record.info.get("rested")
        if rested is not None and monotonic() - rested > _RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as problem:
                raise DisconnectionError from problem


def owner_engine(settings: Settings) -> Engine:
    """An engine for migrations only, as the owner of the tables."""
    return create_engine(settings.database_url, pool_size=1)


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision; two programs starting at once do it one after the other."""
    with engine.begin() as connection:
        migrate_on(connection, revision)


def migrate_on(connection: Connection, revision: str = "head") -> None:
    """The same inside a transaction that does more than this."""
    connection.execute(text("SELECT pg_advisory_xact_lock(7310000)"))
    command.upgrade(_config(connection), revision)
    spread(connection)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision; for tests of the migrations."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def revision_of(engine: Engine) -> str | None:
    """The revision the store is at, or None when it was never migrated."""
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None
