"""A room for jobs on a test's own transaction, its clock standing still."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from redis import Redis
from sqlalchemy import Connection, Engine

from app.doors.jobs import JobRoom
from app.settings import Settings


def job_room(
    settings: Settings, bind: Connection | Engine, now: datetime, **changed: Any
) -> JobRoom:
    """A job's room at a moment; ``changed`` are settings of its own."""
    chosen = replace(settings, **changed)
    return JobRoom(
        settings=chosen, bind=bind, redis=Redis.from_url(chosen.redis_url), now=lambda: now
    )
