"""The job door: work that goes on after the answer, carried by RQ, told of through the outbox.

A job is announced inside a unit and handed to Redis only after the commit; what Redis loses or
what was never handed over is still in the outbox, and the scheduler hands it over. So a job runs
at least once, and every job must bear repetition.
"""

from __future__ import annotations

import logging
import os
import resource
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from redis import Redis, RedisError
from rq import Queue, Retry
from sqlalchemy import Connection, Engine, text

from app.database import engine_for
from app.doors.refusals import outside_of
from app.settings import Settings, settings_of_this_process
from app.watching import figures, lines
from app.watching.tally import TALLY
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

LOG = logging.getLogger("suyuan.jobs")
QUEUES = ("default", "daily")
JOB_FACT = "job.wanted"
_RELAY_AT_ONCE = 500
_NOBODYS_AT_ONCE = 20_000  # a second's filings at the very most
_UNSENT = text("""
    SELECT id, fact, payload FROM outbox_fact
    WHERE sent_at IS NULL AND fact = ANY(CAST(:waited AS text[]))
    ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_SENT = text("UPDATE outbox_fact SET sent_at = :at WHERE id = ANY(CAST(:ids AS bigint[]))")
_NOBODYS = text("""
    UPDATE outbox_fact SET sent_at = :at WHERE id IN (
        SELECT id FROM outbox_fact
        WHERE sent_at IS NULL AND fact <> ALL(CAST(:waited AS text[]))
        ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
""")


@dataclass(frozen=True, kw_only=True)
class JobRoom:
    """What a job works with: settings, queue, and as many units as it needs."""

    settings: Settings
    bind: Engine | Connection
    redis: Redis
    now: Callable[[], datetime] = clock.now

    def unit(self, actor: Actor = SYSTEM) -> AbstractContextManager[UnitOfWork]:
        """A unit of work of the job's own, now; tests make the clock stand still."""
        return units.begin(
            self.bind, actor=actor, now=self.now(), request_id=TALLY.request_id or "job"
        )


@dataclass(frozen=True, kw_only=True)
class Job:
    """A named piece of work; ``work(room, **arguments)`` must bear being done twice."""

    name: str
    work: Callable[..., None] = field(repr=False)
    queue: str = "default"


class HasStore(Protocol):
    """Anything that has a store and a queue: a request's room, or a job's."""

    @property
    def bind(self) -> Engine | Connection:
        """The store."""

    @property
    def redis(self) -> Redis:
        """The queue's server."""

    @property
    def settings(self) -> Settings:
        """The choices of this installation."""


def want(uow: UnitOfWork, job: Job, **arguments: Any) -> None:
    """Announce that a job is wanted; it is handed over after this unit commits."""
    uow.announce(
        JOB_FACT,
        job=job.name,
        queue=job.queue,
        arguments=arguments,
        request_id=uow.request_id,
    )


def relay_soon(room: HasStore) -> None:
    """Hand over what waits in the outbox; a silent queue is no reason to fail what is committed."""
    try:
        relay(room)
    except RedisError:
        LOG.warning("the queue is silent; the scheduler will hand the jobs over")


def relay(room: HasStore, reactions: Mapping[str, tuple[str, ...]] | None = None) -> int:
    """Hand facts that nobody has been told of to their jobs; returns how many facts were sent.

    Rows are locked and skipped when another relay has them, so two relays never send one twice
    unless one dies between sending and marking: at least once.
    """
    wiring = reactions if reactions is not None else REACTIONS
    with units.begin(room.bind, actor=SYSTEM, now=clock.now(), request_id="relay") as uow:
        waited = [JOB_FACT, *wiring]
        rows = uow.session.execute(_UNSENT, {"most": _RELAY_AT_ONCE, "waited": waited}).all()
        for row in rows:
            _send(room, row.fact, row.payload, wiring)
        if rows:
            ids = [row.id for row in rows]
            uow.session.execute(_SENT, {"at": uow.now, "ids": ids})
        told: Any = uow.session.execute(
            _NOBODYS, {"at": uow.now, "waited": waited, "most": _NOBODYS_AT_ONCE}
        )
        return len(rows) + int(told.rowcount)


def somebody_waits(facts: Iterable[str]) -> bool:
    """Whether a job is wanted by one of these facts; all others the scheduler puts away."""
    return any(fact == JOB_FACT or fact in REACTIONS for fact in facts)


REACTIONS: dict[str, tuple[str, ...]] = {}
"""Fact name -> names of the jobs that react; filled by the registry from the manifests."""

JOBS: dict[str, Job] = {}
"""All jobs by name; filled by the registry from the manifests."""


def _send(
    room: HasStore, fact: str, payload: Mapping[str, Any], wiring: Mapping[str, tuple[str, ...]]
) -> None:
    if fact == JOB_FACT:
        put(
            room,
            payload["job"],
            payload["arguments"],
            queue=payload["queue"],
            request_id=payload.get("request_id", ""),
        )
        return
    for name in wiring.get(fact, ()):
        put(room, name, {"fact": fact, **payload}, queue=JOBS[name].queue)


def put(
    room: HasStore,
    name: str,
    arguments: Mapping[str, Any],
    *,
    queue: str = "default",
    request_id: str = "",
) -> None:
    """Put a job into its queue; three attempts with growing pauses before it is left as failed.

    ``request_id`` is the number of the request that wanted it, under which it is logged too.
    """
    Queue(queue, connection=room.redis).enqueue_call(
        "app.doors.jobs.perform",
        kwargs={"name": name, "arguments": dict(arguments), "request_id": request_id},
        timeout=room.settings.job_timeout_seconds,
        result_ttl=3600,
        failure_ttl=30 * 86_400,
        retry=Retry(max=3, interval=[2, 10, 60]),
        description=name,
    )


_ROOMS: dict[int, JobRoom] = {}


def room_of_this_process() -> JobRoom:
    """The job room of this process; a forked worker makes its own connections."""
    if os.getpid() not in _ROOMS:
        settings = settings_of_this_process()
        _ROOMS[os.getpid()] = JobRoom(
            settings=settings, bind=engine_for(settings), redis=Redis.from_url(settings.redis_url)
        )
    return _ROOMS[os.getpid()]


def bound_memory(mib: int) -> None:
    """Let this process, a job's own fork, have no more memory: it fails before the machine does."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = mib * 1024 * 1024
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def waiting(room: HasStore) -> int:
    """How many jobs wait in the queue of what people ask for."""
    return int(Queue(QUEUES[0], connection=room.redis).count)


def perform(
    name: str, arguments: dict[str, Any], room: JobRoom | None = None, *, request_id: str = ""
) -> None:
    """Do a job by name; unknown ones are bugs. A refusal that may pass is raised for a retry.

    It leaves one line in the log and is counted by its outcome: done, refused or failed.
    """
    working = room or room_of_this_process()
    if room is None:
        bound_memory(working.settings.job_memory_mib)
    TALLY.begin(request_id or f"job-{uuid.uuid4().hex}")
    said: dict[str, Any] = {"outcome": "failed"}
    try:
        said = _outcome(working, name, arguments)
        relay_soon(working)
    except Exception as problem:
        said = {"outcome": "failed", **lines.error_of(problem)}
        raise
    finally:
        figures.count_job(name, said["outcome"])
        db_ms = round(TALLY.seconds * 1000, 2)
        cost = {"db_ms": db_ms, "statements": TALLY.statements}
        lines.work_done(
            "job", TALLY.request_id, TALLY.elapsed(), job=name, actor="system", **cost, **said
        )
        if room is None:
            figures.fold(os.getpid())  # this process, a fork for one job, ends now


def _outcome(room: JobRoom, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do the job; what its line says of how it went."""
    try:
        JOBS[name].work(room, **arguments)
    except Refusal as refusal:
        if outside_of(refusal).again:
            raise
        return {"outcome": "refused", "code": refusal.code}
    return {"outcome": "done"}
