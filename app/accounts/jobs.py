"""The job door of accounts: what is kept for a while only is forgotten."""

from __future__ import annotations

from app.accounts import services
from app.doors.jobs import Job, JobRoom


def _forget(room: JobRoom) -> None:
    with room.unit() as uow:
        services.forget_old(uow)


FORGET = Job(name="accounts.forget", work=_forget, queue="daily")
