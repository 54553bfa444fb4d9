"""The shell door of records: the catalogue, and how many annual reports were filed."""

from __future__ import annotations

import json as text_json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from app.credit.records import jobs, services
from app.credit.records.queries import uploads
from app.credit.records.queries.catalogue import agencies, items
from app.credit.records.queries.publicity import punctuality
from app.credit.records.queries.rates import report_rate
from app.credit.records.services.catalogue import load_catalogue, load_shipped
from app.credit.records.terms import (
    CATEGORY_TEXTS,
    CYCLE_TEXTS,
    LEVEL_TEXTS,
    Cause,
    Channel,
    ReceiveFile,
    Upload,
    UploadState,
)
from app.doors.cli import Shell, command, say
from app.doors.jobs import JobRoom
from app.doors.refusals import text_of
from ledger.kernel.uow import UnitOfWork

SOME_REFUSED = 3
"""The exit code where some rows were not taken."""


@click.group()
def credit() -> None:
    """Credit 信用: the catalogue of what agencies submit."""


@credit.group()
def catalogue() -> None:
    """The catalogue 信用目录: items, their fields, who provides them."""


@command(name="load")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
def load(shell: Shell, *, file: Path | None) -> None:
    """Take FILE into the catalogue; without it, what comes with the program, agencies too."""
    with shell.unit() as uow:
        done = load_catalogue(uow, file.read_text("utf-8")) if file else load_shipped(uow)
    say(f"新增 {done.items} 项，已有 {done.known} 项，新增报送单位 {done.agencies} 家 · "
        f"{done.items} new items, {done.known} known, {done.agencies} new agencies")  # fmt: skip


@command(name="list")
@click.option("--agencies", "with_agencies", is_flag=True, help="List the agencies instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_them(shell: Shell, *, with_agencies: bool, as_json: bool) -> None:
    """List the items in force today, or the agencies."""
    with shell.unit(read_only=True) as uow:
        lines = _agencies(uow) if with_agencies else _items(uow)
    if as_json:
        say(text_json.dumps(lines, ensure_ascii=False))
        return
    table = Table(*(lines[0] if lines else ()))
    for line in lines:
        table.add_row(*map(str, line.values()))
    Console().print(table)


def _items(uow: UnitOfWork) -> list[dict[str, object]]:
    return [
        {
            "category": CATEGORY_TEXTS[it.category][0],
            "item": it.code,
            "version": it.version,
            "name": it.zh,
            "providers": ",".join(it.providers),
            "cycle": CYCLE_TEXTS[it.cycle][0],
            "level": LEVEL_TEXTS[it.level][0],
            "fields": len(it.fields),
            "basis": it.basis,
            "mark": it.mark,
        }
        for it in items(uow)
    ]


def _agencies(uow: UnitOfWork) -> list[dict[str, object]]:
    return [
        {
            "agency": it.code,
            "name": it.zh,
            "kind": it.kind.value,
            "level": it.level,
            "uscc": it.uscc,
        }
        for it in agencies(uow).values()
    ]


catalogue.add_command(load)
catalogue.add_command(list_them)


@command(name="reports")
@click.argument("year", type=click.IntRange(2014, 2100))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def reports(shell: Shell, *, year: int, as_json: bool) -> None:
    """How many annual reports of a YEAR were published, of those due."""
    with shell.unit(read_only=True) as uow:
        rates = report_rate(uow, year)
    lines = [
        {"form": one.form, "due": one.due, "filed": one.filed, "percent": one.percent}
        for one in rates
    ]
    if as_json:
        say(text_json.dumps({"year": year, "rates": lines}, ensure_ascii=False))
        return
    table = Table("主体 form", "应报 due", "已报 filed", "%")
    for line in lines:
        table.add_row(*map(str, line.values()))
    Console().print(table)


@command(name="publicity")
@click.argument("since", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("until", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def publicity(shell: Shell, *, since: datetime, until: datetime, as_json: bool) -> None:
    """How many decisions of the days SINCE to UNTIL were made public in time 双公示."""
    with shell.unit(read_only=True) as uow:
        found = punctuality(uow, since.date(), until.date())
    lines = [
        {"agency": it.agency.code, "item": it.item.code, "timely": it.timely, "late": it.late}
        for it in found
    ]
    if as_json:
        say(text_json.dumps(lines, ensure_ascii=False))
        return
    table = Table("单位 agency", "目录项 item", "按期 timely", "逾期 late")
    for line in lines:
        table.add_row(*map(str, line.values()))
    Console().print(table)


credit.add_command(reports)
credit.add_command(publicity)


@credit.group()
def records() -> None:
    """Records 信用记录: what agencies submit."""


@command(name="submit")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--item", required=True, help="Code of the item, e.g. penalty.decision.")
@click.option("--agency", required=True, help="Code of the agency that submits.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def submit(shell: Shell, *, file: Path, item: str, agency: str, as_json: bool) -> None:
    """Submit the records in FILE (xlsx, csv, JSON lines) here and now; again adds nothing."""
    with file.open("rb") as content, shell.unit() as uow:
        sent = ReceiveFile(
            item=item, agency=agency, filename=file.name, content=content, channel=Channel.SHELL
        )
        upload, _new = services.receive_file(uow, sent, folder=shell.settings.data)
    room = JobRoom(settings=shell.settings, bind=shell.bind, redis=shell.redis)
    jobs.read_now(room, upload.id)
    with shell.unit(read_only=True) as uow:
        found = uploads.upload_by_id(uow, upload.id)
        causes = uploads.causes(uow, upload.id)
    _tell(found, causes, as_json=as_json)
    if found.state is UploadState.REFUSED or found.refused:
        sys.exit(SOME_REFUSED)


def _tell(upload: Upload, causes: Sequence[Cause], *, as_json: bool) -> None:
    names = ("total", "accepted", "added", "corrected", "duplicate", "pending", "refused")
    counts = {name: getattr(upload, name) for name in names}
    if as_json:
        said = {
            "upload": upload.id,
            "state": upload.state.value,
            "code": upload.code,
            **counts,
            "causes": [{"code": it.code, "column": it.column, "rows": it.rows} for it in causes],
        }
        say(text_json.dumps(said, ensure_ascii=False))
        return
    if upload.code:
        say(f"{text_of(upload.code, dict(upload.params), 'zh')} [{upload.code}]")
    say("共 {total} 行，收下 {accepted}（新增 {added}，更正 {corrected}，重复 {duplicate}，"
        "待匹配 {pending}），没有收 {refused}".format(**counts))  # fmt: skip
    for cause in causes:
        say(f"  {cause.rows} × {cause.column or '–'} {cause.code}")


records.add_command(submit)
