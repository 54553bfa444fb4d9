"""Work behind requests: who does not answer in time is told of."""

from __future__ import annotations

from typing import Any

from app.doors.jobs import Job, JobRoom
from app.food.requests import services
from ledger.kernel import uow as units

WATCH_SECONDS = 300


def watch(room: JobRoom, **_: Any) -> None:
    """Tell inspectors of requests whose time has run out."""
    units.run(room.unit, services.tell_late)


WATCH = Job(name="requests.watch", work=watch)
