"""Bench ``http``: traces as JSON, scan pages and code look-ups, beside bare Flask."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text

from app.doors.cli import Shell
from scripts.bench import people
from scripts.bench.load import Order, Outcome, asked, request
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, Result, measured
from scripts.bench.sampling import sample_of
from scripts.bench.serving import bare_web, our_web
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Town

_CODES = text(
    "SELECT l.id, p.gtin, l.number FROM lot l JOIN product p ON p.id = l.product_id "
    "WHERE l.id = ANY(:lots) AND p.gtin <> ''"
)
_CONNECTIONS = 16
_WARM = 200
_TRACE_WARM = 10
_WORDS = {
    "typical": ("HTTP 追溯 JSON，普通批次", "trace as JSON over HTTP, typical lot"),
    "huge": ("HTTP 追溯 JSON，巨型批次", "trace as JSON over HTTP, huge lot"),
    "large": ("HTTP 追溯 JSON，大批次", "trace as JSON over HTTP, large lot"),
    "scan_page": ("公众扫码页", "scan page"),
    "code_look_up": ("条码查询", "code look-up"),
    "hello": ("裸 Flask 问候", "bare Flask hello"),
}


@dataclass(kw_only=True)
class Bench:
    """One run: the town behind our web server, and bare Flask behind the same."""

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything."""
        self.report = Report(bench="http", entries=self.town.rows)
        self.report.note(
            "同一台机器上，客户端与服务器共用处理器；延迟取单连接，速率取 16 个连接。",
            "Client and server share the machine: latencies are of one connection, rates of 16.",
        )
        settings, logs = self.place.settings(self.town.database), self.place.folder / "logs"
        with self.place.shell(self.town.database) as shell:
            lots = sample_of(self.place, shell.bind, self.town.database, self.town.span)
            header = people.inspector(self.place, shell, self.town.database)
            codes = {name: codes_of(shell, found) for name, found in lots.items()}
        with our_web(settings, logs) as ours, bare_web(settings, logs, "") as bare:
            self._traces(ours, codes, header)
            self._rates(ours, bare, [*codes["small"], *codes["typical"]])
        return self.report

    def _traces(self, port: int, codes: dict[str, list[tuple[str, str]]], header: str) -> None:
        for name in ("typical", "huge" if codes["huge"] else "large"):
            if not codes[name]:
                self.report.note(f"没有{_WORDS[name][0]}。", f"There is no {_WORDS[name][1]}.")
                continue
            paths = [
                f"/api/v1/trace?code={gtin}&lot={quote(lot)}&direction=down"
                for gtin, lot in codes[name]
            ]
            order = Order(
                port=port,
                requests=[request("GET", path, headers=[header]) for path in paths],
                connections=1,
                seconds=2 * self.effort.seconds,
                warm=_TRACE_WARM,
            )
            outcomes = [asked(order).insist("200") for _ in range(self.effort.repetitions)]
            self.report.add(*latencies(f"trace_{name}", _WORDS[name], outcomes))

    def _rates(self, ours: int, bare: int, codes: list[tuple[str, str]]) -> None:
        pages = [request("GET", f"/01/{gtin}/10/{quote(lot)}") for gtin, lot in codes]
        texts = [quote(f"(01){gtin}(10){lot}") for gtin, lot in codes]
        looks = [request("GET", f"/api/v1/codes?text={said}") for said in texts]
        found: dict[str, list[float]] = {"hello": [], "scan_page": [], "code_look_up": []}
        for _ in range(self.effort.repetitions):
            for name, port, requests in (
                ("hello", bare, [request("GET", "/hello")]),
                ("scan_page", ours, pages),
                ("code_look_up", ours, looks),
            ):
                order = Order(
                    port=port,
                    requests=requests,
                    connections=_CONNECTIONS,
                    seconds=self.effort.seconds,
                    warm=_WARM,
                )
                found[name].append(asked(order).insist("200").per_second)
        for name, rates in found.items():
            self.report.add(rate(name, _WORDS[name], rates))
        self.report.compare("scan_page", "hello")
        self.report.compare("code_look_up", "hello")


def codes_of(shell: Shell, lots: list[int]) -> list[tuple[str, str]]:
    """GTIN and lot number of lots, in their order."""
    with shell.unit(read_only=True) as uow:
        rows = uow.session.execute(_CODES, {"lots": lots}).all()
    found = {row[0]: (row[1], row[2]) for row in rows}
    return [found[lot] for lot in lots if lot in found]


def rate(name: str, words: tuple[str, str], rates: list[float], unit: str = "/s") -> Result:
    """A rate with its repetitions."""
    return measured(Label(name=name, zh=words[0], en=words[1], unit=unit), rates)


def latencies(name: str, words: tuple[str, str], outcomes: list[Outcome]) -> list[Result]:
    """p50 and p99 of some repetitions."""
    zh, en = words
    found = []
    for share, word in ((0.50, "p50"), (0.99, "p99")):
        label = Label(name=f"{name}_{word}", zh=f"{zh} {word}", en=f"{en}, {word}", unit="ms")
        samples = [outcome.percentile_ms(share) for outcome in outcomes]
        found.append(replace(measured(label, samples, low_is_good=True)))
    return found
