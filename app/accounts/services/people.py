"""Accounts of people: made, given a new password or language, closed."""

from __future__ import annotations

from sqlalchemy import exists, select

from app.accounts import errors, rules
from app.accounts.model import AccountRow
from app.accounts.services import passwords, pauses
from app.accounts.terms import LANGUAGES, ChangePassword, ChooseLanguage, CreateAccount
from app.messages import services as messages
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects

_INSIDE = "account page"  # where the old password is asked for: guesses there stop no sign-in


def create_account(uow: UnitOfWork, command: CreateAccount) -> int:
    """Open an account for a person; returns its id.

    Refuses: NotPermitted, SignInNameUnusable, RoleNotGiven, OperatorMissing, UnknownSubject,
    LanguageUnknown, the passwords' refusals, SignInNameTaken.
    """
    uow.actor.require("account.manage")
    name = rules.sign_in_name_of(command.sign_in_name)
    check_role(uow, command.role, command.operator_id)
    _check_language(command.language)
    rules.check_password(command.password, sign_in_name=name, common=passwords.common())
    if uow.session.scalar(select(exists().where(AccountRow.sign_in_name == name))):
        raise errors.SignInNameTaken(field="sign_in_name", name=name)
    account = AccountRow(
        sign_in_name=name,
        password_hash=passwords.hashed(command.password),
        role=command.role.value,
        operator_id=command.operator_id,
        name=command.name,
        language=command.language,
        password_changed_at=uow.now,
        created_at=uow.now,
    )
    uow.session.add(account)
    uow.session.flush()  # the id is the answer
    uow.audit("account.created", f"account:{account.id}", role=command.role.value)
    return account.id


def check_role(uow: UnitOfWork, role: Role, operator_id: int | None) -> None:
    """Refuse a role nobody is given, and an operator's account without its operator.

    Raises RoleNotGiven, OperatorMissing, UnknownSubject.
    """
    if role not in rules.ROLES_GIVEN:
        raise errors.RoleNotGiven(field="role", role=role.value)
    if role in rules.ROLES_OF_OPERATORS and operator_id is None:
        raise errors.OperatorMissing(field="operator", role=role.value)
    if operator_id is not None:
        subjects.subject_by_id(uow, operator_id)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise errors.LanguageUnknown(field="language", language=language[:20])


def own_account(uow: UnitOfWork) -> AccountRow:
    """The row of the actor's own account, locked. Refuses: UnknownAccount."""
    account = uow.session.scalars(
        select(AccountRow).where(AccountRow.id == uow.actor.account_id).with_for_update()
    ).one_or_none()
    if account is None:
        raise errors.UnknownAccount(account=uow.actor.account_id)
    return account


def change_password(uow: UnitOfWork, command: ChangePassword) -> int | errors.WrongPassword:
    """Give the actor's account a new password; its sessions end. Returns the new session epoch.

    A wrong old password is *returned*, so that it counts: guessing pauses as at signing in.
    Refuses: UnknownAccount, SignInPaused, the passwords' refusals.
    """
    account = own_account(uow)
    pauses.refuse_while_paused(uow, account.sign_in_name, _INSIDE)
    fits = passwords.fits(account.password_hash, command.old[: rules.PASSWORD_LENGTH_MAX])
    pauses.note_attempt(uow, account.sign_in_name, _INSIDE, succeeded=fits)
    if not fits:
        return errors.WrongPassword(field="old")
    rules.check_password(command.new, sign_in_name=account.sign_in_name, common=passwords.common())
    account.password_hash = passwords.hashed(command.new)
    account.password_changed_at = uow.now
    account.session_epoch += 1
    uow.audit("account.password_changed", f"account:{account.id}")
    return account.session_epoch


def choose_language(uow: UnitOfWork, command: ChooseLanguage) -> None:
    """Keep the language of the actor's pages. Refuses: UnknownAccount, LanguageUnknown."""
    account = own_account(uow)
    _check_language(command.language)
    account.language = command.language
    uow.audit("account.language_chosen", f"account:{account.id}", language=command.language)


def close_account(uow: UnitOfWork, account_id: int) -> None:
    """Close an account for good; its sessions and keys are worth nothing from now on.

    Refuses: NotPermitted, UnknownAccount.
    """
    uow.actor.require("account.manage")
    account = uow.session.get(AccountRow, account_id, with_for_update=True)
    if account is None:
        raise errors.UnknownAccount(account=account_id)
    account.closed_at = account.closed_at or uow.now
    account.session_epoch += 1
    messages.forget_person(uow, account_id)
    uow.audit("account.closed", f"account:{account_id}")


def machine_account(uow: UnitOfWork, *, name: str, role: Role, operator_id: int | None) -> int:
    """Open an account without name and password for a machine's key; returns its id."""
    account = AccountRow(name=name, role=role.value, operator_id=operator_id, created_at=uow.now)
    uow.session.add(account)
    uow.session.flush()  # the key is written with this id
    return account.id
