"""Reads of accounts: one, pages of them, keys, delegations, audit lines."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import or_, select

from app.accounts import errors
from app.accounts.model import AccountRow, ApiKeyRow, DelegationRow
from app.accounts.terms import Account, AuditAsked, AuditLine, Delegation, Key
from ledger.kernel.actor import Role
from ledger.kernel.model import AuditLine as AuditLineRow
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.subjects import queries as subjects

PAGE_MAX = 200  # a page people read
DELEGATIONS_MAX = 500  # an agent's office keeps the books of a few hundred shops


def account_by_id(uow: UnitOfWork, account_id: int | None) -> Account:
    """An account by its number. Raises UnknownAccount."""
    row = uow.session.get(AccountRow, account_id) if account_id is not None else None
    if row is None:
        raise errors.UnknownAccount(account=account_id)
    return _account(row)


def own_operator(uow: UnitOfWork) -> int | None:
    """The operator the actor's account belongs to, whosever book is open at the moment."""
    return uow.session.scalar(
        select(AccountRow.operator_id).where(AccountRow.id == uow.actor.account_id)
    )


def accounts_page(
    uow: UnitOfWork, *, search: str = "", before: int | None = None, limit: int = 50
) -> list[Account]:
    """Accounts, newest first, whose name or sign-in name contains ``search``."""
    asked = select(AccountRow).order_by(AccountRow.id.desc()).limit(min(limit, PAGE_MAX))
    if before is not None:
        asked = asked.where(AccountRow.id < before)
    if search:
        asked = asked.where(
            or_(
                AccountRow.name.contains(search, autoescape=True),
                AccountRow.sign_in_name.contains(search.casefold(), autoescape=True),
            )
        )
    return [_account(row) for row in uow.session.scalars(asked)]


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        sign_in_name=row.sign_in_name,
        role=Role(row.role),
        name=row.name,
        operator_id=row.operator_id,
        language=row.language,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )


def keys_of(uow: UnitOfWork, account_id: int | None) -> list[Key]:
    """The newest keys of an account, at most 200, revoked ones too."""
    rows = uow.session.scalars(
        select(ApiKeyRow)
        .where(ApiKeyRow.account_id == account_id)
        .order_by(ApiKeyRow.id.desc())
        .limit(PAGE_MAX)
    )
    return [
        Key(
            id=row.id,
            prefix=row.prefix,
            label=row.label,
            role=Role(row.role),
            operator_id=row.operator_id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


def delegations_by(uow: UnitOfWork, operator_id: int | None) -> list[Delegation]:
    """The delegations an operator gave, newest first, at most 500."""
    return _delegations(
        uow,
        list(
            uow.session.scalars(
                select(DelegationRow)
                .where(DelegationRow.operator_id == operator_id)
                .order_by(DelegationRow.id.desc())
                .limit(DELEGATIONS_MAX)
            )
        ),
    )


def delegations_to_actor(uow: UnitOfWork) -> list[Delegation]:
    """The delegations in force for the actor: whose books it may choose from."""
    rows = uow.session.scalars(
        select(DelegationRow)
        .where(
            or_(
                DelegationRow.account_id == uow.actor.account_id,
                DelegationRow.agent_id == own_operator(uow),
            ),
            DelegationRow.withdrawn_at.is_(None),
        )
        .order_by(DelegationRow.id.desc())
        .limit(DELEGATIONS_MAX)
    )
    return [found for found in _delegations(uow, list(rows)) if found.holds(uow.today)]


def _delegations(uow: UnitOfWork, rows: list[DelegationRow]) -> list[Delegation]:
    ids = {row.operator_id for row in rows} | {row.agent_id for row in rows if row.agent_id}
    named = subjects.subjects_by_ids(uow, ids, papers=False) if ids else {}
    people = (
        dict(
            uow.session.execute(
                select(AccountRow.id, AccountRow.name).where(
                    AccountRow.id.in_({row.account_id for row in rows if row.account_id})
                )
            ).all()
        )
        if rows
        else {}
    )
    return [
        Delegation(
            id=row.id,
            operator_id=row.operator_id,
            operator_name=named[row.operator_id].name,
            to_name=named[row.agent_id].name if row.agent_id else people[row.account_id or 0],
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]


def audit_page(uow: UnitOfWork, asked: AuditAsked) -> list[AuditLine]:
    """Audit lines, newest first; who may not read all of them reads the actor's own."""
    account_id = asked.account_id if uow.actor.may("audit.read") else uow.actor.account_id or -1
    wanted = select(AuditLineRow).order_by(AuditLineRow.id.desc()).limit(min(asked.limit, PAGE_MAX))
    conditions = [
        (account_id, AuditLineRow.account_id == account_id),
        (asked.action, AuditLineRow.action == asked.action),
        (asked.about, AuditLineRow.about == asked.about),
        (asked.before, AuditLineRow.id < (asked.before or 0)),
    ]
    wanted = wanted.where(*(condition for given, condition in conditions if given))
    if asked.since is not None:
        wanted = wanted.where(AuditLineRow.at >= datetime.combine(asked.since, time(), SHANGHAI))
    if asked.until is not None:
        next_day = datetime.combine(asked.until, time(), SHANGHAI) + timedelta(days=1)
        wanted = wanted.where(AuditLineRow.at < next_day)
    rows = list(uow.session.scalars(wanted))
    names = dict(
        uow.session.execute(
            select(AccountRow.id, AccountRow.name).where(
                AccountRow.id.in_({row.account_id for row in rows if row.account_id})
            )
        ).all()
    )
    return [
        AuditLine(
            id=row.id,
            at=row.at,
            account_id=row.account_id,
            account=names.get(row.account_id or 0, ""),
            role=row.role,
            action=row.action,
            about=row.about,
            details=row.details,
            request_id=row.request_id,
        )
        for row in rows
    ]
