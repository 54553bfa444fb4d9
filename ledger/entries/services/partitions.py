"""Partitions of the book are made ahead, so that no filing ever waits for one."""

from __future__ import annotations

from sqlalchemy import text

from ledger.kernel.uow import UnitOfWork

WIDTH = 1_600_000  # lots a partition holds: about 50 million entries
AHEAD = 2  # whole partitions that lie empty beyond the newest lot


def make_partitions_ahead(uow: UnitOfWork) -> int:
    """Make the partitions up to two beyond the newest lot; returns the last one's number.

    Every index comes with the partition, because an empty one without its indexes turns the
    trace's plan into a scan.
    """
    newest = uow.session.scalar(text("SELECT coalesce(max(id), 0) FROM lot"))
    last = int(newest or 0) // WIDTH + AHEAD
    uow.session.execute(
        text("SELECT make_entry_partition(n) FROM generate_series(0, :last) AS n"), {"last": last}
    )
    return last
