"""The shell door of the sample town: ``suyuan seed``."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

from app.doors.cli import Shell, command, say
from app.processes.collecting import collect_rarely
from app.town import records, services
from app.town.rules.city import DAYS_MAX, OPERATORS, CityBatch, city_batches, whole_entries
from app.town.rules.papers import papers_of
from app.town.rules.whole import small_story, small_town
from app.town.services import Directory
from app.town.terms import Story, Town
from ledger.entries import services as entries
from ledger.entries.services import ReadyRows
from ledger.kernel import clock
from ledger.kernel.moment import moment_of
from ledger.kernel.zone import SHANGHAI

CLOSING = time(22, 0)  # operators file in the evening of the day
GOODS_PER_UNIT = 200
FIRMS_PER_UNIT = 2_000
ROWS_MAX = 300_000_000  # what the city's days hold
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a batch from ``begin`` to ``end``; with them the city has ``reached`` so many."""

    batch: CityBatch
    begin: int
    end: int
    reached: int


@command(name="seed")
@click.option(
    "--town",
    "size",
    type=click.Choice(["small", "city"]),
    default="small",
    show_default=True,
    help="small: some 400 firms, 30,000 entries; city: 75,800 firms, any number of entries.",
)
@click.option(
    "--entries",
    "wanted",
    type=click.IntRange(1, ROWS_MAX),
    default=1_000_000,
    show_default=True,
    help="For the city; a larger number later adds what is missing.",
)
@click.option(
    "--writers",
    type=click.IntRange(1, 4),
    default=1,
    show_default=True,
    help="For the city: how many batches the store takes at a time.",
)
def seed(shell: Shell, size: str, wanted: int, writers: int) -> None:
    """Load the sample town; doing it again adds nothing."""
    if size == "city":
        added = load_city(shell, wanted, writers=writers)
        say(f"城市已装入 · city: {added} new rows")
        return
    accepted, refused = load(shell)
    say(f"样例城镇已装入 · sample town: {accepted} entries, {refused} refused")


def load_city(shell: Shell, wanted: int, *, writers: int = 1) -> int:
    """Register the city's firms and stream its rows in up to ``wanted``; how many rows are new."""
    collect_rarely()
    with shell.unit() as uow:
        last = services.remembered_last_day(uow, clock.now().date())
        platform = services.settle_platform(uow)
        filed = services.city_filed(uow, platform)
    if sum(filed.values()) >= wanted:
        return 0
    start = moment_of(last - timedelta(days=DAYS_MAX)).seconds
    with Progress(console=Console(stderr=True), transient=True) as progress:
        directory = Directory(_city_firms(shell, progress), platform, start)
        bar = progress.add_task("台账 rows", total=wanted)
        told = partial(progress.update, bar)
        return stream_city(shell, directory, wanted, writers=writers, told=told)


def stream_city(
    shell: Shell,
    directory: Directory,
    wanted: int,
    *,
    writers: int = 1,
    told: Callable[..., None] = lambda **_: None,
) -> int:
    """Stream the city's rows in up to ``wanted``; how many are new.

    A larger city begins with the smaller one, so only what is missing is filed; an interrupted
    load goes on where it was. ``told`` is told how many rows are ``completed``.
    """
    with shell.unit() as uow:
        filed = services.city_filed(uow, directory.platform)
    added = 0
    for part, new in file_parts(shell, directory, _missing(directory, wanted, filed), writers):
        added += new
        told(completed=part.reached)
    return added


def file_parts(
    shell: Shell, directory: Directory, parts: Iterable[Part], writers: int
) -> Iterator[tuple[Part, int]]:
    """File parts of batches one behind the other; each with how many of its rows are new.

    While the store takes as many parts as there are writers, the next is made ready, and the lots
    of the one after it are opened.
    """
    writing: deque[tuple[Part, Future[int]]] = deque()
    with ThreadPoolExecutor(1) as opener, ThreadPoolExecutor(writers) as pool:
        for part in _one_ahead(opener, partial(_open, shell, directory), parts):
            if part.begin >= part.end:
                continue
            with shell.unit() as uow:
                rows = part.batch.rows[part.begin : part.end]
                ready = services.ready_city_rows(uow, directory, rows)
            if len(writing) == writers:
                yield _done(*writing.popleft())
            key = services.city_key(part.batch.number, part.begin, len(rows))
            writing.append((part, pool.submit(_write, shell, directory.platform, key, ready)))
        while writing:
            yield _done(*writing.popleft())


def _one_ahead(
    pool: Executor, work: Callable[[Part], None], parts: Iterable[Part]
) -> Iterator[Part]:
    """The parts with the work on each done, and the work on the next begun."""
    working: deque[tuple[Part, Future[None]]] = deque()
    for part in parts:
        working.append((part, pool.submit(work, part)))
        if len(working) > 1:
            yield _done(*working.popleft())[0]
    while working:
        yield _done(*working.popleft())[0]


def _done(part: Part, work: Future[_Found]) -> tuple[Part, _Found]:
    return part, work.result()


def _missing(directory: Directory, wanted: int, filed: Mapping[int, int]) -> Iterator[Part]:
    """What is not in the book yet, and before it batches of which only the lots are spoken of."""
    begin = next(number for number in count() if number not in filed)
    begin = max(0, begin - 1)  # the last of those without a gap may have been cut short
    reached = sum(filed[number] for number in range(begin))
    for batch in city_batches(start=directory.start, begin=begin):
        if batch.before:
            yield Part(batch, 0, 0, reached)
            continue
        there = filed.get(batch.number, 0)
        end = whole_entries(batch.rows, wanted - reached)
        reached += max(end, there)
        yield Part(batch, there, end, reached)
        if reached >= wanted:
            return


def _open(shell: Shell, directory: Directory, part: Part) -> None:
    with shell.unit() as uow:
        services.settle_city_lots(uow, directory, part.batch)


def _write(shell: Shell, platform: int, key: str, ready: ReadyRows) -> int:
    with shell.unit() as uow:
        return entries.file_ready_rows(uow, platform, key, ready)


def _city_firms(shell: Shell, progress: Progress) -> npt.NDArray[np.int32]:
    bar, ids = progress.add_task("主体 firms", total=OPERATORS), []
    for first in range(0, OPERATORS, FIRMS_PER_UNIT):
        with shell.unit() as uow:
            part = services.settle_city_firms(uow, first, min(FIRMS_PER_UNIT, OPERATORS - first))
        ids += part
        progress.advance(bar, len(part))
    return np.array(ids, np.int32)


def load(shell: Shell) -> tuple[int, int]:
    """Bring the small town in, unit by unit, so that an interrupted load goes on where it was.

    Returns how many lines were accepted and refused over all days.
    """
    with shell.unit() as uow:
        last = services.remembered_last_day(uow, clock.now().date())
        platform = services.settle_platform(uow)
        filed, known = services.is_loaded(uow, platform, last), records.are_settled(uow)
    if not (filed and known):
        town, story = small_town(last)
    if not filed:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            _settle(shell, town, progress)
            _file(shell, town, platform, progress)
        with shell.unit() as uow:
            services.settle_papers(uow, shell.settings, papers_of(town, story, last))
    if not known:
        with shell.unit() as uow:
            records.settle_records(uow, town.firms, last)
        with shell.unit() as uow:
            records.settle_judgments(uow, last)
    with shell.unit(read_only=True) as uow:
        return services.counted(uow, platform)


def _settle(shell: Shell, town: Town, progress: Progress) -> None:
    with shell.unit() as uow:
        services.settle_firms(uow, town.firms)
    bar = progress.add_task("产品 goods", total=len(town.goods))
    for start in range(0, len(town.goods), GOODS_PER_UNIT):
        with shell.unit() as uow:
            part = town.goods[start : start + GOODS_PER_UNIT]
            services.settle_goods(uow, part)
        progress.advance(bar, len(part))


def _file(shell: Shell, town: Town, platform: int, progress: Progress) -> None:
    bar = progress.add_task("台账 days", total=len(town.days))
    for day in town.days:
        evening = datetime.combine(day.on, CLOSING, SHANGHAI)
        with shell.unit(now=min(evening, clock.now())) as uow:
            services.file_day(uow, platform, day)
        progress.advance(bar)


def story_of(shell: Shell) -> Story:
    """The story of the loaded town: a pure function of its remembered last day."""
    with shell.unit(read_only=True) as uow:
        last = services.remembered_last_day(uow, clock.now().date())
    return small_story(last)
