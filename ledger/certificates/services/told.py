"""What facts about papers say, and whom they concern: the owner, and who bought from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ledger.certificates.rules import NEVER_PUBLIC
from ledger.certificates.terms import Certificate, TargetKind, about_of
from ledger.entries.queries import customers_of, receivers_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import months_later


def told_of(
    uow: UnitOfWork, certificate: Certificate, tell: Sequence[int] | None = None
) -> dict[str, Any]:
    """What a fact about a certificate says; ``tell`` are those to be told, else all it concerns."""
    about, about_en = about_of(certificate.kind.value, certificate.number)
    if tell is None and certificate.kind in NEVER_PUBLIC:
        tell = [certificate.owner_id]
    if tell is None:
        lots = certificate.about(TargetKind.LOT)
        whole = len(lots) < len(certificate.targets)
        tell = concerned(uow, certificate.owner_id, lots, customers=whole)
    return {
        "certificate_id": certificate.id,
        "owner_id": certificate.owner_id,
        "operator_ids": list(tell),
        "kind": certificate.kind.value,
        "number": certificate.number,
        "about": about,
        "about_en": about_en,
    }


def concerned(
    uow: UnitOfWork, owner: int, lots: Iterable[int], *, customers: bool
) -> tuple[int, ...]:
    """The owner first, then who received the lots and, of a paper on more, who bought from it.

    Only those of the last months that the parameters name.
    """
    since = _since(uow)
    others = set(receivers_of(uow, lots, since))
    if customers:
        others |= set(customers_of(uow, owner, since))
    return (owner, *sorted(others - {owner}))


def _since(uow: UnitOfWork) -> date:
    months = uow.parameters.number("certificate.customer_months", uow.today)
    return months_later(uow.today, -months)
