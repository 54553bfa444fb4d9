"""What has been kept long enough goes: whole partitions of the book, or the words of its notes.

Only the tables' owner may do this. The log is not touched: every leaf stays, so every proof of what
stays still holds, and each purge has a leaf of its own that says what it took.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import insert, text

from ledger.entries.queries import ageing
from ledger.entries.queries.ageing import Aged
from ledger.entries.rules.canonical import NONCE_BYTES
from ledger.entries.services import take_entry_ids
from ledger.entries.services.leaves import Leaves, queue_leaves
from ledger.kernel.uow import UnitOfWork
from ledger.proof import errors
from ledger.proof.model import PurgeRow
from ledger.proof.queries.places import places_of
from ledger.proof.rules.purge import marks_of, purge_leaf
from ledger.proof.terms import Purge, PurgeKind

_MAY_CHANGE = text("SET LOCAL suyuan.purging = 'on'")
_NO_LONGER = text("SET LOCAL suyuan.purging = 'off'")
_LOCK = text("SELECT pg_advisory_xact_lock(7310012)")
_DROP_NOTES = text("DELETE FROM entry_note WHERE lot >= :first AND lot < :end")
_MADE_AGAIN = text("SELECT make_entry_partition(:number)")
_EARLIER = text("SELECT entry FROM purged_record")
_KEEP = text("""
    INSERT INTO purged_record (entry, record)
    SELECT * FROM unnest(CAST(:entries AS bigint[]), CAST(:records AS bytea[]))
    ON CONFLICT DO NOTHING
""")
_WIPE = text("""
    UPDATE entry_note AS note
    SET document = '', document_line = '', certificate = '', digest = wiped.digest,
        said = (SELECT coalesce(jsonb_object_agg(key, value), CAST('{}' AS jsonb))
                FROM jsonb_each(note.said) WHERE key IN ('lots', 'corrects'))
    FROM unnest(CAST(:lots AS integer[]), CAST(:ids AS bigint[]), CAST(:digests AS bytea[]))
        AS wiped (lot, id, digest)
    WHERE note.lot = wiped.lot AND note.id = wiped.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What a purge does or did: partitions, and notes that lose their words."""

    partitions: tuple[Aged, ...]
    entries: int = 0
    notes: int = 0
    held_notes: int = 0


def purge_book(uow: UnitOfWork, before: date, *, dry_run: bool = False) -> Purged:
    """Do away with what need not be kept on ``before`` any more; tell what goes and what stays.

    A partition goes when all of its lots are free to; of what stays, notes past their day lose
    their words and keep their digest. Lots that are stopped, and all they were made from or into,
    stay untouched. With ``dry_run`` nothing happens.

    Refuses: NotYetPast, NotAllSealed. Leaves an audit line.
    """
    if before > uow.today:
        raise errors.NotYetPast(before=before.isoformat(), field="before")
    uow.session.execute(_LOCK)
    held = ageing.held_lots(uow)
    aged = ageing.partitions_aged(uow, before, held)
    going = [one for one in aged if not one.kept_for]
    entries = 0
    for one in going:
        entries += _partition_goes(uow, one, before, dry_run=dry_run)
    skipped = [one.number for one in going]
    notes, stayed = _words_go(uow, before, held, skipped, dry_run=dry_run)
    done = Purged(partitions=tuple(aged), entries=entries, notes=notes, held_notes=stayed)
    if not dry_run:
        partitions = [one.number for one in going]
        details = {"before": before.isoformat(), "entries": entries, "notes": notes}
        uow.audit("book.purge", "book", partitions=partitions, **details)
    return done


def _partition_goes(uow: UnitOfWork, one: Aged, before: date, *, dry_run: bool) -> int:
    """Drop a partition and its notes; the entries that are gone with it."""
    first, end = ageing.lots_of(one.number)
    entries = ageing.entries_in(uow, first, end)
    _require_sealed(uow, entries)
    earlier = np.array(uow.session.scalars(_EARLIER).all(), np.int64)
    elsewhere = ageing.entries_also_elsewhere(uow, entries, first, end)
    split = np.union1d(elsewhere, np.intersect1d(entries, earlier))
    gone = np.setdiff1d(entries, split)
    if dry_run:
        return len(gone)
    for at in range(0, len(split), ageing.AT_ONCE):
        kept = ageing.records_in(uow, split[at : at + ageing.AT_ONCE].tolist(), first, end)
        values = {"entries": [it for it, _ in kept], "records": [it for _, it in kept]}
        uow.session.execute(_KEEP, values)
    uow.session.execute(_MAY_CHANGE)
    uow.session.execute(_DROP_NOTES, {"first": first, "end": end})
    uow.session.execute(_NO_LONGER)
    uow.session.execute(text(f"DROP TABLE {ageing.partition_name(one.number)}"))
    uow.session.execute(_MADE_AGAIN, {"number": one.number})
    _told(uow, PurgeKind.ROWS, before, (first, end), gone)
    return len(gone)


def _require_sealed(uow: UnitOfWork, entries: npt.NDArray[np.int64]) -> None:
    entries = np.unique(entries)
    for at in range(0, len(entries), ageing.AT_ONCE):
        asked = entries[at : at + ageing.AT_ONCE].tolist()
        if len(places_of(uow, asked)) < len(asked):
            raise errors.NotAllSealed


def _words_go(
    uow: UnitOfWork, before: date, held: set[int], skipped: list[int], *, dry_run: bool
) -> tuple[int, int]:
    """Take the words of notes past their day: how many, and how many a stopped lot keeps."""
    notes = stayed = 0
    wiped: list[int] = []
    where: list[int] = []
    for piece in ageing.notes_aged(uow, before, skipped):
        free = [note for note in piece if note.lot not in held]
        stayed += len(piece) - len(free)
        notes += len(free)
        if free and not dry_run:
            _require_sealed(uow, np.array([note.id for note in free], np.int64))
            lots, ids = [note.lot for note in free], [note.id for note in free]
            values = {"lots": lots, "ids": ids, "digests": [note.digest for note in free]}
            uow.session.execute(_MAY_CHANGE)
            uow.session.execute(_WIPE, values)
            uow.session.execute(_NO_LONGER)
            wiped += ids
            where += lots
    if wiped:
        between = (min(where), max(where) + 1)
        _told(uow, PurgeKind.NOTES, before, between, np.unique(np.array(wiped, np.int64)))
    return notes, stayed


def _told(
    uow: UnitOfWork,
    kind: PurgeKind,
    before: date,
    lots: tuple[int, int],
    entries: npt.NDArray[np.int64],
) -> None:
    """Write the purge down, and queue a leaf for it like an entry's."""
    first_entry, marks = marks_of(entries)
    number = take_entry_ids(uow, 1)
    purge = Purge(
        entry=number,
        kind=kind,
        before=before,
        first_lot=lots[0],
        end_lot=lots[1],
        entries=len(entries),
        first_entry=first_entry,
        marks=marks,
    )
    nonce = secrets.token_bytes(NONCE_BYTES)
    queue_leaves(uow, 0, Leaves(number, 1, nonce, purge_leaf(purge, nonce)))
    uow.session.execute(
        insert(PurgeRow).values(
            entry=number,
            kind=kind.value,
            before=before,
            first_lot=lots[0],
            end_lot=lots[1],
            entries=len(entries),
            first_entry=first_entry,
            marks=marks,
            account_id=uow.actor.account_id,
            at=uow.now,
        )
    )
