"""The unit of work: one transaction, one actor, one moment; begun and ended by a door.

This is the only file that commits. Services receive a unit and add to it; two services called in
one unit are one transaction.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from ledger.kernel.actor import Actor
from ledger.kernel.errors import Invalid, Refusal, Unavailable
from ledger.kernel.model import AuditLine, OutboxFact, Parameter
from ledger.kernel.parameters import Dated, Parameters
from ledger.kernel.statements import Statement, end_of, use

# serialization failure, deadlock, unique violation: a lost race, worth the whole unit again
LOST_RACE = frozenset({"40001", "40P01", "23505"})
WAITED_IN_VAIN = frozenset({"40001", "40P01"})  # the others' fault; a unique violation may be ours
ATTEMPTS = 3
PAUSE_SECONDS = (0.01, 0.1)
PARAMETERS_MARK = "(SELECT md5(string_agg(p::text, '|' ORDER BY p.id)) FROM parameter p)"
_FACT = "INSERT INTO outbox_fact (fact, payload, at) VALUES (%s, %s, %s)"
_AUDIT = """
    INSERT INTO audit_line (at, account_id, role, action, about, details, request_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s)"""
READS_ONLY = "suyuan_reads_only"
"""The execution option of an engine on whose connections the store itself refuses to write, and
where each statement is a transaction of its own."""
_KNOWN: dict[str, Parameters] = {}  # the last set of parameters by its mark

T = TypeVar("T")


_FACTS = text("""
    INSERT INTO outbox_fact (fact, payload, at)
    SELECT :fact, value, :at FROM jsonb_array_elements(CAST(:payloads AS jsonb))
""")
_AUDITS = text("""
    INSERT INTO audit_line (at, account_id, role, action, about, details, request_id)
    SELECT :at, :account, :role, :action, key, value, :request
    FROM jsonb_each(CAST(:lines AS jsonb))
""")


class StoreSilent(Unavailable):
    """The database does not answer; nothing was written."""

    code = "kernel.store_silent"


class StoreTooSlow(Unavailable):
    """The database gave up at its time limit; nothing was written."""

    code = "kernel.store_too_slow"


class NumberTooLarge(Invalid):
    """A number is larger than any the store holds, so nothing can bear it."""

    code = "kernel.number_too_large"


class UnitOfWork:
    """What a service works with: a session, who asks, what time it is, and what to tell after."""

    def __init__(
        self, session: Session, *, actor: Actor, now: datetime, request_id: str = ""
    ) -> None:
        self.session = session
        self.actor = actor
        self.now = now
        self.request_id = request_id
        self.announced: set[str] = set()
        self._parameters: Parameters | None = None

    @property
    def today(self) -> date:
        """The day of ``now`` in China."""
        return self.now.date()

    @property
    def parameters(self) -> Parameters:
        """The dated rule parameters, read once per unit."""
        if self._parameters is None:
            self._parameters = _stored_parameters(self.session)
        return self._parameters

    def take_parameters(self, mark: str) -> None:
        """Use the parameters an earlier unit read, when ``mark`` (PARAMETERS_MARK) is theirs.

        Who asks something anyhow asks for the mark as well, and the parameters are read again only
        on the day one of them has changed.
        """
        if mark not in _KNOWN:
            found = self.parameters
            _KNOWN.clear()
            _KNOWN[mark] = found
        self._parameters = _KNOWN[mark]

    def announce(self, fact: str, **payload: Any) -> None:
        """Leave a fact in the outbox; it is relayed only if this unit commits."""
        self.announced.add(fact)
        self.session.add(OutboxFact(fact=fact, payload=payload, at=self.now))

    def announce_each(self, fact: str, payloads: Iterable[dict[str, Any]]) -> None:
        """Leave the same fact about each of many things, in one statement."""
        said = json.dumps(list(payloads))
        self.announced.add(fact)
        self.session.execute(_FACTS, {"fact": fact, "payloads": said, "at": self.now})

    def audit_each(self, action: str, lines: Mapping[str, dict[str, Any]]) -> None:
        """Leave an audit line about each of many things, {about: details}, in one statement."""
        who = {"account": self.actor.account_id, "role": self.actor.role.value, "at": self.now}
        said = {"action": action, "lines": json.dumps(lines), "request": self.request_id}
        self.session.execute(_AUDITS, who | said)

    def fact(self, fact: str, **payload: Any) -> Statement:
        """An announcement as a statement, for who sends it together with others."""
        self.announced.add(fact)
        return _FACT, (fact, json.dumps(payload), self.now)

    def audit_line(self, action: str, about: str, **details: Any) -> Statement:
        """An audit line as a statement, for who sends it together with others."""
        actor = self.actor
        who = (self.now, actor.account_id, actor.role.value)
        return _AUDIT, (*who, action, about, json.dumps(details), self.request_id)

    def audit(self, action: str, about: str, **details: Any) -> None:
        """Leave an audit line: what was done or looked up, and about which thing."""
        self.session.add(
            AuditLine(
                at=self.now,
                account_id=self.actor.account_id,
                role=self.actor.role.value,
                action=action,
                about=about,
                details=details,
                request_id=self.request_id,
            )
        )


def _stored_parameters(session: Session) -> Parameters:
    names = ("key", "value", "unit", "jurisdiction", "valid_from", "valid_to", "source", "mark")
    rows = session.execute(select(Parameter)).scalars()
    return Parameters(tuple(Dated(**{name: getattr(row, name) for name in names}) for row in rows))


def _session(bind: Engine | Connection) -> Session:
    # On a connection that already has a transaction (tests), commits go into a savepoint.
    return Session(bind, join_transaction_mode="create_savepoint", expire_on_commit=False)


@contextmanager
def begin(
    bind: Engine | Connection,
    *,
    actor: Actor,
    now: datetime,
    request_id: str = "",
    read_only: bool = False,
) -> Iterator[UnitOfWork]:
    """Open a unit of work; commit when the block ends, roll back when it raises or only reads.

    A read-only unit is stopped by PostgreSQL itself when it tries to write. Raises StoreSilent or
    StoreTooSlow when the database is away or over its limit.
    """
    if isinstance(bind, Engine) and bind.get_execution_options().get(READS_ONLY):
        with _reading(bind) as session:
            yield UnitOfWork(session, actor=actor, now=now, request_id=request_id)
        return
    session = _session(bind)
    try:
        if read_only:
            session.execute(text("SET TRANSACTION READ ONLY"))
        yield UnitOfWork(session, actor=actor, now=now, request_id=request_id)
        if read_only:
            session.rollback()
        else:
            session.commit()
    except BaseException as problem:
        _abandon(session)
        if isinstance(problem, DBAPIError) and (refusal := _refusal_for(problem)):
            raise refusal from problem
        raise
    finally:
        session.close()


@contextmanager
def _reading(bind: Engine) -> Iterator[Session]:
    """A session on a connection that only reads: there is nothing to begin, forbid and end."""
    try:
        with bind.connect() as connection, Session(connection, expire_on_commit=False) as session:
            use(session, connection)
            try:
                yield session
            finally:
                _end(session, connection)
    except DBAPIError as problem:
        if refusal := _refusal_for(problem):
            raise refusal from problem
        raise


def _end(session: Session, connection: Connection) -> None:
    """Leave no transaction open that a limit of time began; see ``give_up_after``."""
    try:
        end_of(session)
    except connection.dialect.loaded_dbapi.Error:  # the connection is gone, and the limit with it
        connection.invalidate()


def _abandon(session: Session) -> None:
    try:
        session.rollback()
    except DBAPIError:  # the connection itself is gone: there is nothing left to roll back
        session.invalidate()


def _refusal_for(problem: DBAPIError) -> Refusal | None:
    state = getattr(problem.orig, "pgcode", None)
    if state in ("57014", "55P03"):  # the statement's limit, the lock's limit
        return StoreTooSlow()
    if state == "22003":
        return NumberTooLarge()
    if problem.connection_invalidated or (isinstance(problem, OperationalError) and state is None):
        return StoreSilent()
    return StoreSilent() if state and state[:2] in ("08", "57") else None


def lost_race(problem: BaseException) -> bool:
    """Whether an exception means that another unit was quicker and this one may be tried again."""
    return isinstance(problem, DBAPIError) and _state(problem) in LOST_RACE


def _state(problem: DBAPIError) -> str | None:
    return getattr(problem.orig, "pgcode", None)


def run(
    open_unit: Callable[[], AbstractContextManager[UnitOfWork]], work: Callable[[UnitOfWork], T]
) -> T:
    """Do ``work`` in a unit from ``open_unit``; a lost race repeats the unit, thrice at most.

    Before it is repeated there is a short pause of random length, or those who met would meet
    again. Raises StoreTooSlow when every race was lost against a lock.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with open_unit() as uow:
                return work(uow)
        except DBAPIError as problem:
            if not lost_race(problem):
                raise
            if attempt == ATTEMPTS:
                if _state(problem) in WAITED_IN_VAIN:
                    raise StoreTooSlow from problem
                raise
        time.sleep(random.uniform(*PAUSE_SECONDS) * attempt)  # noqa: S311 - no secret
    raise AssertionError  # the loop returns or raises
