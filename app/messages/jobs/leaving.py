"""Letters and calls leave the house: taken in one unit, sent outside of any, noted in another."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Any

from app.doors.jobs import Job, JobRoom
from app.messages import errors, services
from app.messages.jobs.carriers import carriers
from app.messages.jobs.webhooks import call
from app.messages.rules.letters import House
from app.messages.terms import Carrier, Line, Outgoing
from app.watching import figures
from ledger.kernel import uow as units
from ledger.kernel.errors import Refusal

POST_SECONDS = CALL_SECONDS = 60  # what is urgent is announced and goes at once; this is the rest
_WORK_SECONDS = 120  # then other jobs have their turn; the next one goes on
_CALLERS = 8  # a webhook that hangs for its ten seconds must not keep the others waiting


def post(room: JobRoom, **_: Any) -> None:
    """Send what is due by every channel there is, until nothing is due."""
    settings = room.settings
    ways = carriers(settings)
    house = House(origin=settings.origin, key=settings.secret_key)
    until = monotonic() + _WORK_SECONDS
    while monotonic() < until:
        taken = units.run(room.unit, lambda uow: services.take_letters(uow, house, set(ways)))
        if not taken:
            return
        taken.sort(key=lambda one: one.channel)
        for channel, some in groupby(taken, key=lambda one: one.channel):
            _send(room, ways[channel], list(some))


def _send(room: JobRoom, way: Carrier, letters: Iterable[Outgoing]) -> None:
    """Send some letters over one connection; where there is none, all are tried again later."""
    with contextlib.ExitStack() as stack:
        line: Line | None = None
        silence: Refusal | None = None
        try:
            line = stack.enter_context(way.open())
        except errors.CarrierSilent as silent:
            silence = silent
        for one in letters:
            _note(room, one, silence if line is None else _carried(line, one))


def _carried(line: Line, one: Outgoing) -> Refusal | None:
    """Hand over one letter; why it was not taken, or None."""
    try:
        line.carry(one.letter)
    except (errors.AddressRefused, errors.CarrierSilent) as refused:
        return refused
    return None


def _note(room: JobRoom, gone: Outgoing, problem: Refusal | None) -> None:
    with room.unit() as uow:
        if problem is None:
            services.note_sent(uow, gone)
            outcome = "sent"
        else:
            said = str(problem.params.get("why", problem.code))
            for_good = isinstance(problem, errors.AddressRefused)
            given_up = services.note_failed(uow, gone, said, for_good=for_good)
            outcome = "failed" if given_up else "again"
    figures.count_delivery(gone.channel, outcome)


def ring(room: JobRoom, **_: Any) -> None:
    """Call the webhooks for which something is due, several at once."""
    settings = room.settings
    inside = bool(settings.webhooks_inside)
    until = monotonic() + _WORK_SECONDS
    with ThreadPoolExecutor(_CALLERS) as callers:
        while monotonic() < until:
            taken = units.run(room.unit, lambda uow: services.take_calls(uow, settings.secret_key))
            if not taken:
                return
            ringing = partial(call, seconds=int(room.now().timestamp()), inside=inside)
            for one, heard in zip(taken, callers.map(ringing, taken), strict=True):
                with room.unit() as uow:
                    outcome = services.note_heard(uow, one, heard)
                figures.count_delivery("webhook", outcome)


def forget(room: JobRoom, **_: Any) -> None:
    """Delete what was kept long enough, a few thousand messages in each unit."""
    with room.unit() as uow:
        services.forget_calls(uow)
    while units.run(room.unit, services.forget_old):
        pass


POST = Job(name="messages.post", work=post)
CALL = Job(name="messages.call", work=ring)
FORGET = Job(name="messages.forget", work=forget, queue="daily")
