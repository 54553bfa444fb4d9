"""The shell door of accounts: keys and accounts, for who runs the installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

import click

from app.accounts import rules, services
from app.accounts.terms import CreateAccount, IssueKey
from app.doors.cli import Shell, command, say
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects import queries as subjects

_ROLES = click.Choice(sorted(role.value for role in rules.ROLES_GIVEN))


@click.group()
def keys() -> None:
    """API keys of machines."""


@click.group()
def accounts() -> None:
    """Accounts of people."""


def _operator(uow: UnitOfWork, uscc: str | None) -> int | None:
    return subjects.subject_by_uscc(uow, uscc).id if uscc else None


@command(name="issue")
@click.option("--role", required=True, type=_ROLES, help="What the key may do.")
@click.option("--for", "uscc", metavar="USCC", help="The operator or agency it belongs to.")
@click.option("--label", default="", help="What the key is for; shown in lists.")
def issue(shell: Shell, role: str, uscc: str | None, label: str) -> None:
    """Issue one API key and print it; it is shown this once."""
    with shell.unit() as uow:
        key = services.issue_key(
            uow,
            IssueKey(
                label=label or f"{role} {uscc or ''}".strip(),
                role=Role(role),
                operator_id=_operator(uow, uscc),
            ),
        )
    say(key)


@command(name="create")
@click.argument("sign_in_name")
@click.option("--role", required=True, type=_ROLES, help="What the account may do.")
@click.option("--for", "uscc", metavar="USCC", help="The operator or agency it belongs to.")
@click.option("--name", default="", help="The person's name as pages show it.")
@click.option("--language", default="zh", type=click.Choice(["zh", "en"]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(shell: Shell, sign_in_name: str, role: str, uscc: str | None, **said: Any) -> None:
    """Open an account; the password is asked for, or read from standard input."""
    password = _password(from_stdin=said["password_stdin"])
    with shell.unit() as uow:
        services.create_account(
            uow,
            CreateAccount(
                sign_in_name=sign_in_name,
                password=password,
                role=Role(role),
                language=said["language"],
                name=said["name"] or sign_in_name,
                operator_id=_operator(uow, uscc),
            ),
        )
    say(sign_in_name)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("密码 password: ")


keys.add_command(issue)
accounts.add_command(create)
