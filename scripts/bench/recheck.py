"""Bench ``recheck``: the whole book computed anew from its rows, beside SHA-256 alone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from app.doors.cli import Shell
from app.proof.services import log_key
from ledger.proof.queries.recheck import Recheck, recheck
from ledger.proof.services import seal_entries
from ledger.proof.terms import Rechecked
from scripts.bench.http import rate
from scripts.bench.place import Place
from scripts.bench.proof import hashed
from scripts.bench.results import Report
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Town

_ONCE_ABOVE = 20_000_000  # rows; three rounds would take hours
_WORKERS = 2
_WORDS = {
    "recheck": ("整本台账重算（两个核）", "recheck of the whole book (two cores)"),
    "sha256": ("SHA-256 一次，94 字节，一个核", "SHA-256 once over 94 bytes, one core"),
}


@dataclass(kw_only=True)
class Bench:
    """One run on the town's own book, sealed before where it was not."""

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything; a book that differs from its log has no figure."""
        with self.place.shell(self.town.database) as shell:
            _seal(shell)
            times = [self._once(shell) for _ in range(self._rounds())]
        entries, seconds = times[0][0], [one[1] for one in times]
        self.report = Report(bench="recheck", entries=entries)
        rates = [entries / each for each in seconds]
        self.report.add(rate("recheck", _WORDS["recheck"], rates, "entries/s"))
        hashes = [hashed(min(entries, 1_000_000)) for _ in range(self.effort.repetitions)]
        self.report.add(rate("sha256", _WORDS["sha256"], hashes))
        self.report.compare("recheck", "sha256")
        return self.report

    def _rounds(self) -> int:
        return self.effort.repetitions if self.town.rows <= _ONCE_ABOVE else 1

    def _once(self, shell: Shell) -> tuple[int, float]:
        """(entries, seconds) of one recheck."""
        key = log_key(shell.settings).verifier
        asked = Recheck(verifiers=(key,), folder=self.place.folder, workers=_WORKERS)
        begun = time.perf_counter()
        found = recheck(shell.bind, asked, lambda _stage, _done, _of: None)
        seconds = time.perf_counter() - begun
        _insist(found)
        return found.size, seconds


def _seal(shell: Shell) -> None:
    """Seal what waits, with the key of the installation."""
    key = log_key(shell.settings)
    while True:
        with shell.unit() as uow:
            if seal_entries(uow, key) is None:
                return


def _insist(found: Rechecked) -> None:
    if found.first is not None:
        raise AssertionError(f"the book differs from its log: {found.first}")
