"""What need not be kept any more goes: the shell door of the purge, as the tables' owner."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from app.database import owner_engine
from app.doors.cli import Shell, command, say
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.proof.services import Purged, purge_book

_WHY = {"": "清理 · goes", "days": "未满期 · not yet", "held": "冻结 · stopped lots"}


@command(name="purge")
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--dry-run", is_flag=True, help="Tell what would go; nothing does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document only.")
def purge(shell: Shell, before: datetime, *, dry_run: bool, as_json: bool) -> None:
    """Do away with what need not be kept on the day BEFORE any more; every other proof holds.

    Whole partitions of the book whose lots are all past their time go; of what stays, notes past
    their day lose their words. Stopped lots, and what they were made from and into, stay as is.
    """
    owner = owner_engine(shell.settings)
    try:
        with units.begin(owner, actor=SYSTEM, now=clock.now(), request_id="shell") as uow:
            done = purge_book(uow, before.date(), dry_run=dry_run)
    finally:
        owner.dispose()
    if as_json:
        click.echo(json.dumps(_document(done, dry_run=dry_run)))
    else:
        _tell(done)


def _document(done: Purged, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "entries": done.entries,
        "notes": done.notes,
        "held_notes": done.held_notes,
        "partitions": [
            {
                "number": one.number,
                "rows": one.rows,
                "until": one.until.isoformat(),
                "kept_for": one.kept_for,
            }
            for one in done.partitions
        ],
    }


def _tell(done: Purged) -> None:
    for one in done.partitions:
        why = _WHY[one.kept_for]
        say(f"entry_{one.number:04d}  {one.rows:>12,} 行 rows  {one.until.isoformat()}  {why}")
    say(
        f"记录 · entries: {done.entries:,}  备注 · notes: {done.notes:,}  "
        f"冻结保留 · kept for stopped lots: {done.held_notes:,}"
    )
