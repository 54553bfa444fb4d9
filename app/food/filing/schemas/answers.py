"""What the filing API says, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.doors.refusals import line_of, text_of
from app.food.filing.terms import Upload, UploadRow
from ledger.entries.terms import BookLine, EntryShown, Filed


def filed_answer(filed: Filed, language: str) -> dict[str, Any]:
    """A filing's answer as contract 3.1 has it; ``replayed`` is there only where it is true."""
    return {
        "filing": filed.filing_id,
        "filing_key": filed.filing_key,
        "accepted": filed.accepted,
        "entries": list(filed.entries),
        "refused": [line_of(line, language) for line in filed.refused],
        "warnings": [
            {
                "index": found.index,
                "rule": found.rule,
                "code": found.code,
                "detail": text_of(found.code, dict(found.params), language),
            }
            for found in filed.warnings
        ],
        "receipt": filed.receipt,
        "filed_at": filed.filed_at.isoformat(),
        **({"replayed": True} if filed.replayed else {}),
    }


def book_line(line: BookLine) -> dict[str, Any]:
    """A line of a book."""
    partner = None
    if line.partner_id is not None or line.partner_name:
        partner = {"id": line.partner_id, "name": line.partner_name}
    return {
        "entry": line.reference,
        "kind": line.kind.value,
        "role": line.role,
        "at": str(line.at),
        "partner": partner,
        "lot": {"gtin": line.gtin, "product": line.product_name, "lot": line.lot_number},
        "quantity": line.quantity,
        "unit": line.unit,
        "document": line.document,
        "flags": list(line.flags),
        "corrects": line.corrects,
        "corrected_by": line.corrected_by,
        "filed_at": line.filed_at.isoformat() if line.filed_at else None,
    }


def entry_answer(shown: EntryShown) -> dict[str, Any]:
    """An entry with its history."""
    return {
        "entry": shown.reference,
        "lines": [book_line(line) for line in shown.lines],
        "history": [book_line(line) for line in shown.history],
        "said": dict(shown.said),
        "certificate": shown.certificate,
        "keep_until": shown.keep_until.isoformat() if shown.keep_until else None,
    }


def upload_answer(
    upload: Upload,
    rows: Iterable[UploadRow],
    causes: Iterable[tuple[str, str, int]],
    *,
    language: str,
    following: int | None = None,
) -> dict[str, Any]:
    """An upload as it stands, with the rows that were asked for."""
    total = upload.rows_total
    done = 1.0 if upload.is_finished else (upload.rows_done / total if total else 0.0)
    plain = ("rows_total", "rows_done", "accepted", "refused", "warned", "skipped")
    return {
        "upload": upload.id,
        "filename": upload.filename,
        "sha256": upload.sha256,
        "state": upload.state.value,
        "code": upload.code,
        "detail": detail(upload.code, upload.params, language),
        "progress": round(done, 4),
        **{name: getattr(upload, name) for name in plain},
        "sheets": [_sheet(sheet, language) for sheet in upload.sheets],
        "causes": [{"code": code, "field": field, "rows": count} for code, field, count in causes],
        "warnings": [
            {"code": code, "count": count, "detail": detail(code, {}, language)}
            for code, count in sorted(upload.warnings.items(), key=lambda it: -it[1])
        ],
        "rows": [upload_row(row, language) for row in rows],
        "next": following,
        "created_at": upload.created_at.isoformat(),
        "finished_at": upload.finished_at.isoformat() if upload.finished_at else None,
        "refused_sheet": f"/api/v1/uploads/{upload.id}/refused.xlsx"
        if upload.is_finished and upload.refused
        else None,
    }


def _sheet(sheet: Mapping[str, Any], language: str) -> dict[str, Any]:
    if "left_out" in sheet:
        return {
            "name": sheet["name"],
            "left_out": sheet["left_out"],
            "detail": detail(sheet["left_out"], sheet["params"], language),
        }
    columns = [
        {"letter": letter, "text": text, "field": field}
        for letter, text, field, _hint in sheet["columns"]
    ]
    return {
        "name": sheet["name"],
        "kind": sheet["kind"],
        "header_row": sheet["header_row"],
        "rows": sheet["rows"],
        "columns": columns,
    }


def upload_row(row: UploadRow, language: str) -> dict[str, Any]:
    """A row that was refused, warned about or skipped."""
    return {
        "sheet": row.sheet_name,
        "row": row.number,
        "cell": row.cell,
        "field": row.field,
        "rule": row.rule,
        "code": row.code,
        "detail": detail(row.code, row.params, language),
    }


def detail(code: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence of a refusal that was kept; empty for none."""
    return text_of(code, dict(params), language) if code else ""
