"""The shell door of grading: grade the city, show and explain one operator's grade."""

from __future__ import annotations

import json as text_json
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app.credit.grading import services
from app.credit.grading.queries.explained import Explained, explained
from app.credit.grading.schemas.out import changes, full_answer, points
from app.credit.grading.terms import BASIS_TEXTS, FoodRun, GradeCity
from app.doors.cli import Shell, command, say
from ledger.kernel import uow as units
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc
from ledger.subjects.terms import Subject

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def credit() -> None:
    """Credit 信用."""


@credit.group(name="grade")
def credit_grade() -> None:
    """Food risk grades 食品风险分级."""


@click.group()
def grade() -> None:
    """Food risk grades 食品风险分级."""


@command(name="run")
@click.option("--as-of", type=_DAY, default=None, help="The day to grade by; today.")
@click.option("--operator", "usccs", multiple=True, help="USCC; only these.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def run_it(shell: Shell, *, as_of: datetime | None, usccs: tuple[str, ...], as_json: bool) -> None:
    """Grade all food operators, or some of them; all of it or nothing."""

    def work(uow: UnitOfWork) -> FoodRun:
        subjects = tuple(subject_by_uscc(uow, uscc).id for uscc in usccs)
        day = as_of.date() if as_of else uow.today
        return services.grade_city(uow, GradeCity(as_of=day, subjects=subjects))

    done = units.run(shell.unit, work)
    if as_json:
        say(text_json.dumps(_run(done), ensure_ascii=False))
        return
    counts = "  ".join(f"{letter} {count:,}" for letter, count in done.tally.items())
    say(f"{done.as_of}  {done.operators:,} 户 operators  {counts}  {done.took_ms / 1000:.1f} s")


def _run(done: FoodRun) -> dict[str, Any]:
    return {
        "run": done.id,
        "as_of": done.as_of.isoformat(),
        "whole": done.whole,
        "operators": done.operators,
        "tally": done.tally,
        "changed": done.changed,
        "unfilled": done.unfilled,
        "took_ms": done.took_ms,
        "snapshot": done.snapshot,
    }


@command(name="show")
@click.argument("uscc")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def show(shell: Shell, *, uscc: str, as_json: bool) -> None:
    """Show an operator's grade and why it has it."""
    _show(shell, uscc, as_json=as_json)


@command(name="explain")
@click.argument("uscc")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def explain(shell: Shell, *, uscc: str, as_json: bool) -> None:
    """Explain an operator's grade, line by line."""
    _show(shell, uscc, as_json=as_json)


def _show(shell: Shell, uscc: str, *, as_json: bool) -> None:
    with shell.unit() as uow:
        subject = subject_by_uscc(uow, uscc)
        found = explained(uow, subject.id)
        uow.audit("grade.look_up", f"subject:{subject.id}")
    if as_json:
        say(text_json.dumps(_document(subject, found), ensure_ascii=False, default=str))
        return
    said = found.grade
    say(f"{subject.name}  {said.grade.value}  {said.as_of}  {BASIS_TEXTS[said.basis][0]}")
    table = Table("项目 line", "分 points", "满分 most", "条款 clause")
    for line in found.score.outcome.lines if found.score else ():
        table.add_row(line.indicator.title.zh, points(line.points), points(line.most), line.clause)
    table.add_row("合计 total", points(said.total) or "–", "", "")
    Console().print(table)


def _document(subject: Subject, found: Explained) -> dict[str, Any]:
    lines = found.score.outcome.lines if found.score else ()
    return full_answer(subject.uscc, subject.name, found.grade, found.visits) | {
        "lines": [
            {
                "code": line.indicator.code,
                "title": line.indicator.title.zh,
                "points": points(line.points),
                "most": points(line.most),
                "clause": line.clause,
                "evidence": list(line.evidence),
            }
            for line in lines
        ],
        "history": changes(found.history),
    }


credit_grade.add_command(run_it)
credit_grade.add_command(show)
grade.add_command(explain)
