"""``suyuan bench``: the door of the benchmarks; the work is in ``scripts/bench``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from app.doors.cli import refuse
from app.processes.programs import PROJECT
from ledger.kernel.errors import Refusal

_NAMES = (
    *("ingest", "trace", "http", "file", "proof", "recheck", "recall"),
    *("records", "grading"),
)


@click.command(name="bench")
@click.argument("which", type=click.Choice([*_NAMES, "all"]))
@click.option(
    "--entries",
    type=click.IntRange(50_000, 300_000_000),
    default=1_000_000,
    show_default=True,
    help="Rows of the town; it is loaded once and kept.",
)
@click.option(
    "--records",
    type=click.IntRange(100_000, 100_000_000),
    default=1_000_000,
    show_default=True,
    help="Credit records of the city's 744,000 subjects; what is there stays.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 60),
    default=1.0,
    show_default=True,
    help="About how long each of the three times lasts that a figure is taken.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A data folder into which `suyuan seed --town city` has loaded a town.",
)
@click.option("--only", multiple=True, type=click.Choice(_NAMES), help="With all: only these.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON a bench, nothing else.")
def bench(which: str, only: tuple[str, ...], **sizes: Any) -> None:
    """Measure the book and the credit records beside their limits and rivals, in one run."""
    runs = _runs()
    wanted = runs.Wanted(benches=tuple(runs.chosen(which, only)), **sizes)
    try:
        if not runs.run(wanted):
            sys.exit(1)
    except Refusal as refusal:
        refuse(refusal)


def _runs() -> Any:
    """The benchmarks, which lie beside the program and not in it: only its folder has them."""
    if not (PROJECT / "scripts" / "bench" / "run.py").exists():
        raise click.ClickException(
            "性能测试在项目的文件夹里，这里只有安装包。\n"
            "The benchmarks are in the project's folder; here is only the installed package."
        )
    if str(PROJECT) not in sys.path:
        sys.path.append(str(PROJECT))
    return importlib.import_module("scripts.bench.run")
