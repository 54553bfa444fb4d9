"""The job door of ratings: what is due this month is rated."""

from __future__ import annotations

from typing import Any

from app.credit.ratings import queries, services
from app.credit.ratings.rules import due_day
from app.credit.ratings.terms import RunRatings
from app.credit.scoring.services import adopt_schemes
from app.doors.jobs import Job, JobRoom
from ledger.kernel import uow as units

LOOK_SECONDS = 3_600  # a month's ratings may be an hour late


def rate_month(room: JobRoom, **_: Any) -> None:
    """Rate by every scheme in force that has not been run for this month, a unit each."""
    units.run(room.unit, adopt_schemes)
    for code in units.run(room.unit, queries.schemes_due):
        units.run(
            room.unit,
            lambda uow, code=code: services.run_ratings(  # type: ignore[misc]
                uow, RunRatings(scheme=code, as_of=due_day(uow.today))
            ),
        )


RATE = Job(name="ratings.rate_month", work=rate_month, queue="daily")
