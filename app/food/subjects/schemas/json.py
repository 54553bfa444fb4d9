"""The JSON of subjects: bodies become commands, views become documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import fields, post_load, validate

from app.doors.api import Query, Wire
from app.doors.i18n import language
from app.doors.refusals import text_of
from app.food.subjects import rules
from ledger.kernel.actor import Actor
from ledger.subjects import queries
from ledger.subjects.terms import (
    LicenceKind,
    LicenceNamed,
    PremisesNamed,
    RegisterSubject,
    Subject,
    SubjectChange,
    SubjectKind,
    SubjectSearch,
    SubjectStatus,
)

_TEXT = validate.Length(max=500)
_ID = validate.Range(1, 2**31 - 1)
PAGE_MAX = 200


def _text(example: str = "", *, most: int = 500) -> Any:
    return fields.String(
        load_default="",
        validate=validate.Length(max=most),
        metadata={"example": example} if example else {},
    )


class LicenceJson(Wire):
    """A licence; renewed ones are new licences, ``revoked_on`` ends one before its day."""

    kind = fields.Enum(LicenceKind, by_value=True, required=True, metadata={"example": "SC"})
    number = fields.String(
        required=True, validate=validate.Length(1, 60), metadata={"example": "SC10535020300017"}
    )
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    scope = fields.List(
        fields.String(validate=_TEXT),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "category words or codes; empty means all"},
    )
    revoked_on = fields.Date(load_default=None, allow_none=True)
    number_checks = fields.Boolean(
        dump_only=True, metadata={"description": "false: compare the number with the paper by hand"}
    )

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> LicenceNamed:
        """The licence as a command names it."""
        return LicenceNamed(**{**data, "scope": tuple(data["scope"])})


class PremisesJson(Wire):
    """A place of an operator."""

    id = fields.String(dump_only=True)
    name = fields.String(required=True, validate=validate.Length(1, 200))
    address = _text()
    division = _text("350203", most=12)
    gln = _text(most=20)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> PremisesNamed:
        """The place as a command names it."""
        return PremisesNamed(**data)


def _kinds(**more: Any) -> Any:
    return fields.List(
        fields.Enum(SubjectKind, by_value=True),
        validate=validate.Length(1, 20),
        metadata={"example": ["production"]},
        **more,
    )


def _many(schema: type[Wire], **more: Any) -> Any:
    return fields.List(fields.Nested(schema), validate=validate.Length(max=200), **more)


class RegisterJson(Wire):
    """A subject as it is registered (contract 3.4)."""

    uscc = fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"example": "91350200MA2XFA1T37"}
    )
    name = fields.String(required=True, validate=validate.Length(1, 200))
    kinds = _kinds(required=True)
    division = _text("350203", most=12)
    address = _text()
    contact = _text(most=200)
    phone = _text(most=60)
    gln = _text(most=20)
    licences = _many(LicenceJson, load_default=list)
    premises = _many(PremisesJson, load_default=list)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> RegisterSubject:
        """The command."""
        lists = {name: tuple(data[name]) for name in ("kinds", "licences", "premises")}
        return RegisterSubject(**{**data, **lists})


class AmendJson(Wire):
    """The fields that change; what is left out stays. Licences and premises are added to."""

    name = fields.String(validate=validate.Length(1, 200))
    kinds = _kinds()
    division = fields.String(validate=validate.Length(max=12))
    address = fields.String(validate=_TEXT)
    contact = fields.String(validate=validate.Length(max=200))
    phone = fields.String(validate=validate.Length(max=60))
    gln = fields.String(validate=validate.Length(max=20))
    country = fields.String(validate=validate.Length(max=60))
    status = fields.Enum(SubjectStatus, by_value=True)
    licences = _many(LicenceJson)
    premises = _many(PremisesJson)
    reason = fields.String(validate=_TEXT, metadata={"description": "kept with the history"})

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What ``AmendSubject`` takes beside the USCC of the path."""
        reason = data.pop("reason", "")
        return {"changes": data, "reason": reason}


class MergeJson(Wire):
    """Into whom an unregistered party is merged, and on what ground."""

    into = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "USCC of a registered subject"},
    )
    reason = fields.String(required=True, validate=_TEXT)


class SearchQuery(Query):
    """What subjects are looked for."""

    query = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "description": "a USCC, a licence number, a GLN, or part of a name or former name"
        },
    )
    division = fields.String(
        load_default="",
        validate=validate.Length(max=12),
        metadata={"description": "GB/T 2260 code; takes in what lies below it"},
    )
    kind = fields.Enum(SubjectKind, by_value=True, load_default=None)
    registered = fields.Boolean(load_default=None)
    next = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "the ``next`` of the page before"},
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, PAGE_MAX))

    @post_load
    def search(self, data: dict[str, Any], **_: Any) -> SubjectSearch:
        """The search."""
        return SubjectSearch(
            text=data["query"],
            division=data["division"],
            kind=data["kind"],
            registered=data["registered"],
            after=data["next"],
            limit=data["limit"],
        )


class WarningJson(Wire):
    """A remark on what was accepted."""

    code = fields.String(required=True, metadata={"example": "identifiers.licence_check_digit"})
    detail = fields.String(required=True)
    licence = fields.String(required=True)


class SubjectJson(Wire):
    """A subject; people are masked for those who may not read them."""

    id = fields.String(required=True, metadata={"example": "17"})
    uscc = fields.String(required=True, metadata={"description": "empty when unregistered"})
    name = fields.String(required=True)
    kinds = fields.List(fields.Enum(SubjectKind, by_value=True), required=True)
    division = fields.String(required=True)
    address = fields.String(required=True)
    contact = fields.String(required=True)
    phone = fields.String(required=True, metadata={"example": "138****1234"})
    gln = fields.String(required=True)
    country = fields.String(required=True)
    status = fields.Enum(SubjectStatus, by_value=True, required=True)
    registered = fields.Boolean(required=True)
    licences = fields.List(fields.Nested(LicenceJson), required=True)
    premises = fields.List(fields.Nested(PremisesJson), required=True)
    warnings = fields.List(fields.Nested(WarningJson), required=True)


class SubjectsJson(Wire):
    """A page of subjects."""

    items = fields.List(fields.Nested(SubjectJson), required=True)
    next = fields.Integer(required=True, allow_none=True)


class ChangeJson(Wire):
    """One change of a subject."""

    at = fields.DateTime(required=True)
    account_id = fields.Integer(required=True, allow_none=True)
    before = fields.Dict(required=True)
    after = fields.Dict(required=True)
    reason = fields.String(required=True)


class HistoryJson(Wire):
    """What changed on a subject, the newest first."""

    items = fields.List(fields.Nested(ChangeJson), required=True)
    next = fields.Integer(required=True, allow_none=True)


def document(subject: Subject, actor: Actor) -> dict[str, Any]:
    """A subject as the actor may see it, with what has to be verified by hand."""
    seen = rules.shown(subject, actor)
    said = {name: getattr(seen, name) for name in SubjectJson().fields if name != "warnings"}
    return said | {
        "warnings": [
            {
                "code": doubt.code,
                "licence": paper.number,
                "detail": text_of(doubt.code, doubt.params, language()),
            }
            for paper, doubt in queries.licence_doubts(subject)
        ]
    }


def history(changes: Iterable[SubjectChange]) -> dict[str, Any]:
    """A subject's history as a list that has no further page."""
    return {"items": list(changes), "next": None}
