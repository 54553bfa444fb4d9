"""How an installation is at this moment, in figures that cost no scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from redis import Redis, RedisError
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from sqlalchemy import text

from ledger.kernel.uow import UnitOfWork

_UNSEALED_COUNTED_MAX = 10_000  # filings; where more wait the figure says at least so many


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """One figure: its name, what it means, its value, and what it is told apart by."""

    name: str
    about: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def of_the_store(uow: UnitOfWork) -> Iterator[Gauge]:
    """Sizes and waits out of the catalogue and the ends of indexes, in one statement."""
    row = uow.session.execute(_STORE, {"most": _UNSEALED_COUNTED_MAX}).one()
    yield Gauge(name="database_bytes", about="Size of the database.", value=row.bytes)
    yield Gauge(
        name="entry_rows_estimate",
        about="Rows of the book as PostgreSQL last estimated them.",
        value=row.entries,
    )
    yield Gauge(
        name="entry_ids_given", about="Ids of entries given out so far.", value=row.ids or 0
    )
    yield Gauge(
        name="filings_accepted",
        about="Filings written so far, with those taken back before their end.",
        value=row.filings or 0,
    )
    yield Gauge(
        name="upload_rows_kept",
        about="Rows of sheets that were refused, warned about or skipped, so far.",
        value=row.kept_rows or 0,
    )
    yield Gauge(
        name="entries_unsealed",
        about=f"Entries the log has not taken up yet; counted in {_UNSEALED_COUNTED_MAX} filings.",
        value=row.unsealed,
    )
    yield Gauge(
        name="outbox_oldest_seconds",
        about="How long the oldest fact waits to be handed to its jobs.",
        value=_age(row.fact_at, uow.now),
    )
    if row.checkpoint_at is not None:
        yield Gauge(
            name="checkpoint_age_seconds",
            about="Age of the newest checkpoint of the log.",
            value=_age(row.checkpoint_at, uow.now),
        )


_STORE = text(
    "SELECT pg_database_size(current_database()) AS bytes, "
    "(SELECT coalesce(sum(greatest(c.reltuples, 0)), 0) FROM pg_partition_tree('entry') t "
    "JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf) AS entries, "
    "pg_sequence_last_value('entry_number') AS ids, "
    "pg_sequence_last_value(pg_get_serial_sequence('filing', 'id')) AS filings, "
    "pg_sequence_last_value(pg_get_serial_sequence('upload_row', 'id')) AS kept_rows, "
    "(SELECT coalesce(sum(octet_length(w.leaves)), 0) / 32 FROM "
    "(SELECT leaves FROM leaf_queue LIMIT :most) w) AS unsealed, "
    "(SELECT at FROM outbox_fact WHERE sent_at IS NULL ORDER BY id LIMIT 1) AS fact_at, "
    "(SELECT signed_at FROM log_checkpoint ORDER BY size DESC LIMIT 1) AS checkpoint_at"
)


def of_the_queue(redis: Redis, names: tuple[str, ...], now: datetime) -> Iterator[Gauge]:
    """Length and oldest wait of each queue, and the jobs that were given up."""
    for name in names:
        queue, labels = Queue(name, connection=redis), (("queue", name),)
        yield Gauge(name="queue_waiting", about="Jobs that wait.", value=queue.count, labels=labels)
        yield Gauge(
            name="queue_oldest_seconds",
            about="How long the oldest waiting job waits.",
            value=_age(_oldest(queue), now),
            labels=labels,
        )
        yield Gauge(
            name="jobs_given_up",
            about="Jobs that failed in all their attempts, of the last 30 days.",
            value=FailedJobRegistry(queue=queue).count,
            labels=labels,
        )


def _oldest(queue: Queue) -> datetime | None:
    """When the first job of a queue was put there."""
    first = queue.get_job_ids(0, 1)
    if not first:
        return None
    try:
        found: datetime | None = Job.fetch(first[0], connection=queue.connection).enqueued_at
    except (RedisError, ValueError):  # done or forgotten since
        return None
    return found


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
