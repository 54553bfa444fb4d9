"""Work behind objections: records that have been put right, and limits that have run out."""

from __future__ import annotations

from typing import Any

from app.credit.objections import services
from app.doors.jobs import Job, JobRoom
from ledger.kernel import uow as units

WATCH_SECONDS = 600  # limits are days


def watch(room: JobRoom, **_: Any) -> None:
    """Close what has been put right, then tell of what is late."""
    units.run(room.unit, services.close_put_right)
    units.run(room.unit, services.tell_late)


WATCH = Job(name="objections.watch", work=watch)
