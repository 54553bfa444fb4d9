"""What web pages and the API share: the room a request works in, its actor, its unit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from time import perf_counter
from typing import Any, Protocol, TypeVar

from flask import Flask, Request, Response, current_app, g, request
from redis import Redis
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.doors import jobs, texts
from app.doors.replicas import Replica
from app.settings import Settings
from app.watching import figures, lines
from app.watching.tally import TALLY
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import PUBLIC, Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.statements import together
from ledger.kernel.uow import UnitOfWork

T = TypeVar("T")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{6,64}")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"book.read", "certificate.add", "certificate.read", "code.read"})
_BEARER = "bearer "
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_POLICY_WASM = f"{_POLICY}; script-src 'self' 'wasm-unsafe-eval'"


class OpenUnit(Protocol):
    """Opens a unit of work."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[UnitOfWork]:
        """A unit that writes, or one that only reads."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """What every request of one program works with; put together once by ``create_app``."""

    settings: Settings
    bind: Engine | Connection
    redis: Redis
    find_actor: Callable[[OpenUnit, Request], Actor]
    now: Callable[[], datetime] = clock.now
    replica: Replica | None = None
    reader: Engine | None = None

    @property
    def reading(self) -> Engine | Connection:
        """The store to look things up in; connections that can only read, where there are such."""
        return self.reader or self.bind

    @cached_property
    def singly(self) -> Engine | Connection:
        """The store for one statement by itself: no round trips to begin and end a unit."""
        if isinstance(self.bind, Connection):
            return self.bind
        return self.bind.execution_options(isolation_level="AUTOCOMMIT")


def room() -> Room:
    """The room of the running program."""
    found = current_app.extensions["suyuan"]
    assert isinstance(found, Room)
    return found


def request_id() -> str:
    """The caller's X-Request-Id when it is a sane one, else a new one."""
    if "request_id" not in g:
        asked = request.headers.get("X-Request-Id", "")
        g.request_id = asked if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
    return str(g.request_id)


def now() -> datetime:
    """The moment of this request; it does not move while the request runs."""
    if "now" not in g:
        g.now = room().now()
    moment = g.now
    assert isinstance(moment, datetime)
    return moment


def actor() -> Actor:
    """Who is asking, found once per request. Raises what ``find_actor`` refuses with."""
    if "actor" not in g:
        g.actor = room().find_actor(_unit_of_nobody, request)
    found = g.actor
    assert isinstance(found, Actor)
    return found


def _unit_of_nobody(*, read_only: bool = False) -> AbstractContextManager[UnitOfWork]:
    """A unit to find out in who is asking."""
    bind = room().reading if read_only else room().bind
    return units.begin(bind, actor=PUBLIC, now=now(), request_id=request_id(), read_only=read_only)


def actor_or_public() -> Actor:
    """Who is asking, or the public where that cannot be found out: for frames and for counting."""
    try:
        return actor()
    except Refusal:
        return PUBLIC


def bearer() -> str | None:
    """The API key sent with the request, if one was."""
    said = request.headers.get("Authorization", "")
    return said[len(_BEARER) :].strip() if said[: len(_BEARER)].lower() == _BEARER else None


def guard_session() -> None:
    """Ask a browser's session for the CSRF token (header X-CSRFToken) before anything is changed.

    A key needs none: no foreign page can make a browser send it. Raises Flask-WTF's CSRFError.
    """
    if request.method in _SAFE or bearer() is not None or actor() == PUBLIC:
        return
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        current_app.extensions["suyuan.csrf"].protect()


@contextmanager
def unit(*, read_only: bool = False) -> Iterator[UnitOfWork]:
    """A unit of work for the actor of this request; see ``open_unit``."""
    with _unit_on(room().reading if read_only else room().bind, read_only=read_only) as uow:
        g.unit = uow
        try:
            yield uow
        finally:
            g.pop("unit", None)


def open_unit() -> UnitOfWork | None:
    """The unit that is open at this moment, for what a page's frame reads beside the page."""
    found = g.get("unit")
    assert found is None or isinstance(found, UnitOfWork)
    return found


def _unit_on(bind: Engine | Connection, *, read_only: bool) -> AbstractContextManager[UnitOfWork]:
    return units.begin(bind, actor=actor(), now=now(), request_id=request_id(), read_only=read_only)


def do(work: Callable[[UnitOfWork], T], *, needs: str, read_only: bool, fresh: bool = False) -> T:
    """Do ``work`` in a unit if the actor holds ``needs``; writing units survive a lost race.

    What the public reads may come from the replica, unless it must be ``fresh``.
    """
    actor().require(needs)
    if read_only:
        return _read(work, fresh=fresh)
    told: set[str] = set()

    def working(uow: UnitOfWork) -> T:
        nonlocal told
        answer = work(uow)
        told = uow.announced
        return answer

    answer = units.run(unit, working)
    if jobs.somebody_waits(told):
        jobs.relay_soon(room())
    return answer


def _read(work: Callable[[UnitOfWork], T], *, fresh: bool) -> T:
    """Read from the replica what strangers ask for, and from the primary all else.

    Who is signed in sees what they have just written. Whatever the replica cannot do, be it that a
    change it replays has removed what was being read, the primary is asked for instead.
    """
    replica = room().replica
    if replica is not None and not fresh and actor() == PUBLIC:
        if replica.is_usable():
            try:
                with _unit_on(replica.bind, read_only=True) as uow:
                    answer = work(uow)
            except (units.StoreSilent, DBAPIError):
                replica.rest()
            else:
                figures.count_public_read("replica")
                return answer
        figures.count_public_read("primary")
    with unit(read_only=True) as uow:
        return work(uow)


def leave_audit_line(action: str, about: str, **details: Any) -> None:
    """Write an audit line by itself, in one round trip; a look-up's own unit may not write."""
    with units.begin(room().singly, actor=actor(), now=now(), request_id=request_id()) as uow:
        together(uow.session, uow.audit_line(action, about, **details))


def leave_look_up(action: str, path: Mapping[str, Any], needs: str = "") -> None:
    """Write the audit line of a look-up about ``g.audit_about``, else about what the path names.

    What its own operator or anybody may read leaves a line only from who may read everybody's.
    """
    everybodys = actor().may("book.read_all") or actor().may("subject.read")
    if needs in _OWN and not everybodys:
        return
    about = g.get("audit_about") or "/".join(str(value) for value in path.values())
    leave_audit_line(
        action,
        str(about or request.path),
        query=request.query_string.decode("utf-8", "replace")[:500],
    )


def stopwatch_ms() -> float:
    """Milliseconds since this request began to be read."""
    return (perf_counter() - float(g.started)) * 1000


def _begin() -> None:
    """Start the clock, and refuse texts the store cannot hold before anything reads them."""
    g.started = perf_counter()
    TALLY.begin(request_id())
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "long_body", False):
        request.max_content_length = room().settings.max_upload_bytes
    texts.refuse_unusable(request)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = request_id()
    policy = _POLICY_WASM if g.get("allows_wasm") else _POLICY
    headers.setdefault("Content-Security-Policy", policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    _tell(response)
    return response


def _tell(response: Response) -> None:
    """Count the request and write its line: what was asked for by name, never what was in it."""
    seconds = TALLY.elapsed()
    endpoint, method = request.endpoint or "none", figures.known(request.method)
    figures.count_request(endpoint, method, response.status_code, seconds)
    who = g.get("actor")
    lines.work_done(
        "request",
        request_id(),
        seconds,
        endpoint=endpoint,
        method=method,
        status=response.status_code,
        actor=who.role.value if who is not None else "unknown",
        db_ms=round(TALLY.seconds * 1000, 2),
        statements=TALLY.statements,
    )


def install(app: Flask, made: Room) -> None:
    """Put the room into the program and give every request its clock, id and headers."""
    app.extensions["suyuan"] = made
    app.before_request(_begin)
    app.after_request(_finish)
