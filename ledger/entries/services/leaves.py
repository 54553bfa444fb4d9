"""What the log will be told of a filing: its nonce and its leaves, in the filing's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from sqlalchemy import text

from ledger.entries.rules import canonical
from ledger.kernel.uow import UnitOfWork

# Two statements in one round trip.
_QUEUE = text("""
    INSERT INTO leaf_batch (operator_id, first_entry, count, nonce)
    VALUES (:operator_id, :first_entry, :count, :nonce);
    INSERT INTO leaf_queue (operator_id, first_entry, leaves)
    VALUES (:operator_id, :first_entry, :leaves)
""")


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
    uow.session.execute(
        _QUEUE,
        {
            "operator_id": operator_id,
            "first_entry": leaves.first_entry,
            "count": leaves.count,
            "nonce": leaves.nonce,
            "leaves": leaves.hashes,
        },
    )
