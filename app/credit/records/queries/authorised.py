"""Authorisations read: by a subject with their uses, by a party through its link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.credit.records import errors
from app.credit.records.model.authorisations import AuthorisationRow
from app.credit.records.terms.authorising import Authorisation, Purpose, Use
from ledger.kernel import ids
from ledger.kernel.model import AuditLine
from ledger.kernel.uow import UnitOfWork

LETTER = "A"
SHOWN_MAX = 100
USES_MAX = 20


def link_of(authorisation_id: int, key: str) -> str:
    """The sealed text of an authorisation's link."""
    return ids.sealed_reference(LETTER, authorisation_id, key)


def authorisation_of_link(uow: UnitOfWork, link: str, key: str) -> Authorisation:
    """What a link opens today. Refuses: UnknownReference, AuthorisationOver."""
    number = ids.parse_sealed_reference(LETTER, link, key)
    row = uow.session.get(AuthorisationRow, number)
    if row is None:
        raise ids.UnknownReference(reference=link[:40])
    found = _views([row], {})[0]
    if not found.holds(uow.today):
        raise errors.AuthorisationOver
    return found


def authorisations_of(uow: UnitOfWork, subject_id: int) -> tuple[Authorisation, ...]:
    """The newest hundred authorisations a subject has given, with their last uses."""
    rows = uow.session.scalars(
        select(AuthorisationRow)
        .where(AuthorisationRow.subject_id == subject_id)
        .order_by(AuthorisationRow.id.desc())
        .limit(SHOWN_MAX)
    ).all()
    return tuple(_views(rows, _uses(uow, [row.id for row in rows])))


def _uses(uow: UnitOfWork, numbers: Sequence[int]) -> dict[int, list[Use]]:
    """What the audit lines of each say, the newest first: they are written with each look."""
    found: dict[int, list[Use]] = defaultdict(list)
    abouts = {f"authorisation:{number}": number for number in numbers}
    if not abouts:
        return found
    lines = uow.session.execute(
        select(AuditLine.about, AuditLine.at, AuditLine.action, AuditLine.details)
        .where(
            AuditLine.about.in_(list(abouts)),
            AuditLine.action.in_(("record.read_shared", "record.report")),
        )
        .order_by(AuditLine.id.desc())
        .limit(SHOWN_MAX * USES_MAX)
    )
    for about, at, action, details in lines:
        uses = found[abouts[about]]
        if len(uses) < USES_MAX:
            uses.append(Use(at=at, action=action, number=str(details.get("number", ""))))
    return found


def _views(rows: Sequence[AuthorisationRow], uses: dict[int, list[Use]]) -> list[Authorisation]:
    return [
        Authorisation(
            id=row.id,
            subject_id=row.subject_id,
            party=row.party,
            purpose=Purpose(row.purpose),
            note=row.note,
            granted_at=row.granted_at,
            valid_to=row.valid_to,
            revoked_at=row.revoked_at,
            uses=tuple(uses.get(row.id, ())),
        )
        for row in rows
    ]
