"""The API door of objections."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.credit.objections import queries, schemas, services
from app.credit.objections.terms import (
    DecideObjection,
    FileObjection,
    Objection,
    ObjectionsAsked,
)
from app.credit.records.terms.references import parse_record_reference, record_reference
from app.doors.api import endpoint
from app.doors.seals import key
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "objections-api", __name__, url_prefix="/api/v1/objections", description="Objections to records"
)
_EXAMPLE = {"record": "K0000A1Z…", "grounds": "处罚决定已于 2026-07-01 被撤销，见附件。"}


def _shown(found: Objection) -> dict[str, Any]:
    """An objection as the wire says it."""
    names = (
        *("id", "uscc", "subject_name", "item_code", "document_no", "grounds", "filed_at"),
        *("due_on", "provisional", "overdue", "decided_at", "reason", "steps"),
    )
    return {name: getattr(found, name) for name in names} | {
        "reference": record_reference(found.record_subject_id, found.record_id, key()),
        "agency_name": found.agency_name[0],
        "state": found.state.value,
        "outcome": found.outcome.value,
        "channel": found.channel.value,
    }


@endpoint(
    blueprint,
    "",
    needs="account.own",
    loads=schemas.ObjectionsQuery,
    location="query",
    answers=schemas.ObjectionsOut,
    audits="objection.search",
)
def search(uow: UnitOfWork, asked: dict[str, Any]) -> dict[str, Any]:
    """Objections the key may see: those passed on to an agency, a subject's own, or all."""
    found = queries.objections_page(
        uow,
        ObjectionsAsked(open_only=asked["open"], before=asked["next"], limit=asked["limit"]),
    )
    return {"items": [_shown(one) for one in found.items], "next": found.next}


@endpoint(
    blueprint,
    "",
    method="POST",
    needs="objection.file",
    loads=schemas.ObjectionIn,
    answers=schemas.ObjectionOut,
    status=201,
    example=_EXAMPLE,
)
def file(uow: UnitOfWork, told: dict[str, Any]) -> dict[str, Any]:
    """Dispute a record of one's own file; the record is marked at once."""
    subject_id, record_id = parse_record_reference(told["record"], key())
    made = services.file_objection(
        uow, FileObjection(subject_id=subject_id, record_id=record_id, grounds=told["grounds"])
    )
    return _read_back(uow, made)


@endpoint(
    blueprint,
    "/<int:objection_id>",
    needs="account.own",
    answers=schemas.ObjectionOut,
    audits="objection.look_up",
)
def show(uow: UnitOfWork, objection_id: int) -> dict[str, Any]:
    """One objection with its steps."""
    return _shown(queries.objection_by_id(uow, objection_id))


@endpoint(
    blueprint,
    "/<int:objection_id>/decision",
    method="POST",
    needs="account.own",
    loads=schemas.DecisionIn,
    answers=schemas.ObjectionOut,
    example={"upheld": True, "remedy": "withdraw", "reason": "复议决定撤销了原处罚决定。"},
)
def decide(uow: UnitOfWork, told: dict[str, Any], objection_id: int) -> dict[str, Any]:
    """Uphold or reject an objection, as the agency that submitted the record."""
    services.decide_objection(uow, DecideObjection(objection_id=objection_id, **told))
    return _read_back(uow, objection_id)


def _read_back(uow: UnitOfWork, objection_id: int) -> dict[str, Any]:
    uow.session.flush()  # it is read back with its newest step
    return _shown(queries.objection_by_id(uow, objection_id))
