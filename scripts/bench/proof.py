"""Bench ``proof``: sealing and inclusion proofs, beside SHA-256 alone."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from sqlalchemy import text

from app.doors.cli import Shell
from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules import canonical
from ledger.proof.queries import checkpoint_latest, tile_reader
from ledger.proof.rules.keys import made_key
from ledger.proof.rules.paths import StoredTree, inclusion_path, verify_inclusion
from ledger.proof.services import seal_entries
from ledger.proof.terms import HASH_BYTES, Algorithm
from scripts.bench.http import rate
from scripts.bench.place import Place
from scripts.bench.results import Report
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Town

LEAVES_MAX = 1_000_000
_DATABASE = "bench_proof"
_ENTRY_BYTES = 94  # a leaf of one row: prefix, format, nonce, record
_PROOFS = 1_000
_BY_FILING = {"sealing": 1_000, "sealing_single": 1}  # entries a filing
_SINGLE_MAX = 20_000
_WORDS = {
    "sha256": ("SHA-256 一次，94 字节，一个核", "SHA-256 once over 94 bytes, one core"),
    "leaves": ("报送时的叶散列", "leaf hashes at filing"),
    "sealing": ("封存，每次报送 1,000 条", "sealing, filings of 1,000 entries"),
    "sealing_single": ("封存，每次报送一条", "sealing, filings of one entry"),
    "inclusion": ("包含证明", "inclusion proofs"),
    "verified": ("验证包含证明", "inclusion proofs verified"),
}
_QUEUE = text("""
    INSERT INTO leaf_queue (operator_id, first_entry, leaves)
    SELECT 1, :first + n * :by, :leaves FROM generate_series(0, :filings - 1) n
""")


@dataclass(kw_only=True)
class Bench:
    """One run, on an empty database of its own."""

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything."""
        count = min(LEAVES_MAX, self.town.rows)
        self.report = Report(bench="proof", entries=count)
        self._keep("sha256", [hashed(count) for _ in range(self.effort.repetitions)])
        self._keep("leaves", [_leaves(count) for _ in range(self.effort.repetitions)])
        self.place.make(_DATABASE)
        try:
            self.place.migrate(_DATABASE)
            with self.place.shell(_DATABASE) as shell:
                for name, by in _BY_FILING.items():
                    wanted = count if by > 1 else min(count, _SINGLE_MAX)
                    rates = [_sealed(shell, wanted, by) for _ in range(self.effort.repetitions)]
                    self._keep(name, rates)
                made, verified = zip(
                    *[_proofs(shell) for _ in range(self.effort.repetitions)], strict=True
                )
            self._keep("inclusion", list(made))
            self._keep("verified", list(verified))
        finally:
            self.place.drop(_DATABASE)
        for name in ("leaves", "sealing", "sealing_single"):
            self.report.compare(name, "sha256")
        return self.report

    def _keep(self, name: str, rates: list[float]) -> None:
        self.report.add(rate(name, _WORDS[name], rates))


def _leaves(count: int) -> float:
    """Leaf hashes a second of rows that are an entry each, as the bulk way in makes them."""
    rows = np.zeros(count, np.dtype([(name, "<i8") for name in ENTRY_COLUMNS]))
    rows["id"] = np.arange(count)
    for place, name in enumerate(ENTRY_COLUMNS[1:]):
        rows[name] = np.arange(count) % (100 + place)
    begun = time.perf_counter()
    canonical.leaves_of_rows(rows, bytes(16), 0, count)
    return count / (time.perf_counter() - begun)


def hashed(count: int) -> float:
    """SHA-256 a second over what a leaf is made of, and nothing around it but a loop."""
    parts = [secrets.token_bytes(_ENTRY_BYTES) for _ in range(1_000)]
    sha256 = hashlib.sha256
    begun = time.perf_counter()
    for _ in range(count // len(parts)):
        for part in parts:
            sha256(part).digest()
    return count // len(parts) * len(parts) / (time.perf_counter() - begun)


def _sealed(shell: Shell, count: int, by: int) -> float:
    """Leaves a second, from a full queue to the last checkpoint, committed."""
    with shell.unit() as uow:
        last = checkpoint_latest(uow)
        first = 1 + (last.size if last else 0)
        leaves = secrets.token_bytes(HASH_BYTES * by)
        asked = {"first": first, "by": by, "filings": count // by, "leaves": leaves}
        uow.session.execute(_QUEUE, asked)
    key = made_key("bench.example/log", bytes(range(32)), Algorithm.ED25519)
    sealed, begun = 0, time.perf_counter()
    while True:
        with shell.unit() as uow:
            done = seal_entries(uow, key)
        if done is None:
            return sealed / (time.perf_counter() - begun)
        sealed += done.leaves


def _proofs(shell: Shell) -> tuple[float, float]:
    """Proofs made and proofs verified a second, for random leaves of the log."""
    random = Random(1)  # noqa: S311 - the same places again in the next run
    with shell.unit(read_only=True) as uow:
        last = checkpoint_latest(uow)
        assert last is not None
        read = tile_reader(uow)
        places = [random.randrange(last.size) for _ in range(_PROOFS)]
        leaves = [StoredTree(last.size, read).leaf(place) for place in places]
        begun = time.perf_counter()
        paths = [inclusion_path(place, last.size, read) for place in places]
        made = _PROOFS / (time.perf_counter() - begun)
    begun = time.perf_counter()
    for place, leaf, path in zip(places, leaves, paths, strict=True):
        verify_inclusion(index=place, size=last.size, leaf=leaf, path=path, root=last.root)
    return made, _PROOFS / (time.perf_counter() - begun)
