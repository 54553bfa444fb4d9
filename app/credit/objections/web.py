"""The page door of objections: subjects file, the platform passes on, providers decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, g, request, url_for
from werkzeug.wrappers import Response

from app.blobs import services as blobs
from app.credit.objections import errors, queries, rules, schemas, services
from app.credit.objections.terms import (
    CHANNEL_TEXTS,
    CLOCK_TEXTS,
    OUTCOME_TEXTS,
    REMEDY_TEXTS,
    STATE_TEXTS,
    STEP_TEXTS,
    Channel,
    DecideObjection,
    Evidence,
    FileObjection,
    Objection,
    ObjectionsAsked,
    ObjectionState,
)
from app.credit.records.errors import UnknownRecord
from app.credit.records.queries.file import record_by_id
from app.credit.records.terms import Audience, Field, FieldRole, Record
from app.credit.records.terms.file import speaks_for
from app.credit.records.terms.references import parse_record_reference, record_reference
from app.doors import files, http
from app.doors.api import Day
from app.doors.i18n import language
from app.doors.seals import key
from app.doors.web import action, form, page
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Subject

blueprint = Blueprint("objections", __name__, template_folder="templates")
STATE_MARKS = {
    ObjectionState.FILED: "wait",
    ObjectionState.MARKED: "wait",
    ObjectionState.OWN_REVIEW: "wait",
    ObjectionState.FORWARDED: "wait",
    ObjectionState.UPHELD: "warn",
    ObjectionState.REJECTED: "gap",
    ObjectionState.CLOSED: "ok",
}
_DECIDING = (ObjectionState.OWN_REVIEW, ObjectionState.FORWARDED)
_NAME_MAX = 120
_DAY = Day(load_default=None, allow_none=True)


def _in_words(table: Mapping[Any, tuple[str, str]]) -> dict[Any, str]:
    return {one: texts[language() == "en"] for one, texts in table.items()}


def words() -> dict[str, Any]:
    """The words of objections in the page's language."""
    return {
        "states": _in_words(STATE_TEXTS),
        "outcomes": _in_words(OUTCOME_TEXTS),
        "clocks": _in_words(CLOCK_TEXTS),
        "step_words": _in_words(STEP_TEXTS),
        "channels": _in_words(CHANNEL_TEXTS),
        "remedies": _in_words(REMEDY_TEXTS),
        "state_marks": STATE_MARKS,
        "english": language() == "en",
    }


@page(
    blueprint,
    "/objections",
    needs="account.own",
    template="objections/index.html",
    audits="objection.search",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Objections: everybody's for the platform, those passed on for an agency, one's own."""
    before = request.args.get("next", "")
    closed = request.args.get("all") == "1"
    asked = ObjectionsAsked(
        open_only=not closed,
        before=int(before) if before.isdecimal() and len(before) <= len("999999999") else None,
    )
    return {
        "found": queries.objections_page(uow, asked),
        "all": closed,
        "handles": queries.sees_all(uow),
        "answers": not queries.sees_all(uow) and uow.actor.may("objection.answer"),
        **words(),
    }


def _named(reference: str) -> tuple[int, int]:
    return parse_record_reference(reference, key())


def _disputed(uow: UnitOfWork, reference: str, audience: Audience) -> tuple[Subject, Record]:
    subject_id, record_id = _named(reference)
    subject = subject_by_id(uow, subject_id)
    g.audit_about = f"subject:{subject.id}"
    return subject, record_by_id(uow, subject.id, record_id, audience)


def _own(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    subject_id, _ = _named(reference)
    if not speaks_for(uow.actor, subject_by_id(uow, subject_id).id):
        raise errors.NotYourRecord
    subject, record = _disputed(uow, reference, Audience.OWN)
    return _form_words(uow, subject, record, on_paper=False)


def _entered(uow: UnitOfWork, reference: str) -> dict[str, Any]:
    subject, record = _disputed(uow, reference, Audience.GOVERNMENT)
    shown = _form_words(uow, subject, record, on_paper=True)
    return shown | {"values": {"received_on": uow.today.isoformat(), "brought_by": subject.name}}


def _form_words(
    uow: UnitOfWork, subject: Subject, record: Record, *, on_paper: bool
) -> dict[str, Any]:
    before = queries.earlier(uow, subject.id, record.id)
    terms = rules.terms_on(uow.parameters, uow.today)
    return {
        "subject": subject,
        "record": record,
        "lines": lines_of(record),
        "on_paper": on_paper,
        "again": any(row.outcome and row.revision == record.revision for row in before),
        "evidence": schemas.EVIDENCE,
        "terms": terms,
        **words(),
    }


def lines_of(record: Record) -> list[tuple[str, str]]:
    """What a record says, as (field in words, text)."""
    english = language() == "en"
    return [
        (one.en if english else one.zh, _text(one, record.said[one.name]))
        for one in record.item.fields
        if record.said.get(one.name)
    ]


def _text(field: Field, said: str) -> str:
    """Codes in words."""
    english = language() == "en"
    if not field.codes:
        return said
    parts = (field.codes.get(code, (code, code))[english] for code in said.split(","))
    return ("; " if english else "；").join(parts)


def _evidence(given: Sequence[Any]) -> tuple[Evidence, ...]:
    settings = http.room().settings
    return tuple(
        Evidence(blob=blobs.put(settings, file.stream), name=str(file.filename)[-_NAME_MAX:])
        for file in given
    )


@form(
    blueprint,
    "/objections/of/<reference>",
    needs="objection.file",
    loads=schemas.FileForm,
    template="objections/new.html",
    context=_own,
    limit="report",
)
def new(uow: UnitOfWork, told: dict[str, Any], reference: str) -> str:
    """A subject disputes a record of its file."""
    subject_id, record_id = _named(reference)
    made = services.file_objection(
        uow,
        FileObjection(
            subject_id=subject_id,
            record_id=record_id,
            grounds=told["grounds"],
            evidence=_evidence(told["files"]),
        ),
    )
    return url_for(".show", objection_id=made)


@form(
    blueprint,
    "/objections/paper/<reference>",
    needs="objection.handle",
    loads=schemas.FileForm,
    template="objections/new.html",
    context=_entered,
    audits="record.read",
)
def enter(uow: UnitOfWork, told: dict[str, Any], reference: str) -> str:
    """An objection that came on paper is entered; its clocks run from the day it came."""
    subject_id, record_id = _named(reference)
    day = told["received_on"].strip()
    made = services.file_objection(
        uow,
        FileObjection(
            subject_id=subject_id,
            record_id=record_id,
            grounds=told["grounds"],
            evidence=_evidence(told["files"]),
            channel=Channel.PAPER,
            received_on=_DAY.deserialize(day) if day else None,
            brought_by=told["brought_by"],
        ),
    )
    return url_for(".show", objection_id=made)


def _one(uow: UnitOfWork, objection_id: int) -> dict[str, Any]:
    found = queries.objection_by_id(uow, objection_id)
    g.audit_about = f"objection:{found.id}"
    record = _record(uow, found)
    decides = _decides(uow, found)
    handles = queries.sees_all(uow)
    in_state = found.state in _DECIDING
    return {
        "objection": found,
        "record": record,
        "lines": lines_of(record) if record else [],
        "reference": record_reference(found.record_subject_id, found.record_id, key()),
        "may_decide": decides and in_state,
        "may_forward": handles and found.state is ObjectionState.MARKED,
        "may_extend": decides and in_state and _extendable(uow, found),
        "may_read_file": uow.actor.may("record.read"),
        "is_subject": speaks_for(uow.actor, found.subject_id),
        **words(),
    }


def _record(uow: UnitOfWork, found: Objection) -> Record | None:
    official = uow.actor.may("record.read")
    audience = Audience.GOVERNMENT if official else Audience.OWN
    try:
        return record_by_id(uow, found.record_subject_id, found.record_id, audience)
    except UnknownRecord:
        return None  # taken back since


def _decides(uow: UnitOfWork, found: Objection) -> bool:
    if found.is_own:
        return uow.actor.may("objection.handle")
    mine = uow.actor.may_act_for(found.agency_subject_id)
    return uow.actor.may("objection.answer") and mine


def _extendable(uow: UnitOfWork, found: Objection) -> bool:
    return bool(rules.terms_on(uow.parameters, found.received_on).extended)


@page(
    blueprint,
    "/objections/<int:objection_id>",
    needs="account.own",
    template="objections/show.html",
    audits="objection.look_up",
)
def show(uow: UnitOfWork, objection_id: int) -> dict[str, Any]:
    """One objection: the record, the grounds, who has it, until when, what happened."""
    return _one(uow, objection_id)


@action(blueprint, "/objections/<int:objection_id>/forward", needs="objection.handle")
def forward(uow: UnitOfWork, objection_id: int) -> str:
    """Pass it on to the agency that submitted the record."""
    services.forward_objection(uow, objection_id)
    return url_for(".show", objection_id=objection_id)


@action(
    blueprint,
    "/objections/<int:objection_id>/extend",
    needs="account.own",
    loads=schemas.ReasonForm,
)
def extend(uow: UnitOfWork, told: dict[str, Any], objection_id: int) -> str:
    """Take more time, where the rules in force give it."""
    services.extend_objection(uow, objection_id, told["reason"])
    return url_for(".show", objection_id=objection_id)


def _deciding(uow: UnitOfWork, objection_id: int) -> dict[str, Any]:
    shown = _one(uow, objection_id)
    if not _decides(uow, shown["objection"]):
        raise errors.NotYoursToDecide
    record: Record | None = shown["record"]
    said = {f"field.{name}": text for name, text in record.said.items()} if record else {}
    return shown | {
        "values": {**said, "revision": record.revision if record else 0},
        "fields": _correctable(record) if record else [],
    }


def _correctable(record: Record) -> list[tuple[str, str, bool]]:
    """(field, in words, whether it is long) of what a correction may change."""
    english = language() == "en"
    fixed = (FieldRole.SUBJECT, FieldRole.NAME)
    return [
        (one.name, one.en if english else one.zh, one.longest > _NAME_MAX)
        for one in record.item.fields
        if one.role not in fixed and one.name not in record.item.key
    ]


@form(
    blueprint,
    "/objections/<int:objection_id>/decision",
    needs="account.own",
    loads=schemas.DecideForm,
    template="objections/decide.html",
    context=_deciding,
    audits="objection.look_up",
)
def decide(uow: UnitOfWork, told: dict[str, Any], objection_id: int) -> str:
    """Uphold or reject; what is upheld is put right at once or by a later record."""
    if not told.pop("answered"):
        raise errors.DecisionMissing(field="upheld")
    said = told["said"] if told["remedy"].value == "correct" else {}
    if said:
        found = queries.objection_by_id(uow, objection_id)
        record = _record(uow, found)
        kept = dict(record.said) if record else {}
        said = kept | said
    services.decide_objection(
        uow, DecideObjection(objection_id=objection_id, **(told | {"said": said}))
    )
    return url_for(".show", objection_id=objection_id)


@page(
    blueprint,
    "/objections/<int:objection_id>/files/<int:position>",
    needs="account.own",
    audits="objection.look_up",
)
def file(uow: UnitOfWork, objection_id: int, position: int) -> Response:
    """A picture or PDF that came with an objection."""
    found = queries.objection_by_id(uow, objection_id)
    g.audit_about = f"objection:{found.id}"
    if position >= len(found.evidence):
        raise errors.UnknownObjection(objection=objection_id)
    kept = found.evidence[position]
    stream = blobs.opened(http.room().settings, kept.sha256)
    return files.answer(stream, kept.media_type, kept.name, size=kept.size, inline=True)


def beside_records(
    uow: UnitOfWork, subject: Subject, audience: Audience, records: Sequence[Record]
) -> dict[int, str]:
    """Beside each record: that it is disputed and until when an answer is due, or a way to do so.

    Everybody sees that a record is disputed; only its subject and officials see more.
    """
    found = queries.beside(uow, subject.id, [record.id for record in records])
    shown = {
        "audience": audience.value,
        "may_file": audience is Audience.OWN and uow.actor.may("objection.file"),
        "may_enter": audience is Audience.GOVERNMENT and uow.actor.may("objection.handle"),
        **words(),
    }
    drawn: Any = current_app.jinja_env.get_template("objections/_beside.html").module
    return {
        record.id: str(
            drawn.beside(
                found.get(record.id),
                record,
                record_reference(record.subject_id, record.id, key()),
                shown,
            )
        )
        for record in records
        if record.id in found or shown["may_file"] or shown["may_enter"]
    }


def words_beside(
    uow: UnitOfWork, subject: Subject, _audience: Audience, records: Sequence[Record]
) -> dict[int, str]:
    """The same for a report: only that a record is disputed."""
    found = queries.beside(uow, subject.id, [record.id for record in records])
    states = _in_words(STATE_TEXTS)
    return {
        record_id: states[one.state]
        for record_id, one in found.items()
        if one.state is not ObjectionState.CLOSED
    }
