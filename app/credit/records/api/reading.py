"""The API door of records read and put right: a subject's file, one record with its history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g
from flask_smorest import Blueprint

from app.credit.records import queries, services
from app.credit.records.schemas import reading
from app.credit.records.terms import Audience, CorrectRecord, Record, WithdrawRecord
from app.credit.records.terms.references import parse_record_reference
from app.doors import seals
from app.doors.answers import api_language
from app.doors.api import endpoint
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

blueprint = Blueprint(
    "credit-api",
    __name__,
    url_prefix="/api/v1",
    description="Credit files: what agencies say of a subject, for who may read it",
)


@endpoint(
    blueprint,
    "/subjects/<uscc>/credit-file",
    loads=reading.FileQuery,
    location="query",
    needs="code.read",
    answers=reading.FileJson,
    limit="public",
)
def public_file(uow: UnitOfWork, query: dict[str, Any], uscc: str) -> dict[str, Any]:
    """Show the public version of a subject's credit file: open items within their public term."""
    return _file(uow, uscc, Audience.PUBLIC, query)


@endpoint(
    blueprint,
    "/records",
    loads=reading.RecordsQuery,
    location="query",
    needs="record.read",
    answers=reading.FileJson,
    audits="record.look_up",
)
def search(uow: UnitOfWork, query: dict[str, Any]) -> dict[str, Any]:
    """Show what agencies see of a subject: all levels, ended terms and repaired records too."""
    return _file(uow, query["uscc"], Audience.GOVERNMENT, query)


@endpoint(
    blueprint,
    "/records/<reference>",
    needs="record.read",
    answers=reading.RecordWithHistoryJson,
    audits="record.look_up",
)
def show(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    """Show a record by its reference, with all its revisions and what happened to it."""
    subject_id, record_id = parse_record_reference(reference, seals.key())
    g.audit_about = f"subject:{subject_id}"
    found = queries.record_by_id(uow, subject_id, record_id, Audience.GOVERNMENT)
    revisions = queries.history_of(uow, subject_id, record_id)
    return {**_document(found), "revisions": [_document(one) for one in revisions]}


@endpoint(
    blueprint,
    "/records/<reference>/correction",
    method="POST",
    loads=reading.CorrectionJson,
    needs="record.submit",
    answers=reading.RecordJson,
)
def correct(uow: UnitOfWork, command: CorrectRecord, reference: str) -> dict[str, Any]:
    """Put an own record right; who corrects what was changed meanwhile is told so (409)."""
    subject_id, record_id = parse_record_reference(reference, seals.key())
    told = replace(command, subject_id=subject_id, record_id=record_id)
    return _document(services.correct_record(uow, told))


@endpoint(
    blueprint,
    "/records/<reference>/withdrawal",
    method="POST",
    loads=reading.WithdrawJson,
    needs="record.submit",
    answers=reading.RecordJson,
)
def withdraw(uow: UnitOfWork, command: WithdrawRecord, reference: str) -> dict[str, Any]:
    """Take an own record back: it stays on file and is shown to nobody as current."""
    subject_id, record_id = parse_record_reference(reference, seals.key())
    told = replace(command, subject_id=subject_id, record_id=record_id)
    return _document(services.withdraw_record(uow, told))


def _file(uow: UnitOfWork, uscc: str, audience: Audience, query: dict[str, Any]) -> dict[str, Any]:
    subject = subject_by_uscc(uow, uscc)
    g.audit_about = f"subject:{subject.id}"
    found = queries.file_of(uow, reading.asked(subject.id, audience, query))
    return reading.file_document(found, subject, uow.today, api_language(), seals.key())


def _document(record: Record) -> dict[str, Any]:
    return reading.record_document(record, api_language(), seals.key())
