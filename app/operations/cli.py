"""The shell door of operations: ``suyuan backup`` and ``suyuan restore``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from app import embedded
from app.database import owner_engine
from app.doors.cli import say
from app.operations import services
from app.operations.errors import RestoredDiffers
from app.operations.services.tables import Told
from app.operations.terms import Keys, Manifest
from app.settings import Settings, settings_of_this_process
from ledger.kernel import clock

_MIB = 1024 * 1024


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    "how",
    type=click.Choice([each.value for each in Keys]),
    help="out: no keys (default); sealed: under SUYUAN_BACKUP_PASSPHRASE (default where it is "
    "set); plain: in the clear.",
)
def backup(place: Path, how: str | None) -> None:
    """Write database and files to PLACE: a folder, or one file where it ends in .tar.

    Filing goes on meanwhile; what is written is one moment's state.
    """
    began = perf_counter()
    settings = settings_of_this_process()
    chosen = Keys(how) if how else (Keys.SEALED if settings.backup_passphrase else Keys.OUT)
    with _store(settings, alone=False) as (full, owner), _progress("rows") as told:
        made = services.back_up(full, owner, place, how=chosen, now=clock.now(), told=told)
    _tell("已备份 · backed up", made, perf_counter() - began)
    say(_ABOUT_KEYS[chosen])


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option("--replace", "replacing", is_flag=True, help="Throw away what is there now.")
def restore(place: Path, replacing: bool) -> None:
    """Make an installation of the backup at PLACE: all of it, or nothing is changed.

    An installation that holds anything is refused, unless it is to be replaced.
    """
    began = perf_counter()
    settings = settings_of_this_process()
    with _store(settings, alone=True) as (full, owner), _progress("rows") as told:
        made = services.restore(full, owner, place, replacing=replacing, told=told)
        _tell("已恢复 · restored", made, perf_counter() - began)
        if made.keys is Keys.OUT:
            say(_KEYS_TO_BRING)
        _recheck(full, owner, told)


def _recheck(settings: Settings, owner: Engine, told: Told) -> None:
    """Say whether the book is what was sealed. Raises RestoredDiffers."""
    began = perf_counter()
    found = services.recheck_restored(settings, owner, lambda stage, _done, _of: told(stage, 0))
    if found is None:
        say(_NOT_RECHECKED)
        return
    if found.first is not None:
        first = f"{found.first.fault} {found.first.reference or found.first.about}".strip()
        raise RestoredDiffers(count=sum(found.counts.values()), first=first)
    say(
        f"存证复核通过 · rechecked: {found.rows:,} rows, {found.size:,} sealed entries, "
        f"{found.checkpoints} checkpoints, all as sealed, {perf_counter() - began:.1f} s"
    )


@contextlib.contextmanager
def _store(settings: Settings, *, alone: bool) -> Iterator[tuple[Settings, Engine]]:
    """The store as its owner, not migrated: a backup is made before an upgrade too."""
    with embedded.services(settings, alone=alone) as running:
        full = running.applied_to(settings)
        owner = owner_engine(full)
        try:
            yield full, owner
        finally:
            owner.dispose()


@contextlib.contextmanager
def _progress(unit: str) -> Iterator[Told]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar, total = progress.add_task("…"), 0

        def told(name: str, rows: int) -> None:
            nonlocal total
            total += rows
            progress.update(bar, description=f"{total:,} {unit} · {name or 'index'}")

        yield told


def _tell(what: str, made: Manifest, seconds: float) -> None:
    say(
        f"{what}: {made.rows:,} rows, {len(made.files)} files, {made.size / _MIB:.1f} MiB, "
        f"{made.made_at}, {seconds:.1f} s"
    )


_KEYS_TO_BRING = (
    "备份不含密钥：请把原来的 secret_key（和 log_key）放回数据文件夹，否则已印的标签打不开。\n"
    "The backup holds no keys: put the old secret_key (and log_key) back into the data folder, "
    "or labels already printed will not open."
)
_NOT_RECHECKED = (
    "没有 log_key，未作存证复核：放回后请运行 suyuan proof recheck。\n"
    "Not rechecked, for log_key is not here: put it back and run suyuan proof recheck."
)
_ABOUT_KEYS = {
    Keys.OUT: "密钥未写入备份：请另行保管 secret_key 和 log_key，没有它们已印的标签打不开。\n"
    "No keys are in it: keep secret_key and log_key elsewhere; without them labels already "
    "printed will not open.",
    Keys.SEALED: "密钥已用口令加密写入；恢复时需要同一口令。\n"
    "The keys are in it under the passphrase; restoring needs the same one.",
    Keys.PLAIN: "注意：密钥以明文写入，得到备份的人可以冒名登录和签发。文件仅本用户可读（0600）。\n"
    "Careful: the keys are in it in the clear; who has this backup can sign as you. "
    "It is readable by you alone (0600).",
}
