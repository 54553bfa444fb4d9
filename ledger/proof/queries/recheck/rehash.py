"""Leaves of filings made before there was a log, from their rows as they are now."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ledger.kernel.uow import UnitOfWork
from ledger.proof.queries.recheck.comparing import leaves_by_rows
from ledger.proof.queries.recheck.crew import crew, snapshot
from ledger.proof.queries.recheck.places import BUCKET_BITS, Places
from ledger.proof.queries.recheck.reading import Array
from ledger.proof.queries.recheck.rows import Ground, leaves_file
from ledger.proof.queries.recheck.whole import Progress, hash_rows


def rehash(uow: UnitOfWork, folder: Path, batches: Array, progress: Progress) -> Array:
    """The leaf hashes of batches (fields as BATCH), one behind the other, in a file of ``folder``.

    Reads the whole book; ``folder`` must stay until the hashes have been used.
    """
    total = int(batches["count"].sum())
    Places.kept_in(folder, batches, np.cumsum(batches["count"]) - batches["count"])
    leaves_file(folder, total)
    with snapshot(uow.session.connection()) as seen, crew(seen, folder, total, 1) as run:
        hash_rows(seen, folder, run, total, 1, progress)
        ground = Ground(folder, total, 0)
        for low in range(0, total, 1 << BUCKET_BITS):
            high = min(low + (1 << BUCKET_BITS), total)
            ground.leaves[low:high] = leaves_by_rows(ground, low, high, 1).hashes
    return ground.leaves
