"""What the interface of records reads and answers, as it stands in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from app.credit.records.terms import Agency, Cause, Item, RefusedRow, Report, Upload
from app.doors.api import Query, Wire
from app.doors.refusals import text_of

_CODE = {"description": "code of the catalogue, e.g. penalty.decision"}
_AGENCY = {"description": "code of an agency; only the house may name another than its own"}


def _text(name: str, cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, Decimal)):
        return format(cell, "f" if isinstance(cell, Decimal) else "d")
    if not isinstance(cell, str):
        raise ValidationError({name: ["Not a plain value."]})
    return cell


class RecordsBody(Wire):
    """Records of one item, each row by the item's field names."""

    item = fields.String(required=True, metadata=_CODE)
    agency = fields.String(load_default="", metadata=_AGENCY)
    rows = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        validate=validate.Length(min=1),
        metadata={"description": "{field: value}; texts, exact numbers, yes or no, nothing nested"},
    )
    check_only = fields.Boolean(
        load_default=False, metadata={"description": "report, and keep nothing"}
    )

    @post_load
    def _texts(self, said: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows = [{name: _text(name, cell) for name, cell in row.items()} for row in said["rows"]]
        return {**said, "rows": rows}


class RowRefusedWire(Schema):
    """A row that was not taken; ``row`` counts from 0 in a request, as in the file in a file."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class ReportAnswer(Schema):
    """What became of the rows of a request; accepted = added + corrected + duplicate + pending."""

    upload = fields.Integer(required=True)
    total = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    added = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    refused = fields.List(fields.Nested(RowRefusedWire))


class RecordsFile(Wire):
    """The file of a multipart upload."""

    file = fields.Raw(
        required=True,
        metadata={
            "type": "string",
            "format": "binary",
            "description": "xlsx, csv (UTF-8 or GB18030) or JSON lines",
        },
    )


class FileOptions(Query):
    """What a file is of."""

    item = fields.String(required=True, metadata=_CODE)
    agency = fields.String(load_default="", metadata=_AGENCY)


class FileTaken(Schema):
    """A file was taken in."""

    upload = fields.Integer(required=True)
    state = fields.String(required=True)
    new = fields.Boolean(
        required=True, metadata={"description": "false: the same file was sent before"}
    )
    url = fields.String(required=True)


class RefusedQuery(Query):
    """Which refused rows are wanted: those behind a row of the file."""

    after = fields.Integer(load_default=-1, validate=validate.Range(min=-1))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class UploadReport(Schema):
    """An upload as it stands now."""

    upload = fields.Integer(required=True)
    item = fields.String(required=True)
    agency = fields.String(required=True)
    channel = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    total = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    added = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    causes = fields.List(fields.Dict(), required=True)
    rows = fields.List(fields.Nested(RowRefusedWire), required=True)
    next = fields.Integer(allow_none=True)
    at = fields.String(required=True)
    finished_at = fields.String(allow_none=True)
    refused_sheet = fields.String(allow_none=True)


def report_answer(report: Report, language: str) -> dict[str, Any]:
    """A request's report with its sentences."""
    counts = ("total", "accepted", "added", "corrected", "duplicate", "pending")
    return {
        "upload": report.upload_id,
        **{name: getattr(report, name) for name in counts},
        "refused": [
            {
                "row": one.row,
                "column": one.column,
                "code": one.code,
                "detail": text_of(one.code, dict(one.params), language),
            }
            for one in report.refused
        ],
    }


def upload_answer(
    upload: Upload,
    about: tuple[Item, Agency],
    rows: Sequence[RefusedRow],
    causes: Sequence[Cause],
    language: str,
) -> dict[str, Any]:
    """An upload with some of its refused rows and all causes."""
    item, agency = about
    counts = ("total", "taken", "accepted", "added", "corrected", "duplicate", "pending", "refused")
    said: Mapping[str, Any] = upload.params
    return {
        "upload": upload.id,
        "item": item.code,
        "agency": agency.code,
        "channel": upload.channel.value,
        "name": upload.name,
        "state": upload.state.value,
        "code": upload.code,
        "detail": text_of(upload.code, dict(said), language) if upload.code else "",
        **{name: getattr(upload, name) for name in counts},
        "causes": [{"code": it.code, "column": it.column, "rows": it.rows} for it in causes],
        "rows": [
            {
                "row": it.number,
                "column": it.column,
                "code": it.code,
                "detail": text_of(it.code, dict(it.params), language),
            }
            for it in rows
        ],
        "at": upload.at.isoformat(),
        "finished_at": upload.finished_at.isoformat() if upload.finished_at else None,
        "refused_sheet": f"/api/v1/records/uploads/{upload.id}/refused.xlsx"
        if upload.refused
        else None,
    }
