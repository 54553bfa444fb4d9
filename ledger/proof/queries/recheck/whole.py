"""The recheck from the first row to the last checkpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, text

from ledger.kernel.ids import entry_reference
from ledger.proof.queries.recheck import checkpoints, comparing, rows
from ledger.proof.queries.recheck.comparing import Compared
from ledger.proof.queries.recheck.crew import Run, Snapshot, crew, snapshot
from ledger.proof.queries.recheck.naming import NAMED_MAX, Namer, with_references
from ledger.proof.queries.recheck.places import BUCKET_BITS, Places, laid_out
from ledger.proof.queries.recheck.purges import mark_purges
from ledger.proof.rules.paths import StoredTree
from ledger.proof.terms import (
    HASH_BYTES,
    TILE_WIDTH,
    Fault,
    Finding,
    Rechecked,
    VerifierKey,
)

Progress = Callable[[str, int, int], None]
"""Told now and then: the stage (``rows``, ``entries``, ``leaves``), what is done, of how much."""

AGAIN_MAX = 50_000  # entries looked up in one scan of the book
_NEWEST = text("SELECT size, root FROM log_checkpoint ORDER BY size DESC LIMIT 1")
_SPANNED = text("SELECT coalesce(max(first_leaf + count), 0) FROM log_span")
_LOTS = text("SELECT coalesce(min(lot), 0) AS first, coalesce(max(lot), 0) + 1 AS end FROM entry")
_EXPECTED = text("""
    SELECT CAST(sum(greatest(reltuples, 0)) AS bigint) FROM pg_class
    WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = CAST('entry' AS regclass))
""")
_OUTSIDE = text("SELECT lot, id FROM entry_note WHERE lot < :first OR lot >= :end ORDER BY id")
_FILINGS = text("""
    SELECT first_entry, entries, sum(entries) OVER () AS all_entries FROM (
        SELECT coalesce(f.first_entry, b.first_entry) AS first_entry,
            coalesce(f.last_entry - f.first_entry + 1, b.count) AS entries
        FROM (SELECT * FROM filing WHERE first_entry > 0) AS f
        FULL JOIN (SELECT * FROM leaf_batch WHERE operator_id <> 0) AS b
          ON b.operator_id = f.operator_id AND b.first_entry = f.first_entry
        WHERE f.first_entry IS NULL OR b.first_entry IS NULL
          OR b.count <> f.last_entry - f.first_entry + 1
    ) AS differing
    ORDER BY first_entry LIMIT 1000
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What is asked: whose signatures count, where files may lie, how many processes work.

    ``folder`` must have room for some 40 bytes per entry. ``kept`` are signed checkpoints that
    somebody else has kept.
    """

    verifiers: Sequence[VerifierKey]
    folder: Path
    workers: int = 1
    kept: Sequence[str] = ()


@dataclass(slots=True)
class _State:
    """What is known so far."""

    size: int
    total: int
    workers: int
    places: Places
    findings: list[Finding]
    read: rows.Read = field(default_factory=rows.Read)
    purged: int = 0
    compared: Compared = field(default_factory=Compared)
    checkpoints: int = 0


def recheck(bind: Engine | Connection, asked: Recheck, progress: Progress) -> Rechecked:
    """Recompute the whole log from the rows of the book and say what differs from what was signed.

    Reads one moment of the store and writes nothing into it. With an engine, ``workers`` processes
    share the work, each on a connection of its own; on a connection this process does it all.
    Memory does not grow with the book: hashes lie in files of ``folder`` that are gone at the end.
    Refuses: BookUnreadable.
    """
    with (
        TemporaryDirectory(dir=asked.folder, prefix="recheck-") as name,
        snapshot(bind) as seen,
    ):
        folder = Path(name)
        workers = asked.workers if seen.token else 1
        state = _begun(seen, folder, workers)
        with crew(seen, folder, state.total, workers) as run:
            state.purged = mark_purges(seen.connection, rows.Ground(folder, state.total, 0))
            state.read = hash_rows(seen, folder, run, state.total, workers, progress)
            _compare(seen, folder, run, state, progress)
        _judge(seen, folder, state, asked)
        return _told(seen, rows.Ground(folder, state.total, 0), state)


def _begun(seen: Snapshot, folder: Path, workers: int) -> _State:
    findings: list[Finding] = []
    newest = seen.connection.execute(_NEWEST).one_or_none()
    size = min(newest.size if newest else 0, seen.connection.scalar(_SPANNED) or 0)
    places, total = laid_out(seen.connection, folder, size, findings)
    rows.leaves_file(folder, total)
    return _State(size, total, workers, places, findings)


def hash_rows(
    seen: Snapshot, folder: Path, run: Run, total: int, workers: int, progress: Progress
) -> rows.Read:
    """Hash every row of the book to its place in the file of leaves; what was read."""
    read = rows.Read()
    span = seen.connection.execute(_LOTS).one()
    lots = _lots_at_once(seen, span.end - span.first)
    pieces = [(first, first + lots) for first in range(span.first, span.end, lots)]
    for done, piece in enumerate(run(rows.read_lots, pieces), 1):
        read.add(piece)
        progress("rows", done, len(pieces))
    asked = {"first": span.first, "end": pieces[-1][1]}
    outside = seen.connection.execute(_OUTSIDE, asked).all()
    read.notes += len(outside)
    strays = np.array(outside, np.int64).reshape(-1, 2)
    read.add_strays(strays[:, 0], strays[:, 1])
    buckets = _buckets(total)
    again: list[int] = []
    for done, entries in enumerate(run(_hash_together, [(it, workers) for it in buckets]), 1):
        again += entries[: AGAIN_MAX * 20 - len(again)]  # more than a million differ anyway
        progress("entries", done, len(buckets))
    ground = rows.Ground(folder, total, 0)
    for at in range(0, len(again), AGAIN_MAX):
        rows.hash_again(seen.connection, ground, again[at : at + AGAIN_MAX])
    return read


def _lots_at_once(seen: Snapshot, lots: int) -> int:
    """How many lots have about as many rows as are read at once."""
    expected = int(seen.connection.scalar(_EXPECTED) or 0)
    return max(1, min(rows.LOTS, rows.ROWS * lots // max(expected, 1)))


def _hash_together(_connection: Connection, ground: rows.Ground, asked: tuple[int, int]) -> Any:
    return rows.hash_together(ground, *asked)


def _compare(seen: Snapshot, folder: Path, run: Run, state: _State, progress: Progress) -> None:
    buckets = _buckets(state.size)
    parts: dict[int, Compared] = {}
    jobs = [(bucket, state.size, state.workers) for bucket in buckets]
    for done, (bucket, part) in enumerate(run(_compare_bucket, jobs), 1):
        parts[bucket] = part
        progress("leaves", done, len(buckets))
    ground = rows.Ground(folder, state.total, 0)
    waiting = comparing.compare_waiting(
        seen.connection, ground, state.size, state.total, state.workers
    )
    for part in (*(parts[bucket] for bucket in buckets), waiting):
        _gather(state.compared, part)


def _compare_bucket(
    connection: Connection, ground: rows.Ground, asked: tuple[int, int, int]
) -> tuple[int, Compared]:
    return asked[0], comparing.compare_bucket(connection, ground, *asked)


def _gather(whole: Compared, part: Compared) -> None:
    whole.count += part.count
    whole.differ += part.differ[: comparing.DIFFER_MAX - len(whole.differ)]
    whole.empty |= part.empty
    whole.faults += part.faults
    whole.doubted += part.doubted
    whole.roots += part.roots
    whole.last = part.last or whole.last


def _buckets(places: int) -> range:
    return range(-(-places >> BUCKET_BITS) if places else 0)


def _judge(seen: Snapshot, folder: Path, state: _State, asked: Recheck) -> None:
    """The tiles above the leaves, and every checkpoint, by what was recomputed."""
    compared = state.compared
    state.findings += compared.faults
    ground = rows.Ground(folder, state.total, 0)
    newest = seen.connection.execute(_NEWEST).one_or_none()
    levels = _right_levels(state, ground, bytes(newest.root) if newest else b"")
    state.findings += comparing.upper_faults(seen.connection, levels)
    reader = comparing.tile_reader(ground.leaves, levels)
    judged = checkpoints.judge_checkpoints(
        seen.connection, reader, state.size, asked.verifiers, asked.kept
    )
    state.checkpoints = judged.count
    state.findings += judged.faults


def _right_levels(state: _State, ground: rows.Ground, root: bytes) -> list[bytes]:
    """The levels above the leaves, where several could be right those that give the signed root.

    The last tile may be right as stored or as the rows say; tiles that agree with their rows and
    not with the tile above were rewritten together with them when the tile above gives the root.
    """
    compared = state.compared
    levels = comparing.levels_over(compared.roots)
    if _root(state, ground, levels) == root:
        return levels
    if compared.last and compared.last[0] != compared.last[1]:
        if _root_with_last(state, ground, levels, compared.last[0]) == root:
            place = state.size - state.size % TILE_WIDTH
            about = comparing.tile_name(0, place // TILE_WIDTH)
            state.findings.append(Finding(Fault.TILE, place, about=about))
            compared.count -= sum(at >= place for at, _, _ in compared.differ)
            compared.differ = [one for one in compared.differ if one[0] < place]
            return levels
        _write_last(state, ground, compared.last[1])
    if compared.doubted:
        roots = bytearray(compared.roots)
        for index, above in compared.doubted:
            roots[index * HASH_BYTES : (index + 1) * HASH_BYTES] = above
        rewritten = comparing.levels_over(bytes(roots))
        if _root(state, ground, rewritten) == root:
            state.findings += [_rewritten(state, index) for index, _ in compared.doubted]
            return rewritten
    return levels


def _rewritten(state: _State, index: int) -> Finding:
    place = index * TILE_WIDTH
    (entry,) = state.places.entries_at(np.array([place])).tolist()
    about = comparing.tile_name(0, index)
    return Finding(Fault.ROOT, place, entry, count=TILE_WIDTH, about=about)


def _root(state: _State, ground: rows.Ground, levels: list[bytes]) -> bytes:
    return StoredTree(state.size, comparing.tile_reader(ground.leaves, levels)).root()


def _root_with_last(state: _State, ground: rows.Ground, levels: list[bytes], last: bytes) -> bytes:
    _write_last(state, ground, last)
    return _root(state, ground, levels)


def _write_last(state: _State, ground: rows.Ground, last: bytes) -> None:
    place = state.size - state.size % TILE_WIDTH
    ground.leaves[place : state.size] = np.frombuffer(last, ground.leaves.dtype)


def _told(seen: Snapshot, ground: rows.Ground, state: _State) -> Rechecked:
    compared, read = state.compared, state.read
    named = Namer(seen.connection, ground, compared).findings()
    strays = [
        Finding(Fault.ADDED, entry=entry, reference=_reference(lot, entry))
        for lot, entry in read.strays
    ]
    differing = seen.connection.execute(_FILINGS).all()
    filings = [Finding(Fault.FILING, entry=row.first_entry, count=row.entries) for row in differing]
    counts: Counter[Fault] = Counter()
    for one in (*state.findings, *named):
        counts[one.fault] += one.count
    counts[Fault.FILING] += int(differing[0].all_entries) if differing else 0
    counts[Fault.ADDED] += read.stray
    counts[Fault.CHANGED] += compared.count - sum(one.count for one in named)
    findings = [*named, *state.findings, *filings, *strays]
    findings.sort(key=_by_place)
    return Rechecked(
        size=state.size,
        waiting=state.total - state.size,
        rows=read.rows,
        notes=read.notes,
        purged=state.purged,
        checkpoints=state.checkpoints,
        counts={fault: count for fault, count in counts.items() if count},
        findings=tuple(with_references(findings[:NAMED_MAX], seen.connection, ground)),
    )


def _reference(lot: int, entry: int) -> str:
    return entry_reference(lot, entry) if lot >= 0 and entry > 0 else ""


def _by_place(finding: Finding) -> tuple[bool, int, int]:
    """Lines and tiles in the order of the log, what has no place there after them."""
    return finding.place < 0, finding.place, finding.entry
