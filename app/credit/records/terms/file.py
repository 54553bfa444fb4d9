"""The words of the credit file page: who is looking, what is beside the records themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.credit.records.terms.catalogue import Agency, Item
from app.credit.records.terms.records import Audience
from ledger.kernel.actor import Actor, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """An item that an agency should have reported by now and has not."""

    item: Item
    agency: Agency


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """How many agencies there are, when the last of them reported, and what is missing.

    ``heard`` are the numbers of the items of which anything was ever reported by anybody.
    """

    agencies: int
    newest: datetime | None
    heard: frozenset[int]
    silent: tuple[Silent, ...]


def speaks_for(actor: Actor, subject_id: int) -> bool:
    """Whether an account is a subject's own: not a clerk's or agent's to whom a book was opened."""
    if actor.role in (Role.ADMIN, Role.SYSTEM):
        return True
    return actor.operator_id == subject_id and subject_id not in actor.delegated


def audience_of(actor: Actor, subject_id: int) -> Audience | None:
    """Which version of a subject's file an account may read; None where only the public one."""
    if actor.may("record.read"):
        return Audience.GOVERNMENT
    own = actor.may("record.authorise") and speaks_for(actor, subject_id)
    return Audience.OWN if own else None
