"""The daily look at papers that end, and telling those whom it concerns."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.doors.jobs import Job, JobRoom
from app.food.certificates import services
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


def tell_of_paper(room: JobRoom, *, fact: str, **said: Any) -> None:
    """Tell the owner of a paper, and those who bought from it, what a fact says; each once."""
    with room.unit() as uow:
        services.tell_of_paper(uow, fact, said)


TELL_OF_PAPER = Job(name="certificates.tell_of_paper", work=tell_of_paper)
WARN_OF_ENDS = Job(name="certificates.warn_of_ends", work=warn_of_ends, queue="daily")
