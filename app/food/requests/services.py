"""Asking for records, answering with an account or through a link, seeing to what is late."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from app.food.filing.services import receive_upload
from app.food.filing.terms import ReceiveUpload, Upload
from app.food.requests import errors, rules
from app.food.requests.model import AnswerRow, RequestRow
from app.food.requests.queries import late_requests, requests_of_rows
from app.food.requests.terms import (
    WANTED,
    AnswerRequest,
    Declined,
    OpenRequest,
    Request,
    RequestState,
    Via,
)
from app.messages import services as messages
from app.messages.terms import Tell
from ledger.entries.services import file_entries
from ledger.entries.terms import FileEntries, Line, Portion, Source
from ledger.kernel.actor import Actor, Role
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.kernel.moment import parse_moment
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lot_by_id
from ledger.products.terms import LotNamed
from ledger.subjects.queries import subject_by_id
from ledger.subjects.terms import Party
from scanner.trace.terms import GapKind


def open_request(uow: UnitOfWork, command: OpenRequest, key: str) -> Request:
    """Ask an operator for its records of a lot, with a clock, and tell it.

    ``key`` seals the link in the message. Refuses: NotPermitted, HoursWrong, TextTooLong,
    UnknownLot, UnknownSubject, AlreadyAsked. Announces: request.opened. Leaves an audit line.
    """
    uow.actor.require("request.open")
    hours = command.hours or uow.parameters.number("trace_request.hours", uow.today)
    rules.check_asked(command, hours)
    lot = lot_by_id(uow, command.lot_id)
    who = subject_by_id(uow, command.operator_id)
    if uow.session.scalar(
        select(RequestRow.id).where(
            RequestRow.operator_id == who.id,
            RequestRow.lot_id == lot.id,
            RequestRow.gap == command.gap.value,
            RequestRow.state == RequestState.OPEN.value,
        )
    ):
        raise errors.AlreadyAsked(operator=who.name)
    row = RequestRow(
        operator_id=who.id,
        lot_id=lot.id,
        gap=command.gap.value,
        quantity=command.quantity,
        unit=command.unit,
        partner_id=command.partner_id,
        note=" ".join(command.note.split()),
        state=RequestState.OPEN.value,
        asked_by=uow.actor.account_id,
        asked_at=uow.now,
        due_at=rules.due_at(uow.now, hours),
    )
    uow.session.add(row)
    uow.session.flush()  # the message's link names it
    made = requests_of_rows(uow, [row])[0]
    uow.announce("request.opened", request_id=row.id, operator_id=who.id, lot_id=lot.id)
    uow.audit("request.open", f"request:{row.id}", operator=who.id, lot=lot.id, gap=row.gap)
    _tell(uow, made, rules.link_text(made.id, key))
    return made


def _tell(uow: UnitOfWork, made: Request, link: str) -> None:
    messages.tell(
        uow,
        Tell(
            kind="trace.request",
            operator_ids=(made.operator_id,),
            params={"lot": made.lot_number or made.product_name, "until": made.due_at},
            link=f"/ask/{link}",
            about=f"request:{made.id}",
            urgent=True,
            once_key=f"request:{made.id}",
        ),
    )


def cancel_request(uow: UnitOfWork, request_id: int) -> None:
    """Take a request back. Refuses: NotPermitted, UnknownRequest, LinkExpired when it is over."""
    uow.actor.require("request.open")
    row = _row(uow, request_id)
    if row.state != RequestState.OPEN.value:
        raise errors.LinkExpired
    row.state = RequestState.CANCELLED.value
    uow.audit("request.cancel", f"request:{row.id}")


def opened_by_link(uow: UnitOfWork, link: str, key: str) -> Request:
    """What a link asks for. Refuses: UnknownLink, LinkExpired."""
    row = _of_link(uow, link, key)
    return requests_of_rows(uow, [row])[0]


def note_seen(uow: UnitOfWork, link: str, key: str) -> Request:
    """The operator has opened its link. Refuses: UnknownLink, LinkExpired."""
    row = _of_link(uow, link, key)
    row.seen_at = row.seen_at or uow.now
    uow.session.flush()  # it is shown with this
    return requests_of_rows(uow, [row])[0]


def answer_by_link(uow: UnitOfWork, link: str, key: str, command: AnswerRequest | Declined) -> None:
    """Answer without an account: the link is the operator's word for this lot and nothing else.

    Refuses: UnknownLink, LinkExpired, and as ``answer``.
    """
    row = _of_link(uow, link, key)
    with _as_operator(uow, row.operator_id):
        _answer(uow, row, command, Via.LINK)


def answer_by_sheet(
    uow: UnitOfWork, link: str, key: str, sent: tuple[str, BinaryIO], *, folder: Path
) -> tuple[Upload, bool]:
    """Answer with a sheet: it is read like every other sheet of the operator.

    Returns the upload and whether it is new and has to be read. Refuses: UnknownLink, LinkExpired,
    NothingToFile, and as ``receive_upload``.
    """
    row = _of_link(uow, link, key)
    kind = WANTED[GapKind(row.gap)]
    if kind is None:
        raise errors.NothingToFile
    name, content = sent
    command = ReceiveUpload(operator_id=row.operator_id, filename=name, content=content, kind=kind)
    with _as_operator(uow, row.operator_id):
        upload, new = receive_upload(uow, command, folder=folder, source=Source.REQUEST)
    row.state = RequestState.ANSWERED.value
    row.seen_at = row.seen_at or uow.now
    _note_answer(uow, row, Via.LINK, f"upload:{upload.id}", "")
    return upload, new


def answer(uow: UnitOfWork, request_id: int, command: AnswerRequest | Declined) -> None:
    """Answer with an account of the operator.

    The record is filed as an entry of the operator's book that says it came by a request; a
    second tap files nothing more. Refuses: UnknownRequest, LinkExpired, NothingToFile,
    ReasonMissing, TextTooLong, and what a filing is refused with. Announces: request.answered.
    """
    row = _row(uow, request_id)
    if not uow.actor.may_act_for(row.operator_id):
        raise errors.UnknownRequest(request=request_id)
    _require_in_force(uow, row)
    _answer(uow, row, command, Via.ACCOUNT)


def tell_late(uow: UnitOfWork) -> int:
    """Tell inspectors of requests whose time has run out; returns how many."""
    rows = late_requests(uow)
    for request in requests_of_rows(uow, rows):
        messages.tell(
            uow,
            Tell(
                kind="trace.request_late",
                role=Role.INSPECTOR,
                params={"operator": request.operator_name, "lot": request.lot_number or "–"},
                link=f"/requests/{request.id}",
                about=f"request:{request.id}",
                urgent=True,
                once_key=f"request.late:{request.id}",
            ),
        )
    for row in rows:
        row.reminded_at = uow.now
    return len(rows)


def _row(uow: UnitOfWork, request_id: int) -> RequestRow:
    row = uow.session.scalar(
        select(RequestRow).where(RequestRow.id == request_id).with_for_update()
    )
    if row is None:
        raise errors.UnknownRequest(request=request_id)
    return row


def _of_link(uow: UnitOfWork, link: str, key: str) -> RequestRow:
    number = rules.request_of_link(link, key)
    row = uow.session.get(RequestRow, number)
    if row is None:
        raise errors.UnknownLink
    _require_in_force(uow, row)
    return row


def _require_in_force(uow: UnitOfWork, row: RequestRow) -> None:
    if row.state == RequestState.CANCELLED.value or rules.is_over(row.due_at, uow.now):
        raise errors.LinkExpired


@contextmanager
def _as_operator(uow: UnitOfWork, operator_id: int) -> Iterator[None]:
    """Act for the operator whose link was used, as far as this unit goes."""
    before = uow.actor
    uow.actor = Actor(role=Role.OPERATOR, operator_id=operator_id)
    try:
        yield
    finally:
        uow.actor = before


def _answer(uow: UnitOfWork, row: RequestRow, command: AnswerRequest | Declined, via: Via) -> None:
    remark = rules.check_remark(command.remark)
    reference = ""
    state = RequestState.ANSWERED
    if isinstance(command, Declined):
        if not remark:
            raise errors.ReasonMissing(field="remark")
        state = RequestState.DECLINED if row.gap != GapKind.DATE_UNKNOWN.value else state
    else:
        reference = _filed(uow, row, command)
    if state is RequestState.ANSWERED or row.state == RequestState.OPEN.value:
        row.state = state.value
    row.seen_at = row.seen_at or uow.now
    _note_answer(uow, row, via, reference, remark)


def _note_answer(uow: UnitOfWork, row: RequestRow, via: Via, reference: str, remark: str) -> None:
    uow.session.add(
        AnswerRow(
            request_id=row.id,
            at=uow.now,
            via=via.value,
            account_id=uow.actor.account_id,
            reference=reference,
            remark=remark,
        )
    )
    uow.announce("request.answered", request_id=row.id, state=row.state, reference=reference)
    uow.audit("request.answer", f"request:{row.id}", via=via.value, reference=reference)


def _filed(uow: UnitOfWork, row: RequestRow, command: AnswerRequest) -> str:
    """File the record that was found; its reference. The same record again is the same entry."""
    kind = WANTED[GapKind(row.gap)]
    if kind is None:
        raise errors.NothingToFile
    portion = Portion(
        lot=LotNamed(lot_id=row.lot_id), quantity=command.quantity, unit=command.unit or "EA"
    )
    line = Line(
        kind=kind,
        partner=_partner(uow, row, command),
        portions=(portion,),
        at=parse_moment(command.at),
        document=command.document.strip(),
        note=f"trace-request:{row.id}",
    )
    content = rules.content_of(command)
    filed = file_entries(
        uow,
        FileEntries(
            operator_id=row.operator_id,
            filing_key=f"request:{row.id}:{content.hex()[:16]}",
            content_hash=hashlib.sha256(content).digest(),
            lines=(line,),
            source=Source.REQUEST,
        ),
    )
    return filed.entries[0]


def _partner(uow: UnitOfWork, row: RequestRow, command: AnswerRequest) -> Party:
    """Who was named; the other side of the gap by its name as the page filled it in."""
    name = command.partner.strip()
    if row.partner_id is not None and name == subject_by_id(uow, row.partner_id).name:
        return Party(subject_id=row.partner_id)
    if is_uscc(name):
        return Party(uscc=name)
    return Party(name=name, contact=command.contact.strip())
