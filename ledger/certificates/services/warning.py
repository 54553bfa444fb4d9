"""Telling of papers that end: certificates and licences, at each stage once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from ledger.certificates.model import PaperWarningRow
from ledger.certificates.queries.ending import papers_running_out
from ledger.certificates.rules import EXPIRED, NEVER_PUBLIC
from ledger.certificates.services.told import concerned
from ledger.certificates.terms import RunningOut, about_of
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.terms import LICENCE_TEXTS, LicenceKind


def warn_of_papers(uow: UnitOfWork, *, licences: bool, after: int, limit: int) -> int | None:
    """Announce papers whose end has come nearer by a stage; where to go on, None at the end.

    Each stage of a paper is told once, however often this is asked. Announces:
    certificate.expiring, certificate.expired, licence.expiring, licence.expired.
    """
    found, ended = papers_running_out(uow, licences=licences, after=after, limit=limit)
    if found:
        uow.session.execute(insert(PaperWarningRow).on_conflict_do_nothing(), _marks(uow, found))
    for ended_yet, fact in (
        (False, "licence.expiring" if licences else "certificate.expiring"),
        (True, "licence.expired" if licences else "certificate.expired"),
    ):
        told = [_said(uow, one) for one in found if (one.stage == EXPIRED) is ended_yet]
        if told:
            uow.announce_each(fact, told)
    return ended


def _marks(uow: UnitOfWork, found: Iterable[RunningOut]) -> list[dict[str, Any]]:
    return [
        {
            "is_licence": one.is_licence,
            "paper_id": one.paper_id,
            "ends": one.valid_to,
            "stage": one.stage,
            "at": uow.now,
        }
        for one in found
    ]


def _said(uow: UnitOfWork, one: RunningOut) -> dict[str, Any]:
    told = (
        (one.owner_id,)
        if one.kind in NEVER_PUBLIC
        else concerned(uow, one.owner_id, one.lots, customers=not one.lots_only)
    )
    return {
        **_named(one),
        "owner_id": one.owner_id,
        "operator_ids": list(told),
        "kind": one.kind,
        "number": one.number,
        "valid_to": one.valid_to.isoformat(),
        "days": one.days,
    }


def _named(one: RunningOut) -> dict[str, Any]:
    if not one.is_licence:
        about, about_en = about_of(one.kind, one.number)
        return {"certificate_id": one.paper_id, "about": about, "about_en": about_en}
    chinese, english = LICENCE_TEXTS[LicenceKind(one.kind)]
    return {
        "licence_id": one.paper_id,
        "subject_id": one.owner_id,
        "about": f"{chinese} {one.number}",
        "about_en": f"{english} {one.number}",
    }
