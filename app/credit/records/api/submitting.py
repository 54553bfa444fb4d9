"""The API door of records: submit rows or a file, follow it, read the catalogue."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.credit.records import jobs, services
from app.credit.records.queries import uploads
from app.credit.records.queries.catalogue import agencies, catalogue
from app.credit.records.schemas import wire
from app.credit.records.schemas.refused import XLSX, refused_workbook
from app.credit.records.terms import ReceiveFile, SubmitRows
from app.doors import http
from app.doors.answers import api_language
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from app.doors.jobs import want
from app.doors.refusals import text_of
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint(
    "records-api", __name__, url_prefix="/api/v1", description="What agencies say of subjects"
)
EXAMPLE = {
    "item": "penalty.decision",
    "rows": [
        {
            "uscc": "91350200MA2XFA1T37",
            "name": "阿嬷杂货铺",
            "document_no": "厦市监处罚〔2026〕12号",
            "decided_on": "2026-05-01",
        }
    ],
}


@endpoint(
    blueprint,
    "/records",
    method="POST",
    loads=wire.RecordsBody,
    needs="record.submit",
    example=EXAMPLE,
    answers=wire.ReportAnswer,
)
def submit(uow: UnitOfWork, body: dict[str, Any]) -> dict[str, Any]:
    """Submit up to 5,000 records of one item: good rows are kept, others named; again adds none."""
    command = SubmitRows(
        item=body["item"],
        agency=body["agency"],
        rows=tuple(body["rows"]),
        check_only=body["check_only"],
    )
    return wire.report_answer(services.submit_rows(uow, command), api_language())


@endpoint(
    blueprint,
    "/records/files",
    method="POST",
    loads=wire.RecordsFile,
    location="files",
    needs="record.submit",
    answers=wire.FileTaken,
    status=202,
    long_body=True,
)
def send_file(uow: UnitOfWork, files: dict[str, Any]) -> dict[str, Any]:
    """Send a file of one item (xlsx, csv, JSON lines); it is read in the background.

    Beside ``file`` the form or query names ``item``. The same file again adds nothing.
    """
    said = wire.FileOptions().load({**request.args.to_dict(), **request.form.to_dict()})
    upload, new = services.receive_file(
        uow,
        ReceiveFile(
            item=said["item"],
            agency=said["agency"],
            filename=files["file"].filename or "",
            content=files["file"].stream,
        ),
        folder=http.room().settings.data,
    )
    if new:
        want(uow, jobs.READ_FILE, upload_id=upload.id)
    return {
        "upload": upload.id,
        "state": upload.state.value,
        "new": new,
        "url": f"/api/v1/records/uploads/{upload.id}",
    }


@endpoint(
    blueprint,
    "/records/uploads/<int:upload_id>",
    loads=wire.RefusedQuery,
    location="query",
    needs="record.read",
    answers=wire.UploadReport,
    audits="record.upload_look_up",
)
def upload_report(uow: UnitOfWork, query: dict[str, Any], upload_id: int) -> dict[str, Any]:
    """Follow an upload: its state, its counts, the rows that were not taken by column and code."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.refused_rows(uow, found.id, after=query["after"], limit=query["limit"])
    about = catalogue(uow).newest(found.item_id), agencies(uow)[found.agency_id]
    answer = wire.upload_answer(found, about, rows, uploads.causes(uow, found.id), api_language())
    answer["next"] = rows[-1].number if len(rows) == query["limit"] else None
    return answer


@endpoint(
    blueprint,
    "/records/uploads/<int:upload_id>/refused.xlsx",
    needs="record.read",
    content_type=XLSX,
    audits="record.upload_export",
)
def refused_sheet(uow: UnitOfWork, upload_id: int) -> Response:
    """The rows that were not taken, with the reason: correct them and send them again."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.all_refused_rows(uow, found.id)
    content = refused_workbook(found, rows, lambda code, said: text_of(code, said, api_language()))
    response = Response(content, mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="refused-{found.id}.xlsx"'
    return response
