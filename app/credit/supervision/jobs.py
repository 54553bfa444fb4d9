"""Work behind libraries: the nightly pass, following changes, a new rule's first pass."""

from __future__ import annotations

from typing import Any

from app.credit.supervision import services
from app.doors.jobs import Job, JobRoom
from ledger.kernel import uow as units

NIGHT_SECONDS = 86_400
FOLLOW_SECONDS = 120  # how soon a subject that was registered or changed is where it belongs


def refresh(room: JobRoom, **_: Any) -> None:
    """Bring the official list up to date and hold all rules against the whole city."""
    units.run(room.unit, services.load_official)
    for _part in services.refresh_all(room.unit):
        pass


def follow(room: JobRoom, **_: Any) -> None:
    """Settle subjects that were registered, amended or merged since the last time."""
    while units.run(room.unit, services.follow_changes).last is not None:
        pass


def ruled(room: JobRoom, *, library_id: int, **_: Any) -> None:
    """Find the members of a library whose rule is new."""
    for _part in services.refresh_all(room.unit, libraries=[library_id]):
        pass


REFRESH = Job(name="supervision.refresh", work=refresh, queue="daily")
FOLLOW = Job(name="supervision.follow", work=follow)
RULED = Job(name="supervision.ruled", work=ruled)
