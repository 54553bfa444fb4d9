"""What holders answer, with an account or through their link; every answer stays."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.food.recalls import errors
from app.food.recalls.model import RecallAnswerRow, RecallHolderRow, RecallNoticeRow, RecallRow
from app.food.recalls.queries import answer_of
from app.food.recalls.rules.links import link_named
from app.food.recalls.services import history
from app.food.recalls.services.stored import locked
from app.food.recalls.terms import (
    SUBSTANTIAL,
    Answer,
    AnswerShown,
    GiveAnswer,
    LinkNamed,
    State,
    Step,
    Via,
)
from ledger.kernel.quantity import parse_quantity, unit_named
from ledger.kernel.uow import UnitOfWork

REMARK_MAX = 1_000
PICTURES_MAX = 9
WITHOUT_QUANTITY = frozenset({Answer.SEEN, Answer.SOLD_OUT, Answer.REMARK})


def answer_by_link(uow: UnitOfWork, link: str, key: str, command: GiveAnswer) -> AnswerShown:
    """Answer through a signed link; recall and holder are those of the link.

    A link may be used again and again until it runs out: what was said stays and what is said now
    stands beside it. Refuses: UnknownLink, LinkExpired, and what give_answer refuses.
    """
    named = _in_force(uow, link, key)
    said = replace(command, recall_id=named.recall_id, operator_id=named.operator_id, via=Via.LINK)
    return _answer(uow, said)


def link_in_force(uow: UnitOfWork, link: str, key: str) -> LinkNamed:
    """What a link names, without marking anything as seen. Refuses: UnknownLink, LinkExpired."""
    return _in_force(uow, link, key)


def see_notice(uow: UnitOfWork, link: str, key: str) -> LinkNamed:
    """A holder opens its link: it has seen the notice. Refuses: UnknownLink, LinkExpired."""
    named = _in_force(uow, link, key)
    notice = _notice(uow, named.recall_id, named.operator_id)
    if notice.seen_at is None:
        _answer(
            uow,
            GiveAnswer(
                recall_id=named.recall_id,
                operator_id=named.operator_id,
                answer=Answer.SEEN,
                via=Via.LINK,
            ),
        )
    return named


def _in_force(uow: UnitOfWork, link: str, key: str) -> LinkNamed:
    named = link_named(link, key)
    notice = uow.session.get(RecallNoticeRow, (named.recall_id, named.operator_id))
    if notice is None:
        raise errors.UnknownLink
    if named.issue != notice.issue or notice.expires_at is None or notice.expires_at <= uow.now:
        raise errors.LinkExpired
    return named


def give_answer(uow: UnitOfWork, command: GiveAnswer) -> AnswerShown:
    """A holder answers with its account, or an official for one that was visited.

    Refuses: NotPermitted, NotYourOperator, UnknownHolder, IsDrill, AlreadyClosed, AnswerUnfit,
    RemarkTooLong, and what reading a quantity refuses. Announces: recall.answered; the first answer
    of all brings the recall under way.
    """
    if uow.actor.may("recall.order"):
        return _answer(uow, replace(command, via=Via.VISIT))
    uow.actor.require("recall.answer")
    uow.actor.require_operator(command.operator_id)
    return _answer(uow, replace(command, via=Via.ACCOUNT))


def _answer(uow: UnitOfWork, command: GiveAnswer) -> AnswerShown:
    recall = locked(uow, command.recall_id)
    notice = _notice(uow, command.recall_id, command.operator_id)
    if recall.is_drill:
        raise errors.IsDrill
    if recall.closed_at is not None:
        raise errors.AlreadyClosed(number=recall.number)
    row = _row(uow, command)
    uow.session.add(row)
    notice.seen_at = notice.seen_at or uow.now
    if command.answer in SUBSTANTIAL:
        notice.answered_at, notice.answered = uow.now, command.answer.value
        _begin(uow, recall)
    about = {"recall_id": recall.id, "operator_id": command.operator_id}
    if command.answer is not Answer.SEEN:
        uow.announce("recall.answered", **about, answer=command.answer.value, via=command.via.value)
    uow.audit("recall.answer", f"recall:{recall.id}", **about, answer=command.answer.value)
    uow.session.flush()
    return answer_of(row)


def _begin(uow: UnitOfWork, recall: RecallRow) -> None:
    """The first answer about goods brings a recall under way."""
    if recall.state == State.NOTIFIED.value:
        history.write(uow, recall, Step.IN_PROGRESS)
        history.move(uow, recall, State.IN_PROGRESS)


def _notice(uow: UnitOfWork, recall_id: int, operator_id: int) -> RecallNoticeRow:
    found = uow.session.get(RecallNoticeRow, (recall_id, operator_id), with_for_update=True)
    if found is None:
        raise errors.UnknownHolder
    return found


def _row(uow: UnitOfWork, command: GiveAnswer) -> RecallAnswerRow:
    if len(command.remark) > REMARK_MAX or len(command.pictures) > PICTURES_MAX:
        field = "remark" if len(command.remark) > REMARK_MAX else "pictures"
        raise errors.RemarkTooLong(field=field, length=REMARK_MAX, pictures=PICTURES_MAX)
    quantity, unit = _quantity(command)
    if command.lot_id is not None:
        _refuse_foreign_lot(uow, command)
    return RecallAnswerRow(
        recall_id=command.recall_id,
        operator_id=command.operator_id,
        answer=command.answer.value,
        lot_id=command.lot_id,
        quantity=quantity,
        unit=unit,
        remark=command.remark.strip(),
        pictures=list(command.pictures),
        via=command.via.value,
        at=uow.now,
        account_id=uow.actor.account_id,
    )


def _quantity(command: GiveAnswer) -> tuple[int | None, str]:
    if not command.quantity.strip():
        if command.answer not in WITHOUT_QUANTITY:
            raise errors.AnswerUnfit(field="quantity")
        return None, ""
    is_count = command.answer is Answer.COUNTED  # a count of nothing is an answer
    read = parse_quantity(command.quantity, unit_named(command.unit), allow_zero=is_count)
    return read.thousandths, read.unit.code


def _refuse_foreign_lot(uow: UnitOfWork, command: GiveAnswer) -> None:
    row = RecallHolderRow
    found = select(row.lot_id).where(
        row.recall_id == command.recall_id,
        row.operator_id == command.operator_id,
        row.lot_id == command.lot_id,
    )
    if uow.session.scalars(found.limit(1)).first() is None:
        raise errors.UnknownHolder
