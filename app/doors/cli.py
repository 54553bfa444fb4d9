"""The shell door: a command opens a unit as the house itself and turns a refusal into its code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import wraps
from typing import Any

import click
from redis import Redis
from sqlalchemy import Engine

from app import embedded
from app.database import engine_for, migrate, owner_engine
from app.doors import jobs
from app.doors.refusals import detail_of, outside_of
from app.settings import Settings, settings_of_this_process
from app.watching.tally import TALLY
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork


class Shell:
    """What a command works with: settings, store and queue, started if they are our own."""

    def __init__(self, settings: Settings, engine: Engine, redis: Redis) -> None:
        self.settings = settings
        self.bind = engine
        self.redis = redis

    def unit(
        self, *, actor: Actor = SYSTEM, read_only: bool = False, now: datetime | None = None
    ) -> AbstractContextManager[UnitOfWork]:
        """A unit of work for a command; ``now`` is given only where the past is told (the town)."""
        return units.begin(
            self.bind,
            actor=actor,
            now=now or clock.now(),
            request_id=TALLY.request_id or "shell",
            read_only=read_only,
        )


@contextlib.contextmanager
def opened(settings: Settings | None = None) -> Iterator[Shell]:
    """A shell on the running services, or on our own started for the while; migrated."""
    chosen = settings or settings_of_this_process()
    with embedded.services(chosen) as running:
        full = running.applied_to(chosen)
        owner = owner_engine(full)
        migrate(owner)
        owner.dispose()
        engine = engine_for(full)
        try:
            shell = Shell(full, engine, Redis.from_url(full.redis_url))
            yield shell
            jobs.relay_soon(shell)
        finally:
            engine.dispose()


def say(text: str) -> None:
    """A line for people, on standard output."""
    click.echo(text)


def refuse(refusal: Refusal) -> None:
    """Print a refusal in both languages on standard error and end with its exit code."""
    click.echo(
        f"{detail_of(refusal, 'zh')}\n{detail_of(refusal, 'en')}\n[{refusal.code}]", err=True
    )
    sys.exit(outside_of(refusal).exit_code)


def command(**attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A click command whose first argument is the Shell; refusals become exit codes."""

    def decorate(work: Callable[..., Any]) -> click.Command:
        @wraps(work)
        def run(**arguments: Any) -> None:
            try:
                with opened() as shell:
                    work(shell, **arguments)
            except Refusal as refusal:
                refuse(refusal)

        made: click.Command = click.command(**attributes)(run)
        return made

    return decorate
