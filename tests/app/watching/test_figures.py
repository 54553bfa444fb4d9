"""Counts of processes that come and go add up, and the folder they count into does not grow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.processes.programs import PROJECT
from app.watching import figures

PROGRAM = """
import os
from app.watching import figures
for number in range(5):
    pid = os.fork()
    if pid == 0:
        figures.count_request("help.start", "GET", 200, 0.003)
        figures.count_job("x.work", "done")
        if number < 3:
            figures.fold(os.getpid())
        os._exit(0)
    os.waitpid(pid, 0)
figures.count_refusal("entries.unknown_lot")
print(figures.exposed().decode())
"""


def counted(text: str) -> dict[str, float]:
    return {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line and not line.startswith("#")
    }


def test_what_processes_counted_adds_up_whether_they_live_or_not(tmp_path: Path) -> None:
    figures.clean(tmp_path / "metrics")
    (tmp_path / "metrics" / "counter_1.db").write_bytes(b"of an earlier start")
    figures.clean(tmp_path / "metrics")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **figures.environ(tmp_path / "metrics")},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = counted(done.stdout)
    labels = 'endpoint="help.start",method="GET",status="200"'
    assert found["suyuan_requests_total{" + labels + "}"] == 5
    assert found['suyuan_request_seconds_bucket{endpoint="help.start",le="0.005"}'] == 5
    assert found['suyuan_request_seconds_count{endpoint="help.start"}'] == 5
    assert found['suyuan_jobs_total{job="x.work",outcome="done"}'] == 5
    assert found['suyuan_refusals_total{code="entries.unknown_lot"}'] == 1
    files = {path.name for path in (tmp_path / "metrics").glob("*.db")}
    assert {"counter_ended.db", "histogram_ended.db"} <= files
    assert len(files) == 2 + 2 * 2 + 1  # folded, two forks that were not, and the parent's counters


def test_folding_without_a_folder_is_nothing() -> None:
    figures.fold(os.getpid())
