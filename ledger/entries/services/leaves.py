"""What the log will be told of a filing: its nonce and its leaves, in the filing's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from ledger.entries.rules import canonical
from ledger.entries.writer import write_leaves
from ledger.kernel.statements import Statement, together
from ledger.kernel.uow import UnitOfWork

_BATCH = "INSERT INTO leaf_batch (operator_id, first_entry, count, nonce) VALUES (%s, %s, %s, %s)"
_QUEUE = "INSERT INTO leaf_queue (operator_id, first_entry, leaves) VALUES (%s, %s, %s)"
_MANY = 1_000  # leaves that are worth the round trips of a COPY


@dataclass(frozen=True, slots=True)
class Leaves:
    """The leaf hashes of entries with contiguous numbers, 32 bytes each, and their nonce."""

    first_entry: int
    count: int
    nonce: bytes
    hashes: bytes


def leaves_of(records: Iterable[bytes], first: int, count: int) -> Leaves:
    """The leaves of entries by the canonical records of all their rows, under a fresh nonce."""
    nonce = _new_nonce()
    return Leaves(first, count, nonce, canonical.leaves(records, nonce, first, count))


def leaves_of_rows(rows: npt.NDArray[Any], first: int, count: int) -> Leaves:
    """The same for a record array of rows without notes, with the fields of ENTRY_COLUMNS."""
    nonce = _new_nonce()
    return Leaves(first, count, nonce, canonical.leaves_of_rows(rows, nonce, first, count))


def _new_nonce() -> bytes:
    return secrets.token_bytes(canonical.NONCE_BYTES)


def queue_leaves(uow: UnitOfWork, operator_id: int, leaves: Leaves) -> None:
    """Leave the entries' hashes for the log; they are sealed after this unit has committed."""
    batch, queued = leaves_queued(operator_id, leaves)
    if leaves.count < _MANY:
        together(uow.session, batch, queued)
        return
    together(uow.session, batch)
    write_leaves(uow.session, operator_id, leaves.first_entry, leaves.hashes)


def leaves_queued(operator_id: int, leaves: Leaves) -> list[Statement]:
    """The same as statements, for who sends them together with others."""
    key = (operator_id, leaves.first_entry)
    return [(_BATCH, (*key, leaves.count, leaves.nonce)), (_QUEUE, (*key, leaves.hashes))]
