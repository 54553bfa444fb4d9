"""Whose book is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.food.filing import errors
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc


def operator_meant(uow: UnitOfWork, uscc: str = "", entries: Sequence[Any] = ()) -> int:
    """The operator whose book a request is about.

    It is the one named by USCC, else the actor's own, else the one the first entry names: an
    agent's key has no book of its own. Refuses: NotYourOperator, NoOperator, and what a USCC
    that is unreadable or unknown is refused with.
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
    first = entries[0] if entries else None
    named = first.get("operator") if isinstance(first, dict) else None
    text = named.get("uscc") if isinstance(named, dict) else named
    return text if isinstance(text, str) else ""
