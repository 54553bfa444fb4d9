"""The job door of classification: once a month, as of its first day."""

from __future__ import annotations

from typing import Any

from app.credit.classification import services
from app.credit.classification.rules import first_of_month
from app.credit.classification.terms import SCHEME
from app.credit.scoring.queries import latest_run
from app.doors.jobs import Job, JobRoom

LOOK_SECONDS = 3600


def _classify(room: JobRoom, **_arguments: Any) -> None:
    """Run the month's classes where they have not been run."""
    with room.unit() as uow:
        last = latest_run(uow, SCHEME)
        if last is None or last.as_of < first_of_month(uow.today):
            services.classify(uow, uow.today)


CLASSIFY = Job(name="classification.classify", work=_classify, queue="daily")
