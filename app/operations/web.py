"""The page door of operations: figures for Prometheus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from redis import RedisError

from app.doors import http, jobs
from app.operations.errors import MetricsClosed
from app.operations.queries import gauges
from app.operations.queries.gauges import Gauge
from app.operations.rules.reaching import may_see
from app.watching import figures
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.errors import Refusal

blueprint = Blueprint("operations", __name__)
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts and figures in Prometheus's text form; nothing in them is about a person.

    It answers with what it knows when store or queue is silent. Refuses: MetricsClosed.
    """
    settings = http.room().settings
    proxied = any(name in request.headers for name in _FORWARDED)
    if not may_see(
        address=request.remote_addr or "",
        token=settings.metrics_token,
        said=http.bearer() or "",
        proxied=proxied or bool(settings.trusted_proxies or settings.public_url),
    ):
        raise MetricsClosed
    return Response(figures.exposed(_Now(tuple(_known()))), content_type=CONTENT_TYPE_LATEST)


vars(metrics)["limit"] = "none"


def _known() -> Iterator[Gauge]:
    """The gauges of the store and the queue, and whether each of them answers."""
    room = http.room()
    try:
        with units.begin(room.bind, actor=SYSTEM, now=http.now(), read_only=True) as uow:
            yield from tuple(gauges.of_the_store(uow))
        yield _up("database", 1)
    except Refusal:
        yield _up("database", 0)
    try:
        yield from tuple(gauges.of_the_queue(room.redis, jobs.QUEUES, http.now()))
        yield _up("queue", 1)
    except RedisError:
        yield _up("queue", 0)


def _up(part: str, value: int) -> Gauge:
    return Gauge(name="up", about="Whether a part answers.", value=value, labels=(("part", part),))


class _Now(Collector):
    """The gauges as Prometheus's library wants them."""

    def __init__(self, known: tuple[Gauge, ...]) -> None:
        self._known = known

    def collect(self) -> Iterator[Metric]:
        """One family per name."""
        families: dict[str, list[Gauge]] = defaultdict(list)
        for gauge in self._known:
            families[gauge.name].append(gauge)
        for name, members in families.items():
            labels = [label for label, _ in members[0].labels]
            family = GaugeMetricFamily(f"suyuan_{name}", members[0].about, labels=labels)
            for member in members:
                family.add_metric([value for _, value in member.labels], member.value)
            yield family
