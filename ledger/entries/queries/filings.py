"""Filings and the answers they were given."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select

from ledger.entries import errors
from ledger.entries.model import FilingRow
from ledger.entries.terms import Filed, Refused, Warned
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork


def filing_by_key(uow: UnitOfWork, operator_id: int, filing_key: str) -> Filed:
    """The answer a key was given. Raises UnknownFiling; NotYourOperator unless it may be read."""
    _may_read(uow, operator_id)
    row = uow.session.execute(
        select(FilingRow.__table__).where(
            FilingRow.operator_id == operator_id, FilingRow.filing_key == filing_key
        )
    ).one_or_none()
    if row is None:
        raise errors.UnknownFiling(filing=filing_key)
    return filed_from(row)


def filing_by_id(uow: UnitOfWork, operator_id: int, filing_id: int) -> Filed:
    """The answer of a filing in one operator's book. Raises as filing_by_key."""
    _may_read(uow, operator_id)
    row = uow.session.execute(
        select(FilingRow.__table__).where(
            FilingRow.operator_id == operator_id, FilingRow.id == filing_id
        )
    ).one_or_none()
    if row is None:
        raise errors.UnknownFiling(filing=filing_id)
    return filed_from(row)


def filing_with(uow: UnitOfWork, reference: str) -> Filed:
    """The answer of the filing an entry came in, for who may read that filing's book.

    Raises UnknownEntry, also where it may not be read.
    """
    try:
        number = parse_entry_reference(reference)[1]
    except Refusal:
        raise errors.UnknownEntry(reference=reference[:40]) from None
    row = uow.session.execute(_before(number)).one_or_none()
    may = row and (uow.actor.may("book.read_all") or uow.actor.may_act_for(row.operator_id))
    if row is None or not may or number > row.last_entry:
        raise errors.UnknownEntry(reference=reference[:40])
    return filed_from(row)


def may_read_filing(uow: UnitOfWork, reference: str) -> bool:
    """Whether the actor may read the filing an entry came in: an agent files for many at once."""
    try:
        filing_with(uow, reference)
    except errors.UnknownEntry:
        return False
    return True


def _before(number: int) -> Select[Any]:
    """The filing whose numbers begin last at or before one; those that filed nothing have 0."""
    filings = select(FilingRow.__table__).where(FilingRow.first_entry.between(1, number))
    return filings.order_by(FilingRow.first_entry.desc()).limit(1)


def _may_read(uow: UnitOfWork, operator_id: int) -> None:
    if not uow.actor.may("book.read_all"):
        uow.actor.require_operator(operator_id)


def warnings_of(answer: Mapping[str, Any]) -> tuple[Warned, ...]:
    """The warnings of an answer, in the order of the lines.

    A filing by columns keeps what it says alike of many lines once, with the lines it says it of.
    """
    if "warned" not in answer:
        return tuple(Warned(**it) for it in answer["warnings"])
    found = [
        (index, [Warned(index=index, **it) for it in alike["said"]])
        for alike in answer["warned"]
        for index in alike["lines"]
    ]
    found.sort(key=itemgetter(0))
    return tuple(warned for _, said in found for warned in said)


def filed_from(row: Any, *, replayed: bool = False) -> Filed:
    """A stored filing as the answer it was given."""
    answer = row.answer
    return Filed(
        filing_id=row.id,
        filing_key=row.filing_key,
        accepted=row.accepted,
        entries=tuple(answer["entries"]),
        refused=tuple(Refused(**it) for it in answer["refused"]),
        warnings=warnings_of(answer),
        receipt=bytes(row.receipt).hex(),
        filed_at=row.filed_at,
        replayed=replayed,
    )
