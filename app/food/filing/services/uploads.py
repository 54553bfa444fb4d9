"""Taking a file in, and filing it chunk by chunk so that a reader may die at any moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import all_, case, insert, select, text, update

from app.food.filing.model import UploadRecord, UploadRowRecord
from app.food.filing.queries.uploads import stalled_uploads, upload_from
from app.food.filing.rules.places import cell_of
from app.food.filing.terms import (
    Block,
    ReceiveUpload,
    RowState,
    Share,
    Sheet,
    SheetRow,
    Skipped,
    Upload,
    UploadState,
    Workbook,
)
from app.sheets import files
from app.sheets.cells import values_of
from ledger.entries.services import file_columns
from ledger.entries.terms import EntryKind, FileColumns, FiledColumns, Refused, Source, Warned
from ledger.kernel.actor import Actor, Role
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

CHUNK_ROWS = 2_000  # a unit of work to begin with: about a tenth of a second
ATTEMPTS_MAX = 3  # readers that may die on one file without taking a single chunk
WARNED_KEPT = 20  # rows kept per warning and chunk; all are counted
NAME_MAX = 200
SHARED_ROWS = 20_000  # a file with fewer is done before a second reader has begun
_TAKE = text("""
    UPDATE upload SET taken[:place] = :stop, attempts = 0, updated_at = :now,
        rows_done = rows_done + :rows, skipped = skipped + :skipped,
        accepted = accepted + :accepted, refused = refused + :refused, warned = warned + :warned,
        warnings = (
            SELECT coalesce(jsonb_object_agg(code, times), '{}') FROM (
                SELECT key AS code, sum(value::integer) AS times FROM (
                    SELECT * FROM jsonb_each_text(upload.warnings)
                    UNION ALL SELECT * FROM jsonb_each_text(CAST(:warnings AS jsonb))) said
                GROUP BY key) summed)
    WHERE id = :upload_id AND taken[:place] = :start AND state IN ('waiting', 'reading')
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of one sheet that are filed together: a share of those from ``start`` to ``stop``.

    Rows are counted over the whole file, empty ones not.
    """

    share: Share
    start: int
    stop: int
    sheet: int
    items: Sequence[SheetRow | Skipped]


class Overtaken(Exception):
    """Another reader has filed these rows; what was done of them here is to be undone."""


def receive_upload(
    uow: UnitOfWork, command: ReceiveUpload, *, folder: Path, source: Source = Source.SHEET
) -> tuple[Upload, bool]:
    """Take a file in for an operator's book; the same file again is the earlier upload.

    The second value says whether it is new and has to be read. Refuses: NotPermitted,
    NotYourOperator, FileStoreSilent.
    """
    uow.actor.require("entry.file")
    uow.actor.require_operator(command.operator_id)
    with files.received(folder, command.content) as received:
        earlier = uow.session.execute(
            select(UploadRecord.__table__).where(
                UploadRecord.operator_id == command.operator_id,
                UploadRecord.sha256 == received.sha256,
                UploadRecord.state != UploadState.REFUSED.value,
            )
        ).one_or_none()
        if earlier is not None:
            return upload_from(earlier), False
        received.keep(folder)
    return _noted(uow, command, received, source), True


def _noted(
    uow: UnitOfWork, command: ReceiveUpload, received: files.Received, source: Source
) -> Upload:
    made = uow.session.execute(
        insert(UploadRecord)
        .values(
            operator_id=command.operator_id,
            account_id=uow.actor.account_id,
            acts_for=sorted(uow.actor.delegated),
            filename=_plain_name(command.filename),
            sha256=received.sha256,
            size=received.size,
            source=source.value,
            kind=command.kind.value if command.kind else "",
            state=UploadState.WAITING.value,
            created_at=uow.now,
            updated_at=uow.now,
        )
        .returning(UploadRecord.__table__)
    ).one()
    uow.audit(
        "upload.receive",
        f"upload:{made.id}",
        operator_id=command.operator_id,
        sha256=received.sha256.hex(),
    )
    return upload_from(made)


def _plain_name(name: str) -> str:
    """A file's name without folders and control characters."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in bare if char.isprintable())[:NAME_MAX] or "–"


def begin_reading(uow: UnitOfWork, upload_id: int) -> Upload | None:
    """Mark an upload as being read; None when nothing is left to do.

    A file that has brought down its readers again and again is refused as a whole.
    """
    row = uow.session.execute(
        select(UploadRecord.__table__).where(UploadRecord.id == upload_id).with_for_update()
    ).one_or_none()
    if row is None or upload_from(row).is_finished:
        return None
    if row.attempts >= ATTEMPTS_MAX:
        _refuse(uow, upload_id, "filing.reader_died", {"attempts": row.attempts})
        return None
    changed = uow.session.execute(
        update(UploadRecord)
        .where(UploadRecord.id == upload_id)
        .values(state=UploadState.READING.value, attempts=row.attempts + 1, updated_at=uow.now)
        .returning(UploadRecord.__table__)
    ).one()
    return upload_from(changed)


def take_up_stalled(uow: UnitOfWork) -> list[int]:
    """Uploads whose readers are dead, noted as moving again so that each is asked for once."""
    found = stalled_uploads(uow, uow.now)
    uow.session.execute(
        update(UploadRecord).where(UploadRecord.id.in_(found)).values(updated_at=uow.now)
    )
    return found


def note_workbook(uow: UnitOfWork, upload_id: int, book: Workbook, *, readers: int = 1) -> Upload:
    """Keep how the file was understood: its sheets, their headers, how many rows there are.

    A long file is shared by ``readers`` when rows of different lots have nothing to do with each
    other in it; one that has been begun stays shared as it was.
    """
    told = [_sheet_told(sheet) for sheet in book.sheets]
    told += [
        {"name": out.name, "left_out": out.code, "params": _plain(out.params)}
        for out in book.left_out
    ]
    shares = readers if book.rows >= SHARED_ROWS and all(it.divides for it in book.sheets) else 1
    begun = UploadRecord.taken != [0]
    noted = uow.session.execute(
        update(UploadRecord)
        .where(UploadRecord.id == upload_id)
        .values(
            sheets=told,
            rows_total=book.rows,
            updated_at=uow.now,
            taken=case((begun, UploadRecord.taken), else_=[0] * shares),
        )
        .returning(UploadRecord.__table__)
    ).one()
    return upload_from(noted)


def _sheet_told(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "kind": sheet.kind.value if sheet.kind else "",
        "header_row": sheet.header_row,
        "rows": sheet.rows,
        "above": sheet.above,
        "columns": [[c.letter, c.text, c.field, c.hint] for c in sheet.columns],
    }


def refuse_upload(uow: UnitOfWork, upload_id: int, refusal: Refusal) -> None:
    """Refuse the rest of a file, with the reason; what was filed of it before stays filed."""
    _refuse(uow, upload_id, refusal.code, _plain(refusal.params))


def _refuse(uow: UnitOfWork, upload_id: int, code: str, params: Mapping[str, Any]) -> None:
    uow.session.execute(
        update(UploadRecord)
        .where(UploadRecord.id == upload_id)
        .values(
            state=UploadState.REFUSED.value,
            code=code,
            params=dict(params),
            updated_at=uow.now,
            finished_at=uow.now,
        )
    )


def file_chunk(uow: UnitOfWork, upload_id: int, chunk: Chunk) -> bool:
    """File the good rows of a chunk and keep the others, in one unit with the progress.

    False when another reader has done it. Raises Overtaken when another one does it meanwhile:
    the unit is then to be rolled back.
    """
    upload = upload_from(
        uow.session.execute(
            select(UploadRecord.__table__).where(UploadRecord.id == upload_id)
        ).one()
    )
    if upload.is_finished or upload.taken[chunk.share.number] != chunk.start:
        return False
    block = Block.of(chunk.items)
    filed = _filed(uow, upload, chunk, block) if block.entries else None
    kept = _kept(upload_id, chunk, block, filed) + _kept_skipped(upload_id, chunk, block.skipped)
    if kept:
        uow.session.execute(insert(UploadRowRecord), kept)
    _take(uow, upload_id, chunk, filed, len(block.skipped))
    return True


def _take(
    uow: UnitOfWork, upload_id: int, chunk: Chunk, filed: FiledColumns | None, skipped: int
) -> None:
    """Move the progress on, last of all: readers of one file wait for each other's commit alone."""
    done: Any = uow.session.execute(
        _TAKE,
        {
            "upload_id": upload_id,
            "place": chunk.share.number + 1,
            "start": chunk.start,
            "stop": chunk.stop,
            "now": uow.now,
            "rows": len(chunk.items),
            "skipped": skipped,
            "accepted": filed.accepted if filed else 0,
            "refused": len(filed.refused) if filed else 0,
            "warned": filed.warned if filed else 0,
            "warnings": json.dumps(filed.counts if filed else {}),
        },
    )
    if not done.rowcount:
        raise Overtaken


def _filed(uow: UnitOfWork, upload: Upload, chunk: Chunk, block: Block) -> FiledColumns:
    share = chunk.share
    said = f"sheet:{upload.sha256}:{chunk.start}-{chunk.stop}:{share.number}/{share.of}"
    return file_columns(
        uow,
        FileColumns(
            operator_id=upload.operator_id,
            filing_key=said,
            content_hash=hashlib.sha256(f"{said}:{len(block.entries)}".encode()).digest(),
            columns=block.columns,
            unreadable=block.unreadable,
            source=upload.source,
            upload_id=upload.id,
        ),
        kept=WARNED_KEPT,
    )


def _kept(
    upload_id: int, chunk: Chunk, block: Block, filed: FiledColumns | None
) -> list[dict[str, Any]]:
    if filed is None:
        return []
    refused = []
    for it in filed.refused:
        row = block.entry(it.index)
        refused.append(_row(upload_id, chunk, row, it, list(values_of(row.row))))
    warned = [_row(upload_id, chunk, block.entry(it.index), it, []) for it in filed.warnings]
    return refused + warned


def _row(
    upload_id: int, chunk: Chunk, row: SheetRow, found: Refused | Warned, said: list[str | float]
) -> dict[str, Any]:
    refused = isinstance(found, Refused)
    field = found.field if isinstance(found, Refused) else ""
    return {
        "upload_id": upload_id,
        "sheet": chunk.sheet,
        "number": row.number,
        "state": (RowState.REFUSED if refused else RowState.WARNED).value,
        "code": found.code,
        "rule": found.rule if isinstance(found, Warned) else "",
        "field": field,
        "cell": cell_of(row.cells, field) if field else "",
        "params": _plain(found.params),
        "said": said,
    }


def _kept_skipped(upload_id: int, chunk: Chunk, skipped: Sequence[Skipped]) -> list[dict[str, Any]]:
    return [
        {
            "upload_id": upload_id,
            "sheet": chunk.sheet,
            "number": item.number,
            "state": RowState.SKIPPED.value,
            "code": f"filing.skipped_{item.reason.value}",
            "rule": "",
            "field": "",
            "cell": f"A{item.number}",
            "params": {"text": item.text},
            "said": [],
        }
        for item in skipped
    ]


def finish_upload(uow: UnitOfWork, upload_id: int) -> None:
    """Say that every row has been taken, if so it is. Announces: upload.finished."""
    done = uow.session.execute(
        update(UploadRecord)
        .where(
            UploadRecord.id == upload_id,
            UploadRecord.state == UploadState.READING.value,
            UploadRecord.rows_total == all_(UploadRecord.taken),
        )
        .values(state=UploadState.DONE.value, updated_at=uow.now, finished_at=uow.now)
        .returning(UploadRecord.operator_id, UploadRecord.accepted, UploadRecord.refused)
    ).one_or_none()
    if done is not None:
        uow.announce(
            "upload.finished",
            upload_id=upload_id,
            operator_id=done.operator_id,
            accepted=done.accepted,
            refused=done.refused,
        )


def sender_of(uow: UnitOfWork, upload_id: int) -> Actor:
    """Who an upload's rows are filed by: its sender, with the rights it had when sending."""
    row = uow.session.execute(
        select(UploadRecord.__table__).where(UploadRecord.id == upload_id)
    ).one()
    if row.account_id is None:
        return Actor(role=Role.SYSTEM, name="suyuan")
    return Actor(
        role=Role.OPERATOR,
        account_id=row.account_id,
        operator_id=row.operator_id,
        delegated=frozenset(row.acts_for),
    )


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON can carry them."""
    return {key: _plain_value(value) for key, value in params.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, (str, int, bool, list, dict)) or value is None:
        return value
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def kind_named(text: str) -> EntryKind | None:
    """The kind a sender chose for a file; none where nothing was chosen."""
    return EntryKind(text) if text else None
