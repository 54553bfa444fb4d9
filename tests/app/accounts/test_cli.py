"""The shell issues keys and opens accounts, and prints nothing else on standard output."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from support import accounts

from app.accounts import cli, services
from app.accounts.terms import SignIn
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role

USCC = "91350200MA2XFA1T37"


@pytest.fixture
def shell(fresh_settings, fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        accounts.subject(uow, "阿嬷杂货铺", USCC)
    environ = fresh_settings.to_environ()

    def run(command, *arguments, typed=None):
        return CliRunner().invoke(command, arguments, input=typed, env=environ)

    return run


def test_a_key_is_printed_alone_and_works(shell, fresh_database, now):
    done = shell(cli.keys, "issue", "--role", "operator", "--for", USCC)
    assert done.exit_code == 0, done.output
    assert re.fullmatch(r"sy_[0-9A-Z]{10}_[0-9a-f]{64}\n", done.stdout)
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        found = services.actor_of_key(uow, done.stdout.strip())
    assert found.role is Role.OPERATOR
    assert found.operator_id is not None


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("--role", "operator"), 3, "accounts.operator_missing"),
        (("--role", "operator", "--for", "91350200MA2XFA1T38"), None, ""),
    ],
)
def test_a_refusal_goes_to_standard_error(shell, arguments, exit_code, code):
    done = shell(cli.keys, "issue", *arguments)
    assert done.stdout == ""
    assert done.exit_code == (exit_code or done.exit_code) != 0
    assert code in done.stderr


def test_an_account_is_opened_with_a_password_from_standard_input(shell, fresh_database, now):
    done = shell(
        cli.accounts,
        "create",
        "lin",
        "--role",
        "inspector",
        "--password-stdin",
        typed=accounts.PASSWORD + "\n",
    )
    assert done.exit_code == 0, done.output
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        held = services.sign_in(uow, SignIn(sign_in_name="lin", password=accounts.PASSWORD))
        assert held.account_id > 0
