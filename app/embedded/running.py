"""Starting the embedded services a process needs, or joining those that already run."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.embedded import sharing
from app.embedded.errors import AlreadyRunning
from app.embedded.folders import Folders
from app.embedded.identity import ServerUser, server_user
from app.embedded.postgres import ADMIN, APP, OWNER, Postgres, postgres_answers
from app.embedded.redis_server import RedisServer
from app.settings import Settings

_JOIN_SECONDS_MAX = 120.0
_ALONE_SECONDS_MAX = 5.0  # a command that is just ending holds the folder for a moment
_LAST_SHARER_SECONDS_MAX = 600.0


class Server(Protocol):
    """What a supervisor needs of a server."""

    name: str

    def start(self) -> None:
        """Start it and see that it answers."""

    def stop(self) -> None:
        """Stop it."""

    def has_ended(self) -> bool:
        """Whether its process is gone."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where database and queue are, and the servers among them that this process started.

    `admin_database_url` is the superuser's, and empty where the database is not ours.
    """

    database_url: str
    app_database_url: str
    redis_url: str
    admin_database_url: str = ""
    servers: tuple[Server, ...] = field(default=(), repr=False)

    def applied_to(self, settings: Settings) -> Settings:
        """`settings` with these addresses in the place of empty ones."""
        return Settings(
            **{
                **{name: getattr(settings, name) for name in settings.__dataclass_fields__},
                "database_url": self.database_url,
                "app_database_url": self.app_database_url,
                "redis_url": self.redis_url,
            }
        )


@contextlib.contextmanager
def services(
    settings: Settings, *, durable: bool = True, alone: bool = False
) -> Iterator[Services]:
    """Database and queue for `settings`; those without an address there are our own.

    The first process in a data folder starts them and stops them at its end, after the last one
    that joined has left. `alone` is for the process that serves: it does not join, and it does not
    wait for others at its end. `durable=False` is for tests only. Enter it from the main thread.

    Raises:
        AlreadyRunning: `alone`, and another process has the data folder.
        FolderNotOurs, FolderOutOfReach, NoUser: the data folder cannot be used by us.
        NotStarted: a server ended or stayed silent.
    """
    if settings.database_url and settings.redis_url:
        yield _elsewhere(settings)
        return
    folders = Folders(data=settings.data)
    user = server_user(folders.cluster, folders.data)
    folders.make(user)
    with contextlib.ExitStack() as stack:
        lock = sharing.Lock(folders.lock)
        stack.callback(lock.release)
        joined = _lock_or_join(settings, folders, lock, stack, alone=alone)
        if joined is None:
            joined = _started(
                folders, user, _elsewhere(settings), stack, durable=durable, alone=alone
            )
        yield joined


def _elsewhere(settings: Settings) -> Services:
    return Services(
        database_url=settings.database_url,
        app_database_url=settings.app_database_url or settings.database_url,
        redis_url=settings.redis_url,
    )


def _lock_or_join(
    settings: Settings,
    folders: Folders,
    lock: sharing.Lock,
    stack: contextlib.ExitStack,
    *,
    alone: bool,
) -> Services | None:
    """Take the lock (None), or join the services of the process that has it."""
    deadline = time.monotonic() + (_ALONE_SECONDS_MAX if alone else _JOIN_SECONDS_MAX)
    while not lock.take():
        joined = None if alone else _joined(settings, folders, stack)
        if joined is not None:
            return joined
        if time.monotonic() > deadline:
            known = sharing.read_addresses(folders)
            raise AlreadyRunning(data=str(settings.data), pid=known.pid if known else "?")
        time.sleep(0.05)
    return None


def _joined(settings: Settings, folders: Folders, stack: contextlib.ExitStack) -> Services | None:
    """The running services, which from now on wait for us; None while they do not answer."""
    use = sharing.Lock(folders.sharers)
    known = sharing.read_addresses(folders) if use.take(shared=True) else None
    if known is None or not postgres_answers(known.admin_database_url):
        use.release()
        return None
    stack.callback(use.release)
    return Services(
        database_url=settings.database_url or known.database_url,
        app_database_url=settings.app_database_url or known.app_database_url,
        redis_url=settings.redis_url or known.redis_url,
        admin_database_url=known.admin_database_url,
    )


def _started(
    folders: Folders,
    user: ServerUser,
    found: Services,
    stack: contextlib.ExitStack,
    *,
    durable: bool,
    alone: bool,
) -> Services:
    """Start what has no address and write the addresses down; the end undoes both in turn."""
    folders.ready.unlink(missing_ok=True)
    servers: list[Server] = []
    if not found.database_url:
        database = Postgres(folders=folders, user=user, durable=durable)
        servers.append(database)
        found = replace(
            found,
            database_url=database.url(OWNER),
            app_database_url=database.url(APP),
            admin_database_url=database.url(ADMIN),
        )
    if not found.redis_url:
        queue = RedisServer(folders=folders, durable=durable)
        servers.append(queue)
        found = replace(found, redis_url=queue.url)
    for server in servers:
        stack.callback(server.stop)
        server.start()
    sharing.write_addresses(folders, _addresses(found))
    stack.callback(folders.ready.unlink, missing_ok=True)
    if not alone:
        stack.callback(_wait_for_sharers, folders, stack)
    return replace(found, servers=tuple(servers))


def _wait_for_sharers(folders: Folders, stack: contextlib.ExitStack) -> None:
    """Let those who joined finish, and keep new ones out until the lock is free again."""
    use = sharing.Lock(folders.sharers)
    use.take(seconds=_LAST_SHARER_SECONDS_MAX)
    stack.callback(use.release)


def _addresses(found: Services) -> sharing.Addresses:
    return sharing.Addresses(
        pid=os.getpid(),
        database_url=found.database_url,
        app_database_url=found.app_database_url,
        admin_database_url=found.admin_database_url,
        redis_url=found.redis_url,
    )
