"""What witnesses have signed: checkpoints with their signatures, and the newest that has some."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ledger.kernel.uow import UnitOfWork
from ledger.proof.model import LogCosignatureRow
from ledger.proof.queries.log import checkpoint_latest, checkpoint_of
from ledger.proof.rules import note
from ledger.proof.rules.keys import vkey
from ledger.proof.terms import Signature, SignedCheckpoint, VerifierKey, Witnessed


def note_of(uow: UnitOfWork, checkpoint: SignedCheckpoint) -> str:
    """A checkpoint as it is published: with the signatures of all witnesses that sent theirs."""
    rows = uow.session.scalars(
        select(LogCosignatureRow)
        .where(LogCosignatureRow.size == checkpoint.size)
        .order_by(LogCosignatureRow.at, LogCosignatureRow.name)
    )
    signed = [
        Signature(name=row.name, key_id=bytes(row.key_id), blob=bytes(row.signature))
        for row in rows
    ]
    return checkpoint.note + "".join(f"{note.signature_line(one)}\n" for one in signed)


def checkpoint_to_show(uow: UnitOfWork, index: int) -> SignedCheckpoint | None:
    """The checkpoint a receipt of the leaf at ``index`` is best shown under.

    The newest that a witness has signed, where one covers the leaf; else the newest of all.
    """
    newest = select(LogCosignatureRow.size).order_by(LogCosignatureRow.size.desc()).limit(1)
    size = uow.session.scalar(newest.where(LogCosignatureRow.size > index))
    return checkpoint_latest(uow) if size is None else checkpoint_of(uow, size)


def witnesses_seen(uow: UnitOfWork, witnesses: Sequence[VerifierKey]) -> tuple[Witnessed, ...]:
    """Of each witness the largest checkpoint it has signed, in the order given."""
    return tuple(_seen(uow, one) for one in witnesses)


def _seen(uow: UnitOfWork, witness: VerifierKey) -> Witnessed:
    last = uow.session.scalars(
        select(LogCosignatureRow)
        .where(LogCosignatureRow.name == witness.name, LogCosignatureRow.key_id == witness.key_id)
        .order_by(LogCosignatureRow.size.desc())
        .limit(1)
    ).one_or_none()
    return Witnessed(
        name=witness.name,
        vkey=vkey(witness),
        size=last.size if last else 0,
        at=last.at if last else None,
    )
