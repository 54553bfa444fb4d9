"""The shell door of classification: run a month, keep a version of the combination."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from app.credit.classification import services
from app.doors.cli import Shell, command, say


@click.group()
def credit() -> None:
    """Credit 信用: classes of enterprises, for officials only."""


@command(name="classify")
@click.option("--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), help="A day of the month.")
def classify(shell: Shell, *, day: datetime | None) -> None:
    """Give every enterprise its class as of the first of this month, or of that of DAY."""
    with shell.unit() as uow:
        done = services.classify(uow, day.date() if day else uow.today)
    for one in done.run.distributions:
        classes = " ".join(f"{name} {count}" for name, count in one.classes.items())
        say(f"{done.run.as_of} {one.total}: {classes} - {one.unclassed}")


@command(name="combination")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def combination(shell: Shell, *, file: Path) -> None:
    """Keep FILE as a version of the combination; months from its day on are joined again."""
    with shell.unit() as uow:
        how = services.load_combination(uow, file.read_text("utf-8"))
    say(f"{how.version} {how.valid_from}")


credit.add_command(classify)
credit.add_command(combination)
