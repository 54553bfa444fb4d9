"""Who is asking: the actor of an API key or of a session."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, or_, select, update

from app.accounts import errors, rules
from app.accounts.model import AccountRow, ApiKeyRow, DelegationRow, EndedSessionRow
from app.accounts.terms import Session
from ledger.kernel.actor import Actor, Role
from ledger.kernel.statements import Prepared
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects

_MAY_BE_DELEGATED = (Role.CLERK.value, Role.OPERATOR.value)
_BY_PREFIX = Prepared(
    "key_in_force",
    "text, date, text[]",
    """
    SELECT k.id, k.account_id, k.secret_hash, k.role, k.operator_id, k.last_used_at, a.name,
        ARRAY(
            SELECT d.operator_id FROM delegation d
            WHERE (d.account_id = k.account_id OR d.agent_id = k.operator_id)
                AND k.role = ANY($3) AND d.withdrawn_at IS NULL
                AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)
        ) AS delegated
    FROM api_key k JOIN account a ON a.id = k.account_id
    WHERE k.prefix = $1 AND k.revoked_at IS NULL AND a.closed_at IS NULL
""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key in force, who has it, and whether its use is to be noted."""

    id: int
    actor: Actor
    is_to_be_noted: bool


def actor_of_key(uow: UnitOfWork, key: str) -> Actor:
    """The actor of an API key; its last use is noted to ten minutes.

    Refuses: UnknownKey, also for a revoked key and a closed account.
    """
    uow.session.flush()  # a key that was issued in this very unit is on file too
    known = key_in_force(uow, key)
    if known.is_to_be_noted:
        note_use(uow, known)
    return known.actor


def key_in_force(uow: UnitOfWork, key: str) -> KnownKey:
    """A key and its actor, in a unit that may only read.

    Refuses: UnknownKey, also for a revoked key and a closed account.
    """
    prefix = rules.key_prefix(key)
    if prefix is None:
        raise errors.UnknownKey
    rows = _BY_PREFIX.rows(uow.session, prefix, uow.today, list(_MAY_BE_DELEGATED))
    if not rows or not rules.same_hash(bytes(rows[0].secret_hash), rules.key_hash(key)):
        raise errors.UnknownKey
    (found,) = rows
    used = found.last_used_at
    return KnownKey(
        id=found.id,
        actor=Actor(
            role=Role(found.role),
            account_id=found.account_id,
            name=found.name,
            operator_id=found.operator_id,  # a machine names whom it files for, nothing is guessed
            delegated=frozenset(found.delegated),
        ),
        is_to_be_noted=used is None or uow.now - used > rules.USED_STEP,
    )


def note_use(uow: UnitOfWork, known: KnownKey) -> None:
    """Note the use of a key: its last use is kept to ten minutes."""
    uow.session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.id == known.id)
        .values(last_used_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def actor_of_session(uow: UnitOfWork, session: Session) -> Actor | None:
    """The actor of a session, or None when it no longer holds: idle, old, ended, new password."""
    if not rules.session_holds(session, uow.now):
        return None
    account = uow.session.scalars(
        select(AccountRow).where(
            AccountRow.id == session.account_id,
            AccountRow.closed_at.is_(None),
            AccountRow.session_epoch == session.epoch,
            ~exists().where(EndedSessionRow.session_id == session.id),
        )
    ).one_or_none()
    if account is None:
        return None
    delegated = _delegated(uow, account.id, account.operator_id, account.role)
    operator = _operator_of(account.operator_id, delegated)
    if session.operator_id in delegated:
        operator = session.operator_id
    return Actor(
        role=Role(account.role),
        account_id=account.id,
        name=account.name,
        operator_id=operator,
        operator_name=_operator_name(uow, operator),
        delegated=delegated,
    )


def _operator_of(own: int | None, delegated: frozenset[int]) -> int | None:
    """Whose book is open: one's own, else the only one there is."""
    return own if own is not None or len(delegated) != 1 else next(iter(delegated))


def _operator_name(uow: UnitOfWork, operator_id: int | None) -> str:
    if operator_id is None:
        return ""
    found = subjects.subjects_by_ids(uow, [operator_id], papers=False)
    return found[operator_id].name if operator_id in found else ""


def _delegated(
    uow: UnitOfWork, account_id: int, operator_id: int | None, role: str
) -> frozenset[int]:
    """For whom an account may act besides its own operator, on this day."""
    if role not in _MAY_BE_DELEGATED:
        return frozenset()
    mine = DelegationRow.account_id == account_id
    if operator_id is not None:
        mine = or_(mine, DelegationRow.agent_id == operator_id)
    return frozenset(
        uow.session.scalars(
            select(DelegationRow.operator_id).where(
                mine,
                DelegationRow.withdrawn_at.is_(None),
                DelegationRow.valid_from <= uow.today,
                or_(DelegationRow.valid_to.is_(None), DelegationRow.valid_to >= uow.today),
            )
        )
    )
