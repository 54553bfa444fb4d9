"""Who may act for whom: keys, delegations, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts import errors, queries, services
from app.accounts.terms import (
    CreateAccount,
    GrantDelegation,
    IssueKey,
    RevokeKey,
    SignIn,
    WithdrawDelegation,
)
from ledger.kernel.actor import Actor, NotYourOperator, Role

PASSWORD = "three boats and a lamp"


def subject(uow, name="绿野合作社", uscc=""):
    return uow.session.scalar(
        text(
            "INSERT INTO subject (name, uscc, registered, created_at) "
            "VALUES (:name, :uscc, true, :at) RETURNING id"
        ),
        {"name": name, "uscc": uscc, "at": uow.now},
    )


def person(uow, name="lin", role=Role.INSPECTOR, operator_id=None):
    return services.create_account(
        uow,
        CreateAccount(
            sign_in_name=name, password=PASSWORD, role=role, name="林一", operator_id=operator_id
        ),
    )


def test_a_key_is_its_account_role_and_operator(uow):
    operator = subject(uow)
    key = services.issue_key(uow, IssueKey(label="till", role=Role.OPERATOR, operator_id=operator))
    found = services.actor_of_key(uow, key)
    assert (found.role, found.operator_id, found.name) == (Role.OPERATOR, operator, "till")
    assert found.account_id is not None
    assert found.may("entry.file")
    assert not found.may("account.manage")


def test_the_key_itself_is_stored_nowhere(uow):
    key = services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR))
    secret = key.rsplit("_", 1)[1]
    uow.session.flush()
    rows = str(uow.session.execute(text("SELECT * FROM api_key")).all())
    lines = str(uow.session.execute(text("SELECT * FROM audit_line")).all())
    assert secret not in rows + lines
    assert len(secret) * 4 == 256


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: "",
        lambda key: key + "0",
        lambda key: key.upper(),
        lambda key: "sy_0000000000_" + "0" * 64,
    ],
)
def test_a_wrong_key_is_refused_by_name(uow, spoil):
    key = services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR))
    with pytest.raises(errors.UnknownKey):
        services.actor_of_key(uow, spoil(key))


def test_a_revoked_key_is_unknown(uow):
    key = services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR))
    account = services.actor_of_key(uow, key).account_id
    services.revoke_key(uow, RevokeKey(key_id=queries.keys_of(uow, account)[0].id))
    with pytest.raises(errors.UnknownKey):
        services.actor_of_key(uow, key)


def test_a_key_of_a_closed_account_is_unknown(uow):
    key = services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR))
    services.close_account(uow, services.actor_of_key(uow, key).account_id)
    uow.session.flush()
    with pytest.raises(errors.UnknownKey):
        services.actor_of_key(uow, key)


def test_an_operators_key_needs_its_operator(uow):
    with pytest.raises(errors.OperatorMissing):
        services.issue_key(uow, IssueKey(label="x", role=Role.OPERATOR))


def test_nobody_issues_a_key_that_does_more_than_he_may(uow):
    account = person(uow)
    uow.actor = Actor(role=Role.INSPECTOR, account_id=account)
    services.issue_key(uow, IssueKey(label="own", role=Role.INSPECTOR, account_id=account))
    for wish in (
        IssueKey(label="x", role=Role.ADMIN, account_id=account),
        IssueKey(label="x", role=Role.INSPECTOR),
        IssueKey(label="x", role=Role.INSPECTOR, account_id=account + 1),
        IssueKey(label="x", role=Role.INSPECTOR, account_id=account, operator_id=subject(uow)),
    ):
        with pytest.raises(errors.KeyNotYours):
            services.issue_key(uow, wish)


def test_the_twentyfirst_key_of_an_account_is_refused(uow):
    account = person(uow)
    for _ in range(20):
        services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR, account_id=account))
    with pytest.raises(errors.TooManyKeys):
        services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR, account_id=account))


def test_the_last_use_of_a_key_is_kept_to_ten_minutes(uow):
    key = services.issue_key(uow, IssueKey(label="x", role=Role.INSPECTOR))
    started = uow.now
    account = services.actor_of_key(uow, key).account_id
    used = []
    for minutes in (0, 9, 11):
        uow.now = started + timedelta(minutes=minutes)
        services.actor_of_key(uow, key)
        uow.session.expire_all()
        used.append(queries.keys_of(uow, account)[0].last_used_at)
    assert used == [started, started, started + timedelta(minutes=11)]


def signed_in(uow, name="lin", password=PASSWORD):
    return services.sign_in(uow, SignIn(sign_in_name=name, password=password, address="192.0.2.1"))


@pytest.fixture
def shop(uow):
    operator = subject(uow, "阿嬷杂货铺")
    return Actor(
        role=Role.OPERATOR,
        operator_id=operator,
        account_id=person(uow, "ama", Role.OPERATOR, operator),
    )


def test_a_clerk_acts_for_who_delegated_to_it_and_no_longer(uow, shop):
    clerk = person(uow, "xiaowang", Role.CLERK)
    uow.actor = shop
    made = services.grant_delegation(
        uow, GrantDelegation(operator_id=shop.operator_id, to="xiaowang")
    )
    session = signed_in(uow, "xiaowang")
    found = services.actor_of_session(uow, session)
    assert found.account_id == clerk
    assert found.delegated == {shop.operator_id}
    assert (found.operator_id, found.operator_name) == (shop.operator_id, "阿嬷杂货铺")
    uow.actor = shop
    services.withdraw_delegation(uow, WithdrawDelegation(delegation_id=made))
    uow.session.flush()
    after = services.actor_of_session(uow, session)
    assert (after.delegated, after.operator_id) == (frozenset(), None)


def test_a_clerk_of_two_shops_chooses_one(uow, shop):
    other = subject(uow, "海边小吃")
    person(uow, "xiaowang", Role.CLERK)
    for operator in (shop.operator_id, other):
        services.grant_delegation(uow, GrantDelegation(operator_id=operator, to="xiaowang"))
    session = signed_in(uow, "xiaowang")
    assert services.actor_of_session(uow, session).operator_id is None
    chosen = services.actor_of_session(uow, replace(session, operator_id=other))
    assert (chosen.operator_id, chosen.operator_name) == (other, "海边小吃")
    stranger = subject(uow, "别人的店")
    assert (
        services.actor_of_session(uow, replace(session, operator_id=stranger)).operator_id is None
    )
    uow.actor = chosen
    with pytest.raises(errors.NotDelegated):
        services.choose_operator(uow, stranger)


def test_an_agent_acts_for_a_shop_but_may_not_pass_that_on(uow, shop):
    agency = subject(uow, "代账公司", "91350200MA2XFA1T37")
    agent = Actor(
        role=Role.OPERATOR,
        operator_id=agency,
        account_id=person(uow, "agent", Role.OPERATOR, agency),
    )
    person(uow, "friend", Role.CLERK)
    uow.actor = shop
    services.grant_delegation(
        uow, GrantDelegation(operator_id=shop.operator_id, to="91350200ma2xfa1t37")
    )
    found = services.actor_of_session(
        uow, replace(signed_in(uow, "agent"), operator_id=shop.operator_id)
    )
    assert (found.operator_id, found.delegated) == (shop.operator_id, {shop.operator_id})
    uow.actor = found
    with pytest.raises(NotYourOperator):
        services.grant_delegation(uow, GrantDelegation(operator_id=shop.operator_id, to="friend"))
    with pytest.raises(errors.KeyNotYours):
        services.issue_key(
            uow,
            IssueKey(
                label="x",
                role=Role.OPERATOR,
                account_id=agent.account_id,
                operator_id=shop.operator_id,
            ),
        )


def test_delegations_refuse_in_words(uow, shop):
    person(uow, "xiaowang", Role.CLERK)
    person(uow, "inspector", Role.INSPECTOR)
    uow.actor = shop
    mine = shop.operator_id

    def grant(to="xiaowang", **more):
        return services.grant_delegation(uow, GrantDelegation(operator_id=mine, to=to, **more))

    for name in ("nobody-here", "inspector"):  # one answer: nobody learns which names there are
        with pytest.raises(errors.DelegationNotPossible) as no:
            grant(name)
        assert (no.value.field, no.value.params) == ("to", {})
    with pytest.raises(errors.DaysReversed):
        grant(valid_from=uow.today, valid_to=uow.today - timedelta(days=1))
    grant()
    with pytest.raises(errors.DelegationExists):
        grant()
    with pytest.raises(errors.UnknownDelegation):
        services.withdraw_delegation(uow, WithdrawDelegation(delegation_id=999_999))


def test_a_delegation_holds_on_its_days_only(uow, shop):
    person(uow, "xiaowang", Role.CLERK)
    uow.actor = shop
    services.grant_delegation(
        uow,
        GrantDelegation(
            operator_id=shop.operator_id,
            to="xiaowang",
            valid_from=uow.today + timedelta(days=1),
            valid_to=uow.today + timedelta(days=2),
        ),
    )
    held = []
    for _ in range(4):
        session = signed_in(uow, "xiaowang")
        held.append(bool(services.actor_of_session(uow, session).delegated))
        uow.now += timedelta(days=1)
    assert held == [False, True, True, False]


def test_every_command_leaves_one_audit_line(uow, shop):
    before = uow.session.scalar(text("SELECT count(*) FROM audit_line"))
    person(uow, "xiaowang", Role.CLERK)
    uow.actor = shop
    services.grant_delegation(uow, GrantDelegation(operator_id=shop.operator_id, to="xiaowang"))
    session = signed_in(uow, "xiaowang")
    services.sign_out(uow, session)
    uow.session.flush()
    after = uow.session.scalar(text("SELECT count(*) FROM audit_line"))
    assert after - before == 4


def test_what_is_kept_for_a_while_is_forgotten(uow):
    person(uow)
    session = signed_in(uow)
    services.sign_out(uow, session)
    uow.session.flush()
    uow.now += timedelta(days=31)
    services.forget_old(uow)
    counts = uow.session.execute(
        text("SELECT (SELECT count(*) FROM sign_in_attempt), (SELECT count(*) FROM ended_session)")
    ).one()
    assert tuple(counts) == (0, 0)
