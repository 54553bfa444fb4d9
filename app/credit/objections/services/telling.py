"""Messages about objections, to both sides."""

from __future__ import annotations

from app.credit.objections.model import ObjectionRow
from app.credit.objections.queries import views_of
from app.credit.objections.terms import CLOCK_TEXTS, OUTCOME_TEXTS, ObjectionState, Outcome
from app.credit.records.terms import Record
from app.messages import services as messages
from app.messages.terms import Tell
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.terms import Subject

PLATFORM = "信用平台"
SYSTEM_NAME = "系统"


def filed(uow: UnitOfWork, row: ObjectionRow, subject: Subject, record: Record) -> None:
    """To the platform's people that one came in, to the subject that the record is marked."""
    item = {"zh": record.item.zh, "en": record.item.en}
    messages.tell(
        uow,
        Tell(
            kind="objection.filed",
            role=Role.CREDIT,
            params={"subject": subject.name, "item": item, "number": row.id},
            link=_link(row),
            about=_about(row),
            once_key=f"objection.filed:{row.id}",
        ),
    )
    messages.tell(
        uow,
        Tell(
            kind="objection.marked",
            operator_ids=(subject.id,),
            params={"item": item, "document": row.document_no or "–", "number": row.id},
            link=_link(row),
            about=_about(row),
            once_key=f"objection.marked:{row.id}",
        ),
    )


def forwarded(uow: UnitOfWork, row: ObjectionRow) -> None:
    """To the provider that it has to decide, to the subject that it was passed on."""
    one = views_of(uow, [row])[0]
    names = {"zh": one.agency_name[0], "en": one.agency_name[1]}
    item = {"zh": one.item_name[0], "en": one.item_name[1]}
    assert row.due_on is not None
    messages.tell(
        uow,
        Tell(
            kind="objection.forwarded",
            operator_ids=(one.agency_subject_id,),
            params={"subject": one.subject_name, "item": item, "until": row.due_on},
            link=_link(row),
            about=_about(row),
            urgent=True,
            once_key=f"objection.forwarded:{row.id}",
        ),
    )
    messages.tell(
        uow,
        Tell(
            kind="objection.passed_on",
            operator_ids=(row.subject_id,),
            params={"agency": names, "item": item, "until": row.due_on},
            link=_link(row),
            about=_about(row),
            once_key=f"objection.passed_on:{row.id}",
        ),
    )


def decided(uow: UnitOfWork, row: ObjectionRow) -> None:
    """To the subject what was decided and why."""
    one = views_of(uow, [row])[0]
    zh, en = OUTCOME_TEXTS[Outcome(row.outcome)]
    messages.tell(
        uow,
        Tell(
            kind="objection.decided",
            operator_ids=(row.subject_id,),
            params={
                "item": {"zh": one.item_name[0], "en": one.item_name[1]},
                "outcome": {"zh": zh, "en": en},
                "reason": row.reason,
            },
            link=_link(row),
            about=_about(row),
            urgent=True,
            once_key=f"objection.decided:{row.id}",
        ),
    )


def late(uow: UnitOfWork, row: ObjectionRow) -> None:
    """To the platform's people that a limit has passed; to the provider too where it is its own."""
    one = views_of(uow, [row])[0]
    assert one.clock is not None
    zh, en = CLOCK_TEXTS[one.clock]
    providers = {ObjectionState.FORWARDED, ObjectionState.UPHELD}
    agency = () if row.is_own or one.state not in providers else (one.agency_subject_id,)
    messages.tell(
        uow,
        Tell(
            kind="objection.overdue",
            operator_ids=agency,
            role=Role.CREDIT,
            params={
                "number": row.id,
                "subject": one.subject_name,
                "what": {"zh": zh, "en": en},
                "until": row.due_on,
            },
            link=_link(row),
            about=_about(row),
            urgent=True,
            once_key=f"objection.overdue:{row.id}:{row.due_on}",
        ),
    )


def _link(row: ObjectionRow) -> str:
    return f"/objections/{row.id}"


def _about(row: ObjectionRow) -> str:
    return f"objection:{row.id}"
