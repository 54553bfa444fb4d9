"""Whose book is meant, and whom it has met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.food.filing import errors
from ledger.entries.queries import book_page
from ledger.entries.terms import BookAsked, EntryKind
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc, subjects_page
from ledger.subjects.terms import SubjectSearch

RECENT = 200  # lines of the book in which partners are remembered
_FOUND_MAX = 20


def operator_meant(uow: UnitOfWork, uscc: str = "", entries: Sequence[Any] = ()) -> int:
    """The operator whose book a request is about.

    It is the one named by USCC, else the actor's own, else the one that every entry names: an
    agent's key has no book of its own, and none is guessed. Refuses: NotYourOperator, NoOperator,
    and what a USCC that is unreadable or unknown is refused with.
    """
    if not uscc and uow.actor.operator_id is not None:
        return uow.actor.operator_id
    named = uscc or _named_by(entries)
    if not named:
        raise errors.NoOperator(field="operator")
    operator_id = subject_by_uscc(uow, named).id
    if not uow.actor.may("book.read_all"):
        uow.actor.require_operator(operator_id)
    return operator_id


def _named_by(entries: Sequence[Any]) -> str:
    named = [_operator_in(entry) for entry in entries]
    return named[0] if named and all(named) else ""


def _operator_in(entry: Any) -> str:
    named = entry.get("operator") if isinstance(entry, dict) else None
    text = named.get("uscc") if isinstance(named, dict) else named
    return text if isinstance(text, str) else ""


def recent_partners(uow: UnitOfWork, operator_id: int, kind: EntryKind) -> dict[str, int]:
    """{name: subject} of those an operator has lately received from or sent to, the last first."""
    page = book_page(uow, BookAsked(operator_id=operator_id, kind=kind, limit=RECENT))
    found: dict[str, int] = {}
    for line in page.items:
        if line.partner_id and line.partner_name:
            found.setdefault(line.partner_name, line.partner_id)
    return found


def last_line_of(uow: UnitOfWork, operator_id: int, gtin: str) -> Any:
    """The last receipt of a product in an operator's book, or None: what a form may guess from."""
    page = book_page(
        uow, BookAsked(operator_id=operator_id, kind=EntryKind.RECEIPT, text=gtin, limit=1)
    )
    return page.items[0] if page.items else None


def partner_named(uow: UnitOfWork, operator_id: int, name: str) -> int | None:
    """The subject a partner's name or code means, those in the book first; None when nobody."""
    for kind in (EntryKind.RECEIPT, EntryKind.DISPATCH):
        known = recent_partners(uow, operator_id, kind)
        if name in known:
            return known[name]
    found = subjects_page(uow, SubjectSearch(text=name, limit=_FOUND_MAX)).items
    exact = [one for one in found if name in (one.name, one.uscc)]
    return (exact or list(found))[0].id if found else None
