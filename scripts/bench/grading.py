"""Bench ``grading``: all food operators of the city graded in one run, explanations stored.

Everything is done on a copy of the city's subjects, which is thrown away afterwards.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlalchemy import text

from app.credit.grading.services import grade_city
from app.credit.grading.terms import GradeCity
from app.doors.cli import Shell
from app.processes.collecting import collect_rarely
from app.town.rules.credit_city import CITY, CreditSize
from scripts.bench.credit import BASE, credit_city
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, measured
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import LAST_DAY, Told

_DATABASE = "bench_grading"
_EXPLAINED = text("SELECT count(DISTINCT subject_id) FROM score")  # some have several trades


@dataclass(kw_only=True)
class Bench:
    """One run on a copy of the city's subjects."""

    place: Place
    told: Told
    effort: Effort = FULL
    size: CreditSize = CITY
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything."""
        collect_rarely()
        self.report = Report(bench="grading", entries=self.size.food)
        credit_city(self.place, self.told, self.size)
        self.told("grading")
        seconds = []
        for _ in range(self.effort.repetitions):
            self.place.make(_DATABASE, template=BASE)
            try:
                with self.place.shell(_DATABASE) as shell:
                    seconds.append(self._graded(shell))
            finally:
                self.place.drop(_DATABASE)
        label = Label(
            name="graded",
            zh=f"{self.size.food:,} 家食品经营者一次评级，解释入库",
            en=f"{self.size.food:,} food operators graded in one run, explanations stored",
            unit="s",
        )
        self.report.add(measured(label, seconds, low_is_good=True))
        rates = [self.size.food / one for one in seconds]
        label = Label(
            name="rate", zh="每秒评级的经营者", en="operators graded a second", unit="rows/s"
        )
        self.report.add(measured(label, rates))
        return self.report

    def _graded(self, shell: Shell) -> float:
        """The first grading of the city as of its last day; the seconds until it is committed."""
        begun = time.perf_counter()
        with shell.unit() as uow:
            run = grade_city(uow, GradeCity(as_of=LAST_DAY))
        seconds = time.perf_counter() - begun
        with shell.unit(read_only=True) as uow:
            explained = uow.session.scalar(_EXPLAINED)
        if run.operators != self.size.food or explained != self.size.food:
            raise AssertionError(f"{run.operators} graded, {explained} explained")
        return seconds
