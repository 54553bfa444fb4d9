"""Answering deliveries: taken, taken with a difference, not arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy.dialects.postgresql import insert

from app.food.filing.model import DeliveryAnswerRecord
from app.food.filing.queries.deliveries import delivery_by_id
from app.food.filing.rules import cells
from app.food.filing.terms import Receive, TakeDelivery
from ledger.entries.errors import UnknownFiling
from ledger.entries.queries import filing_by_key
from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, Filed, FileEntries, Line, Portion, Waiting
from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

NOT_RECEIVED = "not_received"


def take_delivery(uow: UnitOfWork, command: TakeDelivery) -> Filed | None:
    """File the receipt of a delivery, one filing whatever it holds.

    The filing key follows from the delivery, so a second tap gets the first answer. Lines of which
    nothing came are answered as not arrived; None when nothing came at all. Refuses:
    UnknownDelivery, QuantityUnreadable, and what a filing is refused with.
    """
    key = f"delivery:{command.delivery_id}"
    try:
        return filing_by_key(uow, command.operator_id, key)
    except UnknownFiling:
        delivery = delivery_by_id(uow, command.operator_id, command.delivery_id)
    return receive(
        uow,
        Receive(
            operator_id=command.operator_id,
            lines=delivery.lines,
            quantities=command.quantities,
            filing_key=key,
        ),
    )


def receive(uow: UnitOfWork, command: Receive) -> Filed | None:
    """File the receipt of lines that were sent, one filing whatever it holds.

    Lines of which nothing came are answered as not arrived; None when nothing came at all.
    Refuses: QuantityUnreadable, and what a filing is refused with.
    """
    came = [(line, _came(line, command.quantities)) for line in command.lines]
    lines = tuple(_receipt(uow, line, amount) for line, amount in came if amount != "0")
    for line, amount in came:
        if amount == "0":
            _note(uow, command.operator_id, line)
    if not lines:
        return None
    said = hashlib.sha256(repr(lines).encode()).digest()
    return file_entries(
        uow,
        FileEntries(
            operator_id=command.operator_id,
            filing_key=command.filing_key,
            content_hash=said,
            lines=lines,
            source=command.source,
        ),
    )


def _came(line: Waiting, quantities: Mapping[str, str]) -> str:
    said = quantities.get(line.reference, "").strip()
    if not said:
        return line.quantity
    number = cells.read_quantity(said, f"quantity_{line.reference}").number
    return "0" if not number.strip("0.") else number


def _receipt(uow: UnitOfWork, line: Waiting, amount: str) -> Line:
    return Line(
        kind=EntryKind.RECEIPT,
        partner=Party(subject_id=line.sender_id),
        portions=(Portion(lot=LotNamed(lot_id=line.lot_id), quantity=amount, unit=line.unit),),
        at=moment_of(uow.today),
        document=line.document,
        certificate=line.certificate,
    )


def refuse_delivery(uow: UnitOfWork, operator_id: int, delivery_id: str) -> None:
    """Say that a delivery has not arrived. Refuses UnknownDelivery. Announces delivery.missing."""
    uow.actor.require("entry.file")
    note_missing(uow, operator_id, delivery_by_id(uow, operator_id, delivery_id).lines)


def note_missing(uow: UnitOfWork, operator_id: int, lines: Iterable[Waiting]) -> None:
    """Note that lines have not arrived, or were not taken. Announces delivery.missing."""
    for line in lines:
        _note(uow, operator_id, line)


def _note(uow: UnitOfWork, operator_id: int, line: Waiting) -> None:
    uow.session.execute(
        insert(DeliveryAnswerRecord)
        .values(
            operator_id=operator_id,
            reference=line.reference,
            answer=NOT_RECEIVED,
            account_id=uow.actor.account_id,
            at=uow.now,
        )
        .on_conflict_do_nothing()
    )
    uow.audit("delivery.missing", line.reference, operator_id=operator_id)
    uow.announce(
        "delivery.missing",
        operator_id=operator_id,
        sender_id=line.sender_id,
        reference=line.reference,
    )
