"""Bench ``trace``: a lot's way downstream, in process, beside a graph in memory and its rivals."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from app.doors.cli import Shell
from app.processes.collecting import collect_rarely
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import trace
from scanner.trace.terms import Direction, Limits, Trace, TraceAsked
from scripts.bench import rivals
from scripts.bench.events import Model, answer_of, read_events
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, measured
from scripts.bench.sampling import CLASSES, Sample, Span, sample_of
from scripts.bench.timing import FULL, Effort, Latencies, timed
from scripts.bench.town import Town

RIVAL_ROWS_MAX = 10_000_000  # igraph and DuckDB hold them in memory, the recursive queries on disk
EQUAL_LOTS = 200
_ROOM = Limits(lots=50_000, rows=2_000_000)
_DATABASE = "bench_rivals"
_NAMES = {
    "small": ("小批次（至多 20 持有者）", "small lot (at most 20 holders)"),
    "typical": ("普通批次（21–300 持有者）", "typical lot (21–300 holders)"),
    "large": ("大批次（1,000–5,000 持有者）", "large lot (1,000–5,000 holders)"),
    "huge": ("巨型批次（至少 5,000 持有者）", "huge lot (5,000 holders and more)"),
}


@dataclass(kw_only=True)
class Bench:
    """One run: the town, the lots, and what was found."""

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    report: Report = field(init=False)
    sample: Sample = field(default_factory=dict)

    def run(self) -> Report:
        """Measure everything; the rivals' tables are gone afterwards."""
        self.report = Report(bench="trace", entries=self.town.rows)
        collect_rarely()  # as in every process of the product that works
        with self.place.shell(self.town.database) as shell:
            self.sample = self._sample(shell, self.town.span)
            self._beside_rivals(shell)
        self._cold()
        self._growth()
        return self.report

    def _sample(self, shell: Shell, span: Span) -> Sample:
        return sample_of(self.place, shell.bind, self.town.database, span)

    def _ours(self, uow: UnitOfWork, name: str) -> None:
        """One class of the town's own sample."""
        lots = self.sample[name]
        if not lots:
            self._none(name)
            return
        for who, work in (("", at_once), ("level", by_levels), ("read", read_whole)):
            self._keep(name, who, timed(partial(work, uow), lots, self.effort))

    def _none(self, name: str) -> None:
        zh, en = _NAMES[name]
        self.report.note(f"这个规模的城镇没有{zh}。", f"A town of this size has no {en}.")

    def _keep(self, name: str, who: str, found: Latencies) -> None:
        """Keep p50 and p99 of a class; of rivals the median alone."""
        zh, en = _NAMES[name]
        said = _WHO[who]
        for share, word in ((0.50, "p50"), (0.99, "p99")):
            if share > 0.9 and who not in ("", "level", "read", "cold"):
                continue
            label = Label(
                name="_".join(part for part in (name, who, word) if part),
                zh=f"{zh}{said[0]} {word}",
                en=f"{en}{said[1]}, {word}",
                unit="ms",
            )
            result = measured(label, found.percentiles(share), low_is_good=True)
            self.report.add(replace(result, over=found.over))

    def _beside_rivals(self, shell: Shell) -> None:
        """Class by class ours and the rivals, right after each other: a machine's mood changes."""
        span = self.town.span.part(RIVAL_ROWS_MAX)
        lots = self.sample if span == self.town.span else self._sample(shell, span)
        with _raw(shell) as connection:
            events = read_events(connection, span.first, span.last)
        if span != self.town.span:
            self.report.note(
                f"对手只装入前 {span.rows:,} 行，其批次也取自其中。",
                f"The rivals hold the first {span.rows:,} rows only, and their lots are of those.",
            )
        model = Model(events)
        if span != self.town.span:  # what was made from a lot may lie beyond what the rivals hold
            lots = {
                name: [lot for lot in found if model.stays_before(lot, span.last)]
                for name, found in lots.items()
            }
        self._equality(shell, model, lots)
        with shell.unit(read_only=True) as uow, self._all_rivals(events) as known:
            for name in CLASSES:
                self._ours(uow, name)
                if lots[name]:
                    self._side_by_side(uow, name, lots[name], (model, known))

    @contextlib.contextmanager
    def _all_rivals(self, events: Any) -> Iterator[list[rivals.Rival]]:
        missing = rivals.missing_packages()
        if missing:
            self.report.note(
                f"缺少 {'、'.join(missing)}：运行 scripts/setup --bench 后再测。",
                f"Without {' and '.join(missing)}: scripts/setup --bench installs them.",
            )
        found: list[rivals.Rival] = []
        if "igraph" not in missing:
            found.append(rivals.Graph(events))
        if "duckdb" not in missing:
            found.append(rivals.DuckDb(events))
        self.place.make(_DATABASE)
        try:
            with self.place.raw(_DATABASE, autocommit=True) as connection:
                yield [*found, *rivals.recursive_queries(connection, events)]
        finally:
            self.place.drop(_DATABASE)

    def _side_by_side(
        self,
        uow: UnitOfWork,
        name: str,
        lots: list[int],
        against: tuple[Model, list[rivals.Rival]],
    ) -> None:
        model, known = against
        if lots is not self.sample[name]:
            self._keep(name, "ours_there", timed(partial(at_once, uow), lots, self.effort))
        for rival in known:
            if isinstance(rival, rivals.Graph):
                self._keep(name, "igraph_walk", timed(rival.reached, lots, self.effort))
            found = timed(rival.pairs, lots, self.effort, too_slow=rivals.TooSlow)
            self._keep(name, rival.name, found)
            if not found.over:
                slow = found.repetitions[0][0] > 1000 * self.effort.seconds
                self._agree(rival, model, lots[: 1 if slow else 5])
        ours = f"{name}_p50" if lots is self.sample[name] else f"{name}_ours_there_p50"
        self.report.compare(ours, f"{name}_igraph_p50")
        self._faster(name, ours)

    def _faster(self, name: str, ours: str) -> None:
        """How many times faster than the naive query; a lower bound where that never ended."""
        theirs = next((r for r in self.report.results if r.name == f"{name}_naive_p50"), None)
        mine = self.report.value(ours)
        if name != "huge" or theirs is None or not mine:
            return
        label = Label(
            name="huge_faster_than_naive",
            zh="巨型批次：比普通递归查询快",
            en="huge lot: faster than the naive recursive query",
            unit="×",
        )
        self.report.add(replace(measured(label, [theirs.value / mine]), over=theirs.over))

    def _agree(self, rival: rivals.Rival, model: Model, lots: Sequence[int]) -> None:
        for lot in lots:
            try:
                theirs = rival.pairs(lot)
            except rivals.TooSlow:  # what was answered just in time is not always answered again
                return
            if answer_of(theirs) != answer_of(model.pairs(lot)):
                raise AssertionError(f"{rival.name} disagrees about the lot {lot}")

    def _equality(self, shell: Shell, model: Model, lots: Sample) -> None:
        """One-shot, level-wise and the plain model must say the same of 200 lots."""
        chosen = _mixed(lots, EQUAL_LOTS)
        with shell.unit(read_only=True) as uow:
            wrong = [lot for lot in chosen if not is_equal(uow, lot, model)]
        label = Label(
            name="lots_equal",
            zh=f"{len(chosen)} 个抽样批次：一次查询、逐级、纯 Python 模型一致",
            en=f"of {len(chosen)} sampled lots: one-shot, level-wise and plain-Python model equal",
            unit="lots",
        )
        self.report.add(measured(label, [len(chosen) - len(wrong)]))
        if wrong:
            self.report.note(f"不一致的批次：{wrong[:20]}", f"Lots that differ: {wrong[:20]}")

    def _cold(self) -> None:
        """Each lot once, after the server was restarted and, where allowed, the caches dropped."""
        dropped: list[bool] = []
        for name in ("typical", "huge"):
            lots = self.sample[name]
            if not lots:
                continue
            if not self.place.restart(lambda: dropped.append(_drop_caches())):
                self.report.note(
                    "数据库由别的进程运行，没有测冷启动。",
                    "The server belongs to another process: nothing was measured cold.",
                )
                return
            with (
                self.place.shell(self.town.database) as shell,
                shell.unit(read_only=True) as uow,
            ):
                at_once(uow, self.sample["small"][0])  # the connection and the catalogue
                self._keep(
                    name,
                    "cold",
                    timed(partial(at_once, uow), lots, self.effort, warm=False),
                )
        if not all(dropped):
            self.report.note(
                "没有权限清空系统缓存：“冷”只是重启了数据库。",
                "The system's cache could not be dropped: cold means a restarted server only.",
            )

    def _growth(self) -> None:
        small = typical_at_a_million(self.results)
        now = self.report.value("typical_p50")
        if self.town.rows < 2_000_000 or small is None or not now:
            return
        label = Label(
            name="typical_growth",
            zh="普通批次 p50：与一百万行时相比",
            en="typical lot p50: against a million rows",
            unit="×",
        )
        self.report.add(measured(label, [now / small], low_is_good=True))


_WHO = {
    "": ("", ""),
    "level": ("，逐级", ", level by level"),
    "read": ("，含全部流向", ", with every link"),
    "cold": ("，冷", ", cold"),
    "ours_there": ("，对手的批次", ", the rivals' lots"),
    "igraph_walk": ("，igraph 只走图、不给答案", ", igraph walking only, without the answer"),
    "igraph": ("，igraph，全部在内存", ", igraph, all in memory"),
    "duckdb": ("，DuckDB，逐级", ", DuckDB, level by level"),
    "naive": ("，普通递归查询，单列索引", ", naive recursive query, single-column indexes"),
    "indexed": ("，递归查询，复合索引", ", recursive query, composite index"),
}


def at_once(uow: UnitOfWork, lot: int) -> Trace:
    """The whole lot downstream in one query, with its holders; that much every rival answers."""
    return _answered(uow, lot, level_wise=False)


def by_levels(uow: UnitOfWork, lot: int) -> Trace:
    """The same as a cluster reads it."""
    return _answered(uow, lot, level_wise=True)


def read_whole(uow: UnitOfWork, lot: int) -> int:
    """The same in one query with every link, event and gap made; how many there are."""
    found = at_once(uow, lot)
    return len([*found.movements, *found.transformations, *found.events, *found.gaps])


def _answered(uow: UnitOfWork, lot: int, *, level_wise: bool) -> Trace:
    found = trace(
        uow,
        TraceAsked(lots=(lot,), direction=Direction.DOWN, limits=_ROOM, level_wise=level_wise),
    )
    _pairs(found)  # an answer's parts are made when they are looked at
    return found


def _pairs(found: Trace) -> list[tuple[int, int]]:
    return [(each.node.lot, each.node.operator) for each in found.holders]


def is_equal(uow: UnitOfWork, lot: int, model: Model) -> bool:
    """Whether both readings and the model agree about a lot."""
    once, levels = at_once(uow, lot), by_levels(uow, lot)
    same = replace(levels, round_trips=once.round_trips) == once
    said = answer_of(np.array(_pairs(once), np.int64).reshape(-1, 2))
    return same and once.complete and said == answer_of(model.pairs(lot))


def _mixed(lots: Sample, count: int) -> list[int]:
    """Some of every class, the rare ones first, as many as wanted."""
    rare = [*lots["huge"][:10], *lots["large"][:20]]
    half = (count - len(rare)) // 2
    return [*rare, *lots["small"][:half], *lots["typical"][: count - len(rare) - half]]


@contextlib.contextmanager
def _raw(shell: Shell) -> Iterator[Any]:
    connection = shell.bind.raw_connection()
    try:
        yield connection
    finally:
        connection.close()


def _drop_caches() -> bool:
    switch = Path("/proc/sys/vm/drop_caches")
    if not os.access(switch, os.W_OK):
        return False
    os.sync()
    try:
        switch.write_text("3")
    except OSError:
        return False
    return True


def typical_at_a_million(results: Path) -> float | None:
    """The typical median of the last run on a million rows, out of the results' file."""
    if not results.exists():
        return None
    found = None
    for line in results.read_text("utf-8").splitlines():
        said = json.loads(line)
        if 900_000 <= said["entries"] <= 1_100_000:
            values = {one["name"]: one["value"] for one in said["results"]}
            found = values.get("typical_p50", found)
    return found
