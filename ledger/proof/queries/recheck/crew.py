"""Who does the work: this process on its own connection, or several on one snapshot."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from ledger.proof.queries.recheck.rows import Ground, seen_file

Task = Callable[[Connection, Ground, Any], Any]
Run = Callable[[Task, Iterable[Any]], Iterator[Any]]
"""Does a task for each of its arguments and gives what came of it, in any order."""

# Rows are read from the table and not from an index that repeats them; nobody waits for a page.
_CALM = text("SET LOCAL enable_indexonlyscan = off; SET LOCAL statement_timeout = 0")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A connection that sees one moment of the store, and the token by which others see it too."""

    connection: Connection
    token: str


@contextmanager
def snapshot(bind: Engine | Connection) -> Iterator[Snapshot]:
    """One moment of the store; on a connection, whatever its transaction sees."""
    if isinstance(bind, Connection):
        bind.execute(_CALM)
        yield Snapshot(bind, "")
        return
    with bind.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(_CALM)
        token = connection.scalar(text("SELECT pg_export_snapshot()"))
        yield Snapshot(connection, str(token))
        connection.rollback()


@contextmanager
def crew(seen: Snapshot, folder: Path, total: int, workers: int) -> Iterator[Run]:
    """Workers on the snapshot that write to the files in ``folder``; one works right here."""
    for worker in range(workers):
        with seen_file(folder, worker).open("wb") as file:
            file.truncate(max(total, 1))
    if workers == 1 or not seen.token:
        ground = Ground(folder, total, 0)

        def run(task: Task, arguments: Iterable[Any]) -> Iterator[Any]:
            return (task(seen.connection, ground, one) for one in arguments)

        yield run
        return
    # Fresh processes: one that is split off would share connections and locks with this one.
    context = multiprocessing.get_context("spawn")
    url = seen.connection.engine.url.render_as_string(hide_password=False)
    given = (url, seen.token, folder, total, context.Value("i", 0))
    with context.Pool(workers, _arrive, given) as pool:

        def share(task: Task, arguments: Iterable[Any]) -> Iterator[Any]:
            return pool.imap_unordered(_do, ((task, one) for one in arguments))

        yield share


_MINE: list[tuple[Connection, Ground]] = []
_HINDERED: list[Exception] = []


def _arrive(url: str, token: str, folder: Path, total: int, counter: Any) -> None:
    try:
        _settle_in(url, token, folder, total, counter)
    except Exception as problem:  # noqa: BLE001 - a pool replaces a worker that ends, for ever
        _HINDERED.append(problem)


def _settle_in(url: str, token: str, folder: Path, total: int, counter: Any) -> None:
    with counter.get_lock():
        number = counter.value
        counter.value += 1
    engine = create_engine(url, poolclass=NullPool)
    connection = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    cursor = connection.connection.cursor()
    cursor.execute("SET TRANSACTION SNAPSHOT %s", (token,))
    connection.execute(_CALM)
    _MINE.append((connection, Ground(folder, total, number)))


def _do(order: tuple[Task, Any]) -> Any:
    if _HINDERED:
        raise _HINDERED[0]
    task, argument = order
    connection, ground = _MINE[0]
    return task(connection, ground, argument)
