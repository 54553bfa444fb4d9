"""A whole installation as its own processes, to be hurt: started, asked, killed in parts."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from app.embedded import Services
from app.embedded.folders import Folders
from app.embedded.sharing import read_addresses
from app.processes.listening import listening_socket

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 90.0
SILENCE = (OSError, http.client.HTTPException, ValueError)


def free_port() -> int:
    """A port nobody uses now."""
    with listening_socket("127.0.0.1", 0) as sock:
        return int(sock.getsockname()[1])


@dataclass(kw_only=True)
class Installation:
    """`suyuan serve` on a data folder of its own; `kill` takes parts of it away without warning."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    sealer: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the installation, and nothing of ours but the path."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "SUYUAN_DATA": str(self.data),
            "SUYUAN_PORT": str(self.port),
            "SUYUAN_WEB_WORKERS": "2",
            "SUYUAN_RATE_LIMIT": "1000000 per minute",
        }

    def start(self) -> float:
        """Start everything and wait until it is ready; the seconds that took."""
        began = time.monotonic()
        log = self.data.with_suffix(".log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve"],
                cwd=PROJECT,
                env=self.environ,
                stdout=log,
                stderr=log,
            )
        while self.ask("GET", "/healthz")[0] != 200:
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS_MAX:
                raise AssertionError(self.said())
            time.sleep(0.05)
        return time.monotonic() - began

    def start_sealer(self) -> None:
        """Seal without pause beside the installation, in a process that `kill` replaces."""
        log = self.data.with_suffix(".log").open("ab")
        with log:
            self.sealer = subprocess.Popen(
                [sys.executable, "-m", "tests.support.sealer"],
                cwd=PROJECT,
                env=self.environ,
                stdout=log,
                stderr=log,
            )

    def stop_sealer(self) -> bool:
        """Kill the sealer outright; whether it was there."""
        there = self.sealer is not None and self.sealer.poll() is None
        if self.sealer is not None:
            self.sealer.kill()
            self.sealer.wait(10)
        self.sealer = None
        return there

    def stop(self) -> None:
        """Stop everything in order."""
        self.stop_sealer()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def said(self) -> str:
        """The end of what all processes said."""
        return self.data.with_suffix(".log").read_text(errors="replace")[-4000:]

    def command(self, *words: str, seconds: float = 60.0, codes: tuple[int, ...] = (0,)) -> str:
        """What `suyuan WORDS` prints, run beside the installation and on its services."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *words],
            cwd=PROJECT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode in codes, done.stderr
        return done.stdout.strip()

    def ask(
        self, method: str, path: str, body: Any = None, key: str = "", seconds: float = 10.0
    ) -> tuple[int, Any]:
        """One request; status 0 when no whole answer came."""
        sent = json.dumps(body).encode() if body is not None else None
        return self._ask(method, path, sent, "application/json", key, seconds)

    def ask_with_file(self, path: str, name: str, content: bytes, key: str) -> tuple[int, Any]:
        """One request with a file in a form."""
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        sent = head.encode() + content + b"\r\n--b--\r\n"
        return self._ask("POST", path, sent, "multipart/form-data; boundary=b", key, 30.0)

    def _ask(
        self, method: str, path: str, sent: bytes | None, kind: str, key: str, seconds: float
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {"Content-Type": kind, "Authorization": f"Bearer {key}"}
        if not key:
            del headers["Authorization"]
        try:
            connection.request(method, path, body=sent, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except SILENCE:
            return 0, None
        finally:
            connection.close()
        try:
            return answer.status, json.loads(content)
        except ValueError:
            return answer.status, None

    def services(self) -> Services:
        """Where the installation's own database and queue are."""
        known = read_addresses(Folders(data=self.data))
        assert known is not None
        return Services(
            database_url=known.database_url,
            app_database_url=known.app_database_url,
            redis_url=known.redis_url,
            admin_database_url=known.admin_database_url,
        )

    def parts(self) -> dict[str, list[psutil.Process]]:
        """The processes there are now, by what they do."""
        assert self.process is not None
        found: dict[str, list[psutil.Process]] = {}
        for each in psutil.Process(self.process.pid).children(recursive=True):
            try:
                found.setdefault(_part_of(each), []).append(each)
            except psutil.Error:
                continue
        return found

    def kill(self, part: str) -> bool:
        """Kill one process of a part outright; whether there was one."""
        if part == "sealer":
            there = self.stop_sealer()
            self.start_sealer()
            return there
        victims = self.parts().get(part, [])
        if victims:
            try:
                victims[-1].kill()
            except psutil.NoSuchProcess:
                return False
        return bool(victims)

    def kill_everything_at_once(self) -> None:
        """The program itself is gone from one moment to the next, as when memory runs out."""
        assert self.process is not None
        self.stop_sealer()
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait(10)
        for each in children:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(children, timeout=20)


def _part_of(process: psutil.Process) -> str:
    words = process.cmdline()
    line = " ".join(words)
    inner = process.parent()
    if process.name() == "postgres":
        if "config_file=" in line:
            return "postmaster"
        return "backend" if "suyuan_app" in line else "postgres helper"
    if process.name() == "valkey-server":
        return "queue"
    if "gunicorn" in line:
        return "web worker" if inner is not None and "gunicorn" in inner.cmdline() else "web"
    if words[-1:] in (["worker"], ["scheduler"]):
        return words[-1]
    return "other"


@dataclass(kw_only=True)
class Filer(threading.Thread):
    """A client that files one thing after another and asks again until it is answered."""

    installation: Installation
    key: str
    number: int
    entry: dict[str, Any]
    stopping: threading.Event
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    tried: int = 0
    requests: int = 0
    unanswered: int = 0
    replayed: int = 0
    refused: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make it a thread."""
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        """A thread is itself."""
        return id(self)

    def run(self) -> None:
        """File until told to stop; the last filing is still brought to its answer."""
        while not self.stopping.is_set():
            self.tried += 1
            self._file(f"C{self.number}-{self.tried}")

    def _file(self, filing_key: str) -> None:
        lot = {**self.entry["lot"], "lot": f"L{self.number}-{self.tried % 50}"}
        body: Any = {"filing_key": filing_key, "entries": [{**self.entry, "lot": lot}] * 1}
        body["entries"].append({**self.entry, "lot": {**lot, "lot": f"{lot['lot']}b"}})
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.requests += 1
            status, answer = self.installation.ask("POST", "/api/v1/filings", body, self.key)
            if status in {200, 201}:
                self.replayed += status == 200
                self.acknowledged[filing_key] = answer
                return
            if 400 <= status < 500 and status not in {408, 429}:
                self.refused.append((status, answer))
                return
            self.unanswered += 1
            time.sleep(0.02)
