"""The shell door of the sample town: ``suyuan seed``."""

from __future__ import annotations

from datetime import datetime, time

import click
from rich.console import Console
from rich.progress import Progress

from app.doors.cli import Shell, command, say
from app.town import services
from app.town.rules.whole import small_town
from app.town.terms import Story, Town
from ledger.kernel import clock
from ledger.kernel.zone import SHANGHAI

CLOSING = time(22, 0)  # operators file in the evening of the day
GOODS_PER_UNIT = 200


@command(name="seed")
@click.option(
    "--town",
    "size",
    type=click.Choice(["small"]),
    default="small",
    show_default=True,
    help="How large a town: small has some 400 firms and 30,000 entries.",
)
def seed(shell: Shell, size: str) -> None:
    """Load the sample town; doing it again adds nothing."""
    accepted, refused = load(shell)
    say(f"样例城镇已装入 · sample town: {accepted} entries, {refused} refused")


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
    return small_town(last)[1]
