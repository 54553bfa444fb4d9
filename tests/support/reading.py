"""Jobs done at once, on the test's own transaction and its clock."""

from __future__ import annotations

from typing import Any

from flask import Flask
from rq import Queue

from app.doors import jobs


def job_room(app: Flask) -> jobs.JobRoom:
    """A job's room on the store, queue and clock of a test's program."""
    room = app.extensions["suyuan"]
    return jobs.JobRoom(settings=room.settings, bind=room.bind, redis=room.redis, now=room.now)


def empty_queue(app: Flask) -> None:
    """Take out of the queue what other tests have left in it."""
    for name in jobs.QUEUES:
        Queue(name, connection=app.extensions["suyuan"].redis).empty()


def do(app: Flask, name: str, **arguments: Any) -> None:
    """Do one job by name, as a worker would."""
    jobs.perform(name, arguments, job_room(app))
