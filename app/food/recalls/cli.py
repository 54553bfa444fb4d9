"""The shell door of recalls: list, open, show, close, and a drill with the times it reached."""

from __future__ import annotations

import json as text_json
from collections.abc import Callable
from datetime import datetime
from time import perf_counter
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app.doors.cli import Shell, command, say
from app.food.recalls import queries, schemas, services
from app.food.recalls.queries import naming
from app.food.recalls.terms import (
    Found,
    Hazard,
    HoldersAsked,
    Kind,
    Level,
    OpenRecall,
    PlanItem,
    Recall,
    RecallsAsked,
    Step,
    TakeStep,
)
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

_ALL = 200


@click.group()
def recalls() -> None:
    """Recalls 召回: lots taken back from all who have them, and drills of that."""


def _json(document: Any) -> None:
    say(text_json.dumps(document, ensure_ascii=False))


@command(name="list")
@click.option("--open", "is_open", is_flag=True, help="Only those that are not closed.")
@click.option("--drills", is_flag=True, help="Drills instead of recalls.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_them(shell: Shell, *, is_open: bool, drills: bool, as_json: bool) -> None:
    """List recalls, the newest first."""
    asked = RecallsAsked(is_open=is_open or None, is_drill=drills, limit=_ALL)
    with shell.unit(read_only=True) as uow:
        found = queries.recalls(uow, asked).items
    if as_json:
        _json({"recalls": [schemas.recall_document(one) for one in found]})
        return
    table = Table("编号 number", "标题 title", "状态 state", "级别", "批次 lots", "持有 holders")
    for one in found:
        sums = (str(int(one.level) or ""), str(one.lots), str(one.holders))
        table.add_row(one.number, one.title, one.state.value, *sums)
    Console().print(table)


@command(name="open")
@click.argument("code")
@click.option("--lot", default="", help="Lot number, where the code holds none.")
@click.option("--reason", required=True, help="What was found.")
@click.option(
    "--known-at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]), help="Default: now."
)
@click.option("--level", type=click.IntRange(0, 3), default=0, help="1, 2 or 3; 0 grades later.")
@click.option("--hazard", type=click.Choice([one.value for one in Hazard]), default="other")
@click.option("--withdrawal", is_flag=True, help="追回: not yet sold to consumers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def open_one(shell: Shell, code: str, *, known_at: datetime | None, **said: Any) -> None:
    """Open a recall of what CODE points at: a lot, or a product with all its lots."""
    lot, as_json = said["lot"], said["as_json"]
    with shell.unit() as uow:
        asked = OpenRecall(
            reason=said["reason"],
            known_at=known_at.replace(tzinfo=SHANGHAI) if known_at else uow.now,
            level=Level(said["level"]),
            hazard=Hazard(said["hazard"]),
            kind=Kind.TAKE_BACK if said["withdrawal"] else Kind.RECALL,
            found=Found.AUTHORITY,
        )
        key = shell.settings.secret_key
        opened = services.open_recall(uow, naming.with_lots(uow, asked, code, lot, key))
    _tell(opened, as_json=as_json)


def _tell(found: Recall, *, as_json: bool) -> None:
    if as_json:
        _json(schemas.recall_document(found))
        return
    say(f"{found.number} {found.title} · {found.state.value} · {found.lots} 批 lots · "
        f"{found.holders} 家 holders")  # fmt: skip


@command(name="show")
@click.argument("recall_id", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def show(shell: Shell, recall_id: int, *, as_json: bool) -> None:
    """Show a recall: its clocks, its effectiveness, and who has not answered."""
    with shell.unit() as uow:
        found = queries.recall(uow, recall_id)
        effect, tally = queries.effectiveness_of(uow, found.id), queries.tally_of(uow, found.id)
        clocks = queries.clocks_of(uow, found)
        asked = HoldersAsked(recall_id=found.id, only="unanswered", limit=_ALL)
        silent = queries.holders_of(uow, asked).items
        uow.audit("recall.look_up", f"recall:{found.id}")
    if as_json:
        _json(schemas.recall_document(found, clocks, effect, tally))
        return
    _tell(found, as_json=False)
    for one in clocks:
        say(f"{one.timer.value}: {one.state.value} {one.due_at or ''}")
    for scope in effect.whole:
        shown = schemas.figures_document(scope)
        say(f"{shown['accounted']} / {shown['base']} {shown['unit']} · {shown['ratio']}")
    table = Table("未答复 unanswered", "层级 tier", "联系 contact", "阶段 stage")
    for holder in silent:
        contact = holder.contact or holder.phone
        table.add_row(holder.name, str(holder.tier), contact, str(holder.stage))
    Console().print(table)


@command(name="close")
@click.argument("recall_id", type=int)
@click.option("--basis", required=True, help="Legal ground.")
@click.option("--document", required=True, help="Number of the paper.")
@click.option("--unfounded", is_flag=True, help="The suspicion has proved unfounded.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def close(shell: Shell, recall_id: int, *, unfounded: bool, as_json: bool, **paper: Any) -> None:
    """Close a recall and release its lots; a lot in another recall stays stopped."""
    step = Step.DISMISSED if unfounded else Step.CLOSED
    with shell.unit() as uow:
        done = services.take_step(uow, TakeStep(recall_id=recall_id, step=step, **paper))
    _tell(done, as_json=as_json)


@command(name="drill")
@click.argument("code")
@click.option("--lot", default="", help="Lot number, where the code holds none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def drill(shell: Shell, code: str, *, lot: str, as_json: bool) -> None:
    """Rehearse a recall of what CODE points at: nobody is told, nothing is stopped, all is timed.

    The drill stays on file, marked as one, with the scope it found.
    """
    watch = _Stopwatch(perf_counter)
    with shell.unit() as uow:
        said = _drilled(uow, shell.settings.secret_key, code, lot, watch)
    watch.reach("kept", "已存档 kept")
    said["times_ms"] = {name: round(ms, 1) for name, _, ms in watch.reached}
    if as_json:
        _json(said)
        return
    say(f"演练 DRILL {said['number']} · {said['lots']} 批 lots · {said['holders']} 家 holders")
    table = Table("到达 reached", "毫秒 ms")
    for _, words, ms in watch.reached:
        table.add_row(words, f"{ms:.1f}")
    Console().print(table)
    for tier, count in said["tiers"].items():
        say(f"第 {tier} 层 tier {tier}: {count} 家 holders")


class _Stopwatch:
    """Which stages were reached after how many milliseconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.seconds, self.begun = seconds, seconds()
        self.reached: list[tuple[str, str, float]] = []

    def reach(self, name: str, words: str) -> None:
        """Note a stage."""
        self.reached.append((name, words, (self.seconds() - self.begun) * 1000))


def _drilled(uow: UnitOfWork, key: str, code: str, lot: str, watch: _Stopwatch) -> dict[str, Any]:
    asked = OpenRecall(
        reason="演练 drill", known_at=uow.now, is_drill=True, level=Level.ONE, found=Found.DRILL
    )
    asked = naming.with_lots(uow, asked, code, lot, key)
    watch.reach("pointed", "找到批次 lots pointed at")
    opened = services.open_recall(uow, asked)
    watch.reach("frozen", "持有者已锁定 holders found and frozen")
    items = dict.fromkeys((item.value for item in PlanItem), "演练 drill")
    services.take_step(uow, TakeStep(recall_id=opened.id, step=Step.PLANNED, items=items))
    watch.reach("planned", "计划 planned")
    done = services.take_step(uow, TakeStep(recall_id=opened.id, step=Step.NOTIFIED, items=items))
    watch.reach("notices", "通知已备好（不发出） notices ready, none sent")
    tiers = queries.tiers_of(uow, done.id)
    return {
        "number": done.number,
        "id": done.id,
        "lots": done.lots,
        "holders": done.holders,
        "tiers": tiers,
        "is_spread": done.is_spread,
    }


for _one in (list_them, open_one, show, close, drill):
    recalls.add_command(_one)
