"""Signing in: sessions, wrong passwords and their pauses, what a password must be."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from app.accounts import errors, services
from app.accounts.terms import (
    ChangePassword,
    CreateAccount,
    SignIn,
)
from ledger.kernel.actor import Actor, NotPermitted, Role

PASSWORD = "three boats and a lamp"


def person(uow, name="lin", role=Role.INSPECTOR, operator_id=None):
    return services.create_account(
        uow,
        CreateAccount(
            sign_in_name=name, password=PASSWORD, role=role, name="林一", operator_id=operator_id
        ),
    )


def hashed_lightly(uow, account):
    """The account's password as it was hashed with older parameters, which is quickly tried."""
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    uow.session.execute(
        text("UPDATE account SET password_hash = :hash WHERE id = :id"),
        {"hash": old, "id": account},
    )
    uow.session.expire_all()
    return old


def signed_in(uow, name="lin", password=PASSWORD):
    return services.sign_in(uow, SignIn(sign_in_name=name, password=password, address="192.0.2.1"))


def test_a_session_is_its_account(uow):
    account = person(uow)
    found = services.actor_of_session(uow, signed_in(uow, " ＬＩＮ "))
    assert (found.account_id, found.role, found.name) == (account, Role.INSPECTOR, "林一")


@pytest.mark.parametrize(
    ("later", "holds"),
    [
        (timedelta(hours=11, minutes=59), True),
        (timedelta(hours=12, seconds=1), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_an_idle_session_ends(uow, later, holds):
    person(uow)
    session = signed_in(uow)
    uow.now += later
    assert (services.actor_of_session(uow, session) is not None) is holds


def test_an_old_session_ends_however_busy(uow):
    person(uow)
    session = signed_in(uow)
    uow.now += timedelta(days=7, seconds=1)
    assert services.actor_of_session(uow, replace(session, seen=uow.now)) is None


def test_a_signed_out_session_is_nobody_and_others_stay(uow):
    person(uow)
    one, other = signed_in(uow), signed_in(uow)
    services.sign_out(uow, one)
    services.sign_out(uow, one)
    assert services.actor_of_session(uow, one) is None
    assert services.actor_of_session(uow, other) is not None


def test_a_new_password_ends_all_sessions(uow):
    account = person(uow)
    session = signed_in(uow)
    uow.actor = Actor(role=Role.INSPECTOR, account_id=account)
    epoch = services.change_password(uow, ChangePassword(old=PASSWORD, new=PASSWORD + " too"))
    uow.session.flush()
    assert services.actor_of_session(uow, session) is None
    assert services.actor_of_session(uow, replace(session, epoch=epoch)) is not None


def test_signing_out_everywhere_ends_all_sessions(uow):
    account = person(uow)
    session = signed_in(uow)
    uow.actor = Actor(role=Role.INSPECTOR, account_id=account)
    services.sign_out_everywhere(uow)
    uow.session.flush()
    assert services.actor_of_session(uow, session) is None


def test_unknown_name_and_wrong_password_are_one_answer(uow):
    person(uow)
    wrong, unknown = signed_in(uow, password="no"), signed_in(uow, "nobody")
    assert isinstance(wrong, errors.SignInRefused)
    assert isinstance(unknown, errors.SignInRefused)
    assert wrong.params == unknown.params


@pytest.mark.parametrize("name", ["lin", "nobody"])
def test_the_fifth_wrong_password_in_a_row_brings_a_pause_that_grows(uow, name):
    person(uow)
    for _ in range(5):
        assert isinstance(signed_in(uow, name, "no"), errors.SignInRefused)
    with pytest.raises(errors.SignInPaused) as pause:
        signed_in(uow, name)
    assert pause.value.params["retry_after"] == 61
    uow.now += timedelta(seconds=61)
    signed_in(uow, name, "no")
    uow.now += timedelta(seconds=61)
    with pytest.raises(errors.SignInPaused):
        signed_in(uow, name)


def signed_in_from(uow, address, password=PASSWORD):
    return services.sign_in(uow, SignIn(sign_in_name="lin", password=password, address=address))


def test_nobody_is_locked_out_from_elsewhere(uow):
    account = person(uow)
    home, office = "198.51.100.7", "198.51.100.8"
    signed_in_from(uow, home)
    hashed_lightly(uow, account)
    for number in range(60):  # from a dozen addresses, five each
        with suppress(errors.SignInPaused):
            signed_in_from(uow, f"192.0.2.{number // 5}", "no")
    with pytest.raises(errors.SignInPaused):
        signed_in_from(uow, "192.0.2.3")
    assert not isinstance(signed_in_from(uow, home), errors.SignInRefused)
    with pytest.raises(errors.SignInPaused) as pause:
        signed_in_from(uow, office)
    assert pause.value.params["retry_after"] == 61
    uow.now += timedelta(seconds=61)
    assert not isinstance(signed_in_from(uow, office), errors.SignInRefused)


def test_a_good_sign_in_forgets_the_failures(uow):
    account = person(uow)
    for _ in range(3):
        hashed_lightly(uow, account)
        for _ in range(4):
            signed_in(uow, password="no")
        assert not isinstance(signed_in(uow), errors.SignInRefused)


def test_a_hash_with_older_parameters_is_renewed_at_sign_in(uow):
    account = person(uow)
    old = hashed_lightly(uow, account)
    signed_in(uow)
    uow.session.flush()
    new = uow.session.scalar(
        text("SELECT password_hash FROM account WHERE id = :id"), {"id": account}
    )
    assert new.startswith("$argon2id$")
    assert new != old
    assert not isinstance(signed_in(uow), errors.SignInRefused)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short", errors.PasswordTooShort),
        ("x" * 257, errors.PasswordTooLong),
        ("password1234", errors.PasswordCommon),
        ("aaaaaaaaaaaab", errors.PasswordCommon),
        ("abcdefghijklm", errors.PasswordCommon),
        ("9876543210987", errors.PasswordCommon),
        ("my name is lin ok", errors.PasswordCommon),
    ],
)
def test_a_weak_password_is_refused(uow, password, refusal):
    with pytest.raises(refusal) as problem:
        services.create_account(
            uow,
            CreateAccount(sign_in_name="lin", password=password, role=Role.INSPECTOR, name="林"),
        )
    assert problem.value.field == "password"


def test_a_sign_in_name_is_given_once(uow):
    person(uow)
    with pytest.raises(errors.SignInNameTaken):
        person(uow, "Lin")


@pytest.mark.parametrize("name", ["", "x", "a b", "x" * 65, "<b>x</b>"])
def test_an_unusable_sign_in_name_is_refused(uow, name):
    if name == "a b":
        assert person(uow, name) > 0  # spaces are folded away
        return
    with pytest.raises(errors.SignInNameUnusable):
        person(uow, name)


def test_only_administrators_open_accounts(uow):
    uow.actor = Actor(role=Role.INSPECTOR, account_id=1)
    with pytest.raises(NotPermitted):
        person(uow)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.SYSTEM])
def test_no_account_is_the_public_or_the_house(uow, role):
    with pytest.raises(errors.RoleNotGiven):
        person(uow, role=role)


def test_the_old_password_is_asked_for(uow):
    uow.actor = Actor(role=Role.ADMIN, account_id=person(uow))
    wrong = ChangePassword(old="no", new=PASSWORD + " too")
    for _ in range(5):
        assert isinstance(services.change_password(uow, wrong), errors.WrongPassword)
    with pytest.raises(errors.SignInPaused):
        services.change_password(uow, ChangePassword(old=PASSWORD, new=PASSWORD + " too"))
    assert not isinstance(signed_in(uow), errors.SignInRefused)
