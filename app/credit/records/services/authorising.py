"""A subject lets a party read its file, and stops it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.credit.records import errors
from app.credit.records.model.authorisations import AuthorisationRow
from app.credit.records.terms.authorising import GrantAccess
from app.credit.records.terms.file import speaks_for
from ledger.kernel.actor import NotYourOperator
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id

TEXT_MAX = 120
_ID_MAX = 2**31 - 1


def grant_access(uow: UnitOfWork, command: GrantAccess) -> int:
    """Let a party read the authorised version of a subject's file; returns the number.

    Only the subject's own account does, never a clerk. Refuses: NotPermitted, NotYourOperator,
    PartyMissing, AuthorisationDayWrong. Leaves an audit line.
    """
    uow.actor.require("record.authorise")
    subject = subject_by_id(uow, command.subject_id)
    if not speaks_for(uow.actor, subject.id):
        raise NotYourOperator(operator=subject.id)
    party = " ".join(command.party.split())
    if not 1 < len(party) <= TEXT_MAX:
        raise errors.PartyMissing(limit=TEXT_MAX, field="party")
    days = uow.parameters.number("records.authorisation_days_max", uow.today)
    if not uow.today <= command.valid_to <= uow.today + timedelta(days=days):
        raise errors.AuthorisationDayWrong(limit=days, field="valid_to")
    row = AuthorisationRow(
        subject_id=subject.id,
        party=party,
        purpose=command.purpose.value,
        note=" ".join(command.note.split())[:TEXT_MAX],
        granted_by=uow.actor.account_id,
        granted_at=uow.now,
        valid_to=command.valid_to,
    )
    uow.session.add(row)
    uow.session.flush()  # its link names it
    uow.audit("record.authorise", f"subject:{subject.id}", authorisation=row.id, party=party)
    return row.id


def revoke_access(uow: UnitOfWork, authorisation_id: int) -> int:
    """End an authorisation; its link opens nothing from now on. Returns the subject.

    Revoking twice changes nothing. Refuses: NotPermitted, UnknownAuthorisation. Leaves an audit
    line.
    """
    uow.actor.require("record.authorise")
    query = select(AuthorisationRow).where(AuthorisationRow.id == authorisation_id)
    row = uow.session.scalar(query.with_for_update()) if authorisation_id <= _ID_MAX else None
    if row is None or not speaks_for(uow.actor, row.subject_id):
        raise errors.UnknownAuthorisation
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.audit("record.revoke", f"subject:{row.subject_id}", authorisation=row.id)
    return row.subject_id
