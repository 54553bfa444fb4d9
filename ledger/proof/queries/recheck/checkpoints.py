"""Every checkpoint that was ever signed against the log as it was recomputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from ledger.kernel.errors import Refusal
from ledger.proof.rules.checkpoint import opened_checkpoint
from ledger.proof.rules.paths import StoredTree
from ledger.proof.terms import Checkpoint, Fault, Finding, ReadTile, VerifierKey

_CHECKPOINTS = text("SELECT size, root, note FROM log_checkpoint ORDER BY size")


@dataclass(slots=True)
class Judged:
    """How many checkpoints there are and what is wrong with which.

    ``good`` and ``bad`` are the sizes of those that the log is as they say, and is not.
    """

    count: int = 0
    good: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)


def judge_checkpoints(
    connection: Connection,
    read_tile: ReadTile,
    size: int,
    verifiers: Sequence[VerifierKey],
    kept: Sequence[str],
) -> Judged:
    """Verify each checkpoint's signature and recompute its root.

    ``kept`` are signed checkpoints that somebody else has kept: the log must hold them too. One
    that differs although a larger one fits is itself a forgery; from the largest that fits on, the
    log is not what was signed.
    """
    found = Judged()
    rows: list[Any] = list(connection.execute(_CHECKPOINTS))
    for row in rows:
        found.count += 1
        opened = _opened(row.note, verifiers)
        if opened is None or (opened.size, opened.root) != (row.size, bytes(row.root)):
            found.faults.append(_fault(Fault.CHECKPOINT, min(row.size, size), row.size))
        else:
            _judge(found, opened, read_tile, size)
    for note in kept:
        opened = _opened(note, verifiers)
        if opened is None:
            found.faults.append(Finding(Fault.CHECKPOINT, about="checkpoint kept elsewhere"))
        else:
            _judge(found, opened, read_tile, size)
    good = max(found.good, default=0)
    found.faults += [_fault(Fault.CHECKPOINT, bad, bad) for bad in found.bad if bad <= good]
    beyond = [bad for bad in found.bad if bad > good]
    found.faults += [_fault(Fault.ROOT, good, bad) for bad in beyond[:1]]
    return found


def _fault(fault: Fault, place: int, size: int) -> Finding:
    return Finding(fault, place, about=f"checkpoint {size}")


def _opened(note: str, verifiers: Sequence[VerifierKey]) -> Checkpoint | None:
    for key in verifiers:
        try:
            return opened_checkpoint(note, key)
        except Refusal:
            continue
    return None


def _judge(found: Judged, opened: Checkpoint, read_tile: ReadTile, size: int) -> None:
    holds = opened.size <= size and _root_at(opened.size, read_tile) == opened.root
    (found.good if holds else found.bad).append(opened.size)


def _root_at(size: int, read_tile: ReadTile) -> bytes | None:
    try:
        return StoredTree(size, read_tile).root()
    except Refusal:  # a level is missing: what there is gives no root at all
        return None
