"""The shell door of the sample town: ``suyuan seed``."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

from app.doors.cli import Shell, command, say
from app.town import services
from app.town.rules.city import DAYS_MAX, OPERATORS, city_days
from app.town.rules.whole import small_story, small_town
from app.town.services import Directory
from app.town.terms import Story, Town
from ledger.kernel import clock
from ledger.kernel.moment import moment_of
from ledger.kernel.zone import SHANGHAI

CLOSING = time(22, 0)  # operators file in the evening of the day
GOODS_PER_UNIT = 200
FIRMS_PER_UNIT = 2_000


@command(name="seed")
@click.option(
    "--town",
    "size",
    type=click.Choice(["small", "city"]),
    default="small",
    show_default=True,
    help="small: some 400 firms, 30,000 entries; city: 75,800 firms, any number of entries.",
)
@click.option("--entries", type=int, default=1_000_000, show_default=True, help="For the city.")
def seed(shell: Shell, size: str, entries: int) -> None:
    """Load the sample town; doing it again adds nothing."""
    if size == "city":
        say(f"城市已装入 · city: {load_city(shell, entries)} new rows")
        return
    accepted, refused = load(shell)
    say(f"样例城镇已装入 · sample town: {accepted} entries, {refused} refused")


def load_city(shell: Shell, entries: int) -> int:
    """Stream the city in, a day a unit; an interrupted load goes on where it was."""
    with shell.unit() as uow:
        last = services.remembered_last_day(uow, clock.now().date())
        platform = services.settle_platform(uow)
    start = moment_of(last - timedelta(days=DAYS_MAX)).seconds
    lots = np.zeros(entries // 20 + 10_000, np.int32)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        directory = Directory(_city_firms(shell, progress), lots)
        bar, added = progress.add_task("台账 rows", total=entries), 0
        for day in city_days(entries, start=start):
            with shell.unit() as uow:
                added += services.file_city_day(uow, platform, directory, day)
            progress.advance(bar, len(day.rows))
    return added


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
        if services.is_loaded(uow, platform, last):
            return services.counted(uow, platform)
    town, _story = small_town(last)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        _settle(shell, town, progress)
        _file(shell, town, platform, progress)
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
