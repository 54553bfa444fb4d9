"""Pages of an agency: send a file of records, watch it being read, see what was not taken."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from app.credit.records import errors, jobs, services
from app.credit.records.queries import uploads
from app.credit.records.queries.catalogue import agencies, catalogue, items, own_agency, provides
from app.credit.records.queries.quality import quality_history
from app.credit.records.schemas.forms import FileForm
from app.credit.records.schemas.refused import XLSX, refused_workbook
from app.credit.records.terms import (
    CATEGORY_TEXTS,
    CHANNEL_TEXTS,
    Cause,
    ReceiveFile,
    RefusedRow,
    Upload,
)
from app.credit.records.web.shared import STATE_TEXTS, blueprint, in_words, named, says, share
from app.doors import http
from app.doors.jobs import want
from app.doors.web import form, page
from ledger.kernel.uow import UnitOfWork

GROUPS_MAX = 20  # causes shown; the sheet of refused rows has them all
SAMPLE = 3  # rows of the file shown with a cause
ROWS_NAMED = 12
COLUMNS_MAX = 3
SHOWN = 20


def _sending(uow: UnitOfWork) -> dict[str, Any]:
    agency = own_agency(uow)
    if agency is None:  # the page says so; sending is refused by the verb
        return {"agency": None}
    before = request.args.get("before", type=int)
    found = uploads.uploads_page(uow, agency.id, before=before, limit=SHOWN + 1)
    mine = [one for one in items(uow) if provides(one, agency)]
    history = quality_history(uow, agency.id)
    return {
        "agency": named(agency),
        "uploads": [_line(uow, one) for one in found[:SHOWN]],
        "next": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "items": [
            (one.code, f"{in_words(CATEGORY_TEXTS[one.category])} · {named(one)}") for one in mine
        ],
        "rows_max": http.room().settings.upload_rows_max,
        "quality": _quality(history[0]) if history else None,
        "values": {"item": request.args.get("item", "")[:80]},
    }


def _quality(one: Any) -> dict[str, str]:
    return {
        "score": f"{one.score // 100}.{one.score % 100:02d}",
        "complete": share(one.complete),
        "valid": share(one.valid),
        "timely": share(one.timely),
    }


def _line(uow: UnitOfWork, upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "name": upload.name or in_words(CHANNEL_TEXTS[upload.channel]),
        "item": named(catalogue(uow).newest(upload.item_id)),
        "at": upload.at,
        "total": upload.total,
        "accepted": upload.accepted,
        "refused": upload.refused,
        "state": upload.state.value,
        "says": in_words(STATE_TEXTS[upload.state.value]),
    }


@form(
    blueprint,
    "/records/uploads",
    needs="record.submit",
    loads=FileForm,
    template="records/uploads.html",
    context=_sending,
    endpoint="uploads",
    long_body=True,
)
def send(uow: UnitOfWork, said: dict[str, Any]) -> str:
    """Take a file in and go to its page; the same file again leads to the earlier upload."""
    file = said["file"]
    if file is None or not getattr(file, "filename", ""):
        raise errors.FileMissing(field="file")
    sent = ReceiveFile(item=said["item"], filename=file.filename, content=file.stream)
    upload, new = services.receive_file(uow, sent, folder=http.room().settings.data)
    if new:
        want(uow, jobs.READ_FILE, upload_id=upload.id)
    return url_for("records.upload", upload_id=upload.id, again=None if new else 1)


@page(
    blueprint,
    "/records/uploads/<int:upload_id>",
    needs="record.read",
    template="records/upload.html",
    endpoint="upload",
    audits="record.upload_look_up",
)
def show(uow: UnitOfWork, upload_id: int) -> dict[str, Any]:
    """An upload: its progress while it is read, then what was taken and what was not."""
    found = uploads.upload_by_id(uow, upload_id)
    return {**_progress(found), "again": request.args.get("again"), **_result(uow, found)}


@page(
    blueprint,
    "/records/uploads/<int:upload_id>/progress",
    needs="record.read",
    endpoint="upload_progress",
    audits="record.upload_look_up",
)
def progress(uow: UnitOfWork, upload_id: int) -> Response:
    """The progress alone, for the page's script."""
    found = uploads.upload_by_id(uow, upload_id)
    return Response(render_template("records/_progress.html", **_progress(found)))


@page(
    blueprint,
    "/records/uploads/<int:upload_id>/refused.xlsx",
    needs="record.read",
    endpoint="refused_sheet",
    audits="record.upload_export",
)
def refused(uow: UnitOfWork, upload_id: int) -> Response:
    """The refused rows as a sheet to correct and send again."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.all_refused_rows(uow, found.id)
    response = Response(refused_workbook(found, rows, says), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="refused-{found.id}.xlsx"'
    return response


def _progress(upload: Upload) -> dict[str, Any]:
    done, total = upload.taken, upload.total
    return {"upload": upload, "percent": 100 * done // total if total else 0}


def _result(uow: UnitOfWork, upload: Upload) -> dict[str, Any]:
    item = catalogue(uow).newest(upload.item_id)
    shown = {
        "item": named(item),
        "item_code": item.code,
        "agency": named(agencies(uow)[upload.agency_id]),
        "problem": says(upload.code, upload.params) if upload.code else "",
    }
    if not upload.is_finished:
        return shown
    causes = uploads.causes(uow, upload.id)
    columns = {one.name: named(one) for one in item.fields}
    groups = [_group(uow, upload, cause, columns) for cause in causes[:GROUPS_MAX]]
    rest = sum(cause.rows for cause in causes[GROUPS_MAX:])
    seconds = (upload.finished_at - upload.at).total_seconds() if upload.finished_at else 0
    return {**shown, "groups": groups, "not_shown": rest, "seconds": round(seconds, 1)}


def _group(
    uow: UnitOfWork, upload: Upload, cause: Cause, columns: dict[str, str]
) -> dict[str, Any]:
    rows = uploads.rows_of_cause(uow, upload.id, cause, limit=ROWS_NAMED)
    heads = _heads(upload, rows[0], {cause.column, columns.get(cause.column, "")})
    return {
        "detail": says(cause.code, rows[0].params),
        "code": cause.code,
        "count": cause.rows,
        "column": columns.get(cause.column, cause.column),
        "numbers": [row.number for row in rows],
        "more": cause.rows - len(rows),
        "heads": heads,
        "sample": [_cut(row, heads, cause, columns) for row in rows[:SAMPLE]],
    }


def _heads(upload: Upload, row: RefusedRow, wrong: set[str]) -> list[str]:
    """The columns of the file that are shown: the first few, and the one that is wrong."""
    every = [text for text in upload.head if text] or sorted(row.said)
    return [text for place, text in enumerate(every) if place < COLUMNS_MAX or text in wrong]


def _cut(
    row: RefusedRow, heads: list[str], cause: Cause, columns: dict[str, str]
) -> dict[str, Any]:
    wrong = {cause.column, columns.get(cause.column, "")}
    return {
        "number": row.number,
        "cells": [(row.said.get(head, "")[:24], head in wrong) for head in heads],
    }
