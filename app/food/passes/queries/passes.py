"""Reads of passes: one, pages of them, and the passes that dispatches are on."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.food.passes import errors
from app.food.passes.model import PassLineRow, PassRow
from app.food.passes.terms import Pass, PassesAsked, PassLine, PassState
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids
from ledger.subjects.queries import subjects_by_ids

PAGE_MAX = 100


def pass_by_id(uow: UnitOfWork, pass_id: int) -> Pass:
    """A pass for its two sides and inspectors; to anybody else it is unknown.

    Raises UnknownPass.
    """
    row = uow.session.get(PassRow, pass_id)
    if row is None or not may_see(uow, row):
        raise errors.UnknownPass(pass_id=pass_id)
    names = _names(uow, [row])
    return _pass(row, names, _lines(uow, row.id))


def may_see(uow: UnitOfWork, row: PassRow) -> bool:
    """Whether the actor is on one side of a pass, or reads everybody's book."""
    who = uow.actor
    sides = (row.seller_id, row.buyer_id)
    return who.may("book.read_all") or any(who.may_act_for(side) for side in sides)


def passes_page(uow: UnitOfWork, asked: PassesAsked) -> list[Pass]:
    """An operator's passes without their lines, newest first. Raises NotYourOperator."""
    if not uow.actor.may("book.read_all"):
        uow.actor.require_operator(asked.operator_id)
    side = PassRow.seller_id if asked.sent else PassRow.buyer_id
    wanted = select(PassRow).where(side == asked.operator_id).order_by(PassRow.id.desc())
    if asked.state is not None:
        wanted = wanted.where(PassRow.state == asked.state.value)
    if asked.before is not None:
        wanted = wanted.where(PassRow.id < asked.before)
    rows = list(uow.session.scalars(wanted.limit(min(asked.limit, PAGE_MAX))))
    names = _names(uow, rows)
    return [_pass(row, names, ()) for row in rows]


def passes_of(uow: UnitOfWork, references: Iterable[str]) -> dict[str, int]:
    """{dispatch: the pass it is on} of some dispatches."""
    wanted = list(references)
    if not wanted:
        return {}
    rows = uow.session.execute(
        select(PassLineRow.reference, PassLineRow.pass_id).where(PassLineRow.reference.in_(wanted))
    )
    return {row.reference: row.pass_id for row in rows}


def _names(uow: UnitOfWork, rows: Iterable[PassRow]) -> dict[int, str]:
    ids = {side for row in rows for side in (row.seller_id, row.buyer_id)}
    return {key: it.name for key, it in subjects_by_ids(uow, ids, papers=False).items()}


def _lines(uow: UnitOfWork, pass_id: int) -> tuple[PassLine, ...]:
    rows = list(
        uow.session.scalars(
            select(PassLineRow).where(PassLineRow.pass_id == pass_id).order_by(PassLineRow.number)
        )
    )
    lots = lots_by_ids(uow, {row.lot_id for row in rows})
    makers = {lot.producer_id for lot in lots.values() if lot.producer_id}
    named = subjects_by_ids(uow, makers, papers=False) if makers else {}
    found = []
    for row in rows:
        lot = lots[row.lot_id]
        maker = named.get(lot.producer_id or 0)
        found.append(
            PassLine(
                reference=row.reference,
                lot_id=row.lot_id,
                product_name=row.product_name,
                gtin=row.gtin,
                lot_number=row.lot_number,
                produced_on=str(lot.produced_on),
                expires_on=str(lot.expires_on),
                producer_name=maker.name if maker else "",
                certificate=row.certificate,
                quantity=row.quantity,
                unit=row.unit,
                received=row.received,
            )
        )
    return tuple(found)


def _pass(row: PassRow, names: dict[int, str], lines: tuple[PassLine, ...]) -> Pass:
    return Pass(
        id=row.id,
        seller_id=row.seller_id,
        seller_name=names.get(row.seller_id, ""),
        buyer_id=row.buyer_id,
        buyer_name=names.get(row.buyer_id, ""),
        document=row.document,
        state=PassState(row.state),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        reason=row.reason,
        receipt=row.receipt,
        lines=lines,
    )
