"""Pages of uploads: send a sheet, watch it being read, put right what was refused."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, render_template, request, url_for

from app.doors import http
from app.doors.i18n import language
from app.doors.jobs import want
from app.doors.refusals import text_of
from app.doors.web import form, page
from app.food.filing import errors, jobs, services
from app.food.filing.queries import uploads
from app.food.filing.rules.head import letter
from app.food.filing.schemas.export import attachment
from app.food.filing.schemas.forms import UploadForm
from app.food.filing.schemas.refused import refused_workbook
from app.food.filing.services.uploads import kind_named
from app.food.filing.terms import ReceiveUpload, RowState, Upload, UploadRow
from app.food.filing.web.shared import FIELD_TEXTS, KIND_TEXTS, blueprint, own_operator, words
from ledger.entries.terms import EntryKind
from ledger.kernel.uow import UnitOfWork

GROUPS_MAX = 20  # causes shown as groups; the sheet of refused rows has them all
SAMPLE = 3  # rows of the original shown with a group
CELLS_NAMED = 12
SINGLES_MAX = 60
WARNED_MAX = 200
_CELL = re.compile(r"^([A-Z]+)\d+$")
_KINDS = (EntryKind.RECEIPT, EntryKind.DISPATCH, EntryKind.PRODUCTION, EntryKind.DISPOSAL)


def _sending(uow: UnitOfWork) -> dict[str, Any]:
    before = request.args.get("before", type=int)
    found = uploads.uploads_page(uow, own_operator(uow), before=before, limit=21)
    texts = words(KIND_TEXTS)
    return {
        "uploads": found[:20],
        "next": found[19].id if len(found) > 20 else None,
        "kinds": [(kind.value, texts[kind.value]) for kind in _KINDS],
        "rows_max": http.room().settings.upload_rows_max,
        "values": {"kind": ""},
    }


@form(
    blueprint,
    "/uploads",
    needs="entry.file",
    loads=UploadForm,
    template="filing/uploads.html",
    context=_sending,
    endpoint="uploads",
    long_body=True,
)
def send(uow: UnitOfWork, said: dict[str, Any]) -> str:
    """Take a sheet in and go to its page; the same sheet again leads to the earlier upload."""
    file = said["file"]
    if file is None or not getattr(file, "filename", ""):
        raise errors.FileMissing(field="file")
    upload, new = services.receive_upload(
        uow,
        ReceiveUpload(
            operator_id=own_operator(uow),
            filename=file.filename,
            content=file.stream,
            kind=kind_named(said["kind"]),
        ),
        folder=http.room().settings.data,
    )
    if new:
        want(uow, jobs.READ_UPLOAD, upload_id=upload.id)
    return url_for("filing.upload", upload_id=upload.id, again=None if new else 1)


@page(
    blueprint,
    "/uploads/<int:upload_id>",
    needs="book.read",
    template="filing/upload.html",
    endpoint="upload",
    audits="upload.look_up",
)
def show(uow: UnitOfWork, upload_id: int) -> dict[str, Any]:
    """An upload: its progress while it is read, then what was taken and what was not."""
    found = uploads.upload_by_id(uow, upload_id)
    return {**_progress(found), "again": request.args.get("again"), **_result(uow, found)}


@page(
    blueprint,
    "/uploads/<int:upload_id>/progress",
    needs="book.read",
    endpoint="upload_progress",
    audits="upload.look_up",
)
def progress(uow: UnitOfWork, upload_id: int) -> Response:
    """The progress alone, for the page's script."""
    found = uploads.upload_by_id(uow, upload_id)
    return Response(render_template("filing/_progress.html", **_progress(found)))


@page(
    blueprint,
    "/uploads/<int:upload_id>/refused.xlsx",
    needs="book.read",
    endpoint="refused_sheet",
    audits="upload.export",
)
def refused(uow: UnitOfWork, upload_id: int) -> Response:
    """The refused rows as a sheet to correct and send again."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.all_upload_rows(uow, found, RowState.REFUSED)
    return attachment(refused_workbook(found, rows, _says), f"refused-{found.id}.xlsx")


def _says(code: str, params: dict[str, Any]) -> str:
    return text_of(code, params, language())


def _progress(upload: Upload) -> dict[str, Any]:
    done, total = upload.rows_done, upload.rows_total
    return {"upload": upload, "percent": 100 * done // total if total else 0}


def _result(uow: UnitOfWork, upload: Upload) -> dict[str, Any]:
    if not upload.is_finished:
        return {}
    causes = uploads.causes(uow, upload, RowState.REFUSED)
    many = [cause for cause in causes if cause[2] > 1][:GROUPS_MAX]
    singles: list[UploadRow] = []
    for code, field, count in causes:
        if count == 1 and len(singles) < SINGLES_MAX:
            singles += uploads.rows_of_cause(uow, upload, code, field, limit=1)
    shown = sum(count for _, _, count in many) + len(singles)
    seconds = (upload.finished_at - upload.created_at).total_seconds() if upload.finished_at else 0
    return {
        "problem": _says(upload.code, dict(upload.params)) if upload.code else "",
        "groups": [_group(uow, upload, *cause) for cause in many],
        "singles": [_single(row) for row in singles],
        "not_shown": max(0, upload.refused - shown),
        "warned": _warned(uow, upload),
        "heads": _heads(upload),
        "seconds": round(seconds, 1),
        "skipped": [
            _says(row.code, dict(row.params))
            for row in uploads.upload_rows(uow, upload, RowState.SKIPPED, limit=20)
        ],
    }


def _group(uow: UnitOfWork, upload: Upload, code: str, field: str, count: int) -> dict[str, Any]:
    rows = uploads.rows_of_cause(uow, upload, code, field, limit=CELLS_NAMED)
    wide = max(len(row.values) for row in rows[:SAMPLE])
    return {
        "detail": _says(code, dict(rows[0].params)),
        "code": code,
        "count": count,
        "field": words(FIELD_TEXTS).get(_column_field(upload, rows[0]), ""),
        "sheet": rows[0].sheet_name,
        "cells": [row.cell or str(row.number) for row in rows],
        "more": count - len(rows),
        "letters": [letter(place) for place in range(wide)],
        "sample": [_cut(row, wide) for row in rows[:SAMPLE]],
    }


def _column_field(upload: Upload, row: UploadRow) -> str:
    told = [sheet for sheet in upload.sheets if "left_out" not in sheet]
    columns = told[row.sheet]["columns"] if row.sheet < len(told) else []
    place = _CELL.match(row.cell)
    return next((field for name, _, field, _ in columns if place and name == place[1]), "")


def _cut(row: UploadRow, wide: int) -> dict[str, Any]:
    place = _CELL.match(row.cell)
    values = [*row.values, *[""] * wide][:wide]
    return {
        "number": row.number,
        "cells": [
            (_shown(value), bool(place and letter(index) == place[1]))
            for index, value in enumerate(values)
        ],
    }


def _shown(value: str | float) -> str:
    return (
        f"{value:g}"
        if isinstance(value, float) and value < 1e6
        else str(value).removesuffix(".0")[:40]
    )


def _single(row: UploadRow) -> dict[str, Any]:
    place = _CELL.match(row.cell)
    said = next(
        (
            _shown(value)
            for index, value in enumerate(row.values)
            if place and letter(index) == place[1]
        ),
        "",
    )
    return {
        "place": f"{row.sheet_name}!{row.cell or row.number}",
        "code": row.code,
        "detail": _says(row.code, dict(row.params)),
        "said": said,
    }


def _warned(uow: UnitOfWork, upload: Upload) -> list[dict[str, Any]]:
    rows = uploads.upload_rows(uow, upload, RowState.WARNED, limit=WARNED_MAX)
    found = []
    for code, count in sorted(upload.warnings.items(), key=lambda it: -it[1]):
        mine = [row for row in rows if row.code == code]
        found.append(
            {
                "text": _says(code, dict(mine[0].params) if mine else {}),
                "count": count,
                "rule": mine[0].rule if mine else "",
                "sheet": mine[0].sheet_name if mine else "",
                "rows": [row.number for row in mine[:CELLS_NAMED]],
            }
        )
    return found


def _heads(upload: Upload) -> list[dict[str, Any]]:
    texts = words(FIELD_TEXTS)
    return [
        {"name": sheet["name"], "left_out": _says(sheet["left_out"], sheet["params"])}
        if "left_out" in sheet
        else {
            "name": sheet["name"],
            "kind": words(KIND_TEXTS).get(sheet["kind"], ""),
            "row": sheet["header_row"],
            "columns": [
                (name, text, texts.get(field, "") if field != "-" else "-")
                for name, text, field, _ in sheet["columns"]
                if text
            ],
        }
        for sheet in upload.sheets
    ]
