"""Sealing: the hashes that filings have left are taken up by the log, under a new checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, text

from ledger.kernel.uow import UnitOfWork
from ledger.proof import errors
from ledger.proof.model import LogCheckpointRow, LogSpanRow
from ledger.proof.queries.log import checkpoint_latest, tile_reader
from ledger.proof.rules.checkpoint import signed_checkpoint
from ledger.proof.rules.merkle import EMPTY_ROOT, grow, partials_of, root_of
from ledger.proof.services.tiles import write_tiles
from ledger.proof.terms import HASH_BYTES, Growth, Sealed, SigningKey, Span

LEAVES_MAX = 1 << 20  # taken up at once, about 200 MB of memory; one filing may have more alone
_FILINGS_MAX = 100_000

_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(7310013)")
# The oldest that wait, up to the limit, and always the oldest of all. What is longer than the limit
# is not read for it: the length of a value that is kept outside its row stands in the row.
_WAITING = text("""
    SELECT first_entry FROM (
        SELECT first_entry, sum(octet_length(leaves)) OVER (ORDER BY first_entry) AS bytes,
            row_number() OVER (ORDER BY first_entry) AS place
        FROM (SELECT first_entry, leaves FROM leaf_queue ORDER BY first_entry LIMIT :filings) AS old
    ) AS waiting
    WHERE bytes <= :bytes OR place = 1
""")
_TAKE = text("""
    DELETE FROM leaf_queue WHERE first_entry = ANY(CAST(:waiting AS bigint[]))
    RETURNING first_entry, leaves
""")


def seal_entries(uow: UnitOfWork, key: SigningKey, limit: int = LEAVES_MAX) -> Sealed | None:
    """Take up to ``limit`` waiting leaves into the log and sign the checkpoint over all of it.

    All or nothing, in this unit. Nothing (None) when nothing waits, or while another process seals.
    The leaves get the next places in the order of their entries' numbers. A clock that has stepped
    back does not make the new checkpoint older than the last.

    Refuses: LogDamaged. Announces: entries.sealed.
    """
    if not uow.session.scalar(_TRY_LOCK):
        return None
    asked = {"bytes": limit * HASH_BYTES, "filings": _FILINGS_MAX}
    waiting = uow.session.scalars(_WAITING, asked).all()
    if not waiting:
        return None
    last = checkpoint_latest(uow)
    size = last.size if last else 0
    partials = _checked_partials(uow, size, last.root if last else EMPTY_ROOT)
    taken = _taken(uow, waiting)
    growth = grow(size, partials, b"".join([leaves for _, leaves in taken]))
    spans = _spans(size, taken)
    note = signed_checkpoint(growth.size, growth.root, key)
    signed_at = max(uow.now, last.signed_at) if last else uow.now
    write_tiles(uow.session, growth.tiles)
    _write_spans(uow, spans)
    uow.session.execute(
        insert(LogCheckpointRow).values(
            size=growth.size, root=growth.root, note=note, signed_at=signed_at
        )
    )
    return _told(uow, size, growth, len(taken))


def _told(uow: UnitOfWork, size: int, growth: Growth, batches: int) -> Sealed:
    sealed = Sealed(size=growth.size, root=growth.root, leaves=growth.size - size, batches=batches)
    uow.announce("entries.sealed", size=sealed.size, leaves=sealed.leaves, root=sealed.root.hex())
    return sealed


def _taken(uow: UnitOfWork, waiting: Sequence[int]) -> list[tuple[int, bytes]]:
    """(first entry, leaves) of what was taken out of the queue, in order."""
    rows = uow.session.execute(_TAKE, {"waiting": list(waiting)})
    return sorted((row.first_entry, bytes(row.leaves)) for row in rows)


def _checked_partials(uow: UnitOfWork, size: int, root: bytes) -> tuple[bytes, ...]:
    """Where the log goes on; one whose edge does not give the signed root is not gone on from."""
    try:
        partials = partials_of(size, tile_reader(uow))
    except errors.TileTooShort as problem:
        raise errors.LogDamaged(size=size) from problem
    if root_of(size, partials) != root:
        raise errors.LogDamaged(size=size)
    return partials


def _spans(size: int, taken: Sequence[tuple[int, bytes]]) -> list[Span]:
    """Where the entries come to stand; filings whose numbers follow each other share a span."""
    spans: list[Span] = []
    for first_entry, leaves in taken:
        count = len(leaves) // HASH_BYTES
        before = spans[-1] if spans else None
        if before and before.first_entry + before.count == first_entry:
            spans[-1] = Span(before.first_leaf, before.count + count, before.first_entry)
        else:
            spans.append(Span(size, count, first_entry))
        size += count
    return spans


def _write_spans(uow: UnitOfWork, spans: Sequence[Span]) -> None:
    rows: list[dict[str, Any]] = [
        {"first_leaf": one.first_leaf, "count": one.count, "first_entry": one.first_entry}
        for one in spans
    ]
    uow.session.execute(insert(LogSpanRow), rows)
