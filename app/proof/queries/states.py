"""What the log is, and how far the proof of an entry or a filing has come."""

from __future__ import annotations

from collections.abc import Sequence

from app.proof.terms import EntryProof, FilingProof, LogShown
from ledger.entries.terms import Filed
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork
from ledger.proof import queries as log
from ledger.proof.rules.keys import vkey
from ledger.proof.rules.receipt import format_receipt
from ledger.proof.terms import ProofState, VerifierKey


def log_shown(
    uow: UnitOfWork,
    key: VerifierKey,
    *,
    before: Sequence[VerifierKey] = (),
    witnesses: Sequence[VerifierKey] = (),
) -> LogShown:
    """The log's name, its key and those before it, newest checkpoint and witnesses."""
    newest = log.checkpoint_latest(uow)
    return LogShown(
        origin=key.name,
        key=vkey(key),
        keys_before=tuple(map(vkey, before)),
        checkpoint=newest,
        note=log.note_of(uow, newest) if newest else "",
        witnesses=log.witnesses_seen(uow, witnesses),
    )


def entry_proof(uow: UnitOfWork, reference: str, *, witnessed: bool) -> EntryProof:
    """The proof of one entry, for who may read it; ``witnessed``: whether the log has witnesses.

    Raises UnknownEntry, EntryNotAsSealed.
    """
    return _proofs(uow, [reference], witnessed)[0]


def filing_proof(
    uow: UnitOfWork, filed: Filed, *, after: int = 0, limit: int, witnessed: bool
) -> FilingProof:
    """The proofs of a filing's entries from the one numbered ``after`` on, ``limit`` at most."""
    part = filed.entries[after : after + limit]
    proofs = tuple(_proofs(uow, part, witnessed)) if part else ()
    end = after + len(part)
    return FilingProof(
        filing_id=filed.filing_id,
        filing_key=filed.filing_key,
        filed_at=filed.filed_at,
        state=proofs[0].state if proofs else ProofState.FILED,
        entries=len(filed.entries),
        proofs=proofs,
        next=end if end < len(filed.entries) else None,
    )


def _proofs(uow: UnitOfWork, references: Sequence[str], witnessed: bool) -> list[EntryProof]:
    """All of one filing, which is sealed as a whole: the state of one is the state of all."""
    log.require_readable(uow, references)
    number = parse_entry_reference(references[0])[1]
    state = log.state_of(uow, number, witnessed=witnessed)
    if state is ProofState.FILED:
        return [
            EntryProof(reference=one, state=state, index=None, receipt="") for one in references
        ]
    return [
        EntryProof(reference=one, state=state, index=found.index, receipt=format_receipt(found))
        for one, found in zip(references, log.receipts_of(uow, references), strict=True)
    ]
