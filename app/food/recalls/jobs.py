"""Work behind recalls: following thousands of lots, looking again, clocks that run out."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.doors.jobs import Job, JobRoom
from app.food.recalls import queries, services
from ledger.kernel import uow as units
from ledger.kernel.uow import UnitOfWork

LOOK_SECONDS = 60  # how soon a late filing reaches an open recall
CLOCK_SECONDS = 60


def spread(room: JobRoom, *, recall_id: int, **_: Any) -> None:
    """Follow a recall's lots to all holders; how far it has come is told in units of their own.

    Done twice it finds the same and adds nothing.
    """

    def told(done: int, total: int) -> None:
        units.run(
            room.unit, lambda uow: services.tell_progress(uow, recall_id, done, max(total, 2))
        )

    with room.unit() as reading:
        scope = services.followed(reading, recall_id, told)
    units.run(room.unit, lambda uow: services.settle_scope(uow, recall_id, scope))


def look_again(room: JobRoom, **_: Any) -> None:
    """Follow the lots of open recalls again where the book has learnt something of them."""
    with room.unit() as reading:
        ids = queries.open_ids(reading)
    for recall_id in ids:
        units.run(room.unit, partial(services.look_again, recall_id=recall_id))


def watch_clocks(room: JobRoom, **_: Any) -> None:
    """Remind silent holders, and write down limits that have been missed."""
    with room.unit() as reading:
        ids = queries.open_ids(reading)
    for recall_id in ids:
        units.run(room.unit, partial(_watch, recall_id=recall_id))


def _watch(uow: UnitOfWork, recall_id: int) -> None:
    services.note_missed_clocks(uow, recall_id)
    services.remind_the_silent(uow, recall_id)


def tell_holders(
    room: JobRoom, *, recall_id: int, operators: list[int], reminder: int, **_: Any
) -> None:
    """Write the messages to holders that were told, each with its link."""
    key = room.settings.secret_key
    with room.unit() as uow:
        services.tell_holders(uow, recall_id, operators, reminder, key)


def tell_officials(room: JobRoom, **fact: Any) -> None:
    """Write the message to the inspectors about what is overdue."""
    with room.unit() as uow:
        services.tell_officials(uow, fact)


def tell_closed(room: JobRoom, *, recall_id: int, **_: Any) -> None:
    """Write the messages that a recall has ended."""
    with room.unit() as uow:
        services.tell_closed(uow, recall_id)


SPREAD = Job(name="recalls.spread", work=spread)
LOOK_AGAIN = Job(name="recalls.look_again", work=look_again)
WATCH_CLOCKS = Job(name="recalls.watch_clocks", work=watch_clocks)
TELL_HOLDERS = Job(name="recalls.tell_holders", work=tell_holders)
TELL_OFFICIALS = Job(name="recalls.tell_officials", work=tell_officials)
TELL_CLOSED = Job(name="recalls.tell_closed", work=tell_closed)
