"""All benches of one command: the servers, the town, the reports and where they are kept."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from ledger.kernel import clock
from scripts.bench import file, grading, http, ingest, proof, recall, recheck, records, trace
from scripts.bench.machine import machine_facts
from scripts.bench.place import Place, opened
from scripts.bench.results import Report
from scripts.bench.showing import show
from scripts.bench.targets import TARGETS
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Told, Town, given_town, own_town

BENCHES = (
    *("ingest", "trace", "http", "recall", "file", "proof", "recheck"),
    *("records", "grading"),
)
"""In the order they run in: what files entries comes after what looks at the town. The last two
have a city of their own: its subjects and their credit records."""

_ON_TOWN = {
    "trace": trace.Bench,
    "http": http.Bench,
    "recall": recall.Bench,
    "file": file.Bench,
    "proof": proof.Bench,
    "recheck": recheck.Bench,
}
BUILD = Path(__file__).resolve().parents[2] / "build" / "bench"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for; ``data`` is a folder with a town that ``suyuan seed`` loaded.

    ``seconds`` is about how long each of the three times lasts that a figure is taken.
    """

    benches: Sequence[str]
    entries: int = 1_000_000
    records: int = 1_000_000
    seconds: float = FULL.seconds
    data: Path | None = None
    as_json: bool = False
    results: Path = BUILD


def run(wanted: Wanted) -> bool:
    """Run benches one after the other; what one of them found is shown before the next begins.

    One that fails is told on standard error and the others go on; returns whether all went well.
    """
    out = Console(width=None if sys.stdout.isatty() else 140)
    status = Console(stderr=True)
    well = True
    with opened(wanted.data or wanted.results / "town") as place, status.status("…") as line:
        machine = machine_facts(place.admin_engine("postgres"))
        for bench in [name for name in BENCHES if name in wanted.benches]:
            line.update(bench)
            try:
                report = _measured(place, bench, wanted, line.update)
            except Exception:  # noqa: BLE001 - the others' figures must not be lost
                status.print(f"{bench}:\n{traceback.format_exc()}", markup=False)
                well = False
                continue
            report.promise(TARGETS[bench])
            text = report.as_json(machine, **_said(wanted, bench))
            _append(wanted.results, bench, text)
            if wanted.as_json:
                print(text, flush=True)
            else:
                show(out, report, machine)
    return well


def _measured(place: Place, bench: str, wanted: Wanted, told: Told) -> Report:
    effort = Effort(seconds=wanted.seconds)
    if bench == "ingest":
        keep = wanted.data is None
        return ingest.Bench(
            place=place, entries=wanted.entries, told=told, keep=keep, effort=effort
        ).run()
    if bench == "records":
        return records.Bench(place=place, records=wanted.records, told=told, effort=effort).run()
    if bench == "grading":
        return grading.Bench(place=place, told=told, effort=effort).run()
    town = _town(place, wanted, told)
    told(bench)
    results = wanted.results / f"{bench}.jsonl"
    return _ON_TOWN[bench](place=place, town=town, results=results, effort=effort).run()


def _town(place: Place, wanted: Wanted, told: Told) -> Town:
    if wanted.data is not None:
        return given_town(place)
    return own_town(place, wanted.entries, told)


def _said(wanted: Wanted, bench: str) -> dict[str, Any]:
    size = f"--entries {wanted.entries}"
    size = {"records": f"--records {wanted.records}", "grading": ""}.get(bench, size)
    command = f"suyuan bench {bench} {size} --seconds {wanted.seconds:g}".replace("  ", " ")
    return {
        "date": clock.now().date().isoformat(),
        "command": command + (" --data …" if wanted.data else ""),
        "system": platform.system(),
    }


def _append(folder: Path, bench: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{bench}.jsonl").open("a", encoding="utf-8") as kept:
        kept.write(text + "\n")


def chosen(which: str, only: Sequence[str]) -> Iterator[str]:
    """The benches that a name means: one, or with ``all`` all of them, or those in ``only``."""
    for name in BENCHES:
        if which in ("all", name) and (not only or name in only):
            yield name
