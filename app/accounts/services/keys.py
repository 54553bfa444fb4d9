"""API keys: handed out once, kept as a hash, revoked at once."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select

from app.accounts import errors, queries, rules
from app.accounts.model import ApiKeyRow
from app.accounts.services.people import check_role, machine_account
from app.accounts.terms import IssueKey, RevokeKey
from ledger.kernel.uow import UnitOfWork

_PREFIX_BITS = 50  # ten characters of base 32: two keys never share one in the life of a ledger
_SECRET_BYTES = 32


def issue_key(uow: UnitOfWork, command: IssueKey) -> str:
    """Hand out a key; it is shown this once. A key may do no more than the one who issues it.

    Refuses: KeyNotYours, RoleNotGiven, OperatorMissing, UnknownSubject, TooManyKeys.
    """
    _may_issue(uow, command)
    check_role(uow, command.role, command.operator_id)
    account_id = command.account_id or machine_account(
        uow, name=command.label, role=command.role, operator_id=command.operator_id
    )
    in_force = uow.session.scalar(
        select(func.count()).where(
            ApiKeyRow.account_id == account_id, ApiKeyRow.revoked_at.is_(None)
        )
    )
    if (in_force or 0) >= rules.KEYS_MAX:
        raise errors.TooManyKeys(limit=rules.KEYS_MAX)
    key = rules.key_text(secrets.randbits(_PREFIX_BITS), secrets.token_bytes(_SECRET_BYTES))
    prefix = rules.key_prefix(key)
    assert prefix is not None
    uow.session.add(
        ApiKeyRow(
            account_id=account_id,
            prefix=prefix,
            secret_hash=rules.key_hash(key),
            role=command.role.value,
            operator_id=command.operator_id,
            label=command.label,
            created_at=uow.now,
        )
    )
    uow.audit(
        "key.issued",
        f"key:{prefix}",
        account=account_id,
        role=command.role.value,
        operator=command.operator_id,
    )
    return key


def _may_issue(uow: UnitOfWork, command: IssueKey) -> None:
    who = uow.actor
    if who.may("account.manage"):
        return
    own = command.account_id is not None and command.account_id == who.account_id
    # its own operator, not one it was delegated to: a delegation can be withdrawn
    same = command.role is who.role and command.operator_id == queries.own_operator(uow)
    if not own or not same:
        raise errors.KeyNotYours


def revoke_key(uow: UnitOfWork, command: RevokeKey) -> None:
    """Make a key worthless, one's own or, as an administrator, any; again changes nothing.

    Refuses: UnknownKeyNumber.
    """
    key = uow.session.get(ApiKeyRow, command.key_id, with_for_update=True)
    own = key is not None and key.account_id == uow.actor.account_id
    if key is None or not (own or uow.actor.may("account.manage")):
        raise errors.UnknownKeyNumber(key=command.key_id)
    if key.revoked_at is None:
        key.revoked_at = uow.now
        uow.audit("key.revoked", f"key:{key.prefix}", account=key.account_id)
