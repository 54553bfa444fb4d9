"""Bench ``file``: sheets and filings through the real doors, beside one bare INSERT."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.kernel import clock
from scripts.bench import bare, people
from scripts.bench.goods import Stock
from scripts.bench.http import rate
from scripts.bench.load import Order, asked, request
from scripts.bench.people import Clerk
from scripts.bench.place import Place
from scripts.bench.results import Report
from scripts.bench.serving import bare_web, our_web
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Town

_DATABASE = "bench_bare"
_CLERKS, _JOB_WORKERS = 2, 1  # one job reads a long sheet with a second process of its own
_CONNECTIONS = 16
_WARM = 20
_POSTS = {1: 2_000, 100: 200}  # bodies made ready for each second, more than it can use
_UPLOAD_SECONDS_MAX = 600.0
_WORDS = {
    "csv": ("csv 上传，从收到到写完（两个进程）", "csv upload, end to end (two processes)"),
    "xlsx": ("xlsx 上传，从收到到写完（两个进程）", "xlsx upload, end to end (two processes)"),
    "post_one": ("POST 一条", "POST one entry"),
    "post_hundred": ("POST 一百条，每秒条数", "POST 100 entries, entries a second"),
    "insert": ("裸 Flask 加一次 INSERT 提交", "bare Flask and one INSERT commit"),
    "hello": ("裸 Flask 问候", "bare Flask hello"),
}


@dataclass(kw_only=True)
class Bench:
    """One run: our doors over the town's book, and bare Flask with a table of its own.

    ``sheet_rows`` are the fewest and the most rows of a sheet.
    """

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    sheet_rows: tuple[int, int] = (2_000, 100_000)
    report: Report = field(init=False)
    stock: Stock = field(init=False)
    clerks: list[Clerk] = field(init=False)
    filed: int = 0

    def run(self) -> Report:
        """Measure everything; what is filed stays in the town's book, about lots of its own."""
        self.report = Report(bench="file", entries=self.town.rows)
        name = self.town.database
        with self.place.shell(name) as shell:
            self.clerks = people.clerks(self.place, shell, name, _CLERKS)
            self.stock = Stock(
                gtins=people.gtins(shell, 500),
                suppliers=[uscc for _id, uscc in people.operators(shell, 200)][_CLERKS:],
                today=clock.now().date(),
                run=secrets.token_hex(4),
            )
        self.place.make(_DATABASE)
        try:
            with self.place.raw(_DATABASE, autocommit=True) as connection:
                connection.cursor().execute(bare.TABLE)
                connection.cursor().execute("ALTER TABLE bare OWNER TO suyuan_owner")
            self._measure()
        finally:
            self.place.drop(_DATABASE)
        return self.report

    def _measure(self) -> None:
        settings, logs = self.place.settings(self.town.database), self.place.folder / "logs"
        with our_web(settings, logs, workers=_JOB_WORKERS) as ours:
            with bare_web(settings, logs, self.place.dsn(_DATABASE)) as bare_port:
                self._posts(ours, bare_port)
            for kind in ("csv", "xlsx"):
                self._sheets(ours, kind)

    def _posts(self, ours: int, bare_port: int) -> None:
        names = ("insert", "hello", "post_one", "post_hundred")
        found: dict[str, list[float]] = {name: [] for name in names}
        hello = Order(
            port=bare_port, requests=[request("GET", "/hello")], seconds=self.effort.seconds
        )
        for _ in range(self.effort.repetitions):
            found["hello"].append(asked(hello).insist("200").per_second)
            bodies = self._requests("/insert", 1)
            found["insert"].append(self._rate(bare_port, bodies))
            found["post_one"].append(self._rate(ours, self._requests("/api/v1/filings", 1)))
            many = self._rate(ours, self._requests("/api/v1/filings", 100))
            found["post_hundred"].append(100 * many)
        for name, rates in found.items():
            unit = "entries/s" if name.startswith("post") else "/s"
            self.report.add(rate(name, _WORDS[name], rates, unit))
        self.report.compare("post_one", "insert")

    def _requests(self, path: str, lines: int) -> list[str]:
        """Filings of an operator's machine, ready to be sent; half of them of each clerk."""
        count = _WARM + int(_POSTS[lines] * self.effort.seconds)
        self.filed += count
        bodies = self.stock.bodies(self.filed, count, lines)
        return [
            request("POST", path, body, headers=[self.clerks[place % len(self.clerks)].header])
            for place, body in enumerate(bodies)
        ]

    def _rate(self, port: int, requests: list[str]) -> float:
        order = Order(
            port=port,
            requests=requests,
            connections=_CONNECTIONS,
            seconds=self.effort.seconds,
            warm=_WARM,
            repeat=False,
        )
        return asked(order).insist("201").per_second

    def _sheets(self, port: int, kind: str) -> None:
        """As many rows as are read in some seconds, guessed from a small sheet first."""
        least, most = self.sheet_rows
        guessed = self._uploaded(port, kind, least)
        rows = min(most, max(least, int(guessed * 2 * self.effort.seconds)))
        rates = [self._uploaded(port, kind, rows) for _ in range(self.effort.repetitions)]
        self.report.add(rate(kind, _WORDS[kind], rates, "entries/s"))
        self.report.note(f"{kind}：每个文件 {rows:,} 行。", f"{kind}: files of {rows:,} rows.")

    def _uploaded(self, port: int, kind: str, rows: int) -> float:
        """Entries a second, from the first byte sent until the job has finished the sheet."""
        self.filed += self.sheet_rows[1]
        sheet = getattr(self.stock, kind)(self.filed * 100, rows)
        clerk = self.clerks[0]
        begun = time.perf_counter()
        upload = _sent(port, clerk, f"bench.{kind}", sheet)
        accepted = _followed(port, clerk, upload, begun)
        seconds = time.perf_counter() - begun
        if accepted != rows:
            raise AssertionError(f"{accepted} of {rows} rows were accepted")
        return accepted / seconds


def _sent(port: int, clerk: Clerk, name: str, content: bytes) -> int:
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    return int(_called(port, clerk, "POST", "/api/v1/filings/sheet", body, kind)["upload"])


def _followed(port: int, clerk: Clerk, upload: int, begun: float) -> int:
    """Wait for the end of an upload; how many rows were accepted."""
    while True:
        found = _called(port, clerk, "GET", f"/api/v1/uploads/{upload}")
        if found["finished_at"]:
            return int(found["accepted"])
        if time.perf_counter() - begun > _UPLOAD_SECONDS_MAX:
            raise TimeoutError(f"upload {upload} is still {found['state']}")
        time.sleep(0.05)


def _called(
    port: int, clerk: Clerk, method: str, path: str, body: bytes = b"", kind: str = ""
) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    name, _, value = clerk.header.partition(": ")
    headers = {name: value, **({"Content-Type": kind} if kind else {})}
    try:
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{path} answered {answer.status}: {said[:500]!r}")
    found: dict[str, Any] = json.loads(said)
    return found
