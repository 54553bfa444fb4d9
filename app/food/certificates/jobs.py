"""The daily look at papers that end: certificates and licences."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.doors.jobs import Job, JobRoom
from ledger.certificates.services import warn_of_papers
from ledger.kernel import uow as units

AT_ONCE = 200  # papers looked at in one transaction: each may have thousands of customers


def warn_of_ends(room: JobRoom, **_: Any) -> None:
    """Announce what runs out or has ended; a repetition finds all told."""
    for licences in (False, True):
        after: int | None = 0
        while after is not None:
            work = partial(warn_of_papers, licences=licences, after=after, limit=AT_ONCE)
            after = units.run(room.unit, work)


WARN_OF_ENDS = Job(name="certificates.warn_of_ends", work=warn_of_ends, queue="daily")
