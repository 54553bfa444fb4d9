"""Statements that are asked again and again: planned once per connection, sent together.

Most of what one short filing costs is not work of the store but planning and round trips: looking
up a handful of rows in a partitioned book takes the planner ten times as long as the executor.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg2.extensions import TRANSACTION_STATUS_INERROR, TRANSACTION_STATUS_INTRANS
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Statement = tuple[str, Sequence[Any]]
"""SQL with ``%s`` for each parameter, and the parameters."""
_KNOWN, _USED = "suyuan.prepared", "suyuan.connection"
_PARAM = re.compile(r"\$(\d+)")
_OPEN = (TRANSACTION_STATUS_INTRANS, TRANSACTION_STATUS_INERROR)
APART = "\x1f"  # between the texts of a list; no text that is a key holds it


class Prepared:
    """A statement the server keeps under a name for as long as a connection lives.

    ``types`` are those of ``$1``, ``$2``, … in ``sql``. Name the columns: a statement that says
    ``*`` fails on connections that were there when a column was added. Lists are best handed over
    as ``numbers(…)`` and ``texts(…)``: a driver that quotes five thousand members one by one takes
    longer than the server takes to find them.
    """

    def __init__(self, name: str, types: str, sql: str) -> None:
        given = ", ".join(["%s"] * len([it for it in types.split(",") if it.strip()]))
        self.types, self.sql = types, sql
        self.prepare = f"PREPARE {name} ({types}) AS {sql}"
        self.execute = f"EXECUTE {name} ({given})"
        self.name = name

    def asking(self, *params: Any) -> Statement:
        """The statement with its parameters, for ``together``; see ``made_on``."""
        return self.execute, params

    def rows(self, session: Session, *params: Any) -> Sequence[Any]:
        """What the statement answers."""
        used = _used(session)
        self._made_on(used)
        return used.answer(self.execute, params)

    def made_on(self, session: Session) -> None:
        """See that the session's connection knows the statement."""
        self._made_on(_used(session))

    def _made_on(self, used: _Used) -> None:
        if self.name in used.known:
            return
        cursor = used.driver.cursor()
        try:
            cursor.execute(self.prepare)
        finally:
            cursor.close()
        used.known.add(self.name)


class Joined:
    """Several prepared statements as one: what each of them answers, in one round trip.

    Rows come as lists, and what JSON has no form for comes as text: dates above all. So it is for
    statements that answer little. No two columns of a part may have one name.
    """

    def __init__(self, name: str, **parts: Prepared) -> None:
        self.names = tuple(parts)
        before, sql = 0, []
        for part, prepared in parts.items():
            inner = _renumbered(prepared.sql, before)
            sql.append(f"SELECT '{part}', to_json(t) FROM ({inner}) AS t")  # noqa: S608
            before += prepared.types.count(",") + 1
        types = ", ".join(prepared.types for prepared in parts.values())
        self._prepared = Prepared(name, types, " UNION ALL ".join(sql))

    def rows(self, session: Session, **params: Sequence[Any]) -> dict[str, list[list[Any]]]:
        """The rows of each part by its name; ``params`` are those of the parts, by name too."""
        given = [param for name in self.names for param in params[name]]
        found: dict[str, list[list[Any]]] = {name: [] for name in self.names}
        for part, row in self._prepared.rows(session, *given):
            found[part].append(list(row.values()))
        return found


def _renumbered(sql: str, by: int) -> str:
    return _PARAM.sub(lambda it: f"${int(it[1]) + by}", sql)


@dataclass(slots=True)
class _Used:
    """The connection a session has for its transaction, and the driver's own beneath it."""

    connection: Connection
    driver: Any
    known: set[str]
    before: str = ""
    patience_ms: int | None = None

    def answer(self, sql: str, params: Sequence[Any]) -> Sequence[Any]:
        """Send to the driver itself: SQLAlchemy's layers cost as much as a short statement.

        Whoever listens to the statements of a connection hears of these as of all others.
        """
        if self.before:
            sql, self.before = self.before + sql, ""
        heard = self.connection.dispatch
        if heard.before_cursor_execute or heard.after_cursor_execute:
            result = self.connection.exec_driver_sql(sql, tuple(params))
            return result.all() if result.returns_rows else ()
        cursor = self.driver.cursor()
        try:
            cursor.execute(sql, params)
            columns = cursor.description
            if columns is None:
                return ()
            made = _row_of(tuple([column[0] for column in columns]))
            return list(map(made, cursor.fetchall()))
        except self.connection.dialect.loaded_dbapi.Error as problem:
            raise self._told(problem, sql, cursor) from problem
        finally:
            cursor.close()

    def _told(self, problem: Exception, sql: str, cursor: Any) -> BaseException:
        """The driver's error as SQLAlchemy says it, so that a lost connection is thrown away."""
        dialect: Any = self.connection.dialect
        gone = dialect.is_disconnect(problem, self.driver, cursor)
        if gone:
            self.connection.invalidate(problem)
        return DBAPIError.instance(
            sql,
            None,
            problem,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=gone,
            dialect=dialect,
        )


@lru_cache(maxsize=512)  # as many as there are prepared statements, and some
def _row_of(names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """How a row with these columns is made of its values."""
    make: Any = namedtuple  # noqa: PYI024 - the columns are what a statement answers
    made: Callable[[Iterable[Any]], Any] = make("Row", names, rename=True)._make
    return made


def use(session: Session, connection: Connection) -> _Used:
    """Let what is asked in a session be asked on this connection, which is the session's own."""
    known: set[str] = connection.info.setdefault(_KNOWN, set())
    driver = connection.connection.dbapi_connection
    found = session.info[_USED] = _Used(connection, driver, known)
    return found


def _used(session: Session) -> _Used:
    """The session's connection, asked for once per transaction: asking takes as long as a row."""
    found: _Used | None = session.info.get(_USED)
    if found is None or found.connection.closed:
        found = use(session, session.connection())
    return found


def together(session: Session, *statements: Statement) -> Sequence[Any]:
    """Send statements in one round trip, each with its parameters; what the last one answers.

    Each still sees what was committed before it began, as if it had been sent alone.
    """
    sql = ";\n".join([statement for statement, _ in statements])
    params = tuple([param for _, given in statements for param in given])
    return _used(session).answer(sql, params)


def give_up_after(session: Session, milliseconds: int) -> None:
    """Let the store give up each further statement of this unit after so long.

    It is told so together with the next statement that is sent here. Where each statement is a
    transaction of its own, those of the unit become one, or the limit would hold for one only.
    """
    used = _used(session)
    if used.patience_ms == milliseconds:
        return
    begins = used.driver.autocommit and used.patience_ms is None
    limit = f"SET LOCAL statement_timeout = {int(milliseconds)};\n"
    used.before = ("BEGIN;\n" if begins else "") + limit
    used.patience_ms = milliseconds


def end_of(session: Session) -> None:
    """End the transaction ``give_up_after`` began where each statement is one of its own."""
    used: _Used | None = session.info.get(_USED)
    if used is None or not used.driver.autocommit:
        return
    if used.driver.info.transaction_status in _OPEN:
        cursor = used.driver.cursor()
        try:
            cursor.execute("ROLLBACK")
        finally:
            cursor.close()


def numbers(members: Iterable[int]) -> str:
    """Whole numbers as the text of an array."""
    return "{" + ",".join(map(str, members)) + "}"


def texts(members: Iterable[str]) -> str:
    """Texts as one, to be taken apart at ``APART``; none may be empty."""
    return APART.join(members)
