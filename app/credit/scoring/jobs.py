"""The job door of scoring: files that come with the program are adopted, drafts are tried."""

from __future__ import annotations

from typing import Any

from app.credit.scoring import services
from app.doors.jobs import Job, JobRoom

ADOPT_SECONDS = 3600


def _adopt(room: JobRoom, **_arguments: Any) -> None:
    with room.unit() as uow:
        services.adopt_schemes(uow)


def _try(room: JobRoom, *, code: str, version: str, **_arguments: Any) -> None:
    with room.unit() as uow:
        services.try_draft(uow, code, version, uow.today)


ADOPT = Job(name="scoring.adopt", work=_adopt, queue="daily")
TRY_DRAFT = Job(name="scoring.try_draft", work=_try)
