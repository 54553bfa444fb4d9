"""Corrections: which entry is put right, whether it may be, and the rows it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.services.batch import Batch, Item, Stored
from ledger.entries.terms import EntryKind, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import entry_reference, parse_entry_reference
from ledger.kernel.uow import UnitOfWork

# In ascending order, so that two corrections wait for each other instead of deadlocking.
_LOCK = text("""
    SELECT pg_advisory_xact_lock(7310002, CAST(number % 2147483647 AS integer))
    FROM unnest(CAST(:ids AS bigint[])) AS number ORDER BY number
""")
_LOTS = text("""
    SELECT asked.id, asked.lot, note.said -> 'lots' AS lots
    FROM unnest(CAST(:lots AS integer[]), CAST(:ids AS bigint[])) AS asked (lot, id)
    LEFT JOIN entry_note note ON note.lot = asked.lot AND note.id = asked.id
""")
_MADE_FROM = text("""
    SELECT id, lot, other FROM entry
    WHERE kind = 4 AND id = ANY(CAST(:ids AS bigint[]))
      AND (other = ANY(CAST(:lots AS integer[])) OR lot = ANY(CAST(:lots AS integer[])))
""")
_ROWS = text("""
    SELECT id, lot, op, kind FROM entry
    WHERE lot = ANY(CAST(:lots AS integer[])) AND id = ANY(CAST(:ids AS bigint[])) AND kind <> 9
    ORDER BY id, lot, kind
""")
_VOIDS = text("""
    SELECT qty AS voided, min(id) AS id, min(lot) AS lot FROM entry
    WHERE kind = 10 AND lot = ANY(CAST(:lots AS integer[])) AND qty = ANY(CAST(:ids AS bigint[]))
    GROUP BY qty
""")


def load_corrected(batch: Batch) -> None:
    """Look up the entries that are corrected; a correction stands in its owner's book.

    Refuses per line: UnknownReference, UnknownEntry, AlreadyCorrected, NothingToCorrect.
    """
    asked: dict[int, int] = {}
    for item in batch.alive:
        if item.filed.kind is not EntryKind.CORRECTION:
            continue
        try:
            lot, number = parse_entry_reference(item.filed.corrects)
        except Refusal as refusal:
            item.refuse(refusal, "corrects.")
            continue
        item.corrects = number
        asked[number] = lot
    if not asked:
        return
    batch.uow.session.execute(_LOCK, {"ids": sorted(asked)})
    rows = rows_of_entries(batch.uow, asked)
    lots = {row.lot for stored in rows.values() for row in stored}
    voided = voided_by(batch.uow, lots, asked)
    for item in batch.alive:
        if item.corrects:
            _judge(batch, item, rows.get(item.corrects, []), voided)
            if item.refusal is None and item.corrects not in voided:
                voided[item.corrects] = ""  # a second correction in this filing comes too late


def _judge(batch: Batch, item: Item, rows: list[Stored], voided: dict[int, str]) -> None:
    uow = batch.uow
    if not rows or not uow.actor.may_act_for(rows[0].op):
        item.refuse(errors.UnknownEntry(reference=item.filed.corrects, field="corrects"))
        return
    if item.corrects in voided:
        item.refuse(
            errors.AlreadyCorrected(
                reference=item.filed.corrects, by=voided[item.corrects], field="corrects"
            )
        )
        return
    item.corrected = tuple(row for row in rows if row.kind is not RowKind.VOID)
    item.operator = rows[0].op
    if not item.corrected:
        item.refuse(errors.NothingToCorrect(reference=item.filed.corrects, field="corrects"))


def rows_of_entries(uow: UnitOfWork, asked: dict[int, int]) -> dict[int, list[Stored]]:
    """All rows of entries given as {id: one of its lots}, in whatever lots they stand."""
    session = uow.session
    lots = set(asked.values())
    for row in session.execute(_LOTS, {"ids": list(asked), "lots": list(asked.values())}):
        lots.update(row.lots or ())
    for row in session.execute(_MADE_FROM, {"ids": list(asked), "lots": sorted(lots)}):
        lots.update((row.lot, row.other))
    found: dict[int, list[Stored]] = defaultdict(list)
    for row in session.execute(_ROWS, {"ids": list(asked), "lots": sorted(lots)}):
        found[row.id].append(Stored(row.id, row.lot, row.op, RowKind(row.kind)))
    # An id asked with a lot it does not stand in is a reference nobody was given.
    return {
        number: rows
        for number, rows in found.items()
        if any(row.lot == asked[number] for row in rows)
    }


def voided_by(uow: UnitOfWork, lots: Iterable[int], ids: Iterable[int]) -> dict[int, str]:
    """Which of these entries are out of force, and the reference of what put them so."""
    found = uow.session.execute(_VOIDS, {"lots": sorted(lots), "ids": sorted(ids)})
    return {row.voided: entry_reference(row.lot, row.id) for row in found}
