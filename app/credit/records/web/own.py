"""Pages of an agency about what it has submitted: find a record, put it right, take it back."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for

from app.credit.records.queries.catalogue import items, own_agency, provides
from app.credit.records.queries.own import own_record, own_records
from app.credit.records.schemas.forms import CorrectForm, WithdrawForm
from app.credit.records.services.changing import correct_record, withdraw_record
from app.credit.records.terms import CorrectRecord, Record, RecordState, WithdrawRecord
from app.credit.records.web.shared import blueprint, in_words, named, says
from app.doors.i18n import gettext as _
from app.doors.web import form, page
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork

RECORD_TEXTS: dict[RecordState, tuple[str, str]] = {
    RecordState.CURRENT: ("有效", "current"),
    RecordState.CORRECTED: ("已更正", "corrected"),
    RecordState.WITHDRAWN: ("已撤回", "withdrawn"),
    RecordState.REPAIRED: ("已修复", "repaired"),
}
_FIELD = "said_"
"""Before the names of an item's fields in the form of a correction."""


@page(
    blueprint,
    "/records/own",
    needs="record.submit",
    template="records/own.html",
    endpoint="own",
    audits="record.look_up_own",
)
def own(uow: UnitOfWork) -> dict[str, Any]:
    """The agency's records of a subject it names."""
    typed = {name: request.args.get(name, "").strip()[:80] for name in ("uscc", "item")}
    agency = own_agency(uow)
    shown = {
        "agency": agency,
        "typed": typed,
        "items": [(one.code, named(one)) for one in items(uow) if agency and provides(one, agency)],
        "lines": [],
        "problem": "",
    }
    if agency is None or not typed["uscc"]:
        return shown
    try:
        found = own_records(uow, typed["uscc"], typed["item"])
    except Refusal as refusal:
        return {**shown, "problem": says(refusal.code, refusal.params)}
    return {**shown, "lines": [_line(one) for one in found]}


def _line(one: Record) -> dict[str, Any]:
    return {
        "record": one,
        "item": named(one.item),
        "state": one.state.value,
        "says": in_words(RECORD_TEXTS[one.state]),
    }


def _about(uow: UnitOfWork, subject_id: int, record_id: int) -> dict[str, Any]:
    record = own_record(uow, subject_id, record_id)
    fields = [
        {"name": f"{_FIELD}{one.name}", "says": named(one), "required": one.required}
        for one in record.item.fields
    ]
    said = {f"{_FIELD}{name}": text for name, text in record.said.items()}
    return {
        **_line(record),
        "fields": fields,
        "said": [
            (named(one), record.said[one.name])
            for one in record.item.fields
            if one.name in record.said
        ],
        "values": {**said, "revision": record.revision},
    }


@form(
    blueprint,
    "/records/own/<int:subject_id>/<int:record_id>/correct",
    needs="record.submit",
    loads=CorrectForm,
    template="records/correct.html",
    context=_about,
    endpoint="correct",
)
def correct(uow: UnitOfWork, said: dict[str, Any], subject_id: int, record_id: int) -> str:
    """Put a record right; the revision that was shown is named, so that two do not cross."""
    record = own_record(uow, subject_id, record_id)
    names = [one.name for one in record.item.fields]
    try:
        correct_record(
            uow,
            CorrectRecord(
                subject_id=subject_id,
                record_id=record_id,
                revision=said["revision"],
                said={name: request.form.get(f"{_FIELD}{name}", "") for name in names},
                reason=said["reason"],
                basis=said["basis"],
            ),
        )
    except Refusal as refusal:
        if refusal.field in names:
            refusal.field = f"{_FIELD}{refusal.field}"
        raise
    flash(_("已更正，原来的内容仍然留档。"))
    return _back(record)


@form(
    blueprint,
    "/records/own/<int:subject_id>/<int:record_id>/withdraw",
    needs="record.submit",
    loads=WithdrawForm,
    template="records/withdraw.html",
    context=_about,
    endpoint="withdraw",
)
def withdraw(uow: UnitOfWork, said: dict[str, Any], subject_id: int, record_id: int) -> str:
    """Take a record back; it stays on file and is shown to nobody as current."""
    record = own_record(uow, subject_id, record_id)
    withdraw_record(
        uow,
        WithdrawRecord(
            subject_id=subject_id,
            record_id=record_id,
            reason=said["reason"],
            basis=said["basis"],
        ),
    )
    flash(_("已撤回。"))
    return _back(record)


def _back(record: Record) -> str:
    uscc = next((record.said.get(one.name) for one in record.item.fields), "")
    return url_for("records.own", uscc=uscc)
