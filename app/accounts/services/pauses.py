"""Pauses after wrong passwords: long for where they came from, short for everybody else.

Failures count for a name together with the address they came from, so that nobody can shut
somebody out from elsewhere. Very many failures of a name from anywhere bring a short pause of their
own, which addresses the name has signed in from before do not wait for.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, text

from app.accounts import errors, rules
from app.accounts.model import SignInAttemptRow
from ledger.kernel.uow import UnitOfWork

_ROW = SignInAttemptRow


def wait_your_turn(uow: UnitOfWork, name: str) -> None:
    """Attempts on one name go one after the other: guessing in parallel earns nothing."""
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(7310020, hashtext(:name))"), {"name": name}
    )


def refuse_while_paused(uow: UnitOfWork, name: str, address: str) -> None:
    """Refuses: SignInPaused, while this address, or the name, has to wait."""
    mine = (_ROW.sign_in_name == name) & (_ROW.address == address)
    last_good = uow.session.scalar(
        select(func.coalesce(func.max(_ROW.id), 0)).where(mine, _ROW.succeeded)
    )
    left = _left(uow, mine & (_ROW.id > last_good), rules.pause_after)
    if not last_good:
        left = max(left, _left(uow, _ROW.sign_in_name == name, rules.pause_of_all_after))
    if left > timedelta(0):
        raise errors.SignInPaused(retry_after=int(left.total_seconds()) + 1)


def _left(uow: UnitOfWork, whose: ColumnElement[bool], pause: rules.Pause) -> timedelta:
    row = uow.session.execute(
        select(func.count().label("failures"), func.max(_ROW.at).label("last")).where(
            whose, ~_ROW.succeeded, _ROW.at > uow.now - rules.FAILURES_COUNT_FOR
        )
    ).one()
    if not row.failures:
        return timedelta(0)
    left: timedelta = row.last + pause(row.failures) - uow.now
    return left


def note_attempt(uow: UnitOfWork, name: str, address: str, *, succeeded: bool) -> None:
    """Keep an attempt, good or bad."""
    uow.session.add(_ROW(sign_in_name=name, address=address, at=uow.now, succeeded=succeeded))
    uow.session.flush()
