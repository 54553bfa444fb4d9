"""Filing keys: who comes first files, who comes again gets the same answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from ledger.entries import errors
from ledger.entries.model import FilingRow
from ledger.entries.queries.filings import filed_from
from ledger.entries.terms import Filed, FileEntries
from ledger.kernel.uow import UnitOfWork

KEY_MAX = 200
_LOCK = text("SELECT pg_advisory_xact_lock(7310005, hashtext(:claim))")
_STORE = text("""
    INSERT INTO filing (operator_id, filing_key, content_hash, account_id, source, upload_id,
        first_entry, last_entry, accepted, answer, receipt, filed_at)
    VALUES (:operator_id, :filing_key, :content_hash, :account_id, :source, :upload_id,
        :first_entry, :last_entry, :accepted, CAST(:answer AS jsonb), :receipt, :filed_at)
    RETURNING id
""")


def claim_key(uow: UnitOfWork, command: FileEntries) -> Filed | None:
    """Take the key for this unit of work, or give the answer it has already been given.

    Two clients with one key at the same moment go one after the other, because the lock lasts
    until the unit ends; a row could not be claimed first, since filings are never changed.
    Refuses: KeyUnreadable, KeyUsedOtherwise.
    """
    key = command.filing_key
    if not key.strip() or len(key) > KEY_MAX or not key.isprintable():
        raise errors.KeyUnreadable(limit=KEY_MAX, field="filing_key")
    uow.session.execute(_LOCK, {"claim": f"{command.operator_id}\x1f{key}"})
    stored = uow.session.execute(
        select(FilingRow.__table__).where(
            FilingRow.operator_id == command.operator_id, FilingRow.filing_key == key
        )
    ).one_or_none()
    if stored is None:
        return None
    if bytes(stored.content_hash) != command.content_hash:
        raise errors.KeyUsedOtherwise(
            filing_key=key,
            filed_at=stored.filed_at.isoformat(timespec="minutes"),
            field="filing_key",
        )
    return filed_from(stored, replayed=True)


def store_filing(uow: UnitOfWork, values: dict[str, Any]) -> int:
    """Write the filing with its answer; answers its number."""
    found = uow.session.scalar(_STORE, values)
    assert isinstance(found, int)
    return found
