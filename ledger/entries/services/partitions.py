"""Partitions of the book: made ahead, so that no filing waits for one, and settled when quiet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text

from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork

WIDTH = 1_600_000  # lots a partition holds: about 50 million entries
_SEEN: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()
_MADE = "ledger.entries.partition_made"
_UNHURRIED = text("SET LOCAL statement_timeout = 0")
_SETTLE = text("SELECT settle_entry_partition(:number, :since)")
AHEAD = 2  # whole partitions that lie empty beyond the newest lot


def make_partitions_ahead(uow: UnitOfWork) -> int:
    """Make the partitions up to two beyond the newest lot id given out; returns the last number.

    The sequence is asked, not the table: refused filings use up ids too. Every index comes with the
    partition, because an empty one without its indexes turns the trace's plan into a scan.
    """
    newest = uow.session.scalar(text("SELECT last_value FROM lot_id_seq"))
    last = int(newest or 0) // WIDTH + AHEAD
    _make_up_to(uow, last)
    return last


def settle_partition(uow: UnitOfWork, number: int, *, quiet_days: int) -> bool:
    """Lay a partition's rows in the order of their lots; whether there was anything to do.

    Only where lots are no longer opened in it and all but a hundredth of its rows are older than
    ``quiet_days``, and only once. Some minutes for fifty million rows, in which whoever reads or
    files waits: this is for the hours in which nobody does.
    """
    since = moment_of(uow.today - timedelta(days=quiet_days)).seconds
    uow.session.execute(_UNHURRIED)
    done = uow.session.scalar(_SETTLE, {"number": number, "since": since})
    return bool(done)


def make_room_for(uow: UnitOfWork, lots: Iterable[int]) -> None:
    """Make the partition of the highest of ``lots`` if nobody has made it ahead.

    The scheduler makes partitions ahead; this is for the day on which it has not run. The store is
    asked once per partition and process: a filing costs nothing here on all other days.
    """
    number = max(lots, default=0) // WIDTH
    seen = _SEEN.setdefault(uow.session.get_bind().engine, set())
    if number in seen:
        return
    there = text("SELECT to_regclass(:name) IS NOT NULL")
    if not uow.session.scalar(there, {"name": f"entry_{number:04d}"}):
        _make_up_to(uow, number)
        uow.session.info[_MADE] = True
    elif not uow.session.info.get(_MADE):  # what this unit made may still be rolled back
        seen.add(number)


def _make_up_to(uow: UnitOfWork, last: int) -> None:
    made = text("SELECT make_entry_partition(n) FROM generate_series(0, :last) AS n")
    uow.session.execute(made, {"last": last})
