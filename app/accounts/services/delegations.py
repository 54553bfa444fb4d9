"""Delegations: an operator lets somebody file for it, and takes that back."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from app.accounts import errors, queries, rules
from app.accounts.model import AccountRow, DelegationRow
from app.accounts.terms import GrantDelegation, WithdrawDelegation
from ledger.kernel.actor import NotYourOperator, Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects
from ledger.subjects.errors import UnknownUscc

_RECEIVERS = (Role.CLERK.value, Role.OPERATOR.value)
_USCC_LENGTH = 18


def grant_delegation(uow: UnitOfWork, command: GrantDelegation) -> int:
    """Let a clerk's account (by sign-in name) or an operator (by USCC) act for an operator.

    Refuses: NotPermitted, NotYourOperator, DaysReversed, UnknownUscc,
    DelegationNotPossible, DelegationToSelf, DelegationExists.
    """
    _may_grant(uow, command.operator_id)
    starts = command.valid_from or uow.today
    if command.valid_to is not None and command.valid_to < starts:
        raise errors.DaysReversed(field="valid_to")
    account_id, agent_id = _receiver(uow, command.to)
    if agent_id == command.operator_id:
        raise errors.DelegationToSelf(field="to")
    _refuse_second(uow, command.operator_id, account_id, agent_id, starts)
    made = DelegationRow(
        operator_id=command.operator_id,
        account_id=account_id,
        agent_id=agent_id,
        valid_from=starts,
        valid_to=command.valid_to,
        granted_by=uow.actor.account_id,
        granted_at=uow.now,
    )
    uow.session.add(made)
    uow.session.flush()  # the id is the answer
    uow.audit(
        "delegation.granted",
        f"subject:{command.operator_id}",
        delegation=made.id,
        account=account_id,
        agent=agent_id,
    )
    return made.id


def _may_grant(uow: UnitOfWork, operator_id: int) -> None:
    """Only an operator's own account gives its word away, not one it was delegated to."""
    uow.actor.require("delegation.grant")
    if not uow.actor.may("account.manage") and queries.own_operator(uow) != operator_id:
        raise NotYourOperator(operator=operator_id)


def _receiver(uow: UnitOfWork, to: str) -> tuple[int | None, int | None]:
    """(account, None) or (None, subject) of a sign-in name or a USCC."""
    if len(to.strip()) == _USCC_LENGTH:
        try:
            return None, subjects.subject_by_uscc(uow, to).id
        except UnknownUscc as refusal:
            refusal.field = "to"
            raise
    account = uow.session.scalars(
        select(AccountRow).where(
            AccountRow.sign_in_name == rules.sign_in_name_of(to),
            AccountRow.closed_at.is_(None),
        )
    ).one_or_none()
    if account is None or account.role not in _RECEIVERS:  # one answer: names are not told apart
        raise errors.DelegationNotPossible(field="to")
    return account.id, None


def _refuse_second(
    uow: UnitOfWork, operator_id: int, account_id: int | None, agent_id: int | None, on: date
) -> None:
    same = (
        DelegationRow.account_id == account_id
        if account_id is not None
        else DelegationRow.agent_id == agent_id
    )
    found = uow.session.scalar(
        select(DelegationRow.id)
        .where(
            DelegationRow.operator_id == operator_id,
            same,
            DelegationRow.withdrawn_at.is_(None),
            or_(DelegationRow.valid_to.is_(None), DelegationRow.valid_to >= on),
        )
        .limit(1)
    )
    if found is not None:
        raise errors.DelegationExists(field="to")


def withdraw_delegation(uow: UnitOfWork, command: WithdrawDelegation) -> None:
    """Take a delegation back, as the operator who gave it; again changes nothing.

    Refuses: NotPermitted, UnknownDelegation.
    """
    uow.actor.require("delegation.grant")
    row = uow.session.get(DelegationRow, command.delegation_id, with_for_update=True)
    own = row is not None and row.operator_id == queries.own_operator(uow)
    if row is None or not (own or uow.actor.may("account.manage")):
        raise errors.UnknownDelegation(delegation=command.delegation_id)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = uow.now, uow.actor.account_id
        uow.audit("delegation.withdrawn", f"subject:{row.operator_id}", delegation=row.id)


def choose_operator(uow: UnitOfWork, operator_id: int) -> None:
    """Note whose book the actor works on from now; the door keeps it in the session.

    Refuses: NotDelegated.
    """
    if not uow.actor.may_act_for(operator_id):
        raise errors.NotDelegated(operator=operator_id)
    uow.audit("account.operator_chosen", f"subject:{operator_id}")
