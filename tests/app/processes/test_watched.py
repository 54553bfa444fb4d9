"""The processes of an installation speak in JSON lines and count together."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest
from support.installation import Installation


def asked(site: Installation, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_all_processes_tell_and_count_together(tmp_path: Path) -> None:
    site = Installation(data=tmp_path / "data")
    stale = tmp_path / "data" / "metrics" / "counter_1.db"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"of an earlier start")
    site.start()
    try:
        for _ in range(12):  # more than one web process answers some of them
            asked(site, "/sign-in?name=%E5%BC%A0%E4%B8%89")
        name = 'suyuan_requests_total{endpoint="accounts.sign_in",method="GET",status="200"}'
        job = 'suyuan_jobs_total{job="filing.resume_stalled",outcome="done"}'
        until = time.monotonic() + 60
        while True:
            text = asked(site, "/metrics")
            if job in text:
                break
            assert time.monotonic() < until, text
            time.sleep(0.2)
        found = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[:1] != "#")
        assert float(found[name]) == 12
        assert 'suyuan_up{part="database"}' in found
    finally:
        site.stop()
    said = (tmp_path / "data.log").read_text("utf-8")
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    kinds = {line["kind"] for line in told}
    assert {"request", "job", "command"} <= kinds
    assert {"serve", "worker", "scheduler"} == {
        line["command"] for line in told if line["kind"] == "command"
    }
    assert "张三" not in said
    assert "%E5" not in said
