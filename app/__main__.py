"""The command line: ``suyuan …``, also ``python -m app …``."""

from __future__ import annotations

import logging
import sys
import uuid

import click

from app import registry
from app.bench import bench
from app.database import revision_of
from app.demo import demo
from app.doors import jobs, worker
from app.doors.cli import opened, refuse, say
from app.processes.serving import serve
from app.settings import settings_of_this_process
from app.watching import lines
from app.watching.tally import TALLY
from ledger.kernel.errors import Refusal

_SERVICES = frozenset({"serve", "worker", "scheduler"})


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="suyuan")
def suyuan() -> None:
    """Suyuan 溯源: who handed which lot of food to whom, and the proof of it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")


@suyuan.command(name="worker")
def run_worker() -> None:
    """Do jobs until stopped (needs SUYUAN_REDIS_URL and the database's address)."""
    registry.wire()
    worker.work(settings_of_this_process())


@suyuan.command(name="scheduler")
def run_scheduler() -> None:
    """Start periodic jobs until stopped; run exactly one per installation."""
    modules = registry.wire()
    periodic = [(every.seconds, every.job) for module in modules for every in module.periodic]
    worker.schedule(jobs.room_of_this_process(), periodic)


@suyuan.command(name="serve")
def run_everything() -> None:
    """Web, worker and scheduler, with a database and a queue of our own where none is given."""
    serve(settings_of_this_process())


@suyuan.command(name="migrate")
def run_migrations() -> None:
    """Bring the database's schema up to date."""
    with opened() as shell:
        say(f"已是最新 · up to date: {revision_of(shell.bind)}")


def with_modules() -> None:
    """Add the commands that the modules bring."""
    suyuan.add_command(demo)
    suyuan.add_command(bench)
    for module in registry.wire():
        for command in module.commands:
            _add(command)


def _add(command: click.Command) -> None:
    """Add a command; a group that another module has brought already takes in those of this one."""
    there = suyuan.commands.get(str(command.name))
    if isinstance(there, click.Group) and isinstance(command, click.Group):
        there.commands.update(command.commands)
    else:
        suyuan.add_command(command)


def main() -> None:
    """Run a command; a refusal ends with its own exit code and both languages on stderr.

    Services, and commands whose errors nobody watches on a terminal, leave a line in the log.
    """
    with_modules()
    name = next((word for word in sys.argv[1:2] if word in suyuan.commands), "none")
    if name in _SERVICES or not sys.stderr.isatty():
        lines.install()
    TALLY.begin(f"command-{uuid.uuid4().hex}")
    code = 1
    try:
        _run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise
    finally:
        lines.work_done(
            "command", TALLY.request_id, TALLY.elapsed(), command=name, exit=code, actor="system"
        )


def _run() -> None:
    try:
        suyuan()
    except Refusal as refusal:
        refuse(refusal)


if __name__ == "__main__":
    main()
