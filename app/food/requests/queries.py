"""Requests read: one, those about a lot, those of an operator, those that are late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.food.requests import errors
from app.food.requests.model import AnswerRow, RequestRow
from app.food.requests.terms import Given, Request, RequestsPage, RequestState, Via
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids, products_by_ids
from ledger.subjects.queries import subjects_by_ids
from scanner.trace.terms import GapKind

PAGE = 30
LATE_MAX = 500
_ID_MAX = 2**31 - 1


def request_by_id(uow: UnitOfWork, request_id: int) -> Request:
    """A request, for inspectors and for the operator it was made to. Refuses: UnknownRequest."""
    row = uow.session.get(RequestRow, request_id) if request_id <= _ID_MAX else None
    everybodys = uow.actor.may("request.open")
    if row is None or not (everybodys or uow.actor.may_act_for(row.operator_id)):
        raise errors.UnknownRequest(request=request_id)
    return requests_of_rows(uow, [row])[0]


def requests_page(
    uow: UnitOfWork, *, operator_id: int | None = None, closed: bool = False, before: int = 0
) -> RequestsPage:
    """Thirty requests, the newest first: the open ones, or all; of one operator, or everybody's.

    Refuses: NotPermitted, NotYourOperator.
    """
    if operator_id is None:
        uow.actor.require("request.open")
    elif not uow.actor.may("request.open"):
        uow.actor.require_operator(operator_id)
    query = select(RequestRow).order_by(RequestRow.id.desc()).limit(PAGE + 1)
    if operator_id is not None:
        query = query.where(RequestRow.operator_id == operator_id)
    if not closed:
        query = query.where(RequestRow.state == RequestState.OPEN.value)
    if before:
        query = query.where(RequestRow.id < min(before, _ID_MAX))
    rows = uow.session.scalars(query).all()
    shown = rows[:PAGE]
    following = shown[-1].id if len(rows) > PAGE else None
    return RequestsPage(items=tuple(requests_of_rows(uow, shown)), next=following)


def late_requests(uow: UnitOfWork) -> Sequence[RequestRow]:
    """Open requests whose time has run out and nobody was told of it, the oldest first."""
    return uow.session.scalars(
        select(RequestRow)
        .where(
            RequestRow.state == RequestState.OPEN.value,
            RequestRow.due_at < uow.now,
            RequestRow.reminded_at.is_(None),
        )
        .order_by(RequestRow.due_at)
        .limit(LATE_MAX)
        .with_for_update(skip_locked=True)
    ).all()


def requests_of_rows(uow: UnitOfWork, rows: Sequence[RequestRow]) -> list[Request]:
    """Requests with the names of what they are about, in the order of the rows."""
    lots = lots_by_ids(uow, {row.lot_id for row in rows})
    products = products_by_ids(uow, {lot.product_id for lot in lots.values()})
    people = {row.operator_id for row in rows} | {row.partner_id for row in rows if row.partner_id}
    names = subjects_by_ids(uow, people, papers=False)
    answers: dict[int, list[Given]] = defaultdict(list)
    given = select(AnswerRow).where(AnswerRow.request_id.in_([row.id for row in rows]))
    for answer in uow.session.scalars(given.order_by(AnswerRow.id)):
        answers[answer.request_id].append(
            Given(
                at=answer.at,
                via=Via(answer.via),
                account_id=answer.account_id,
                reference=answer.reference,
                remark=answer.remark,
            )
        )
    found = []
    for row in rows:
        lot, who = lots[row.lot_id], names.get(row.operator_id)
        product = products[lot.product_id]
        partner = names.get(row.partner_id or 0)
        found.append(
            Request(
                id=row.id,
                operator_id=row.operator_id,
                operator_name=who.name if who else "",
                operator_contact=" ".join(x for x in (who.contact, who.phone) if x) if who else "",
                lot_id=row.lot_id,
                lot_number=lot.number,
                produced_on=lot.produced_on.day,
                product_name=product.name,
                gtin=product.gtin,
                gap=GapKind(row.gap),
                quantity=row.quantity,
                unit=row.unit,
                partner_id=row.partner_id,
                partner_name=partner.name if partner else "",
                note=row.note,
                state=RequestState(row.state),
                asked_at=row.asked_at,
                due_at=row.due_at,
                seen_at=row.seen_at,
                answers=tuple(answers[row.id]),
            )
        )
    return found
