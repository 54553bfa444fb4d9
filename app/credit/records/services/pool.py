"""Rows about subjects nobody has registered: they wait, and never make a subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import select, text, update

from app.credit.records import errors
from app.credit.records.model import PendingRow
from app.credit.records.queries.catalogue import catalogue
from app.credit.records.queries.pool import pending_from
from app.credit.records.rules.columns import Block, ItemReader
from app.credit.records.services.writing import Batch, Put, put_rows
from app.credit.records.terms import FieldRole, Item, MatchPending, Pending
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

_AT_ONCE = 2_000
_FOUND = text("""
    SELECT p.* FROM credit_pending p JOIN subject s ON s.uscc = p.uscc AND s.uscc <> ''
    WHERE p.settled_at IS NULL ORDER BY p.id LIMIT :most FOR UPDATE OF p SKIP LOCKED
""")
_COUNTED = text("""
    UPDATE credit_upload SET pending = pending - :settled, added = added + :added,
        corrected = corrected + :corrected, duplicate = duplicate + :duplicate
    WHERE id = :upload
""")


def take_in_registered(uow: UnitOfWork) -> int:
    """Take in rows whose subject is on file by now; how many were looked at, some at a time.

    Announces: record.submitted.
    """
    rows = [pending_from(row) for row in uow.session.execute(_FOUND, {"most": _AT_ONCE})]
    _take(uow, rows, "registered")
    return len(rows)


def match_pending(uow: UnitOfWork, command: MatchPending) -> Pending:
    """Take a waiting row in for the subject the credit officer names; the row keeps what it said.

    Refuses: NotPermitted, ReasonMissing, UnknownPending, UnknownUscc. Announces: record.submitted.
    """
    uow.actor.require("catalogue.manage")
    if not command.reason.strip():
        raise errors.ReasonMissing(field="reason")
    row = _waiting(uow, command.pending_id)
    subject = subject_by_uscc(uow, command.uscc)
    item = catalogue(uow).newest(row.item_id)
    said = dict(row.said)
    if one := item.field_of(FieldRole.SUBJECT):
        said[one.name] = subject.uscc
    _take(uow, [replace(row, said=said)], "matched")
    uow.audit(
        "pending.match",
        f"subject:{subject.id}",
        pending=row.id,
        said=row.uscc,
        reason=command.reason[:500],
    )
    return row


def drop_pending(uow: UnitOfWork, pending_id: int, reason: str) -> None:
    """Put a waiting row aside for good: nobody it could be about.

    Refuses: NotPermitted, ReasonMissing, UnknownPending.
    """
    uow.actor.require("catalogue.manage")
    if not reason.strip():
        raise errors.ReasonMissing(field="reason")
    row = _waiting(uow, pending_id)
    _settle(uow, [row.id], "dropped")
    uow.audit("pending.drop", f"pending:{row.id}", uscc=row.uscc, reason=reason[:500])


def _waiting(uow: UnitOfWork, pending_id: int) -> Pending:
    row = uow.session.execute(
        select(PendingRow.__table__)
        .where(PendingRow.id == pending_id, PendingRow.settled_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise errors.UnknownPending(pending=pending_id)
    return pending_from(row)


def _take(uow: UnitOfWork, rows: Sequence[Pending], outcome: str) -> None:
    """Keep waiting rows as records, those of one upload together, and settle them."""

    def batch(row: Pending) -> tuple[int, int, int]:
        return row.upload_id, row.agency_id, row.item_id

    known = catalogue(uow)
    for (upload_id, agency_id, item_id), some in groupby(sorted(rows, key=batch), key=batch):
        mine = list(some)
        item = known.newest(item_id)
        read = _read(uow, item, agency_id, mine)
        put = put_rows(uow, Batch(item=item, agency_id=agency_id, upload_id=upload_id, rows=read))
        faulty = {*read.faults, *put.faults}
        _settle(uow, [it.id for at, it in enumerate(mine) if at not in faulty], outcome)
        _settle(uow, [mine[at].id for at in sorted(faulty)], "refused")
        uow.session.execute(_COUNTED, {"upload": upload_id, **_counts(mine, put)})


def _read(uow: UnitOfWork, item: Item, agency_id: int, rows: Sequence[Pending]) -> Block:
    """Rows as they were kept, read again: the item may ask for more today."""
    places = {one.name: at for at, one in enumerate(item.fields)}
    wide = [[row.said.get(one.name, "") for row in rows] for one in item.fields]
    return ItemReader(item, agency_id, places, uow.today).read(wide, len(rows))


def _counts(rows: Sequence[Pending], put: Put) -> dict[str, Any]:
    return {
        "settled": len(rows),
        "added": put.added,
        "corrected": put.corrected,
        "duplicate": put.duplicate,
    }


def _settle(uow: UnitOfWork, ids: Sequence[int], outcome: str) -> None:
    if ids:
        uow.session.execute(
            update(PendingRow)
            .where(PendingRow.id.in_(ids))
            .values(settled_at=uow.now, outcome=outcome)
        )
