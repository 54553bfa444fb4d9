"""The worker and the scheduler: separate processes that do jobs and start the periodic ones."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterable

from redis import Redis, RedisError
from rq import Worker

from app.doors import jobs, replicas
from app.doors.jobs import Job, JobRoom
from app.processes.collecting import collect_rarely
from app.settings import Settings
from ledger.kernel.errors import Refusal

LOG = logging.getLogger("suyuan.scheduler")
_TICK_SECONDS = 1.0
_LAST_RUN = "suyuan:periodic:{name}"


def work(settings: Settings) -> None:
    """Do jobs until told to stop; each job runs in a fork, so that a crash takes only the job."""
    collect_rarely()
    connection = Redis.from_url(settings.redis_url)
    worker = Worker(
        list(jobs.QUEUES),
        connection=connection,
        worker_ttl=60,
        maintenance_interval=30,
        job_monitoring_interval=5,
    )
    worker.work(with_scheduler=True, logging_level="WARNING")


def schedule(room: JobRoom, periodic: Iterable[tuple[int, Job]]) -> None:
    """Start due periodic jobs and hand over what waits in the outbox, once a second, until told.

    The last start of each job is kept in Redis, so a restarted scheduler neither forgets nor
    repeats; a silent queue or store is waited out.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    plan = tuple(periodic)
    while not stop.wait(_TICK_SECONDS):
        try:
            start_due(room, plan, time.time())
            jobs.relay(room)
            replicas.beat(room)
        except (RedisError, Refusal) as silence:
            LOG.warning("waiting: %s", silence)


def start_due(room: JobRoom, plan: Iterable[tuple[int, Job]], moment: float) -> list[str]:
    """Put every periodic job whose time has come into its queue; returns their names.

    ``SET NX`` with an expiry lets exactly one of several schedulers start a job in a period.
    """
    started = []
    for seconds, job in plan:
        key = _LAST_RUN.format(name=job.name)
        if room.redis.set(key, str(moment), nx=True, ex=max(1, seconds)):
            jobs.put(room, job.name, {}, queue=job.queue)
            started.append(job.name)
    return started
