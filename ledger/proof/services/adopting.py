"""Filings made before there was a log are taken up: hashed as they are now, and queued."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import text

from ledger.entries.rules.canonical import NONCE_BYTES
from ledger.kernel.uow import UnitOfWork
from ledger.proof.queries.recheck import BATCH, Array, Progress, rehash
from ledger.proof.services.copying import copy_in
from ledger.proof.terms import Adopted

_LOCK = text("SELECT pg_advisory_xact_lock(7310011)")
_FILINGS = text("""
    SELECT f.first_entry, f.last_entry - f.first_entry + 1 AS entries, f.operator_id
    FROM filing f
    LEFT JOIN leaf_batch b ON b.operator_id = f.operator_id AND b.first_entry = f.first_entry
    WHERE f.first_entry > 0 AND b.first_entry IS NULL
""")
# Links between lots that were made outside a filing have a number of their own each.
_LINKS = text("""
    SELECT DISTINCT e.id FROM entry e WHERE e.kind = 9
    EXCEPT SELECT b.first_entry FROM leaf_batch b WHERE b.operator_id = 0
""")
_RANGES = text("SELECT first_entry, last_entry FROM filing WHERE first_entry > 0 ORDER BY 1")
_BATCH = "COPY leaf_batch (operator_id, first_entry, count, nonce) FROM STDIN WITH (FORMAT binary)"
_QUEUE = "COPY leaf_queue (operator_id, first_entry, leaves) FROM STDIN WITH (FORMAT binary)"
_BATCH_ROW = struct.Struct(">hiiiqiii")
_QUEUE_ROW = struct.Struct(">hiiiqi")


def adopt_entries(uow: UnitOfWork, folder: Path, progress: Progress) -> Adopted:
    """Give every filing without one its nonce and leaves, and queue them for the next sealing.

    What was changed before this cannot be seen any more; from here on everything can. Reads the
    whole book once when there is anything to adopt, in one transaction; ``folder`` needs some 40
    bytes per entry. Adopting again adopts nothing.
    Refuses: BookUnreadable.
    """
    uow.session.execute(_LOCK)
    batches = _without_nonce(uow)
    if not len(batches):
        return Adopted(filings=0, entries=0)
    with TemporaryDirectory(dir=folder, prefix="adopt-") as name:
        leaves = rehash(uow, Path(name), batches, progress)
        copy_in(uow.session, _BATCH, _batch_rows(batches))
        copy_in(uow.session, _QUEUE, _queue_rows(batches, leaves))
    entries = int(batches["count"].sum())
    uow.audit("proof.adopt", "book", filings=len(batches), entries=entries)
    return Adopted(filings=len(batches), entries=entries)


def _without_nonce(uow: UnitOfWork) -> Array:
    """The batches to make, with fresh nonces, in the order of their entries."""
    found = [tuple(row) for row in uow.session.execute(_FILINGS)]
    links = np.array(sorted(uow.session.scalars(_LINKS)), np.int64)
    if len(links):
        ranges = np.array(uow.session.execute(_RANGES).all(), np.int64).reshape(-1, 2)
        at = np.searchsorted(ranges[:, 0], links, "right") - 1
        outside = (at < 0) | (links > ranges[at, 1]) if len(ranges) else np.full(len(links), True)
        found += [(link, 1, 0) for link in links[outside].tolist()]
    found.sort()
    batches = np.zeros(len(found), BATCH)
    if found:
        first, count, operator = zip(*found, strict=True)
        batches["first"], batches["count"], batches["operator"] = first, count, operator
        nonces = secrets.token_bytes(NONCE_BYTES * len(found))
        batches["nonce"] = np.frombuffer(nonces, BATCH["nonce"])
    return batches


def _batch_rows(batches: Array) -> Iterator[bytes]:
    for first, count, nonce, operator in batches.tolist():
        yield _BATCH_ROW.pack(4, 4, operator, 8, first, 4, count, NONCE_BYTES) + nonce


def _queue_rows(batches: Array, leaves: Array) -> Iterator[bytes]:
    at = 0
    for first, count, _, operator in batches.tolist():
        own = leaves[at : at + count].tobytes()
        at += count
        yield _QUEUE_ROW.pack(3, 4, operator, 8, first, len(own)) + own
