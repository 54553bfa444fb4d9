"""The shell door of scanning and tracing."""

from __future__ import annotations

import json as standard_json
import sys
from pathlib import Path
from time import perf_counter

import click
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from app.doors.cli import Shell, command, say
from app.doors.refusals import detail_of
from app.food.trace import queries
from app.food.trace.schemas import json
from app.food.trace.schemas.answer import trace_text
from app.food.trace.schemas.page import lot_shown, operator_shown
from app.food.trace.terms import Answered, AskTrace, CodeRead
from app.settings import wants_no_colour
from scanner.trace.rules.tree import Branch, tree_of
from scanner.trace.terms import Direction, Limits, LinkStatus, Trace, amount

_NOTHING_FOUND = 4
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic"}
_STATUS = {
    LinkStatus.DISPATCH_ONLY: "未确认 unanswered",
    LinkStatus.RECEIPT_ONLY: "发货方未报 no dispatch",
    LinkStatus.DIFFERS: "数量不符 differs",
    LinkStatus.MATCHED: "",
}


def _milliseconds() -> float:
    return perf_counter() * 1000


@command(name="trace")
@click.argument("code")
@click.option("--lot", default="", help="Lot number, where the code holds none.")
@click.option("--operator", default="", help="Only from this operator (USCC or id).")
@click.option("--up", "direction", flag_value="up", help="Where it came from.")
@click.option("--down", "direction", flag_value="down", default="down", help="Who had it after.")
@click.option("--both", "direction", flag_value="both", help="Both ways.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def trace(
    shell: Shell, code: str, *, lot: str, operator: str, direction: str, as_json: bool
) -> None:
    """Trace CODE: a lot, or all lots of a product."""
    asked = AskTrace(
        code=code, lot=lot, operator=operator, direction=Direction(direction or "down")
    )
    with shell.unit() as uow:
        answered = queries.answered(
            uow,
            asked,
            Limits(rows=shell.settings.trace_rows_max),
            _milliseconds,
            key=shell.settings.secret_key,
            sums=as_json,
        )
        uow.audit("trace.look_up", " ".join(part for part in (code, lot) if part)[:200])
    if as_json:
        say(trace_text(answered, shell.settings.secret_key))
    else:
        show(answered, _console())


@command(name="identify")
@click.argument("what", metavar="TEXT|PICTURE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def identify(shell: Shell, what: str, *, as_json: bool) -> None:
    """Say what TEXT, or every symbol in PICTURE, means and points at."""
    key = shell.settings.secret_key
    with shell.unit(read_only=True) as uow:
        picture = _picture(what)
        found = (
            queries.codes_in_picture(uow, picture, "zh", key=key)
            if picture is not None
            else [queries.code_read(uow, what, "zh", key=key)]
        )
    if as_json:
        documents = [json.code_document(read, "zh", key) for read in found]
        say(standard_json.dumps({"symbols": documents}, ensure_ascii=False))
    else:
        _console().print(_symbols(found))
    if not found:
        sys.exit(_NOTHING_FOUND)


def _picture(what: str) -> bytes | None:
    """The bytes of a picture's file; none where the argument is a text."""
    path = Path(what)
    try:
        is_file = path.suffix.lower() in _PICTURES or path.is_file()
        return path.read_bytes() if is_file else None
    except (OSError, ValueError) as problem:
        if path.suffix.lower() in _PICTURES and isinstance(problem, OSError):
            raise click.FileError(what, str(problem.strerror)) from problem
        return None


def _console() -> Console:
    """People's output: colour on a terminal only; wide enough for tables in a pipe."""
    piped = not sys.stdout.isatty()
    return Console(
        no_color=wants_no_colour() or None,
        width=140 if piped else None,
        highlight=False,
        markup=False,
    )  # a name is never markup


def _symbols(found: list[CodeRead]) -> Table:
    table = Table("图码 symbol", "内容 text", "指向 points at")
    for read in found:
        if read.refused is not None:
            target = detail_of(read.refused, "zh")
        else:
            lots = " ".join(lot.number for lot in read.lots)
            name = read.product.product if read.product else ""
            kind = read.pointed.kind.value if read.pointed else ""
            target = f"{kind} {name} {lots}".strip()
        table.add_row(read.symbology or "–", str(read.meaning["text"]), target)
    return table


def show(answered: Answered, console: Console) -> None:
    """Print a trace for people: its tree, the holders, the gaps, and the time it took."""
    found = answered.trace
    root = lot_shown(found, found.roots[0]) if found.roots else None
    title = f"{root.product} {root.number if answered.pointed.lots else ''}" if root else ""
    tree = Tree(f"{title.strip()} · {found.direction.value}")
    for item in tree_of(found):
        _grow(tree, item, found)
    console.print(tree)
    console.print(_holders(found))
    for gap in found.gaps:
        who = operator_shown(found, gap.node.operator).name
        console.print(
            f"缺口 gap: {gap.kind.value} · {who} · "
            f"{amount(gap.thousandths, gap.unit)} {gap.unit.code}"
        )
    state = (
        "完整 complete"
        if found.complete
        else "不完整 cut by " + ", ".join(limit.value for limit in found.limits)
    )
    console.print(f"{state} · 读 {found.rows_read} 条 entries · 用时 {answered.took_ms:.1f} ms")


def _grow(tree: Tree, item: Branch, found: Trace) -> None:
    line = tree.add(_line(item, found))
    for child in item.children:
        _grow(line, child, found)


def _line(item: Branch, found: Trace) -> str:
    if item.change is not None:
        made = " + ".join(lot_shown(found, each.lot).product for each in item.change.outputs)
        return f"加工 transformation {item.change.at} → {made}" + (" 同上" if item.again else "")
    if item.node is None:
        return ""
    name = operator_shown(found, item.node.operator).name
    again = " 同上 (as above)" if item.again else ""
    if item.link is None:
        return f"{name} · {lot_shown(found, item.node.lot).number}{again}"
    quantity = f"{amount(item.link.thousandths, item.link.unit)} {item.link.unit.code}"
    return f"{quantity} → {name} {item.link.at} {_STATUS[item.link.status]}{again}".rstrip()


def _holders(found: Trace) -> Table:
    table = Table("持有者 holder", "批号 lot")
    for head in ("收到 in", "生产 made", "发出 out", "加工 used", "处置", "在库 stock"):
        table.add_column(head, justify="right")
    table.add_column("单位 unit")
    for one in found.holders:
        sums = [
            amount(getattr(one, name), one.unit)
            for name in ("received", "produced", "dispatched", "used", "disposed", "on_hand")
        ]
        table.add_row(
            operator_shown(found, one.node.operator).name,
            lot_shown(found, one.node.lot).number,
            *sums,
            one.unit.code,
        )
    return table
