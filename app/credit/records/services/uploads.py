"""Taking a file of records in, and keeping it chunk by chunk so that its reader may die."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update

from app.credit.records.model import UploadRow
from app.credit.records.queries.uploads import stalled_uploads, upload_from
from app.credit.records.rules.columns import Block
from app.credit.records.services.submitting import (
    figures_of,
    keep_refused,
    plain,
    provider_of,
)
from app.credit.records.services.writing import Batch, put_rows
from app.credit.records.terms import Item, ReceiveFile, Upload, UploadState
from app.sheets import files
from ledger.kernel.actor import Actor, Role
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

ATTEMPTS_MAX = 3  # readers that may die on one file without taking a single chunk
NAME_MAX = 200
_TAKE = text("""
    UPDATE credit_upload SET updated_at = :now, added = added + :added,
        corrected = corrected + :corrected, duplicate = duplicate + :duplicate,
        pending = pending + :pending, refused = refused + :refused,
        complete = complete + :complete, timely = timely + :timely,
        progress = progress || CAST(:progress AS jsonb)
    WHERE id = :upload AND state = 'reading'
        AND CAST(progress ->> 'taken' AS integer) = :start
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of a file that are kept together: those from ``start`` to ``stop``, empty ones not
    counted. ``numbers`` are the rows' own in the file, ``said`` gives one as it was sent.
    """

    start: int
    stop: int
    rows: Block
    numbers: Sequence[int]
    said: Callable[[int], Mapping[str, Any]]


class Overtaken(Exception):
    """Another reader has kept these rows; what was done of them here is to be undone."""


def receive_file(uow: UnitOfWork, command: ReceiveFile, *, folder: Path) -> tuple[Upload, bool]:
    """Take a file of records in; the same file of the same item again is the earlier upload.

    The second value says whether it is new and has to be read. Refuses: NotPermitted, UnknownItem,
    ItemNotInForce, NotAnAgency, UnknownAgency, NotYourItem, FileStoreSilent.
    """
    uow.actor.require("record.submit")
    agency, item = provider_of(uow, command.agency, command.item)
    with files.received(folder, command.content) as received:
        sha256 = received.sha256.hex()
        earlier = uow.session.execute(
            select(UploadRow.__table__).where(
                UploadRow.agency_id == agency.id,
                UploadRow.item_id == item.id,
                UploadRow.sha256 == sha256,
                UploadRow.state != UploadState.REFUSED.value,
            )
        ).one_or_none()
        if earlier is not None:
            return upload_from(earlier), False
        received.keep(folder)
    made = uow.session.execute(
        insert(UploadRow)
        .values(
            agency_id=agency.id,
            item_id=item.id,
            account_id=uow.actor.account_id,
            channel=command.channel.value,
            name=_plain_name(command.filename),
            sha256=sha256,
            state=UploadState.WAITING.value,
            at=uow.now,
            updated_at=uow.now,
            progress={"taken": 0, "size": received.size},
        )
        .returning(UploadRow.__table__)
    ).one()
    uow.audit("record.upload", f"upload:{made.id}", item=item.code, sha256=sha256)
    return upload_from(made), True


def _plain_name(name: str) -> str:
    """A file's name without folders and control characters."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in bare if char.isprintable())[:NAME_MAX] or "–"


def begin_reading(uow: UnitOfWork, upload_id: int) -> Upload | None:
    """Mark an upload as being read; None when nothing is left to do.

    A file that has brought down its readers again and again is refused as a whole.
    """
    row = uow.session.execute(
        select(UploadRow.__table__).where(UploadRow.id == upload_id).with_for_update()
    ).one_or_none()
    if row is None or upload_from(row).is_finished:
        return None
    attempts = int(row.progress.get("attempts", 0))
    if attempts >= ATTEMPTS_MAX:
        _refuse(uow, upload_id, "records.reader_died", {"attempts": attempts})
        return None
    changed = uow.session.execute(
        update(UploadRow)
        .where(UploadRow.id == upload_id)
        .values(
            state=UploadState.READING.value,
            updated_at=uow.now,
            progress={**row.progress, "attempts": attempts + 1},
        )
        .returning(UploadRow.__table__)
    ).one()
    return upload_from(changed)


def note_head(uow: UnitOfWork, upload_id: int, head: Sequence[str], rows: int) -> None:
    """Keep how the file was understood: the texts of its head, how many rows there are."""
    uow.session.execute(
        text("""
            UPDATE credit_upload SET total = :rows, updated_at = :now,
                progress = progress || CAST(:progress AS jsonb) WHERE id = :upload
        """),
        {
            "rows": rows,
            "now": uow.now,
            "upload": upload_id,
            "progress": json.dumps({"head": list(head)}, ensure_ascii=False),
        },
    )


def keep_chunk(
    uow: UnitOfWork, upload: Upload, item: Item, chunk: Chunk, known: dict[str, int]
) -> None:
    """Keep the good rows of a chunk and the refused ones apart, in one unit with the progress.

    ``known`` are ids of subjects by USCC met before. Raises Overtaken when another reader has
    done it, now or meanwhile: the unit is then to be rolled back. Announces: record.submitted.
    """
    batch = Batch(item=item, agency_id=upload.agency_id, upload_id=upload.id, rows=chunk.rows)
    put = put_rows(uow, batch, known)
    faults = {**chunk.rows.faults, **put.faults}
    keep_refused(
        uow,
        upload.id,
        [(chunk.numbers[at], why, chunk.said(at)) for at, why in sorted(faults.items())],
    )
    progress = {"taken": chunk.stop, "attempts": 0}
    done: Any = uow.session.execute(
        _TAKE,
        {
            **figures_of(item, chunk.rows, put, uow),
            "upload": upload.id,
            "start": chunk.start,
            "now": uow.now,
            "progress": json.dumps(progress),
        },
    )
    if not done.rowcount:
        raise Overtaken


def finish_upload(uow: UnitOfWork, upload_id: int) -> None:
    """Say that every row has been taken, if so it is. Announces: record.uploaded."""
    done = uow.session.execute(
        text("""
            UPDATE credit_upload SET state = 'done', updated_at = :now, finished_at = :now
            WHERE id = :upload AND state = 'reading'
                AND CAST(progress ->> 'taken' AS integer) = total
            RETURNING agency_id, added, corrected, refused, pending
        """),
        {"upload": upload_id, "now": uow.now},
    ).one_or_none()
    if done is not None:
        uow.announce("record.uploaded", upload_id=upload_id, **done._asdict())


def refuse_upload(uow: UnitOfWork, upload_id: int, refusal: Refusal) -> None:
    """Refuse the rest of a file, with the reason; what was kept of it before stays."""
    _refuse(uow, upload_id, refusal.code, plain(refusal.params))


def _refuse(uow: UnitOfWork, upload_id: int, code: str, params: Mapping[str, Any]) -> None:
    uow.session.execute(
        text("""
            UPDATE credit_upload SET state = 'refused', updated_at = :now, finished_at = :now,
                progress = progress || CAST(:progress AS jsonb) WHERE id = :upload
        """),
        {
            "upload": upload_id,
            "now": uow.now,
            "progress": json.dumps({"code": code, "params": dict(params)}, ensure_ascii=False),
        },
    )


def take_up_stalled(uow: UnitOfWork) -> list[int]:
    """Uploads whose readers are dead, noted as moving again so that each is asked for once."""
    found = stalled_uploads(uow, uow.now)
    uow.session.execute(update(UploadRow).where(UploadRow.id.in_(found)).values(updated_at=uow.now))
    return found


def sender_of(uow: UnitOfWork, upload: Upload) -> Actor:
    """Who an upload's rows are kept for: its sender, as the audit names it."""
    account = uow.session.scalar(select(UploadRow.account_id).where(UploadRow.id == upload.id))
    role = Role.SYSTEM if account is None else Role.AGENCY
    return Actor(role=role, account_id=account, name="" if account else "suyuan")
