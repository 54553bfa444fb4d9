"""Bench ``records``: taking an agency's file in beside raw COPY, and the page of a credit file.

The database of the city's subjects is copied once and filled up to the records wanted; what is
there already stays, so a larger number later adds what is missing.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from random import Random
from typing import Any

from sqlalchemy import text

from app.credit.records.jobs import read_now
from app.credit.records.queries.catalogue import catalogue
from app.credit.records.services.uploads import receive_file
from app.credit.records.terms import FieldRole, Item, ReceiveFile
from app.doors.cli import Shell
from app.doors.jobs import JobRoom
from app.factory import create_app
from app.processes.collecting import collect_rarely
from app.town.rules.credit_city import (
    BLOCK_ROWS,
    CITY,
    CYCLE,
    CreditSize,
    RecordBlock,
    record_blocks,
)
from scripts.bench.credit import BASE, CreditCity, Filler, credit_city
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, measured
from scripts.bench.timing import FULL, Effort, timed
from scripts.bench.town import LAST_DAY, Told

MILLION = 1_000_000
INTAKE_ROWS = 200_000
_DATABASE = "bench_records"
_INTAKE = "bench_intake"
_ITEM = "penalty.decision"
_PENALTIES = 1_000_000 * len(CYCLE) + CYCLE.index(_ITEM)  # blocks only ever sent as files
_PAGES = 2_000
_USCCS = text("SELECT uscc FROM subject WHERE id >= :first ORDER BY id")
_WORDS = {
    "intake": ("报送：一个 CSV 文件，读、校验、写完", "a CSV file read, checked and kept"),
    "raw_copy": ("同样的行裸 COPY 到同样的表", "raw COPY of the same rows into a twin table"),
    "page": ("信用档案页", "page of a credit file"),
    "page_large": ("信用档案页，记录最多的主体", "page of a credit file, largest subjects"),
}


@dataclass(kw_only=True)
class Bench:
    """One run on a city that is filled up to ``records`` records."""

    place: Place
    records: int
    told: Told
    effort: Effort = FULL
    size: CreditSize = CITY
    intake_rows: int = INTAKE_ROWS
    block_rows: int = BLOCK_ROWS
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything."""
        collect_rarely()
        self.report = Report(bench="records", entries=self.records)
        base = credit_city(self.place, self.told, self.size)
        self._intake(base)
        self._pages(base)
        return self.report

    def _intake(self, base: CreditCity) -> None:
        """Files of one agency into a copy of the city, then the same rows by COPY alone."""
        self.told("intake")
        self.place.make(_INTAKE, template=BASE)
        rates: dict[str, list[float]] = {"intake": [], "raw_copy": []}
        try:
            with self.place.shell(_INTAKE) as shell:
                for turn in range(self.effort.repetitions):
                    number = _PENALTIES + turn * len(CYCLE)
                    blocks = record_blocks(self.size, LAST_DAY, number, self.intake_rows)
                    content = _as_csv(shell, base, next(blocks))
                    rates["intake"].append(self.intake_rows / _taken_in(shell, content, turn))
                    rates["raw_copy"].append(self.intake_rows / self._copied())
        finally:
            self.place.drop(_INTAKE)
        for name, found in rates.items():
            label = Label(name=name, zh=_WORDS[name][0], en=_WORDS[name][1], unit="rows/s")
            self.report.add(measured(label, found))
        self.report.compare("intake", "raw_copy")

    def _copied(self) -> float:
        """The rows of the newest upload, by COPY into a table with the same index; the seconds."""
        stream = BytesIO()
        with self.place.raw(_INTAKE) as raw, raw.cursor() as cursor:
            cursor.copy_expert(
                "COPY (SELECT * FROM credit_record WHERE upload_id = (SELECT max(upload_id) "
                "FROM credit_record)) TO STDOUT",
                stream,
            )
            cursor.execute("CREATE TABLE IF NOT EXISTS twin (LIKE credit_record INCLUDING ALL)")
            raw.commit()
            stream.seek(0)
            begun = time.perf_counter()
            cursor.copy_expert("COPY twin FROM STDIN", stream, size=1 << 20)
            raw.commit()
            return time.perf_counter() - begun

    def _pages(self, base: CreditCity) -> None:
        """The page at a million records (once, when they are loaded) and at all that are wanted."""
        known = self.place.remembered(_DATABASE)
        if not self.place.has(_DATABASE) or known.get("subjects") != self.size.subjects:
            self.place.make(_DATABASE, template=BASE)
            self.place.remember(_DATABASE, subjects=self.size.subjects, blocks=0, at_million=None)
        self.place.migrate(_DATABASE)
        city = CreditCity(database=_DATABASE, size=self.size, first=base.first)
        if self.records > MILLION and not self.place.remembered(_DATABASE)["at_million"]:
            self._fill(city, MILLION)
            p50, p99, _ = self._looked(city)
            self.place.remember(_DATABASE, at_million=[min(p50), min(p99)])
        self._fill(city, self.records)
        p50, p99, large = self._looked(city)
        for name, found in (("page_p50", p50), ("page_p99", p99), ("page_large_p99", large)):
            zh, en = _WORDS[name.rpartition("_")[0]]
            share = name.rpartition("_")[2]
            label = Label(name=name, zh=f"{zh} {share}", en=f"{en}, {share}", unit="ms")
            self.report.add(measured(label, found, low_is_good=True))
        before = self.place.remembered(_DATABASE)["at_million"]
        if before and self.records > MILLION:
            label = Label(
                name="page_growth",
                zh="信用档案页 p50，与一百万条时相比",
                en="page of a credit file p50, against a million records",
                unit="times",
            )
            times = [one / before[0] for one in p50]
            self.report.add(measured(label, times, low_is_good=True))

    def _fill(self, city: CreditCity, wanted: int) -> None:
        """Add blocks until so many records are there."""
        begin = int(self.place.remembered(city.database)["blocks"])
        with self.place.shell(city.database) as shell, shell.unit(read_only=True) as uow:
            filler = Filler(self.place, city, catalogue(uow))
        blocks = record_blocks(self.size, LAST_DAY, begin, self.block_rows)
        for number, block in enumerate(blocks, begin):
            if number * self.block_rows >= wanted:
                break
            filler.copy(block)
            self.place.remember(city.database, blocks=number + 1)
            self.told(f"records: {(number + 1) * self.block_rows:,} / {wanted:,}")
        with self.place.as_admin(city.database) as admin:
            admin.exec_driver_sql("VACUUM (ANALYZE) credit_record")

    def _looked(self, city: CreditCity) -> tuple[list[float], list[float], list[float]]:
        """p50 and p99 of each repetition over subjects at random, p99 over the largest."""
        chance = Random(1)  # noqa: S311 - a sample must be repeatable, not secret
        with self.place.shell(city.database) as shell:
            look = _looker(shell, city)
            few = min(_PAGES, self.size.subjects)
            anybody = chance.sample(range(self.size.subjects), few)
            found = timed(look, anybody, self.effort)
            largest = range(min(200, self.size.subjects))
            large = timed(look, list(largest), self.effort)
        p50, p99 = found.percentiles(0.5), found.percentiles(0.99)
        return p50, p99, large.percentiles(0.99)


def _looker(shell: Shell, city: CreditCity) -> Callable[[int], Any]:
    """Opens the public page of the subject at a place, in this process."""
    app = create_app(shell.settings, bind=shell.bind)
    app.config.update(TESTING=True)
    browser = app.test_client()
    usccs = _usccs(shell, city)

    def look(place: int) -> None:
        answer = browser.get(f"/credit/{usccs[place]}")
        assert answer.status_code == 200, answer.status_code

    return look


def _as_csv(shell: Shell, city: CreditCity, block: RecordBlock) -> bytes:
    """A block as the file an agency would send."""
    with shell.unit(read_only=True) as uow:
        item = catalogue(uow).item(block.item, LAST_DAY)
    known = _usccs(shell, city)
    said = StringIO()
    out = csv.writer(said)
    out.writerow([one.zh for one in item.fields])
    usccs = [known[place] for place in block.places.tolist()]
    out.writerows(zip(*_cells(item, block, usccs), strict=True))
    return said.getvalue().encode()


def _usccs(shell: Shell, city: CreditCity) -> list[str]:
    """The codes of the city's subjects by place."""
    with shell.unit(read_only=True) as uow:
        return list(uow.session.scalars(_USCCS, {"first": city.first}))


def _cells(item: Item, block: RecordBlock, usccs: Sequence[str]) -> list[Sequence[str]]:
    empty = [""] * len(usccs)
    roles = {FieldRole.SUBJECT: usccs, FieldRole.DATE: block.days, FieldRole.NAME: usccs}
    return [roles.get(one.role, block.columns.get(one.name, empty)) for one in item.fields]


def _taken_in(shell: Shell, content: bytes, turn: int) -> float:
    """Receive a file and read it to its end; the seconds."""
    room = JobRoom(settings=shell.settings, bind=shell.bind, redis=shell.redis)
    begun = time.perf_counter()
    with shell.unit() as uow:
        command = ReceiveFile(
            item=_ITEM, filename=f"{turn}.csv", content=BytesIO(content), agency="samr"
        )
        upload, _new = receive_file(uow, command, folder=shell.settings.data)
    read_now(room, upload.id)
    seconds = time.perf_counter() - begun
    with shell.unit(read_only=True) as uow:
        asked = text("SELECT added, refused, pending FROM credit_upload WHERE id = :id")
        added, refused, pending = uow.session.execute(asked, {"id": upload.id}).one()
    rows = content.count(b"\n") - 1
    if (added, refused, pending) != (rows, 0, 0):
        raise AssertionError(f"{added} of {rows} rows kept, {refused} refused, {pending} waiting")
    return seconds
