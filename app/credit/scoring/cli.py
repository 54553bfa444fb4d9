"""The shell door of scoring: check a scheme's file, keep it, list what there is, run one."""

from __future__ import annotations

import json as text_json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app.credit.scoring import queries, services
from app.credit.scoring.errors import SchemeRefused
from app.credit.scoring.rules.reading import read_scheme
from app.credit.scoring.schemas import fault_texts, head_json
from app.credit.scoring.terms import FACT_SOURCES, OBJECT_SOURCES, LoadScheme, SchemeState
from app.doors.cli import Shell, command, say

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def credit() -> None:
    """Credit 信用: schemes that subjects are rated by."""


@credit.group()
def scheme() -> None:
    """Schemes 评价方案: check, load, list, run."""


@command(name="check")
@click.argument("file", type=_FILE)
def check(_shell: Shell, *, file: Path) -> None:
    """Read FILE and say every fault with its line; nothing is kept."""
    try:
        found = read_scheme(file.read_text("utf-8"), FACT_SOURCES, OBJECT_SOURCES)
    except SchemeRefused as refusal:
        for line in fault_texts(refusal, "zh"):
            say(f"{file}: {line}")
        raise
    say(f"{found.code} {found.version}: {len(found.indicators)} 项指标，{len(found.classes)} 类 · "
        f"{len(found.indicators)} indicators, {len(found.classes)} classes")  # fmt: skip


@command(name="load")
@click.argument("file", type=_FILE, required=False)
@click.option("--draft", is_flag=True, help="Keep it as a draft.")
def load(shell: Shell, *, file: Path | None, draft: bool) -> None:
    """Keep FILE, in force from its own day on; without it, the files that come with the program."""
    state = SchemeState.DRAFT if draft else SchemeState.IN_FORCE
    with shell.unit() as uow:
        if file is None:
            kept = services.adopt_schemes(uow)
        else:
            command_ = LoadScheme(text=file.read_text("utf-8"), state=state)
            kept = (services.load_scheme(uow, command_),)
    for view in kept:
        say(f"{view.scheme.code} {view.scheme.version} {view.state.value} {view.valid_from}")


@command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_them(shell: Shell, *, as_json: bool) -> None:
    """List all schemes with their versions."""
    with shell.unit(read_only=True) as uow:
        lines = [head_json(view) | {"state": view.state.value} for view in queries.schemes(uow)]
    if as_json:
        say(text_json.dumps(lines, ensure_ascii=False))
        return
    table = Table("code", "version", "title", "trade", "from", "to", "state")
    for one in lines:
        title = one["title"]["zh"]
        table.add_row(one["code"], one["version"], title, one["trade"], one["valid_from"],
                      one["valid_to"] or "", one["state"])  # fmt: skip
    Console().print(table)


@command(name="run")
@click.argument("code")
def run(shell: Shell, *, code: str) -> None:
    """Run the version of CODE that is in force today over all its objects."""
    with shell.unit() as uow:
        done = services.run_now(uow, code, uow.today)
    for one in done.run.distributions:
        classes = " ".join(f"{name} {count}" for name, count in one.classes.items())
        say(f"{one.kind} {one.total}: {classes}")


for _one in (check, load, list_them, run):
    scheme.add_command(_one)
