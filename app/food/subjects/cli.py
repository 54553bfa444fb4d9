"""The shell door of subjects: a sheet of them at once."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from app.doors.cli import Shell, command, say
from app.doors.refusals import detail_of
from app.food.subjects import services
from app.food.subjects.schemas.sheet import rows_of
from app.food.subjects.terms import Imported, Row
from ledger.kernel import uow as units
from ledger.kernel.identifiers.spelling import fold

AT_ONCE = 5_000  # subjects in one transaction: seconds of work at most, nothing waits for long
SOME_REFUSED = 3


@click.group()
def subjects() -> None:
    """Subjects: who may appear in the book."""


@command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def import_file(shell: Shell, file: Path, *, as_json: bool) -> None:
    """Register the subjects of FILE (xlsx or csv) and report row by row; good rows are kept."""
    report: list[Imported] = []
    for part in parts_of(rows_of(file)):
        report += units.run(shell.unit, partial(services.import_rows, rows=part))
    report.sort(key=lambda line: line.row.number)
    say(document(report) if as_json else lines(report))
    if any(line.refusal for line in report):
        sys.exit(SOME_REFUSED)


def parts_of(rows: list[Row], at_once: int = AT_ONCE) -> Iterator[list[Row]]:
    """The rows in parts of a transaction each; the rows of one subject stay together."""
    by_subject: dict[str, list[Row]] = {}
    for row in rows:
        by_subject.setdefault(fold(row.uscc), []).append(row)
    part: list[Row] = []
    for together in by_subject.values():
        part += together
        if len(part) >= at_once:
            yield part
            part = []
    yield part


def document(report: list[Imported]) -> str:
    """The report as one JSON document: how many rows came to what, and every refusal."""
    counts = Counter(line.state for line in report)
    return json.dumps(
        {
            "rows": len(report),
            **{state: counts[state] for state in ("created", "unchanged", "refused")},
            "refusals": [
                {
                    "row": line.row.number,
                    "uscc": line.row.uscc,
                    "code": line.refusal.code,
                    "field": line.refusal.field or "",
                    "detail": detail_of(line.refusal, "zh"),
                }
                for line in report
                if line.refusal
            ],
        },
        ensure_ascii=False,
    )


def lines(report: list[Imported]) -> str:
    """The report for people: the counts, then a line per refused row in both languages."""
    counts = Counter(line.state for line in report)
    refused = [
        f"{line.row.number}\t{line.row.uscc}\t{line.row.name}\t{detail_of(line.refusal, 'zh')}"
        f" · {detail_of(line.refusal, 'en')}"
        for line in report
        if line.refusal
    ]
    summary = (
        f"新登记 created {counts['created']} · 未变 unchanged {counts['unchanged']} · "
        f"未收 refused {counts['refused']}"
    )
    return "\n".join([summary, *refused])


subjects.add_command(import_file)
