"""The API door of filing: file, look up a filing, an entry, a book; send a sheet and follow it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.doors import http
from app.doors.answers import api_language
from app.doors.api import Answer, endpoint
from app.doors.exact import ExactBlueprint
from app.doors.jobs import want
from app.doors.refusals import text_of
from app.food.filing import jobs, services
from app.food.filing.queries import uploads
from app.food.filing.queries.books import operator_meant
from app.food.filing.schemas import answers, wire
from app.food.filing.schemas.examples import FILING
from app.food.filing.schemas.export import XLSX, attachment
from app.food.filing.schemas.json import filing_of
from app.food.filing.schemas.refused import refused_workbook
from app.food.filing.terms import ReceiveUpload, RowState
from ledger.entries import queries as book
from ledger.entries.services import file_entries
from ledger.entries.terms import BookAsked
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint(
    "filing-api", __name__, url_prefix="/api/v1", description="Giving entries to the ledger"
)


@endpoint(
    blueprint,
    "/filings",
    method="POST",
    loads=wire.FilingBody,
    needs="entry.file",
    example=FILING,
    answers=wire.FilingAnswer,
    status=201,
    also={200: "the same filing was answered before"},
)
def file(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """File entries under the filer's own key, all of them or the good ones; never half of one."""
    command = filing_of(
        body,
        operator_id=operator_meant(uow, body.get("operator", ""), body["entries"]),
        entries_max=http.room().settings.filing_entries_max,
    )
    filed = file_entries(uow, command)
    return Answer(
        body=answers.filed_answer(filed, api_language()), status=200 if filed.replayed else 201
    )


@endpoint(
    blueprint,
    "/filings/<path:key>",
    loads=wire.OperatorQuery,
    location="query",
    needs="book.read",
    answers=wire.FilingAnswer,
    audits="filing.look_up",
)
def filing(uow: UnitOfWork, query: dict[str, Any], key: str) -> dict[str, Any]:
    """Read again what a filing key was answered."""
    found = book.filing_by_key(uow, operator_meant(uow, query["operator"]), key)
    return answers.filed_answer(found, api_language())


@endpoint(
    blueprint,
    "/entries/<reference>",
    needs="book.read",
    answers=wire.EntryAnswer,
    audits="entry.look_up",
)
def entry(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    """Read one entry, what it corrects and what corrected it."""
    return answers.entry_answer(book.entry_by_reference(uow, reference))


@endpoint(
    blueprint,
    "/book",
    loads=wire.BookQuery,
    location="query",
    needs="book.read",
    answers=wire.BookAnswer,
    audits="book.look_up",
)
def own_book(uow: UnitOfWork, query: dict[str, Any]) -> dict[str, Any]:
    """Read an operator's book, the newest day first."""
    page = book.book_page(
        uow,
        BookAsked(
            operator_id=operator_meant(uow, query.pop("operator")),
            partner_id=query.pop("partner"),
            **query,
        ),
    )
    return {"items": [answers.book_line(line) for line in page.items], "next": page.next or None}


@endpoint(
    blueprint,
    "/filings/sheet",
    method="POST",
    loads=wire.SheetFile,
    location="files",
    needs="entry.file",
    answers=wire.UploadTaken,
    status=202,
    long_body=True,
)
def sheet(uow: UnitOfWork, files: dict[str, Any]) -> dict[str, Any]:
    """Send a sheet (xlsx or csv); it is read in the background. The same file again adds nothing.

    Beside ``file`` the form or query may name ``operator`` (USCC) and ``kind``.
    """
    options = wire.SheetOptions().load({**request.args.to_dict(), **request.form.to_dict()})
    upload, new = services.receive_upload(
        uow,
        ReceiveUpload(
            operator_id=operator_meant(uow, options["operator"]),
            kind=options["kind"],
            filename=files["file"].filename or "",
            content=files["file"].stream,
        ),
        folder=http.room().settings.data,
    )
    if new:
        want(uow, jobs.READ_UPLOAD, upload_id=upload.id)
    return {
        "upload": upload.id,
        "state": upload.state.value,
        "new": new,
        "url": f"/api/v1/uploads/{upload.id}",
    }


@endpoint(
    blueprint,
    "/uploads/<int:upload_id>",
    loads=wire.RowsQuery,
    location="query",
    needs="book.read",
    answers=wire.UploadAnswer,
    audits="upload.look_up",
)
def upload(uow: UnitOfWork, query: dict[str, Any], upload_id: int) -> dict[str, Any]:
    """Follow an upload: its state, its counts, and its refused rows by sheet, cell and rule."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.upload_rows(
        uow, found, query["rows"], after=query["after"], limit=query["limit"]
    )
    return answers.upload_answer(
        found,
        rows,
        uploads.causes(uow, found, query["rows"]),
        language=api_language(),
        following=rows[-1].id if len(rows) == query["limit"] else None,
    )


@endpoint(
    blueprint,
    "/uploads/<int:upload_id>/refused.xlsx",
    needs="book.read",
    content_type=XLSX,
    audits="upload.export",
)
def refused(uow: UnitOfWork, upload_id: int) -> Response:
    """The refused rows in their own columns with the reason: correct them and send them again."""
    found = uploads.upload_by_id(uow, upload_id)
    rows = uploads.all_upload_rows(uow, found, RowState.REFUSED)
    content = refused_workbook(found, rows, lambda code, said: text_of(code, said, api_language()))
    return attachment(content, f"refused-{found.id}.xlsx")
