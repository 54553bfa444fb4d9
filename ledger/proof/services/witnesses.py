"""Taking in what witnesses have signed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from ledger.kernel.uow import UnitOfWork
from ledger.proof import errors
from ledger.proof.model import LogCosignatureRow
from ledger.proof.queries import checkpoint_of
from ledger.proof.rules import checkpoint, note
from ledger.proof.terms import Algorithm, Signature, VerifierKey


def accept_cosignatures(
    uow: UnitOfWork, whole: str, log: VerifierKey, witnesses: Sequence[VerifierKey]
) -> int:
    """Keep the signatures of our witnesses under a checkpoint of ours; returns how many are new.

    ``whole`` is the checkpoint with their lines, as ``suyuan proof cosign`` gives it out. Lines of
    others are passed over, so that nobody can fill the log with signatures.

    Refuses: what opened_checkpoint and verify refuse, UnknownCheckpoint, EqualTreesDiffer,
    NoWitnessSigned.
    """
    said = checkpoint.opened_checkpoint(whole, log)
    if checkpoint_of(uow, said.size).root != said.root:
        raise errors.EqualTreesDiffer(size=said.size)
    found = note.parse_note(whole)
    theirs = [
        (one, key)
        for key in witnesses
        for one in found.signatures
        if key.algorithm is Algorithm.COSIGNATURE and note.is_by(one, key)
    ]
    if not theirs:
        raise errors.NoWitnessSigned
    for signature, key in theirs:
        note.verify_signature(found.text, signature, key)
    return sum(_keep(uow, said.size, signature) for signature, _ in theirs)


def _keep(uow: UnitOfWork, size: int, signature: Signature) -> int:
    kept = uow.session.scalar(
        insert(LogCosignatureRow)
        .values(
            size=size,
            name=signature.name,
            key_id=signature.key_id,
            signature=signature.blob,
            at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(LogCosignatureRow.size)
    )
    return int(kept is not None)
