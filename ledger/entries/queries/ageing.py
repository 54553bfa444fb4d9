"""What of the book is past the day it must be kept until, and what holds it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from ledger.entries.queries.records import note_digest_of, records_of_rows
from ledger.entries.rules import retention
from ledger.entries.rules.limits import limits_on
from ledger.kernel.moment import EPOCH, Moment, Precision
from ledger.kernel.uow import UnitOfWork

WIDTH = 1_600_000  # lots of a partition; see make_entry_partition
AT_ONCE = 50_000  # entries or notes handled with one statement
_LOTS = 1 << 15  # lots whose entries are read at once
_LOT_END = 1 << 31
_DAY = 86_400

_PARTITIONS = text("""
    SELECT relname FROM pg_class
    WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = CAST('entry' AS regclass))
    ORDER BY relname
""")
_ROWS = text("""
    SELECT count(*) AS rows, max(ts / 86400) AS last_day, max(id) AS last_entry FROM entry
    WHERE lot >= :first AND lot < :end
""")
_FILED = text("""
    SELECT filed_at FROM filing WHERE first_entry <= :entry ORDER BY first_entry DESC LIMIT 1
""")
_LONGEST = text("SELECT max(keep_until) FROM entry_note WHERE lot >= :first AND lot < :end")
_EXPIRES = text("""
    SELECT expires_at, expires_precision FROM lot
    WHERE id >= :first AND id < :end AND expires_precision > 0 ORDER BY expires_at DESC LIMIT 1
""")
_HELD = text("SELECT lot_id FROM lot_hold WHERE lifted_at IS NULL")
_INTO = text("""
    SELECT DISTINCT other FROM entry WHERE kind IN (4, 9) AND lot = ANY(CAST(:lots AS integer[]))
""")
_FROM = text("""
    SELECT DISTINCT lot FROM entry WHERE kind = 4 AND other = ANY(CAST(:lots AS integer[]))
""")
_ENTRIES = text("SELECT id FROM entry WHERE lot >= :first AND lot < :end")
_SPAN = text("SELECT coalesce(min(lot), 0) AS first, coalesce(max(lot), -1) + 1 AS end FROM entry")
_AGED = text("""
    SELECT lot, id, document, document_line, certificate, keep_until, said FROM entry_note
    WHERE keep_until < :before AND digest IS NULL AND (lot, id) > (:lot, :id)
    ORDER BY lot, id LIMIT :most
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A partition of the book as a purge sees it; ``kept_for`` says why it stays, empty: it goes.

    ``until`` is the first day on which it may go as far as the rules of retention say.
    """

    number: int
    rows: int
    until: date
    kept_for: str = ""


class AgedNote(NamedTuple):
    """A note past its day, with the digest of its words."""

    lot: int
    id: int
    digest: bytes


def partition_name(number: int) -> str:
    """The table of a partition."""
    return f"entry_{number:04d}"


def lots_of(number: int) -> tuple[int, int]:
    """The lots of a partition: the first, and the one behind the last."""
    return number * WIDTH, (number + 1) * WIDTH


def held_lots(uow: UnitOfWork) -> set[int]:
    """The lots that are stopped, with all they were made from and into and are the same as."""
    held = set(uow.session.scalars(_HELD))
    new = held
    while new:
        asked = {"lots": sorted(new)}
        beside = {*uow.session.scalars(_INTO, asked), *uow.session.scalars(_FROM, asked)}
        new = beside - held
        held = held | new
    return held


def partitions_aged(uow: UnitOfWork, before: date, held: set[int]) -> list[Aged]:
    """Every partition with rows, until when it is to be kept, and what keeps it, if anything."""
    found = []
    for name in uow.session.scalars(_PARTITIONS):
        number = int(name.rpartition("_")[2])
        first, end = lots_of(number)
        rows = uow.session.execute(_ROWS, {"first": first, "end": end}).one()
        if not rows.rows:
            continue
        until = _kept_until(uow, first, end, rows)
        reason = "days" if until >= before else ""
        if any(first <= lot < end for lot in held):
            reason = "held"
        found.append(Aged(number=number, rows=rows.rows, until=until, kept_for=reason))
    return found


def _kept_until(uow: UnitOfWork, first: int, end: int, rows: Any) -> date:
    """The longest any row of these lots must be kept: by its note, else as without shelf life."""
    where = {"first": first, "end": end}
    filed = uow.session.scalar(_FILED, {"entry": rows.last_entry})
    traded = (EPOCH + timedelta(seconds=rows.last_day * _DAY)).date()
    recorded = max(traded, filed.date()) if filed else traded
    limits = limits_on(uow.parameters, recorded)
    days = [
        retention.keep_until(
            expiry=None, recorded_on=recorded, traded_on=traded, agricultural=False, limits=limits
        )
    ]
    expires = uow.session.execute(_EXPIRES, where).one_or_none()
    if expires:
        moment = Moment(expires.expires_at, Precision(expires.expires_precision))
        days.append(
            retention.keep_until(
                expiry=retention.last_day(moment),
                recorded_on=recorded,
                traded_on=traded,
                agricultural=False,
                limits=limits,
            )
        )
    longest = uow.session.scalar(_LONGEST, where)
    return max([*days, longest] if longest else days)


def entries_in(uow: UnitOfWork, first: int, end: int) -> npt.NDArray[np.int64]:
    """The numbers of the entries with a row in these lots, in order."""
    pieces = [np.zeros(0, np.int64)]
    for low, high in _steps(uow, first, end):
        asked = {"first": low, "end": high}
        pieces.append(np.unique(np.array(uow.session.scalars(_ENTRIES, asked).all(), np.int64)))
    return np.unique(np.concatenate(pieces))


def _steps(uow: UnitOfWork, first: int, end: int) -> list[tuple[int, int]]:
    """The parts of a range of lots, as far as there are lots, that are read at once."""
    span = uow.session.execute(_SPAN).one()
    first, end = max(first, span.first), min(end, span.end)
    return [(low, min(low + _LOTS, end)) for low in range(first, end, _LOTS)]


def entries_also_elsewhere(
    uow: UnitOfWork, entries: npt.NDArray[np.int64], first: int, end: int
) -> npt.NDArray[np.int64]:
    """Those of the entries that also have rows outside these lots."""
    found = [np.zeros(0, np.int64)]
    for low, high in [*_steps(uow, 0, first), *_steps(uow, end, _LOT_END)]:
        there = uow.session.scalars(_ENTRIES, {"first": low, "end": high}).all()
        found.append(np.intersect1d(entries, np.array(there, np.int64)))
    return np.unique(np.concatenate(found))


def records_in(
    uow: UnitOfWork, entries: Sequence[int], first: int, end: int
) -> list[tuple[int, bytes]]:
    """(entry, canonical record) of the rows of entries within these lots."""
    found = records_of_rows(uow, entries, (first, end))
    return [(entry, record) for entry, records in found.items() for record in records]


def notes_aged(uow: UnitOfWork, before: date, skipped: Sequence[int]) -> Iterator[list[AgedNote]]:
    """The notes past their day outside some partitions that still have words, some at a time."""
    last = {"lot": -1, "id": 0}
    while True:
        asked = last | {"before": before, "most": AT_ONCE}
        rows = uow.session.execute(_AGED, asked).all()
        if not rows:
            return
        last = {"lot": rows[-1].lot, "id": rows[-1].id}
        yield [
            AgedNote(row.lot, row.id, note_digest_of(row))
            for row in rows
            if row.lot // WIDTH not in skipped
        ]
