"""The shell door of filing: sheets and JSON filings from files."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.doors.cli import Shell, command, say
from app.doors.errors import BodyUnreadable
from app.doors.exact import exact_json
from app.doors.jobs import JobRoom
from app.doors.refusals import detail_of, outside_of, text_of
from app.doors.web import loaded
from app.food.filing import errors, jobs, services
from app.food.filing.queries import uploads
from app.food.filing.queries.books import operator_meant
from app.food.filing.schemas.json import filing_of
from app.food.filing.schemas.sheet import read_workbook
from app.food.filing.schemas.wire import FilingBody
from app.food.filing.terms import ReceiveUpload, RowState, Upload
from ledger.entries.errors import LinesRefused
from ledger.entries.services import file_entries, make_partitions_ahead, settle_partition
from ledger.entries.terms import Source
from ledger.kernel import uow as units
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

SOME_REFUSED = 3


@dataclass(kw_only=True)
class Told:
    """What became of one file: counts, refused lines as (place, code, sentence), the exit code."""

    file: str
    accepted: int = 0
    replayed: bool = False
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def exit_code(self) -> int:
        """0 when all went in, else the refusal's own."""
        if self.refusal is not None:
            return outside_of(self.refusal).exit_code
        return SOME_REFUSED if self.refused else 0


@command(name="file")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH…",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--operator", default="", metavar="USCC", help="Whose book the entries go to.")
@click.option("--keep-good", is_flag=True, help="File the good lines although others are refused.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def file(
    shell: Shell, paths: tuple[Path, ...], *, operator: str, keep_good: bool, as_json: bool
) -> None:
    """File the entries of each PATH (xlsx, csv, or a JSON filing)."""
    found = []
    for path in paths:
        told = Told(file=str(path))
        try:
            (_json if path.suffix.lower() == ".json" else _sheet)(
                shell, path, told, operator, keep_good
            )
        except Refusal as refusal:
            told.refusal = refusal
            told.refused += _lines_of(refusal)
        found.append(told)
    click.echo(_document(found)) if as_json else _print(found)
    sys.exit(max(told.exit_code for told in found))


def _json(shell: Shell, path: Path, told: Told, operator: str, keep_good: bool) -> None:
    content = path.read_bytes()
    try:
        body = exact_json(content)
    except json.JSONDecodeError:
        raise BodyUnreadable from None
    if isinstance(body, list):
        body = {"entries": body}
    if isinstance(body, dict):
        body.setdefault("filing_key", f"file:{hashlib.sha256(content).hexdigest()[:40]}")
        body |= {"mode": "good"} if keep_good else {}
    said = loaded(FilingBody, body if isinstance(body, dict) else {})
    filed = units.run(
        shell.unit,
        lambda uow: file_entries(
            uow,
            filing_of(
                said,
                operator_id=operator_meant(
                    uow, operator or said.get("operator", ""), said["entries"]
                ),
                entries_max=shell.settings.filing_entries_max,
                source=Source.CLI,
            ),
        ),
    )
    told.accepted, told.replayed = filed.accepted, filed.replayed
    told.refused = [
        _line(f"{it.index}.{it.field}", it.code, dict(it.params)) for it in filed.refused
    ]


def _sheet(shell: Shell, path: Path, told: Told, operator: str, keep_good: bool) -> None:
    with path.open("rb") as content:
        if keep_good:
            upload, new = _kept_good(shell, path, content, operator)
        else:
            work = partial(
                _all_or_nothing, shell=shell, path=path, content=content, operator=operator
            )
            upload, new = units.run(shell.unit, work)
    told.accepted, told.replayed = upload.accepted, not new
    if upload.code:
        told.refused = [_line(path.name, upload.code, dict(upload.params))]
    with shell.unit(read_only=True) as uow:
        told.refused += [
            _line(f"{row.sheet_name}!{row.cell or row.number}", row.code, dict(row.params))
            for row in uploads.all_upload_rows(uow, upload, RowState.REFUSED)
        ]


def _received(
    uow: UnitOfWork, shell: Shell, path: Path, content: BinaryIO, operator: str
) -> tuple[Upload, bool]:
    return services.receive_upload(
        uow,
        ReceiveUpload(
            operator_id=operator_meant(uow, operator),
            filename=path.name,
            content=content,
        ),
        folder=shell.settings.data,
        source=Source.CLI,
    )


def _kept_good(shell: Shell, path: Path, content: BinaryIO, operator: str) -> tuple[Upload, bool]:
    """File a sheet chunk by chunk here and now; a killed command is taken up by the next one."""
    upload, new = units.run(shell.unit, lambda uow: _received(uow, shell, path, content, operator))
    room = JobRoom(settings=shell.settings, bind=shell.bind, redis=shell.redis)
    with click.progressbar(
        length=100, label=path.name, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        jobs.read_now(room, upload.id, _moving(bar, upload.size))
    with shell.unit(read_only=True) as uow:
        return uploads.upload_by_id(uow, upload.id), new


def _moving(bar: Any, size: int) -> Callable[[int], bool]:
    rows_guessed = max(1, size // 80)  # bytes of a packed row, good enough for a bar

    def goes_on(rows: int) -> bool:
        bar.update(min(100 * rows / rows_guessed, max(0, 99 - bar.pos)))
        return True

    return goes_on


def _all_or_nothing(
    uow: UnitOfWork, *, shell: Shell, path: Path, content: BinaryIO, operator: str
) -> tuple[Upload, bool]:
    """File a whole sheet in one unit; one refused row refuses all and leaves no trace."""
    upload, new = _received(uow, shell, path, content, operator)
    if upload.is_finished:
        return upload, new
    book = read_workbook(path, path.name, rows_max=shell.settings.upload_rows_max)
    services.begin_reading(uow, upload.id)
    services.note_workbook(uow, upload.id, book)
    for chunk in jobs.chunks_of(book):
        services.file_chunk(uow, upload.id, chunk)
    services.finish_upload(uow, upload.id)
    done = uploads.upload_by_id(uow, upload.id)
    if done.refused:
        rows = uploads.all_upload_rows(uow, done, RowState.REFUSED)
        raise errors.RowsRefused(
            count=done.refused,
            rows=[
                (f"{row.sheet_name}!{row.cell or row.number}", row.code, dict(row.params))
                for row in rows
            ],
        )
    return done, new


def _lines_of(refusal: Refusal) -> list[tuple[str, str, str]]:
    if isinstance(refusal, errors.RowsRefused):
        return [_line(*row) for row in refusal.params["rows"]]
    if isinstance(refusal, LinesRefused):
        return [
            _line(f"{it.index}.{it.field}", it.code, dict(it.params))
            for it in refusal.params["refused"]
        ]
    return []


def _line(place: str, code: str, params: dict[str, Any]) -> tuple[str, str, str]:
    return place, code, text_of(code, params, "zh")


def _document(found: list[Told]) -> str:
    return json.dumps(
        {
            "files": [
                {
                    "file": told.file,
                    "accepted": told.accepted,
                    "replayed": told.replayed,
                    "code": told.refusal.code if told.refusal else "",
                    "detail": detail_of(told.refusal, "zh") if told.refusal else "",
                    "refused": [
                        {"place": place, "code": code, "detail": detail}
                        for place, code, detail in told.refused
                    ],
                }
                for told in found
            ]
        },
        ensure_ascii=False,
    )


def _print(found: list[Told]) -> None:
    out = Console()
    for told in found:
        again = "（以前报过，没有再记 · filed before）" if told.replayed else ""
        out.print(
            f"{told.file}: {told.accepted} 笔入账 · filed, {len(told.refused)} 笔没有收 · "
            f"refused{again}",
            markup=False,
            highlight=False,
        )
        if told.refusal is not None:
            for language in ("zh", "en"):
                click.echo(detail_of(told.refusal, language), err=True)
        if told.refused:
            table = Table("位置 · place", "原因 · reason", "code")
            for line in told.refused:
                table.add_row(Text(line[0]), Text(line[2]), Text(line[1]))
            out.print(table)


@click.group(name="book")
def book() -> None:
    """Look after the book: lay it in order, do away with what is past its time."""


@command(name="settle")
@click.option(
    "--quiet-days",
    type=click.IntRange(0),
    default=60,
    show_default=True,
    help="How long nearly all rows of a partition must have been in the book's past.",
)
def settle(shell: Shell, quiet_days: int) -> None:
    """Lay partitions whose lots have gone quiet in the order of their lots.

    Traces of old lots then read one page or two a lot. Reading and filing wait for some minutes a
    partition: do it at night.
    """
    with shell.unit() as uow:
        last = make_partitions_ahead(uow)
    settled = 0
    for number in range(last + 1):
        with shell.unit() as uow:
            settled += settle_partition(uow, number, quiet_days=quiet_days)
    say(f"已整理分区 · partitions settled: {settled}")


book.add_command(settle)
