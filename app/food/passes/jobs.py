"""The job door of passes: what nobody answers in time expires."""

from __future__ import annotations

from typing import Any

from app.doors.jobs import Job, JobRoom
from app.food.passes import services
from ledger.kernel import uow as units

EXPIRE_SECONDS = 600  # a pass ends at midnight; nobody waits for the minute


def expire(room: JobRoom, **_: Any) -> None:
    """End passes whose time is over, some in each unit."""
    key = room.settings.secret_key
    while units.run(room.unit, lambda uow: services.expire_passes(uow, key)):
        pass


EXPIRE = Job(name="passes.expire", work=expire)
