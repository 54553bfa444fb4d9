"""Files and records as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.credit.records.terms import (
    AUDIENCE_TEXTS,
    CATEGORY_TEXTS,
    Audience,
    Category,
    CorrectRecord,
    CreditFile,
    FileAsked,
    Record,
    WithdrawRecord,
)
from app.credit.records.terms.references import record_reference
from app.doors.api import Query, Wire
from ledger.subjects.terms import Subject

_CATEGORY = {"description": "1 to 18; without it the newest few of every category"}


class FileQuery(Query):
    """Which part of a file is wanted."""

    category = fields.Integer(
        load_default=None, validate=validate.Range(min=1, max=len(Category)), metadata=_CATEGORY
    )
    after = fields.String(load_default="", validate=validate.Length(max=60))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class RecordsQuery(FileQuery):
    """The same of a subject, for agencies."""

    uscc = fields.String(required=True, validate=validate.Length(max=40))


class WithdrawJson(Wire):
    """Why a record is taken back."""

    reason = fields.String(required=True)
    basis = fields.String(load_default="")

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> WithdrawRecord:
        """A command that names no record yet."""
        return WithdrawRecord(subject_id=0, record_id=0, **data)


class CorrectionJson(Wire):
    """A record as it shall be: all its fields, and the revision that was read."""

    revision = fields.Integer(required=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, data_key="fields"
    )
    reason = fields.String(required=True)
    basis = fields.String(load_default="")

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> CorrectRecord:
        """A command that names no record yet."""
        said: Mapping[str, str] = data.pop("fields_")
        return CorrectRecord(subject_id=0, record_id=0, said=said, **data)


class NamedJson(Schema):
    """A thing with its code and its name in the reader's language."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class EventJson(Schema):
    """Something that happened to a record."""

    kind = fields.String(required=True)
    at = fields.DateTime(required=True)
    reason = fields.String(required=True)
    basis = fields.String(required=True)


class RecordJson(Schema):
    """A record as one audience may read it."""

    reference = fields.String(required=True)
    category = fields.Integer(required=True)
    item = fields.Nested(NamedJson, required=True)
    agency = fields.Nested(NamedJson, required=True)
    decided_on = fields.Date(required=True)
    recorded_on = fields.Date(required=True)
    revision = fields.Integer(required=True)
    state = fields.String(required=True)
    under_objection = fields.Boolean(required=True)
    public_until = fields.Date(allow_none=True)
    fields_ = fields.Dict(
        keys=fields.String(), values=fields.String(), data_key="fields", required=True
    )
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RecordWithHistoryJson(RecordJson):
    """The same with what happened to it, for agencies."""

    events = fields.List(fields.Nested(EventJson), required=True)
    revisions = fields.List(fields.Nested(RecordJson), required=True)


class CountsJson(Schema):
    """How many records of a category there are to see."""

    category = fields.Integer(required=True)
    name = fields.String(required=True)
    records = fields.Integer(required=True)
    negative = fields.Integer(required=True)
    under_objection = fields.Integer(required=True)


class SectionJson(Schema):
    """Some records of a category; ``next`` goes into ``after``."""

    category = fields.Integer(required=True)
    name = fields.String(required=True)
    records = fields.List(fields.Nested(RecordJson), required=True)
    next = fields.String(required=True)


class SubjectNamedJson(Schema):
    """Whose file it is."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)


class FileJson(Schema):
    """A credit file; ``counts`` is empty where one category was asked for."""

    subject = fields.Nested(SubjectNamedJson, required=True)
    version = fields.String(required=True)
    version_name = fields.String(required=True)
    as_of = fields.Date(required=True)
    counts = fields.List(fields.Nested(CountsJson), required=True)
    sections = fields.List(fields.Nested(SectionJson), required=True)


def asked(subject_id: int, audience: Audience, query: Mapping[str, Any]) -> FileAsked:
    """A query of a file as what is asked of it."""
    number = query["category"]
    return FileAsked(
        subject_id=subject_id,
        audience=audience,
        category=Category(number) if number else None,
        after=query["after"],
        limit=query["limit"],
    )


def file_document(
    found: CreditFile, subject: Subject, as_of: object, language: str, key: str
) -> dict[str, Any]:
    """A file as JSON."""
    at = language == "en"
    return {
        "subject": {"uscc": subject.uscc, "name": subject.name, "status": subject.status.value},
        "version": found.audience.value,
        "version_name": AUDIENCE_TEXTS[found.audience][at],
        "as_of": as_of,
        "counts": [
            {
                "category": int(one.category),
                "name": CATEGORY_TEXTS[one.category][at],
                "records": one.records,
                "negative": one.negative,
                "under_objection": one.marked,
            }
            for one in found.counts
        ],
        "sections": [
            {
                "category": int(one.category),
                "name": CATEGORY_TEXTS[one.category][at],
                "records": [record_document(record, language, key) for record in one.records],
                "next": one.next,
            }
            for one in found.sections
        ],
    }


def record_document(record: Record, language: str, key: str) -> dict[str, Any]:
    """A record as JSON, its fields by name and what they are called."""
    at = language == "en"
    item, agency = record.item, record.agency
    return {
        "reference": record_reference(record.subject_id, record.id, key),
        "category": int(item.category),
        "item": {"code": item.code, "name": (item.zh, item.en)[at]},
        "agency": {"code": agency.code, "name": (agency.zh, agency.en)[at]},
        "decided_on": record.decided_on,
        "recorded_on": record.recorded_at.date(),
        "revision": record.revision,
        "state": record.state.value,
        "under_objection": record.marked,
        "public_until": record.public_until,
        "fields_": dict(record.said),
        "labels": {
            one.name: (one.zh, one.en)[at] for one in item.fields if one.name in record.said
        },
        "events": [
            {"kind": one.kind.value, "at": one.at, "reason": one.reason, "basis": one.basis}
            for one in record.events
        ],
    }
