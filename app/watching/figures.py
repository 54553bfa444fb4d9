"""Figures for Prometheus: counted by each process into a file of its own, added up when asked.

The web's workers and the forks that do jobs come and go. Where the folder is set (the processes of
``suyuan serve``), each writes ``*_PID.db`` files there, and what a process that ended has counted
is folded into one file, so that the folder does not grow with their number.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_ENDED = "ended"  # in the place of the number of a process
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_OWN = CollectorRegistry()
_requests = Counter(
    "suyuan_requests",
    "Requests by endpoint, method and status.",
    ("endpoint", "method", "status"),
    registry=_OWN,
)
_durations = Histogram(
    "suyuan_request_seconds",
    "Duration of requests by endpoint.",
    ("endpoint",),
    buckets=_SECONDS,
    registry=_OWN,
)
_refusals = Counter("suyuan_refusals", "Refused requests by code.", ("code",), registry=_OWN)
_jobs = Counter("suyuan_jobs", "Jobs by name and outcome.", ("job", "outcome"), registry=_OWN)
_public_reads = Counter(
    "suyuan_replica_reads", "Public reads by the store that answered.", ("store",), registry=_OWN
)
_messages = Counter("suyuan_messages", "Messages told by kind.", ("kind",), registry=_OWN)
_deliveries = Counter(
    "suyuan_message_deliveries",
    "Letters and calls by channel and outcome: sent, again, failed.",
    ("channel", "outcome"),
    registry=_OWN,
)
_children: dict[tuple[Any, ...], Any] = {}


def _child(metric: MetricWrapperBase, *labels: str) -> Any:
    """A metric's child for these labels; finding one again costs a look into a dictionary."""
    found = _children.get((metric, *labels))
    if found is None:
        found = _children[metric, *labels] = metric.labels(*labels)
    return found


def known(method: str) -> str:
    """An HTTP method, ``other`` for what is none: labels must not be what a client makes up."""
    return method if method in _METHODS else "other"


def count_request(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request; ``seconds`` is how long it took to answer."""
    _child(_requests, endpoint, method, str(status)).inc()
    _child(_durations, endpoint).observe(seconds)


def count_refusal(code: str) -> None:
    """Count a refused request by the refusal's code."""
    _child(_refusals, code).inc()


def count_job(name: str, outcome: str) -> None:
    """Count a job that was done, refused or failed."""
    _child(_jobs, name, outcome).inc()


def count_public_read(store: str) -> None:
    """Count a public read by the store that answered: ``replica`` or ``primary``."""
    _child(_public_reads, store).inc()


def count_messages(kind: str, number: int) -> None:
    """Count messages that were told, one a box."""
    if number:
        _child(_messages, kind).inc(number)


def count_delivery(channel: str, outcome: str) -> None:
    """Count a letter or a call: sent, to be sent again, failed for good."""
    _child(_deliveries, channel, outcome).inc()


def environ(folder: Path) -> Mapping[str, str]:
    """What a process must find in its environment from its first line on to count into a folder."""
    return {_FOLDER: str(folder)}


def clean(folder: Path) -> None:
    """Begin anew: figures count from the start of an installation."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in folder.glob("*.db"):
        each.unlink()


def fold(pid: int) -> None:
    """Add what a process that ended has counted to what all such have; see above."""
    folder = os.environ.get(_FOLDER)
    if not folder or not Path(folder).is_dir():
        return
    with _alone(Path(folder)):
        for path in Path(folder).glob(f"*_{pid}.db"):
            kind = path.name.rsplit("_", 1)[0]
            sums = MmapedDict(str(path.with_name(f"{kind}_{_ENDED}.db")))
            for key, value, _stamp, _place in MmapedDict.read_all_values_from_file(str(path)):
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
            sums.close()
            path.unlink()


def exposed(*gauges: Collector) -> bytes:
    """Everything in Prometheus's text form: what all processes counted, and the gauges given."""
    folder = os.environ.get(_FOLDER)
    registry = CollectorRegistry()
    for gauge in gauges:
        registry.register(gauge)
    if not folder or not Path(folder).is_dir():
        return generate_latest(_OWN) + generate_latest(registry)
    with _alone(Path(folder)):
        MultiProcessCollector(registry, path=folder)
        return generate_latest(registry)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody folds while somebody reads, or a process would count twice for a moment."""
    number = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
