"""One entry by its public reference, with what it corrected and what corrected it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.queries.lines import COLUMNS, lines_of
from ledger.entries.terms import EntryShown, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork

HISTORY_MAX = 50  # corrections of corrections; more than that is a fault worth a look by hand

_ROWS = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.id = :id AND e.kind <> 9
      AND NOT (e.kind = 4 AND e.qty = 0)
    ORDER BY e.kind, e.lot, e.qty
""")  # noqa: S608
_NOTE = text("""
    SELECT certificate, keep_until, said FROM entry_note WHERE lot = :lot AND id = :id
""")
_VOIDER = text("SELECT id, lot FROM entry WHERE kind = 10 AND lot = :lot AND qty = :id")


def entry_by_reference(uow: UnitOfWork, reference: str) -> EntryShown:
    """An entry for its owner, its delegates and inspectors; nobody else learns that it exists.

    Raises UnknownEntry.
    """
    try:
        lot, number = parse_entry_reference(reference)
    except Refusal:
        raise errors.UnknownEntry(reference=reference[:40], field="reference") from None
    rows, note = _entry(uow, lot, number)
    if not rows or not _readable(uow, rows[0].op):
        raise errors.UnknownEntry(reference=reference[:40], field="reference")
    older = _before(uow, rows)
    newer = _after(uow, lot, number)
    mine = lines_of(uow, [row for row in rows if row.kind != RowKind.VOID] or rows)
    return EntryShown(
        reference=reference.strip().upper(),
        lines=tuple(mine),
        history=(*lines_of(uow, older), *mine, *lines_of(uow, newer)),
        said=note.said if note else {},
        certificate=note.certificate if note else "",
        keep_until=note.keep_until if note else None,
    )


def _readable(uow: UnitOfWork, operator_id: int) -> bool:
    return uow.actor.may("book.read_all") or uow.actor.may_act_for(operator_id)


def _entry(uow: UnitOfWork, lot: int, number: int) -> tuple[list[Any], Any]:
    note = uow.session.execute(_NOTE, {"lot": lot, "id": number}).one_or_none()
    lots = sorted({lot, *(note.said.get("lots", ()) if note else ())})
    rows = uow.session.execute(_ROWS, {"lots": lots, "id": number}).all()
    return list(rows), note


def _before(uow: UnitOfWork, rows: list[Any]) -> list[Any]:
    """The entries this one put out of force, the oldest first."""
    found: list[list[Any]] = []
    voids = [row for row in rows if row.kind == RowKind.VOID]
    while voids and len(found) < HISTORY_MAX:
        older, _ = _entry(uow, voids[0].lot, voids[0].qty)
        found.append([row for row in older if row.kind != RowKind.VOID])
        voids = [row for row in older if row.kind == RowKind.VOID]
    return [row for older in reversed(found) for row in older]


def _after(uow: UnitOfWork, lot: int, number: int) -> list[Any]:
    """The entries that put this one out of force, and those after them."""
    found: list[Any] = []
    seen = {number}
    while len(seen) < HISTORY_MAX:
        voider = uow.session.execute(_VOIDER, {"lot": lot, "id": number}).first()
        if voider is None or voider.id in seen:
            return found
        rows, _ = _entry(uow, voider.lot, voider.id)
        found += [row for row in rows if row.kind != RowKind.VOID] or rows
        number, lot = voider.id, next((it.lot for it in rows if it.kind != RowKind.VOID), lot)
        seen.add(number)
    return found
