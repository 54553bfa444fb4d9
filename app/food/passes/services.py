"""The verbs of passes: issued by the seller, answered by the buyer, ended by the clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from app.food.filing import services as filing
from app.food.filing.terms import Receive
from app.food.passes import errors, rules
from app.food.passes.model import PassLineRow, PassRow
from app.food.passes.queries import may_see, passes_of
from app.food.passes.terms import AnswerPass, DispatchWithPass, IssuePass, PassState
from app.messages import services as messages
from app.messages.terms import Tell
from ledger.entries.queries import entry_by_reference, waiting_for
from ledger.entries.services import file_entries
from ledger.entries.terms import BookLine, FileEntries, Source, Waiting
from ledger.kernel.ids import sealed_reference
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id

EXPIRE_AT_ONCE = 200
_DOCUMENT_DIGITS = 10


def issue_pass(uow: UnitOfWork, command: IssuePass, key: str) -> int:
    """Make the pass of one delivery that was dispatched; returns its number. The buyer is told.

    ``key`` seals what the QR carries. Refuses: NotPermitted, NotYourOperator, UnknownEntry,
    NothingSent, TooManyLines, NotDispatched, DocumentMissing, SeveralDeliveries,
    BuyerUnregistered, PassThere. Announces: pass.issued.
    """
    uow.actor.require("entry.file")
    uow.actor.require_operator(command.operator_id)
    lines = _dispatched(uow, command)
    rules.check_lines(lines)
    buyer = subject_by_id(uow, lines[0].partner_id or 0)
    if not buyer.registered:
        raise errors.BuyerUnregistered(field="references", name=buyer.name)
    for reference in passes_of(uow, [line.reference for line in lines]):
        raise errors.PassThere(field="references", reference=reference)
    made = _written(uow, lines, buyer.id)
    _tell_issued(uow, made, lines, key)
    uow.audit("pass.issued", f"pass:{made.id}", lines=len(lines))
    uow.announce("pass.issued", pass_id=made.id, seller_id=made.seller_id, buyer_id=made.buyer_id)
    return made.id


def _dispatched(uow: UnitOfWork, command: IssuePass) -> list[BookLine]:
    found: list[BookLine] = []
    for reference in list(dict.fromkeys(command.references))[: rules.LINES_MAX + 1]:
        lines = entry_by_reference(uow, reference).lines
        if lines[0].operator_id != command.operator_id or len(lines) != 1:
            raise errors.NotDispatched(field="references", reference=reference)
        found += lines
    return found


def _written(uow: UnitOfWork, lines: Sequence[BookLine], buyer_id: int) -> PassRow:
    days = uow.parameters.number("passes.days_valid", uow.today)
    row = PassRow(
        seller_id=lines[0].operator_id,
        buyer_id=buyer_id,
        document=lines[0].document,
        state=PassState.ISSUED.value,
        issued_at=uow.now,
        issued_by=uow.actor.account_id,
        expires_at=rules.expires_at(uow.now, days),
        reason="",
        receipt="",
    )
    uow.session.add(row)
    uow.session.flush()  # its lines and its QR carry the number
    uow.session.add_all(
        PassLineRow(
            pass_id=row.id,
            number=number,
            reference=line.reference,
            lot_id=line.lot_id,
            product_name=line.product_name,
            gtin=line.gtin,
            lot_number=line.lot_number,
            certificate=line.certificate,
            quantity=line.quantity,
            unit=line.unit,
            received="",
        )
        for number, line in enumerate(lines, 1)
    )
    return row


def dispatch_with_pass(uow: UnitOfWork, command: DispatchWithPass, key: str) -> int:
    """File dispatches and make their pass in one unit; returns its number.

    Lines without a document number get one made of the filing key, so that both sides of a short
    delivery find each other. Filed again under the same key it is the same pass. Refuses: what a
    filing and what issue_pass is refused with.
    """
    said = hashlib.sha256(command.filing_key.encode()).hexdigest()[:_DOCUMENT_DIGITS].upper()
    lines = tuple(replace(line, document=line.document or f"YPT{said}") for line in command.lines)
    filed = file_entries(
        uow,
        FileEntries(
            operator_id=command.operator_id,
            filing_key=command.filing_key,
            content_hash=hashlib.sha256(repr(lines).encode("utf-8", "surrogatepass")).digest(),
            lines=lines,
            source=Source.ONE_TICKET,
        ),
    )
    there = passes_of(uow, filed.entries)
    if there:
        return next(iter(there.values()))
    return issue_pass(
        uow, IssuePass(operator_id=command.operator_id, references=filed.entries), key
    )


def answer_pass(uow: UnitOfWork, command: AnswerPass, key: str) -> PassState:
    """Answer a pass: what came is the buyer's receipt, filed in the same unit. The seller is told.

    Refuses: NotPermitted, UnknownPass, NotTheBuyer, AnsweredBefore, PassExpired, ReasonMissing,
    SettledOtherwise, QuantityUnreadable, and what a filing is refused with. Announces:
    pass.answered.
    """
    uow.actor.require("entry.file")
    row = uow.session.get(PassRow, command.pass_id, with_for_update=True)
    if row is None or not may_see(uow, row):
        raise errors.UnknownPass(pass_id=command.pass_id)
    _check_answerable(uow, row)
    lines = _lines(uow, row)
    sent = {line.reference: line.quantity for line in lines}
    said = dict.fromkeys(sent, "0") if command.is_refused else dict(command.quantities)
    state = rules.state_of_answer(sent, said)
    if state is not PassState.ACCEPTED and not command.reason.strip():
        raise errors.ReasonMissing(field="reason")
    _receive(uow, row, lines, said, state)
    row.state, row.answered_at = state.value, uow.now
    row.answered_by, row.reason = uow.actor.account_id, command.reason.strip()[:500]
    for line in lines:
        line.received = said.get(line.reference, "").strip() or line.quantity
    _tell_answered(uow, row, lines, key)
    uow.audit("pass.answered", f"pass:{row.id}", state=state.value)
    uow.announce("pass.answered", pass_id=row.id, state=state.value, seller_id=row.seller_id)
    return state


def _check_answerable(uow: UnitOfWork, row: PassRow) -> None:
    if uow.actor.operator_id != row.buyer_id and not (
        uow.actor.operator_id is None and uow.actor.may_act_for(row.buyer_id)
    ):
        raise errors.NotTheBuyer
    if row.state == PassState.EXPIRED or (
        row.state == PassState.ISSUED and row.expires_at <= uow.now
    ):
        raise errors.PassExpired
    if row.state != PassState.ISSUED:
        raise errors.AnsweredBefore


def _lines(uow: UnitOfWork, row: PassRow) -> list[PassLineRow]:
    wanted = select(PassLineRow).where(PassLineRow.pass_id == row.id).order_by(PassLineRow.number)
    return list(uow.session.scalars(wanted))


def _receive(
    uow: UnitOfWork,
    row: PassRow,
    lines: Sequence[PassLineRow],
    said: Mapping[str, str],
    state: PassState,
) -> None:
    """File the receipt of what waits of a pass, or note that it was not taken."""
    ours = {line.reference for line in lines}
    lots = [line.lot_id for line in lines]
    wait: list[Waiting] = [
        one for one in waiting_for(uow, row.buyer_id, lots=lots) if one.reference in ours
    ]
    if not wait:
        raise errors.SettledOtherwise
    if state is PassState.REFUSED:
        filing.note_missing(uow, row.buyer_id, wait)
        return
    filed = filing.receive(
        uow,
        Receive(
            operator_id=row.buyer_id,
            lines=wait,
            quantities=said,
            filing_key=f"pass:{row.id}",
            source=Source.ONE_TICKET,
        ),
    )
    row.receipt = filed.entries[0] if filed else ""


def expire_passes(uow: UnitOfWork, key: str) -> int:
    """End what nobody answered in time, and tell both sides; returns how many.

    Announces: pass.expired.
    """
    rows = list(
        uow.session.scalars(
            select(PassRow)
            .where(PassRow.state == PassState.ISSUED.value, PassRow.expires_at <= uow.now)
            .order_by(PassRow.expires_at)
            .limit(EXPIRE_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.state = PassState.EXPIRED.value
        lines = _lines(uow, row)
        params = _said(row, lines, key) | {"until": row.expires_at}
        _tell(uow, row, "pass.expired", (row.seller_id, row.buyer_id), params, key)
        uow.announce("pass.expired", pass_id=row.id, seller_id=row.seller_id)
    return len(rows)


def _tell_issued(uow: UnitOfWork, row: PassRow, lines: Sequence[BookLine], key: str) -> None:
    params = _said(row, lines, key) | {
        "partner": subject_by_id(uow, row.seller_id).name,
        "until": row.expires_at,
    }
    _tell(uow, row, "pass.issued", (row.buyer_id,), params, key)


def _tell_answered(uow: UnitOfWork, row: PassRow, lines: Sequence[PassLineRow], key: str) -> None:
    params = _said(row, lines, key) | {"partner": subject_by_id(uow, row.buyer_id).name}
    if row.state == PassState.DISPUTED:
        params["received"] = "、".join(line.received for line in lines)
    if row.state != PassState.ACCEPTED:
        params["reason"] = row.reason
    _tell(uow, row, f"pass.{row.state}", (row.seller_id,), params, key)


def _said(
    row: PassRow, lines: Sequence[BookLine] | Sequence[PassLineRow], key: str
) -> dict[str, object]:
    """What every message of a pass says: its number, its goods, how much."""
    names = list(dict.fromkeys(line.product_name for line in lines))
    first = names[0]
    goods: object = first
    if len(names) > 1:
        goods = {"zh": f"{first}等 {len(names)} 种", "en": f"{first} and {len(names) - 1} more"}
    return {
        "number": row.document,
        "product": goods,
        "quantity": "、".join(line.quantity for line in lines),
    }


def _tell(
    uow: UnitOfWork,
    row: PassRow,
    kind: str,
    to: Sequence[int],
    params: Mapping[str, object],
    key: str,
) -> None:
    command = Tell(
        kind=kind,
        operator_ids=to,
        params=params,
        link=f"/passes/{sealed_reference(rules.LETTER, row.id, key)}",
        about=f"pass:{row.id}",
        once_key=f"{kind}:{row.id}",
    )
    messages.tell(uow, command)
