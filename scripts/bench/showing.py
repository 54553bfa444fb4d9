"""Figures for people: one table a bench, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts.bench.results import Report, Result, Target


def show(console: Console, report: Report, machine: Mapping[str, Any]) -> None:
    """Print a report as a table with its notes below."""
    title = f"{report.bench} · {report.entries:,} 行 rows · {machine['cpu']} × {machine['cores']}"
    table = Table(title=title, title_justify="left")
    table.add_column("量 figure")
    for head in ("中位 median", "最好 best", "最差 worst"):
        table.add_column(head, justify="right")
    table.add_column("单位 unit")
    for head in ("比值 ratio", "目标 target"):
        table.add_column(head)
    for one in report.results:
        table.add_row(*cells(one))
    console.print(table)
    for zh, en in report.notes:
        console.print(f"  {escape(zh)}\n  {escape(en)}", highlight=False, style="dim")
    console.print()


def cells(one: Result) -> tuple[str, ...]:
    """What a line of the table says."""
    over = "> " if one.over else ""
    ratio = "" if one.ratio is None else f"{number(one.ratio)} × {one.ratio_to}"
    return (
        f"{one.zh}\n{one.en}",
        over + number(one.value),
        over + number(one.best),
        over + number(one.worst),
        one.unit,
        ratio,
        "" if one.target is None else promised(one.target, met=bool(one.met)),
    )


def promised(target: Target, *, met: bool) -> str:
    """A target and whether it was met."""
    sign = "≤" if target.most else "≥"
    unit = " ×" if target.on == "ratio" else ""
    mark = "[green]达到 met[/]" if met else "[red]未达到 missed[/]"
    return f"{sign} {number(target.bound)}{unit} {mark}"


def number(value: float) -> str:
    """A figure as people read it: three significant digits, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
