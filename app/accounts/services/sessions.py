"""Signing in and out: one answer for every wrong pair, growing pauses, sessions that end."""

from __future__ import annotations

import secrets
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts import errors, rules
from app.accounts.model import AccountRow, EndedSessionRow, SignInAttemptRow
from app.accounts.services import passwords, pauses
from app.accounts.services.people import own_account
from app.accounts.terms import Session, SignIn
from ledger.kernel.actor import Role
from ledger.kernel.names import fold_name
from ledger.kernel.uow import UnitOfWork

_NAME_MAX = _ADDRESS_MAX = 64


def sign_in(uow: UnitOfWork, command: SignIn) -> Session | errors.SignInRefused:
    """A new session for a name and a password that belong together.

    A wrong pair is *returned*, not raised, so that the attempt is kept when the unit commits; an
    unknown name takes as long and answers the same. Refuses: SignInPaused.
    """
    name = fold_name(command.sign_in_name)[:_NAME_MAX]
    address = command.address[:_ADDRESS_MAX]
    pauses.wait_your_turn(uow, name)
    pauses.refuse_while_paused(uow, name, address)
    account = uow.session.scalars(
        select(AccountRow).where(
            AccountRow.sign_in_name == name,
            AccountRow.sign_in_name != "",
            AccountRow.closed_at.is_(None),
        )
    ).one_or_none()
    fits = passwords.fits(
        account.password_hash if account else "", command.password[: rules.PASSWORD_LENGTH_MAX]
    )
    pauses.note_attempt(uow, name, address, succeeded=fits)
    if account is None or not fits:
        uow.audit("account.sign_in_refused", f"name:{name}", address=command.address)
        return errors.SignInRefused()
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(command.password)
    # the unit is still nobody's: the line names who it turned out to be
    uow.actor = replace(uow.actor, role=Role(account.role), account_id=account.id)
    uow.audit("account.signed_in", f"account:{account.id}", address=command.address)
    return Session(
        id=secrets.token_urlsafe(16),
        account_id=account.id,
        epoch=account.session_epoch,
        since=uow.now,
        seen=uow.now,
    )


def sign_out(uow: UnitOfWork, session: Session) -> None:
    """End one session; a copy of its cookie is worth nothing. Again changes nothing."""
    uow.session.execute(
        insert(EndedSessionRow)
        .values(session_id=session.id, ended_at=uow.now)
        .on_conflict_do_nothing()
    )
    uow.audit("account.signed_out", f"account:{session.account_id}")


def sign_out_everywhere(uow: UnitOfWork) -> int:
    """End all sessions of the actor's account; returns the new epoch. Refuses: UnknownAccount."""
    account = own_account(uow)
    account.session_epoch += 1
    uow.audit("account.signed_out_everywhere", f"account:{account.id}")
    return account.session_epoch


def forget_old(uow: UnitOfWork) -> None:
    """Delete attempts that count no longer and ended sessions that are too old to matter."""
    uow.session.execute(
        delete(SignInAttemptRow).where(
            SignInAttemptRow.at < uow.now - 30 * rules.FAILURES_COUNT_FOR
        )
    )
    uow.session.execute(
        delete(EndedSessionRow).where(EndedSessionRow.ended_at < uow.now - rules.SESSION_MAX)
    )
