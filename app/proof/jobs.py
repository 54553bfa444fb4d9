"""Sealing in the background: every few seconds what was filed is taken into the log."""

from __future__ import annotations

from time import monotonic
from typing import Any

from app.doors.jobs import Job, JobRoom
from app.proof import services
from ledger.kernel import uow as units
from ledger.proof.services import seal_entries

SEAL_SECONDS = 10  # what a filer waits for the receipt; a checkpoint a day would be 8,640 fewer
_WORK_SECONDS = 60  # then other jobs have their turn; the next one goes on


def seal(room: JobRoom, **_: Any) -> None:
    """Seal what waits, a million leaves in each unit; two that seal at once do no harm."""
    key = services.log_key(room.settings)
    until = monotonic() + _WORK_SECONDS
    while monotonic() < until:
        if units.run(room.unit, lambda uow: seal_entries(uow, key)) is None:
            return


SEAL = Job(name="proof.seal", work=seal)
