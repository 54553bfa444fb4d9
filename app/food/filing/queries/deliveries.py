"""Deliveries that wait for an answer, put together as they were sent."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from app.food.filing import errors
from app.food.filing.model import DeliveryAnswerRecord
from app.food.filing.terms import Delivery
from ledger.entries.queries import waiting_for
from ledger.entries.terms import Waiting
from ledger.kernel.uow import UnitOfWork

ID_LENGTH = 20  # hexadecimal digits; 80 bits among the few hundred of one operator


def deliveries(uow: UnitOfWork, operator_id: int) -> list[Delivery]:
    """What was dispatched to an operator and not answered by it, the newest first.

    Raises NotPermitted, NotYourOperator.
    """
    answered = set(
        uow.session.scalars(
            select(DeliveryAnswerRecord.reference).where(
                DeliveryAnswerRecord.operator_id == operator_id
            )
        )
    )
    groups: dict[tuple[int, str], list[Waiting]] = {}
    for line in waiting_for(uow, operator_id):
        if line.reference not in answered:
            groups.setdefault((line.sender_id, line.document or str(line.at)[:10]), []).append(line)
    return [_delivery(lines) for lines in groups.values()]


def delivery_by_id(uow: UnitOfWork, operator_id: int, delivery_id: str) -> Delivery:
    """One that waits. Raises UnknownDelivery, also when it has been answered."""
    for found in deliveries(uow, operator_id):
        if found.id == delivery_id:
            return found
    raise errors.UnknownDelivery


def _delivery(lines: list[Waiting]) -> Delivery:
    said = ",".join(sorted(line.reference for line in lines))
    first = lines[-1]
    return Delivery(
        id=hashlib.sha256(said.encode()).hexdigest()[:ID_LENGTH],
        sender_id=first.sender_id,
        sender_name=first.sender_name,
        at=first.at,
        document=first.document,
        lines=tuple(reversed(lines)),
    )
