"""Recomputing everything from the rows of the book, and taking up what was filed before the log."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from app.doors.cli import Shell, command, say
from app.proof import services
from ledger.kernel import uow as units
from ledger.proof import queries as log
from ledger.proof.rules import note
from ledger.proof.services import adopt_entries
from ledger.proof.terms import Fault, Finding, Rechecked

DIFFERS = 1  # the exit code when anything is not as it was signed
_FAULTS = {
    Fault.CHANGED: ("内容被改动", "its rows or notes were changed"),
    Fault.REMOVED: ("记录被删除", "its rows were removed"),
    Fault.ADDED: ("多出没有人报送过的记录", "rows or notes that nobody filed"),
    Fault.SWAPPED: ("与另一笔调换了内容", "it has exchanged values with another entry"),
    Fault.MOVED: ("位置被调换", "it stands where another entry was sealed"),
    Fault.NONCE: ("报送的随机数被改动", "the nonce of its filing was changed"),
    Fault.BATCH: ("报送的随机数缺失或重叠", "the nonce of its filing is missing or overlaps"),
    Fault.SPAN: ("位置表有缺漏或重复", "the table of places leaves some out or names some twice"),
    Fault.UNSEALED: ("已报送，既没有封存也不在等待", "filed, and neither sealed nor waiting"),
    Fault.FILING: (
        "报送与随机数指的不是同一些记录",
        "filing and nonce do not name the same entries",
    ),
    Fault.TILE: ("分片缺失或损坏", "a stored tile is missing or damaged"),
    Fault.CHECKPOINT: (
        "存证点不是我们签的，或根值不对",
        "a checkpoint is not ours, or of another root",
    ),
    Fault.ROOT: ("整个存证库与签名的根值不符", "the log as a whole is not what was signed"),
}
_STAGES = {"rows": "读取 · rows", "entries": "计算 · entries", "leaves": "核对 · leaves"}


class _Bar:
    """Progress on standard error, where somebody watches it."""

    def __init__(self) -> None:
        self._stage, self._part = "", -1
        self._watched = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, of: int) -> None:
        part = 100 * done // max(of, 1)
        if not self._watched or (stage, part) == (self._stage, self._part):
            return
        if stage != self._stage and self._stage:
            click.echo(err=True)
        self._stage, self._part = stage, part
        filled = "█" * (part // 4)
        click.echo(f"\r{_STAGES.get(stage, stage):<18}{filled:<25} {part:3d} %", nl=False, err=True)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._stage:
            click.echo(err=True)


@contextmanager
def _watched(data: Path) -> Iterator[tuple[Path, Callable[[str, int, int], None]]]:
    """A folder for the while, where there is room for the book's hashes, and a bar."""
    bar = _Bar()
    data.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=data, prefix="proof-") as name:
        yield Path(name), bar
    bar.end()


@command(name="recheck")
@click.option("--workers", default=2, show_default=True, help="Processes that read the book.")
@click.option("--kept", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document only.")
def recheck(shell: Shell, workers: int, kept: tuple[Path, ...], *, as_json: bool) -> None:
    """Recompute the whole log from the rows of the book; name the first line that differs.

    KEPT are checkpoints somebody else has kept: a book and log rewritten together still differ from
    those. Ends with 1 when anything is not as it was signed.
    """
    key = services.log_key(shell.settings).verifier
    with _watched(shell.settings.data) as (folder, bar):
        asked = log.Recheck(
            verifiers=(key, *services.keys_before(shell.settings)),
            folder=folder,
            workers=workers,
            kept=[note.text_from(path.read_bytes()) for path in kept],
        )
        found = log.recheck(shell.bind, asked, bar)
    if as_json:
        click.echo(json.dumps(_document(found), ensure_ascii=False))
    else:
        _tell(found)
    if found.findings:
        sys.exit(DIFFERS)


def _document(found: Rechecked) -> dict[str, Any]:
    return {
        "good": not found.findings,
        "size": found.size,
        "waiting": found.waiting,
        "rows": found.rows,
        "notes": found.notes,
        "checkpoints": found.checkpoints,
        "faults": {fault.value: count for fault, count in found.counts.items()},
        "findings": [
            {
                "fault": one.fault.value,
                "place": one.place,
                "entry": one.entry,
                "reference": one.reference,
                "count": one.count,
                "about": one.about,
            }
            for one in found.findings
        ],
    }


def _tell(found: Rechecked) -> None:
    say(
        f"核对 · rechecked: {found.size:,} 条 leaves, {found.rows:,} 行 rows, "
        f"{found.checkpoints:,} 存证点 checkpoints, {found.waiting:,} 等待 waiting"
    )
    if not found.findings:
        say("与签名一致 · as it was signed")
        return
    for fault, count in found.counts.items():
        zh, en = _FAULTS[fault]
        say(f"{count:>12,}  {zh} · {en} [{fault.value}]")
    say(f"第一处 · first: {_named(found.findings[0])}")
    for one in found.findings[1:20]:
        say(f"                {_named(one)}")


def _named(one: Finding) -> str:
    """A finding in a line: which entry, at what place, what is wrong."""
    zh, en = _FAULTS[one.fault]
    who = one.reference or (f"#{one.entry}" if one.entry else "–")
    where = f" @{one.place}" if one.place >= 0 else ""
    more = f" ({one.about})" if one.about else ""
    return f"{who}{where} {zh} · {en}{more}"


@command(name="adopt")
def adopt(shell: Shell) -> None:
    """Take up what was filed before there was a log; the next sealing seals it."""
    with _watched(shell.settings.data) as (folder, bar):
        taken = units.run(shell.unit, lambda uow: adopt_entries(uow, folder, bar))
    say(f"补入 · adopted: {taken.filings} 报送 filings, {taken.entries} 笔 entries")
